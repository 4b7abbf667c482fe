/**
 * A command that is killed loses nothing that was committed, and the same command run again comes
 * to the same bytes.
 */
import { randomInt } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { brewhouse, expectKilled, releaseHashes, tempFolder } from './brewhouse.ts';
import {
  type BuildJson,
  build,
  buildArgs,
  makeSmallWorld,
  type ReleaseJson,
  release,
  releaseArgs,
  type SmallWorld,
} from './small-world.ts';

const folder = tempFolder();
const lake = join(folder, 'lake-killed');
const TWO_WORKERS = ['--partitions', '4', '--workers', '2'];
const ONE_WORKER = ['--partitions', '4', '--workers', '1'];

let world: SmallWorld;
let built: BuildJson;
let hashes: Record<string, string>;

beforeAll(async () => {
  world = await makeSmallWorld(folder);
  built = await build(world, join(folder, 'lake'), TWO_WORKERS);
  hashes = releaseHashes((await release(world, join(folder, 'lake'))).path);
});

/** Every record of every chain of the lake, by its path. */
function records(of: string): Record<string, string> {
  const names = existsSync(of) ? readdirSync(of, { recursive: true, encoding: 'utf8' }) : [];
  const found = names.filter((name) => /\/commits\/\d{20}\.json$/.test(name));
  return Object.fromEntries(found.map((name) => [name, readFileSync(join(of, name), 'utf8')]));
}

/** Records that say what was done; the others are claims. */
const workIn = (of: string, chain: string) =>
  Object.entries(records(of)).filter(([name, text]) => name.startsWith(chain) && !text.includes('"kind":"claim"'))
    .length;

/**
 * Kills the command at the point, and expects every record that stood before to stand as it was.
 */
async function killAt(point: string, args: readonly string[]): Promise<void> {
  const before = records(lake);
  await expectKilled(args, { env: { BREWHOUSE_CRASH_AT: point } });
  expect(records(lake)).toMatchObject(before);
}

/** What ends like an undisturbed run: equal counts, and a release of equal bytes. */
async function expectUndisturbed(of: string): Promise<void> {
  const { events, used, questions, examples, tokens, parts, corpus } = built;
  const again = await build(world, of, TWO_WORKERS);
  expect(again).toMatchObject({ events, used, questions, examples, tokens, parts, corpus });
}

