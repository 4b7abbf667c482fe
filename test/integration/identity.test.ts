/**
 * The bytes of a release depend on the events taken in and on nothing of how they came or who
 * worked on them.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StoredRow } from '../../schemas/columns.ts';
import type { SIDECAR } from '../../schemas/rows.ts';
import { brewhouse, brewhouseJson, releaseHashes, sidecarOf, tempFolder } from './brewhouse.ts';
import { copyBuilder } from './copied-builder.ts';
import {
  type BuildJson,
  build,
  buildArgs,
  makeSmallWorld,
  type ReleaseJson,
  refusedBuild,
  release,
  releaseArgs,
  type SmallWorld,
  UNTIL,
} from './small-world.ts';

const folder = tempFolder();
const lakeOf = (name: string) => join(folder, `lake-${name}`);

let world: SmallWorld;
let lake: string;
let built: BuildJson;
let reference: ReleaseJson;
let hashes: Record<string, string>;
/** Every line of every event file. */
let lines: string[];

beforeAll(async () => {
  world = await makeSmallWorld(folder);
  lake = lakeOf('reference');
  built = await build(world, lake, ['--partitions', '4', '--workers', '2']);
  reference = await release(world, lake);
  hashes = releaseHashes(reference.path);
  lines = readdirSync(world.events)
    .filter((name) => name.endsWith('.gz'))
    .flatMap((name) =>
      gunzipSync(readFileSync(join(world.events, name)))
        .toString('utf8')
        .trimEnd()
        .split('\n'),
    );
});

/** The same world with its lines in other files. */
function worldOf(name: string, files: Record<string, readonly string[]>): SmallWorld {
  const events = join(folder, `events-${name}`);
  for (const [file, content] of Object.entries(files)) {
    const path = join(events, file);
    mkdirSync(join(path, '..'), { recursive: true });
    const text = `${content.join('\n')}\n`;
    writeFileSync(path, file.endsWith('.zst') ? zstdCompressSync(text) : text);
  }
  return { ...world, events };
}

/** A sidecar row as it is under every key. */
const withoutPseudonyms = (row: StoredRow<typeof SIDECAR>) => ({
  ...row,
  example_id: '',
  member: '',
  slate_id: row.slate_id === '',
});

/** `count` files of lines dealt in turns. */
function dealt(count: number, name: (i: number) => string): Record<string, string[]> {
  const files: Record<string, string[]> = {};
  for (let i = 0; i < count; i++) files[name(i)] = lines.filter((_, at) => at % count === i);
  return files;
}

