/** What `preview` shows is what a build over the same events renders. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/adapters/open-store.ts';
import { readPart } from '../../src/corpus/part-rows.ts';
import { EXIT } from '../../src/errors.ts';
import { openLake } from '../../src/lake/lake.ts';
import { brewhouse, brewhouseJson, tempFolder } from './brewhouse.ts';
import { build, makeSmallWorld, type SmallWorld } from './small-world.ts';
import { expectRefusal } from './tiny-world.ts';

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

beforeAll(async () => {
  world = await makeSmallWorld(folder, { members: 40 });
  await build(world, lake);
});

/** Ids of all ordinary rows of the build, by task, member, moment and label. */
async function builtRows(): Promise<{ rows: Map<string, number[]>; tasks: Map<string, number> }> {
  const opened = await openLake(openStore(lake));
  const { corpus } = (await opened.corpora())[0]!;
  const rows = new Map<string, number[]>();
  const tasks = new Map<string, number>();
  for (const { partition, newest } of await opened.corpus(corpus)) {
    for (const files of newest?.record.files ?? []) {
      for await (const { meta, ids, spans } of readPart(opened.store, corpus, { partition, files, firstRow: 0 })) {
        if (meta.variant !== '') continue;
        tasks.set(meta.task, (tasks.get(meta.task) ?? 0) + 1);
        rows.set(`${meta.task} ${meta.member} ${meta.asked_at} ${meta.label} ${spans[0]}`, [...ids]);
      }
    }
  }
  return { rows, tasks };
}

describe('preview', () => {
  it('renders rows to the ids that a build renders, and counts its questions where it asks all members', async () => {
    const shown = await brewhouseJson<PreviewJson>(args('--rows', '5'));
    const built = await builtRows();
    expect(shown.members).toBe(40);
    expect(shown.tasks.map(({ task }) => task).sort()).toEqual([...built.tasks.keys()].sort());
    for (const { task, rows, questions, labels } of shown.tasks) {
      expect(questions.rendered).toBe(built.tasks.get(task));
      expect(Object.values(labels).reduce((sum, count) => sum + count, 0)).toBe(questions.rendered);
      expect(rows).toHaveLength(5);
      for (const row of rows) {
        const from = row.labels.findIndex((label) => label !== -100);
        const key = `${task} ${row.member_id} ${row.asked_at} ${row.label} ${from}`;
        expect(row.input_ids, key).toEqual(built.rows.get(key));
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