// The tests of this block go on with one another's lake, as one unlucky person would.
describe('a lake whose every command was killed', () => {
  test('stands nowhere while events are sorted: nothing is committed yet', async () => {
    // A process comes here once.
    for (let kill = 0; kill < 3; kill++) await killAt('sorting', buildArgs(world, lake, TWO_WORKERS));
    expect(workIn(lake, 'timelines/')).toBe(0);
  });

  test('keeps the timelines of the partitions that were committed', async () => {
    await killAt('timeline-upload:1', buildArgs(world, lake, TWO_WORKERS));
    expect(workIn(lake, 'timelines/')).toBe(0);
    await killAt('timeline-upload:2', buildArgs(world, lake, TWO_WORKERS));
    expect(workIn(lake, 'timelines/')).toBe(1);
    await killAt('timeline-upload:3', buildArgs(world, lake, TWO_WORKERS));
    expect(workIn(lake, 'timelines/')).toBe(3);
  });

  test('has no use for a release yet, and says so', async () => {
    const refused = await brewhouse(releaseArgs(world, lake));
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/no events in timelines\/3 yet\n.*same build command again/);
  });

  test('has texts that a killed build left half written', () => {
    const texts = join(folder, 'lake', 'texts');
    const files = readdirSync(texts, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.texts'));
    expect(files.length).toBeGreaterThan(0);
    cpSync(texts, join(lake, 'texts'), { recursive: true });
    for (const name of files) truncateSync(join(lake, 'texts', name), statSync(join(texts, name)).size - 7);
  });

  test('commits nothing of a partition that is half rendered', async () => {
    for (const times of [1, 2, 3]) await killAt(`rendering:${times}`, buildArgs(world, lake, TWO_WORKERS));
    expect(workIn(lake, 'timelines/')).toBe(4);
    expect(workIn(lake, 'corpora/')).toBe(0);
  });

  test('minds no leftovers in tmp/', () => {
    expect(readdirSync(join(lake, 'tmp')).length).toBeGreaterThan(0);
    mkdirSync(join(lake, 'tmp', 'half'), { recursive: true });
    writeFileSync(join(lake, 'tmp', 'half', '0.run'), 'no run');
    writeFileSync(join(lake, 'tmp', 'left.spool'), 'PAR1');
  });

  test('keeps the parts that were committed, and renders no other than the rest', async () => {
    await killAt('corpus-upload:1', buildArgs(world, lake, TWO_WORKERS));
    expect(workIn(lake, 'corpora/')).toBeLessThanOrEqual(1);
    const before = workIn(lake, 'corpora/');
    await killAt(`corpus-upload:${before === 0 ? 3 : 2}`, buildArgs(world, lake, ONE_WORKER));
    const then = workIn(lake, 'corpora/');
    expect(then).toBe(2);
    await killAt('corpus-upload:2', buildArgs(world, lake, ONE_WORKER));
    expect(workIn(lake, 'corpora/')).toBe(3);
    const refused = await brewhouse(releaseArgs(world, lake));
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/partition \d of the corpus [0-9a-f]{16} is not rendered yet\n.*brewhouse build/);
  });

  test('has every row when it is killed while it keeps texts', async () => {
    await killAt('texts-upload', buildArgs(world, lake, TWO_WORKERS));
    expect(workIn(lake, 'corpora/')).toBe(4);
  });

  test('comes to the counts of an undisturbed one', async () => {
    await expectUndisturbed(lake);
    expect(workIn(lake, 'corpora/')).toBe(4);
  });

  test('has no release while its files are written', async () => {
    for (const times of [1, 2, 3]) await killAt(`shuffle:${times}`, releaseArgs(world, lake));
    for (let kill = 0; kill < 3; kill++) await killAt('manifest', releaseArgs(world, lake));
    const [id] = readdirSync(join(lake, 'releases'));
    expect(existsSync(join(lake, 'releases', id!, 'manifest.json'))).toBe(false);
    const refused = await brewhouse(['inspect', join(lake, 'releases', id!)]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('there is no release in');
  });

  test('comes to the bytes of an undisturbed one', async () => {
    const ended: ReleaseJson = await release(world, lake);
    expect(releaseHashes(ended.path)).toEqual(hashes);
    expect(readdirSync(join(lake, 'releases'))).toEqual([ended.id]);
  });
});

describe('a lake whose build was stopped from outside', () => {
  const struck = join(folder, 'lake-struck');

  test('at three moments by SIGKILL keeps what was committed', async () => {
    for (let kill = 0; kill < 3; kill++) {
      const before = records(struck);
      const moment = randomInt(300, 3_000);
      const ran = await brewhouse(buildArgs(world, struck, TWO_WORKERS), {
        onStart: (child) => setTimeout(() => child.kill('SIGKILL'), moment),
      });
      // A fast machine may have ended before.
      expect([null, 0], `killed after ${moment} ms: ${ran.stderr}`).toContain(ran.code);
      expect(records(struck), `killed after ${moment} ms`).toMatchObject(before);
    }
    await expectUndisturbed(struck);
    expect(releaseHashes((await release(world, struck)).path)).toEqual(hashes);
  });

  test('by SIGINT ends with 130, says no more, and the same command goes on', async () => {
    const stopped = join(folder, 'lake-stopped');
    const ran = await brewhouse(buildArgs(world, stopped, TWO_WORKERS), {
      onStart: async (child) => {
        while (!existsSync(join(stopped, 'corpora')) && child.exitCode === null) await sleep(5);
        child.kill('SIGINT');
      },
    });
    expect({ code: ran.code, signal: ran.signal, stdout: ran.stdout }).toEqual({ code: 130, signal: null, stdout: '' });
    expect(ran.stderr).not.toMatch(/error|warning/i);
    expect(workIn(stopped, 'timelines/')).toBe(4);
    await expectUndisturbed(stopped);
    expect(releaseHashes((await release(world, stopped)).path)).toEqual(hashes);
  });
});
