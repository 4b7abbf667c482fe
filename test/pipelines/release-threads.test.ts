/** A release made by several threads is that of one, and leaves as little when it fails. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRecipe } from '../../pipelines/corpus-inputs.ts';
import { type ReleaseOptions, release } from '../../pipelines/release.ts';
import { ReleaseId } from '../../schemas/ids.ts';
import { openScratch, openStore } from '../../src/adapters/open-store.ts';
import { type CrashPoint, type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { BrewhouseError } from '../../src/errors.ts';
import { KEY, releaseHashes } from '../integration/brewhouse.ts';
import { build, makeSmallWorld, type SmallWorld } from '../integration/small-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'brewhouse-release-'));
afterAll(() => rmSync(folder, { recursive: true }));
const lake = join(folder, 'lake');
let world: SmallWorld;

beforeAll(async () => {
  world = await makeSmallWorld(folder);
  await build(world, lake, ['--partitions', '5']);
});

type Threads = Pick<ReleaseOptions, 'workers' | 'tokensPerThread'>;
const threads = (workers: number): Threads => ({ workers, tokensPerThread: 1 });

async function made(id: string, { effects = PROCESS_EFFECTS, ...more }: Threads & { readonly effects?: Effects }) {
  const options = {
    key: { text: KEY, file: undefined },
    id: ReleaseId.parse(id),
    recipe: await readRecipe(world.recipe),
  };
  return release(
    { store: openStore(lake), scratch: openScratch(lake), ...options, ...more } as ReleaseOptions,
    effects,
  );
}

/** Of the lake, files that are under way. */
const leftovers = () => readdirSync(join(lake, 'tmp'), { recursive: true });

function effectsThatEndAt(point: CrashPoint, time: number): Effects {
  let times = 0;
  const reach = async (reached: CrashPoint) => {
    if (reached === point && ++times === time) throw new Error('ended');
  };
  return { ...PROCESS_EFFECTS, reach };
}

it('has the bytes of one thread, however many there are', async () => {
  const alone = await made('alone', { workers: 1 });
  const { 'manifest.json': _name, 'lineage.json': _manifest, ...files } = releaseHashes(alone.path);
  expect(Object.keys(files).length).toBeGreaterThan(10);
  for (const workers of [2, 3, 9]) {
    const shared = await made(`by-${workers}`, threads(workers));
    expect(releaseHashes(shared.path)).toMatchObject(files);
    expect(shared.manifest).toEqual({ ...alone.manifest, id: shared.id });
    expect(leftovers()).toEqual([]);
  }
});

it('leaves nothing where it ends between parts', async () => {
  for (const time of [1, 3, 5]) {
    const effects = effectsThatEndAt('shuffle', time);
    await expect(made('ended', { ...threads(2), effects })).rejects.toThrow('ended');
    expect(leftovers()).toEqual([]);
  }
});

it('says what a thread says of a part that does not read, and leaves nothing', async () => {
  const parts = readdirSync(join(lake, 'corpora'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\/parts\/.*parquet$/.test(name))
    .map((name) => join(lake, 'corpora', name));
  // Each in turn, so that a thread has it, or this one.
  for (const part of parts) {
    const bytes = readFileSync(part);
    // Before the footer lies what no choice of rows looks at.
    const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    const broken = Buffer.from(bytes).fill(0, footer - 900, footer - 800);
    writeFileSync(part, broken);
    const failed = await made('broken', threads(2)).catch((error: unknown) => error);
    writeFileSync(part, bytes);
    expect(failed).toBeInstanceOf(BrewhouseError);
    expect((failed as BrewhouseError).code).toBe('lake_broken');
    expect(leftovers()).toEqual([]);
  }
});
