/** What `preview` shows is what a build over the same events renders. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/adapters/open-store.ts';
import { EXIT } from '../../src/errors.ts';
import { openLake } from '../../src/lake/lake.ts';
import { readPart } from '../corpus/read-part.ts';
import { brewhouse, brewhouseJson, tempFolder } from './brewhouse.ts';
import { type BuildJson, build, makeSmallWorld, type SmallWorld } from './small-world.ts';
import { expectRefusal, ndjson } from './tiny-world.ts';

interface PreviewJson {
  readonly members: number;
  readonly tasks: readonly {
    readonly task: string;
    readonly questions: Readonly<Record<string, number>>;
    readonly labels: Readonly<Record<string, number>>;
    readonly rows: readonly {
      readonly member_id: string;
      readonly asked_at: number;
      readonly label: string;
      readonly input_ids: readonly number[];
      readonly labels: readonly number[];
    }[];
  }[];
}

const folder = tempFolder();
const lake = join(folder, 'lake');
let world: SmallWorld;
const args = (...more: readonly string[]) => {
  const { events, domain, recipe } = world;
  return ['preview', '--events', events, '--domain', domain, '--recipe', recipe, ...more];
};

let asked: BuildJson['questions'];
beforeAll(async () => {
  world = await makeSmallWorld(folder, { members: 40, flags: ['--late', '0.2', '--duplicates', '0.1'] });
  writeFileSync(join(world.events, 'odd.ndjson'), ndjson(oddEvents(eventsOf(world.events))));
  asked = (await build(world, lake)).questions;
});

type Raw = Readonly<Record<string, unknown>>;

/** Erased members and items, events in conflict, items that no event describes, no times. */
function oddEvents(events: readonly Raw[]): Raw[] {
  const every = (n: number, type: string) =>
    events.filter((event) => event.type === type).filter((_, i) => i % n === 0);
  const gone = { event_time: '2026-02-10T00:00:00Z', op: 'delete' };
  return [
    ...every(20, 'member').map(({ type, member_id }) => ({ ...gone, event_id: `gone-${member_id}`, type, member_id })),
    ...every(10, 'item').map(({ type, item_id }) => ({ ...gone, event_id: `gone-${item_id}`, type, item_id })),
    ...every(50, 'interaction').map((event) => ({ ...event, surface: 'elsewhere' })),
    ...every(40, 'interaction').map((event, i) => ({ ...event, event_id: `u-${i}`, item_id: `nobody-${i}` })),
    ...every(70, 'interaction').map((event, i) => ({ ...event, event_id: `t-${i}`, event_time: null })),
  ];
}

function eventsOf(dir: string): Raw[] {
  const lines = readdirSync(dir)
    .filter((name) => name.endsWith('.gz'))
    .flatMap((name) =>
      gunzipSync(readFileSync(join(dir, name)))
        .toString('utf8')
        .trimEnd()
        .split('\n'),
    );
  return lines.map((line) => JSON.parse(line) as Raw);
}

/** Ids of all ordinary rows of the build, by task, member, moment and label. */
async function builtRows(): Promise<{ rows: Map<string, number[][]>; tasks: Map<string, number> }> {
  const opened = await openLake(openStore(lake));
  const { corpus } = (await opened.corpora())[0]!;
  const rows = new Map<string, number[][]>();
  const tasks = new Map<string, number>();
  for (const { partition, state } of await opened.corpus(corpus)) {
    for (const files of state?.parts ?? []) {
      for (const { stored, ids } of (await readPart({ store: opened.store, corpus, partition, files })).rows) {
        const { task, variant, member, asked_at, label, loss_spans: spans } = stored;
        if (variant !== '') continue;
        tasks.set(task, (tasks.get(task) ?? 0) + 1);
        // A slate may have two questions of one moment.
        const key = `${task} ${member} ${asked_at} ${label} ${spans[0]}`;
        rows.set(key, [...(rows.get(key) ?? []), [...ids]]);
      }
    }
  }
  return { rows, tasks };
}

describe('preview', () => {
  it('renders rows to the ids that a build renders, and counts its questions where it asks all members', async () => {
    const shown = await brewhouseJson<PreviewJson>(args('--rows', '40'));
    const built = await builtRows();
    expect(shown.members).toBe(40);
    expect(shown.tasks.map(({ task }) => task).sort()).toEqual([...built.tasks.keys()].sort());
    const fates: Record<string, number> = {};
    for (const { questions } of shown.tasks)
      for (const [fate, count] of Object.entries(questions)) fates[fate] = (fates[fate] ?? 0) + count;
    expect(fates).toEqual(Object.fromEntries(Object.entries(asked).filter(([, count]) => count > 0)));
    expect(fates.item_unknown).toBeGreaterThan(0);
    for (const { task, rows, questions, labels } of shown.tasks) {
      expect(questions.rendered).toBe(built.tasks.get(task));
      expect(Object.values(labels).reduce((sum, count) => sum + count, 0)).toBe(questions.rendered);
      expect(rows).toHaveLength(Math.min(40, built.tasks.get(task)!));
      for (const row of rows) {
        const from = row.labels.findIndex((label) => label !== -100);
        const key = `${task} ${row.member_id} ${row.asked_at} ${row.label} ${from}`;
        expect(built.rows.get(key), key).toContainEqual(row.input_ids);
        expect(row.labels.slice(from)).toEqual(row.input_ids.slice(from));
      }
    }
  });

  it('shows one task as text, with a legend, and leaves nothing behind', async () => {
    const { code, stdout } = await brewhouse(args('--task', 'ranking.binary', '--rows', '2'));
    expect(code).toBe(EXIT.done);
    expect(stdout.match(/^ranking\.binary, template /gm)).toHaveLength(2);
    expect(stdout).not.toContain('retrieval.choose');
    expect(stdout).toContain('C control  I instruction  P profile  H history  Q question  A answer');
    expect(stdout).toMatch(/labels of ranking\.binary: /);
  });

  it('answers a mistyped task with the nearest', async () => {
    expectRefusal(await brewhouse(args('--task', 'ranking.binery')), EXIT.usage, ['did you mean ranking.binary?']);
  });
});