describe('the bytes of a release are the same', () => {
  test('for a world of a size worth comparing', () => {
    expect(built).toMatchObject({ duplicates: 0, dead: 0, dropped: 0, used: lines.length, parts: 4 });
    expect(reference.rows).toMatchObject({
      train: expect.any(Number),
      validation: expect.any(Number),
      test: expect.any(Number),
      test_members: expect.any(Number),
      test_template: expect.any(Number),
    });
    expect(built.examples).toBeGreaterThan(500);
    expect(Object.keys(hashes).length).toBeGreaterThanOrEqual(5 * 3 + 2 + 2);
  });

  test('from lines in random order, three in ten of them twice, rendered by one worker', async () => {
    const flags = ['--shuffle', '--duplicates', '0.3'];
    const shuffled = await makeSmallWorld(join(folder, 'shuffled'), { flags });
    const again = await build(shuffled, lakeOf('shuffled'), ['--partitions', '4', '--workers', '1']);
    expect(again.used).toBe(built.used);
    expect(again.duplicates).toBeGreaterThan(0.25 * built.used);
    expect(again.events).toBe(again.used + again.duplicates);
    expect(releaseHashes((await release(shuffled, lakeOf('shuffled'))).path)).toEqual(hashes);
  });

  test('from one plain file, in a lake of one partition', async () => {
    const one = worldOf('one', { 'all.ndjson': lines.toReversed() });
    await build(one, lakeOf('one'), ['--partitions', '1', '--workers', '2']);
    expect(releaseHashes((await release(one, lakeOf('one'))).path)).toEqual(hashes);
  });

  test('from .zst files in folders, in seven partitions, rendered by five workers', async () => {
    const zst = worldOf(
      'zst',
      dealt(3, (i) => `part-${i}/events.ndjson.zst`),
    );
    await build(zst, lakeOf('zst'), ['--partitions', '7', '--workers', '5']);
    expect(releaseHashes((await release(zst, lakeOf('zst'))).path)).toEqual(hashes);
  });

  test('from sixty small files, in sixty-four partitions', async () => {
    const many = worldOf(
      'many',
      dealt(60, (i) => `${i}.ndjson`),
    );
    await build(many, lakeOf('many'), ['--partitions', '64', '--workers', '2']);
    expect(releaseHashes((await release(many, lakeOf('many'))).path)).toEqual(hashes);
  });

  test('from a corpus rendered in steps, the last of them up to the release alone', async () => {
    const steps: BuildJson[] = [];
    for (const until of ['2026-02-11T12:34:56Z', UNTIL])
      steps.push(await build(world, lakeOf('steps'), ['--partitions', '4', '--workers', '2', '--until', until]));
    expect(steps.map((step) => step.corpora[0]!.rendered_rows > 100)).toEqual([true, true]);
    expect(steps[1]!.examples).toBe(steps.reduce((sum, step) => sum + step.corpora[0]!.rendered_rows, 0));
    // The reference's corpus goes on to the last event: rows after `until` must leave no trace
    // either.
    expect(steps[1]!.examples).toBeLessThan(built.examples);
    expect(releaseHashes((await release(world, lakeOf('steps'))).path)).toEqual(hashes);
    const earlier = await build(world, lakeOf('steps'), ['--until', '2026-02-18T00:00:00Z']);
    expect(earlier.corpora[0]!.rendered_rows).toBe(0);
  });
});

describe('the bytes of a release are the same from many small parts', () => {
  const PART_TOKENS = 40_000;
  let run: ReturnType<typeof copyBuilder>;
  beforeAll(() => {
    run = copyBuilder(join(folder, 'small-parts'), [
      {
        file: 'src/corpus/part-files.ts',
        from: 'PART_TOKENS_MAX = 16_000_000;',
        to: `PART_TOKENS_MAX = ${PART_TOKENS};`,
      },
      // Segments are forgotten after each part, and the sort finds those that are the same.
      {
        file: 'src/release/segment-numbers.ts',
        from: 'KNOWN_TOKENS_MAX = 16 * 1024 * 1024;',
        to: 'KNOWN_TOKENS_MAX = 1;',
      },
      {
        file: 'pipelines/release/open-work.ts',
        from: 'TOKENS_A_THREAD_MIN = 2_000_000;',
        to: 'TOKENS_A_THREAD_MIN = 10_000;',
      },
    ]);
  });
  const END: readonly string[] = [];
  const EARLIER = ['--until', '2026-02-12T00:00:00Z'];

  test.each([
    { name: 'of one worker', workers: '1', partitions: '4', steps: [END], threads: '3' },
    { name: 'of three workers', workers: '3', partitions: '5', steps: [END], threads: '1' },
    { name: 'of two runs', workers: '2', partitions: '2', steps: [EARLIER, END], threads: '2' },
  ])('$name, joined by $threads threads', async ({ name, workers, partitions, steps, threads }) => {
    const own = lakeOf(`small parts ${name}`);
    let made: BuildJson | undefined;
    for (const until of steps) {
      const flags = ['--partitions', partitions, '--workers', workers, ...until];
      made = await run<BuildJson>(buildArgs(world, own, flags));
    }
    expect(made).toMatchObject({ examples: built.examples, tokens: built.tokens });
    expect(made!.parts).toBeGreaterThan(built.tokens / PART_TOKENS);
    const { path } = await run<ReleaseJson>(releaseArgs(world, own, ['--workers', threads]));
    expect(releaseHashes(path)).toEqual(hashes);
  });
});

