/**
 * A full disk ends a command with exit code 5 and takes nothing that was committed; with room again
 * the same command goes on.
 */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brewhouse, releaseHashes, tempFolder } from './brewhouse.ts';
import { build, buildArgs, makeSmallWorld, release, releaseArgs, type SmallWorld } from './small-world.ts';
import { expectRefusal } from './tiny-world.ts';
import { tableOf } from './told-origins.ts';

const DISK_BYTES = 32 * 1024 * 1024;

const disk = mkdtempSync(join(tmpdir(), 'brewhouse-disk-'));
const hasDisk =
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk], { stdio: 'ignore' }).status === 0;
if (!hasDisk) {
  console.warn('SKIPPED: no tmpfs can be mounted here, so nothing shows what a full disk does to a lake');
  rmSync(disk, { recursive: true });
}

/** Fills the disk up to so many free bytes. */
function leaveRoom(bytes: number): void {
  const filler = join(disk, 'filler');
  rmSync(filler, { force: true });
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
}

/** What a release puts on the disk before its files, tokens and numbers; and half of its files. */
async function halfWay(path: string): Promise<number> {
  const [segments, events] = [await tableOf(path, 'segments'), await tableOf(path, 'events')];
  const tokens = segments.reduce((sum, segment) => sum + Number(segment.tokens), 0);
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(path, name)));
  const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
  return 4 * (tokens + segments.length + events.length) + bytes / 2;
}

function commits(lake: string): Record<string, string> {
  const names = readdirSync(lake, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('/commits/'));
  return Object.fromEntries(
    names.filter((name) => name.endsWith('.json')).map((name) => [name, readFileSync(join(lake, name), 'utf8')]),
  );
}

describe.skipIf(!hasDisk)('a lake on a disk that is full', () => {
  // A skipped suite runs no afterAll: it makes no folder either.
  const folder = hasDisk ? tempFolder() : '';
  const lake = join(disk, 'lake');
  const flags = ['--partitions', '4', '--workers', '2'];
  const said = [/full/, /at .*lake/, /make room and run the same command again/];
  let world: SmallWorld;
  let hashes: Record<string, string>;
  let room: number;

  afterAll(() => {
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
  });
  beforeAll(async () => {
    // What is left on the disk is measured for this size.
    world = await makeSmallWorld(folder, { members: 150 });
    await build(world, join(folder, 'lake'), flags);
    const { path } = await release(world, join(folder, 'lake'));
    hashes = releaseHashes(path);
    room = await halfWay(path);
    mkdirSync(lake);
  });

  /**
   * Runs the command with so little room that it must fail; what was committed stays, byte for
   * byte.
   */
  async function failWith(bytes: number, args: readonly string[]): Promise<void> {
    leaveRoom(bytes);
    const before = commits(lake);
    expectRefusal(await brewhouse(args), 5, said);
    expect(commits(lake)).toMatchObject(before);
  }

  test('keeps the timelines and parts that were committed', async () => {
    await failWith(4_096, buildArgs(world, lake, flags));
    await failWith(200_000, buildArgs(world, lake, flags));
    const first = Object.keys(commits(lake)).length;
    await failWith(600_000, buildArgs(world, lake, flags));
    expect(Object.keys(commits(lake)).length).toBeGreaterThan(first);
    leaveRoom(8_000_000);
    await build(world, lake, flags);
  });

  test('has no release until all of it is written, and then the same bytes', async () => {
    await failWith(50_000, releaseArgs(world, lake));
    await failWith(room, releaseArgs(world, lake));
    const [id] = readdirSync(join(lake, 'releases'));
    expectRefusal(await brewhouse(['inspect', join(lake, 'releases', id!)]), 2, ['there is no release in']);
    leaveRoom(8_000_000);
    expect(releaseHashes((await release(world, lake)).path)).toEqual(hashes);
  });
});
