/**
 * The local folder as a store: the contract of the port, crashes, leftovers, and what the file
 * system refuses.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { translateFileError } from '../../src/adapters/filesystem/file-errors.ts';
import { openScratch, openStore } from '../../src/adapters/open-store.ts';
import { BrewhouseError, EXIT } from '../../src/errors.ts';
import { LEFTOVER_AGE_MS } from '../../src/lake/object-store.ts';
import { createSorter } from '../../src/sort/sorted-runs.ts';
import { describeStore, failureOf, textOf, utf8 } from '../contract/object-store.ts';
import { describeScratch } from '../contract/scratch.ts';
import { keysOf, namesIn, tempLake } from '../lake/temp-lake.ts';

const lake = tempLake();
const KEY = 'timelines/0/commits/00000000000000000001.json';

describeStore('a local folder', () => lake.open());
describeScratch(
  'a local folder',
  () => openScratch(lake.folder),
  async () => (await lake.leftovers()).length,
);

describe('a writer that dies', () => {
  const crash = (moment: string) => {
    const script = fileURLToPath(new URL('crash-writer.ts', import.meta.url));
    const { signal, stderr } = spawnSync(process.execPath, [script, lake.folder, KEY, moment], { encoding: 'utf8' });
    expect([signal, stderr]).toEqual(['SIGKILL', '']);
  };

  it('between write and link leaves no record, and the name to the next', async () => {
    crash('before-link');
    const store = lake.open();
    expect(await store.get(KEY)).toBeNull();
    expect(await keysOf(store)).toEqual([]);
    expect(await lake.leftovers()).toHaveLength(1);
    expect(await store.putIfAbsent(KEY, utf8('next'))).toBe(true);
    expect(textOf(await store.get(KEY))).toBe('next');
  });

  it('between link and its answer leaves a whole record', async () => {
    crash('after-link');
    expect(await lake.open().putIfAbsent(KEY, utf8('next'))).toBe(false);
    expect(textOf(await lake.open().get(KEY))).toBe('crashed writer');
  });
});

describe('leftovers', () => {
  it('are swept when they are older than a day by the clock that is given, and nothing else is', async () => {
    const store = lake.open();
    await store.put('a', utf8('x'));
    const now = 1_800_000_000_000;
    for (const [name, age] of [
      ['old.new', LEFTOVER_AGE_MS + 1000],
      ['young.run', LEFTOVER_AGE_MS - 1000],
    ] as const) {
      const path = join(lake.folder, 'tmp', name);
      writeFileSync(path, 'x');
      utimesSync(path, (now - age) / 1000, (now - age) / 1000);
    }
    utimesSync(join(lake.folder, 'a'), 0, 0);
    expect(await store.sweepLeftovers(now)).toBe(1);
    expect(await lake.leftovers()).toEqual(['young.run']);
    expect(await keysOf(store)).toEqual(['a']);
  });

  it('are none where nothing was written yet', async () => {
    expect(await openStore(join(lake.folder, 'new')).sweepLeftovers(0)).toBe(0);
    expect(existsSync(join(lake.folder, 'new'))).toBe(false);
  });
});

describe('what the file system refuses', () => {
  it.each([
    ['ENOSPC', 'disk_full'],
    ['EDQUOT', 'disk_full'],
    ['EACCES', 'store_refused'],
    ['EROFS', 'store_refused'],
    ['EIO', 'store_refused'],
  ])('%s is said as %s with exit code 5 and a remedy', (code, expected) => {
    const error = translateFileError(Object.assign(new Error('system'), { code }), 'write', 'lake/a') as BrewhouseError;
    expect(error).toBeInstanceOf(BrewhouseError);
    expect([error.code, error.exitCode, error.place.file]).toEqual([expected, EXIT.store, 'lake/a']);
    expect(error.remedy).not.toBe('');
  });

  it('a bug stays a bug', () => {
    const bug = new TypeError('undefined is not a function');
    expect(translateFileError(bug, 'write', 'lake/a')).toBe(bug);
  });

  it('a file where a folder must be is refused by name', async () => {
    writeFileSync(join(lake.folder, 'timelines'), '');
    expect(await failureOf(() => lake.open().put(KEY, utf8('x')))).toBe('store_refused');
    expect(await lake.open().get(KEY)).toBeNull();
    expect(await lake.leftovers()).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('a folder without the right to write is refused', async () => {
    mkdirSync(join(lake.folder, 'tmp'));
    chmodSync(join(lake.folder, 'tmp'), 0o500);
    expect(await failureOf(() => lake.open().create())).toBe('store_refused');
  });

  it.each(['https://example.org/lake', 'gs://bucket/lake', ''])(
    'the location %j is refused as usage',
    async (location) => {
      expect(await failureOf(() => openStore(location))).toBe('usage');
    },
  );
});

const small = await smallDisk();

describe.skipIf(small === null)('on a disk that is full', () => {
  afterAll(async () => {
    spawnSync('umount', [small!]);
    await rmdir(small!);
  });
  const megabyte = Buffer.alloc(1024 * 1024, 1);

  it('put, putIfAbsent and a file under way say disk_full, leave nothing, and go on when there is room', async () => {
    const store = openStore(small!);
    expect(await failureOf(() => store.put('a', megabyte))).toBe('disk_full');
    expect(await failureOf(() => store.putIfAbsent('a', megabyte))).toBe('disk_full');
    const file = store.create();
    expect(await failureOf(() => file.write(megabyte))).toBe('disk_full');
    expect(await failureOf(() => file.finishAs('a'))).toContain('finished or aborted');
    expect(await namesIn(join(small!, 'tmp'))).toEqual([]);
    expect(await keysOf(store)).toEqual([]);
    expect(await store.putIfAbsent('a', utf8('room'))).toBe(true);
  });

  it('a sorter says disk_full and leaves nothing behind', async () => {
    const sorter = createSorter({ scratch: openScratch(small!), bytesMax: 64 * 1024 });
    const fill = () => {
      for (let i = 0; i < 1024; i++) sorter.add(utf8(`key ${i}`), megabyte.subarray(0, 1024));
    };
    expect(await failureOf(fill)).toBe('disk_full');
    sorter.close();
    expect(await namesIn(join(small!, 'tmp'))).toEqual([]);
  });
});

/** A mounted folder of 512 KiB, or null where this user may not mount. */
async function smallDisk(): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'brewhouse-small-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', folder]);
  if (status === 0) return folder;
  await rmdir(folder);
  console.warn('SKIPPED: a full disk is not tried, since this user may not mount a small one');
  return null;
}