describe('another release of the same corpus', () => {
  test('with a token budget holds a part of the train rows, and all rows of the other splits', async () => {
    const ids = async (path: string, split: string) => (await sidecarOf(path, split)).map((row) => row.example_id);
    const more = await release(world, lake, ['--token-budget', '80000']);
    const less = await release(world, lake, ['--token-budget', '40_000']);
    const trains = await Promise.all([reference, more, less].map(({ path }) => ids(path, 'train')));
    expect(trains[1]!.length).toBeLessThan(trains[0]!.length);
    expect(trains[2]!.length).toBeLessThan(trains[1]!.length);
    expect(trains[2]!.length).toBeGreaterThan(20);
    for (const [larger, smaller] of [
      [trains[0]!, trains[1]!],
      [trains[1]!, trains[2]!],
    ] as const) {
      const held = new Set(larger);
      expect(smaller.filter((id) => !held.has(id))).toEqual([]);
    }
    for (const split of ['validation', 'test', 'test_members', 'test_template']) {
      const rows = await sidecarOf(reference.path, split);
      expect(await sidecarOf(more.path, split)).toEqual(rows);
      expect(await sidecarOf(less.path, split)).toEqual(rows);
    }
  });

  test('under another key has other ids, and every row where it was', async () => {
    const env = { BREWHOUSE_KEY: '0f'.repeat(32) };
    const other = await brewhouseJson<ReleaseJson>(releaseArgs(world, lake), { env });
    expect(other.id).not.toBe(reference.id);
    expect(other.rows).toEqual(reference.rows);
    for (const split of Object.keys(reference.rows)) {
      const [before, after] = [await sidecarOf(reference.path, split), await sidecarOf(other.path, split)];
      expect(after.map(withoutPseudonyms)).toEqual(before.map(withoutPseudonyms));
      expect(after.filter((row, i) => row.example_id === before[i]!.example_id)).toEqual([]);
      expect(after.filter((row, i) => row.member === before[i]!.member)).toEqual([]);
    }
  });

  test('with a name of its own has it in the manifest alone', async () => {
    const named = await release(world, lake, ['--id', 'spring.1']);
    expect(named.id).toBe('spring.1');
    expect(named.path).toBe(join(lake, 'releases', 'spring.1'));
    const files = (of: Record<string, string>) => ({ ...of, 'manifest.json': '' });
    expect(files(releaseHashes(named.path))).toEqual(files(hashes));
    const manifestOf = ({ path }: ReleaseJson) =>
      JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')) as Record<string, unknown>;
    expect(manifestOf(named)).toEqual({ ...manifestOf(reference), id: 'spring.1' });
  });

  test('with a name that another one has is refused', async () => {
    await release(world, lake, ['--id', 'taken']);
    const refused = await brewhouse(releaseArgs(world, lake, ['--id', 'taken', '--until', '2026-02-24T00:00:00Z']));
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/the name taken stands for another release.*\n.*taken\.claim\.json\n.*another --id/);
  });
});

describe('what was done is not done again', () => {
  test('a second build of the same files renders nothing', async () => {
    const again = await build(world, lake);
    expect(again).toMatchObject({ events: built.events, examples: built.examples, tokens: built.tokens });
    expect(again.corpora[0]!.rendered_rows).toBe(0);
  });

  test('a release that stands is left as it is', async () => {
    const stamps = () =>
      readdirSync(reference.path, { recursive: true, encoding: 'utf8' }).map((name) => [
        name,
        statSync(join(reference.path, name)).mtimeMs,
      ]);
    const before = stamps();
    const again = await release(world, lake);
    expect(again).toMatchObject({ id: reference.id, manifest_sha256: reference.manifest_sha256, stood: true });
    expect(stamps()).toEqual(before);
    expect(releaseHashes(reference.path)).toEqual(hashes);
  });

  test('a build of other files is refused, and names the file', async () => {
    const events = join(folder, 'events-changed');
    cpSync(world.events, events, { recursive: true });
    writeFileSync(join(events, 'more.ndjson'), `${lines[0]}\n`);
    const added = await refusedBuild({ ...world, events }, lake);
    expect(added.code).toBe(2);
    expect(added.stderr).toMatch(/more\.ndjson is new\n.*more\.ndjson\n.*--append/);
  });

  test('a lake keeps its number of partitions', async () => {
    const refused = await refusedBuild(world, lake, ['--partitions', '5']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/has 4 partitions and cannot be opened with 5/);
  });
});
