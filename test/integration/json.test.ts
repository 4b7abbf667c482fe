/** What `--json` prints is a contract: one object on stdout, these keys, in snake_case. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { brewhouse, brewhouseJson, sidecarOf, tempFolder } from './brewhouse.ts';
import {
  buildArgs,
  makeSmallWorld,
  type ReleaseJson,
  releaseArgs,
  type SmallWorld,
  tokenizerFlag,
} from './small-world.ts';
import { makeTinyWorld, viewed } from './tiny-world.ts';

interface Inspected {
  readonly input_ids: readonly number[];
  readonly labels: readonly number[];
  readonly text: string;
  readonly segments: readonly {
    readonly role: string;
    readonly from: number;
    readonly to: number;
    readonly text: string;
    readonly origin: { readonly kind: string; readonly event?: string; readonly field?: string };
  }[];
  readonly sidecar: Readonly<Record<string, unknown>>;
}

const folder = tempFolder();
const lake = join(folder, 'lake');
const number = expect.any(Number);
const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
let world: SmallWorld;
let built: Record<string, unknown>;
let released: Record<string, unknown> & ReleaseJson;

beforeAll(async () => {
  world = await makeSmallWorld(folder, { members: 60 });
  built = await brewhouseJson(buildArgs(world, lake, ['--workers', '2']));
  released = await brewhouseJson(releaseArgs(world, lake));
});

/** Every key of the object and of the objects in it. */
function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...keysOf(each)]);
}

const inspect = (flags: readonly string[]) =>
  brewhouseJson<Inspected>(['inspect', released.path, ...flags, ...tokenizerFlag(world)]);

describe('--json', () => {
  test('of simulate counts what was written', async () => {
    const out = join(folder, 'simulated');
    const size = ['--members', '3', '--seed', '1', '--days', '10', '--out', out];
    const simulated = await brewhouseJson<object>(['simulate', ...size]);
    const events = { member: number, item: number, interaction: number };
    expect(simulated).toMatchObject({ members: 3, items: number, events, lines: number, duplicates: 0, late: 0 });
    expect(keysOf(simulated).filter((key) => !/^[a-z0-9_]+$/.test(key))).toEqual([]);
  });

  test('of build has the contract’s keys, and records that add up', () => {
    const counts = ['events', 'used', 'duplicates', 'late', 'dead', 'dropped', 'examples', 'tokens', 'parts'];
    for (const key of [...counts, 'seconds', 'tokens_per_second']) expect(built).toHaveProperty(key, number);
    const [events, used, duplicates, late, dead, dropped] = counts.map((key) => Number(built[key]));
    expect(events).toBe(used! + duplicates! + late! + dead! + dropped!);
    const fates = ['rendered', 'pending', 'capped', 'item_unknown', 'too_few_candidates', 'duplicate'];
    expect(built.questions).toEqual(Object.fromEntries(fates.map((fate) => [fate, number])));
    const level = { level: expect.any(String), distinct: number, alike: number };
    expect(built.item_lines).toEqual({
      compared: number,
      items: number,
      distinct: number,
      levels: Array(3).fill(level),
    });
    expect(built.texts).toEqual({ wanted: number, found: 0 });
    expect(built.train_labels).toEqual(released.train_labels);
    // Every row is heard of, those after the last message of a partition too.
    expect(built.corpora).toEqual([expect.objectContaining({ rendered_rows: built.examples })]);
  });

  test('of release has the contract’s keys', () => {
    const hashes = { manifest_sha256: sha256, recipe_sha256: sha256 };
    const counts = { tokens: number, loss_tokens: number, shards: number, seconds: number };
    expect(released).toMatchObject({ id: expect.any(String), path: expect.any(String), ...hashes, ...counts });
    expect(released.train_labels).toMatchObject({ 'ranking.binary': { Yes: number, No: number } });
    expect(Object.keys(released.rows)).toEqual(['train', 'validation', 'test', 'test_members', 'test_template']);
    const manifest = JSON.parse(readFileSync(join(released.path, 'manifest.json'), 'utf8')) as { id: string };
    expect(manifest.id).toBe(released.id);
  });

  test('of check counts events by type and lists the first fault of each kind', async () => {
    const more = [viewed('same'), viewed('same', { item_id: 'j2' }), { ...viewed('bad'), shoe: 38 }];
    const { events } = makeTinyWorld(folder, 'checked', { more });
    const ran = await brewhouse(['check', '--events', events, '--json']);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/^\{[^\n]*\}\n$/);
    const at = { file: 'more.ndjson', message: expect.any(String) };
    expect(JSON.parse(ran.stdout)).toMatchObject({
      events: { member: 2, item: 3, interaction: 8 },
      errors: [
        { ...at, code: 'id_conflict', line: 2, field: 'event_id', count: 2 },
        { ...at, code: 'field_unknown', line: 3, field: 'shoe', count: 1 },
      ],
    });
  });

  test('of import counts rows and events', async () => {
    writeFileSync(join(folder, 'sales.csv'), 'who,what,at\n1,x,2018-05-01\n1,x,never\n');
    const columns = ['member_id: who', 'item_id: what', 'action: { value: bought }', 'event_time: at'];
    const table = ['name: sales', 'files: sales.csv', 'emit: interaction', ...columns].join('\n    ');
    writeFileSync(join(folder, 'map.yaml'), `name: shop\ncredit: the shop\nzone: UTC\ntables:\n  - ${table}\n`);
    const flags = ['--mapping', join(folder, 'map.yaml'), '--from', folder, '--out', join(folder, 'imported')];
    const imported = await brewhouseJson(['import', ...flags, '--max-dead', '0.5']);
    expect(imported).toMatchObject({ rows: 2, events: { member: 0, item: 0, interaction: 1 }, dead: 1 });
  });
});

