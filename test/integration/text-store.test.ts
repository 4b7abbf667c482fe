/**
 * THE TEXT STORE CHANGES NO BYTE: there, gone, half written or garbled, builds and releases are the
 * same.
 */
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { releaseHashes, tempFolder } from './brewhouse.ts';
import { build, makeSmallWorld, RECIPE, release, type SmallWorld } from './small-world.ts';

interface Built {
  readonly corpus: string;
  readonly texts: { readonly wanted: number; readonly found: number };
}

const folder = tempFolder();
const lake = join(folder, 'lake');

let world: SmallWorld;
let cold: Built;
let parts: string[];
let hashes: Record<string, string>;

const built = async (of: string) => (await build(world, of, ['--partitions', '2'])) as unknown as Built;
const namesIn = (of: string, below: string, ending: string) =>
  readdirSync(join(of, below), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort();
/** Files of rows, which are named by what they hold. */
const partsOf = (of: string) => namesIn(of, 'corpora', '.parquet');
const filesOf = (of: string) => namesIn(of, 'texts', '.texts').map((name) => join(of, 'texts', name));

beforeAll(async () => {
  world = await makeSmallWorld(folder, { members: 40 });
  cold = await built(lake);
  parts = partsOf(lake);
  hashes = releaseHashes((await release(world, lake)).path);
});

test('a first build finds nothing and keeps every text that it wanted', async () => {
  expect(cold.texts.wanted).toBeGreaterThan(50);
  expect(cold.texts.found).toBe(0);
  expect(filesOf(lake).length).toBeGreaterThan(0);
});

test('one entry for each text of an item that was wanted is kept, and none of a member', () => {
  const files = filesOf(lake).map((file) => readFileSync(file));
  // The count is at the beginning of the footer.
  const counts = files.map((file) => file.readUInt32LE(file.length - 20));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(cold.texts.wanted);
});

describe('a build of the same corpus in a lake that has the texts alone', () => {
  /** What happened to the texts, and whether any is found then. */
  const CHANGES: readonly (readonly [what: string, change: (file: string) => void, finds: boolean])[] = [
    ['as they were left', () => {}, true],
    ['deleted', (file) => rmSync(file), false],
    ['cut in half', (file) => truncateSync(file, readFileSync(file).length >> 1), false],
    ['emptied', (file) => truncateSync(file, 0), false],
    ['garbled in some places', (file) => garble(file), true],
  ];

  test.each(CHANGES)('%s: the same bytes', async (what, change, finds) => {
    const other = join(folder, `lake-${what.replaceAll(' ', '-')}`);
    cpSync(join(lake, 'texts'), join(other, 'texts'), { recursive: true });
    for (const file of filesOf(other)) change(file);
    const again = await built(other);
    expect(again.corpus).toBe(cold.corpus);
    expect(again.texts.wanted).toBe(cold.texts.wanted);
    expect(again.texts.found > 0).toBe(finds);
    if (what === 'as they were left') expect(again.texts.found).toBe(cold.texts.wanted);
    expect(partsOf(other)).toEqual(parts);
    expect(releaseHashes((await release(world, other)).path)).toEqual(hashes);
  });

  function garble(file: string): void {
    const bytes = readFileSync(file);
    for (let at = 100; at < bytes.length / 2; at += 4_000) bytes[at]! ^= 0xff;
    writeFileSync(file, bytes);
  }
});

test('a second recipe of the same lines finds what the first one encoded, and makes what it makes alone', async () => {
  const second = { ...world, recipe: join(folder, 'second.yaml') };
  writeFileSync(second.recipe, RECIPE.replace('seed: 7', 'seed: 8').replace('context: 1024', 'context: 768'));
  const beside = (await build(second, lake, ['--partitions', '2'])) as unknown as Built;
  const alone = (await build(second, join(folder, 'alone'), ['--partitions', '2'])) as unknown as Built;
  expect(beside.corpus).not.toBe(cold.corpus);
  expect(beside.corpus).toBe(alone.corpus);
  expect(beside.texts.found).toBeGreaterThan(beside.texts.wanted * 0.8);
  const own = (names: readonly string[]) => names.filter((name) => name.startsWith(beside.corpus));
  expect(own(partsOf(lake))).toEqual(own(partsOf(join(folder, 'alone'))));
  // The release of the first is as it was.
  expect(releaseHashes((await release(world, lake, ['--corpus', cold.corpus])).path)).toEqual(hashes);
});