describe('inspect --json', () => {
  test('shows one row by its number and by its example id alike', async () => {
    for (const [split, row] of [
      ['train', 7],
      ['test', 0],
    ] as const) {
      const byRow = await inspect(['--split', split, '--row', String(row)]);
      const id = String(byRow.sidecar.example_id);
      expect(await inspect(['--example', id])).toEqual(byRow);
      const rows = await sidecarOf(released.path, split);
      expect(rows[row]).toMatchObject({ example_id: id, n_tokens: byRow.input_ids.length, split });
    }
  });

  test('shows segments that cover every token once, and whose texts are the text', async () => {
    const { input_ids, labels, text, segments, sidecar } = await inspect(['--row', '3']);
    expect(segments[0]!.from).toBe(0);
    expect(segments.slice(1).map((segment) => segment.from)).toEqual(segments.slice(0, -1).map(({ to }) => to));
    expect(segments.at(-1)!.to).toBe(input_ids.length);
    expect(segments.filter(({ from, to }) => to <= from)).toEqual([]);
    expect(segments.map((segment) => segment.text).join('')).toBe(text);
    expect(new Set(segments.map((segment) => segment.role))).toEqual(
      new Set(['control', 'instruction', 'profile', 'history', 'question', 'answer']),
    );
    expect(labels).toHaveLength(input_ids.length);
    const supervised = labels.flatMap((label, i) => (label === -100 ? [] : [i]));
    expect(supervised).toHaveLength(Number(sidecar.n_loss_tokens));
    expect(supervised.map((i) => labels[i])).toEqual(supervised.map((i) => input_ids[i]));
    const answer = segments.find((segment) => segment.role === 'answer')!;
    expect(supervised[0]).toBe(answer.from);
    const fields = segments.filter((segment) => segment.origin.field !== undefined);
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((segment) => segment.origin.kind !== 'event')).toEqual([]);
  });

  test('names the nearest split, and the rows that there are', async () => {
    const split = await brewhouse(['inspect', released.path, '--split', 'validtion']);
    expect([split.code, split.stderr]).toEqual([
      2,
      expect.stringMatching(/no split validtion\n.*did you mean validation/),
    ]);
    const row = await brewhouse(['inspect', released.path, '--row', '1000000']);
    expect([row.code, row.stderr]).toEqual([2, expect.stringMatching(/row 1000000 is none of them\n.*from 0 to \d+/)]);
    const example = await brewhouse(['inspect', released.path, '--example', 'e'.repeat(32)]);
    expect([example.code, example.stderr]).toEqual([2, expect.stringContaining('no row of the release')]);
  });
});
