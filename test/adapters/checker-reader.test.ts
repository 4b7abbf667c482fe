/** Readers of the checker: a folder of this machine, and a store, by one contract. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { eventsAt, openReader, readerOfStore, releaseAt } from '../../src/adapters/checker-reader.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { BrewhouseError } from '../../src/errors.ts';
import { flawOf, isFile, isNamed, readerAt } from '../../src/verify/reader.ts';
import { describeReader } from '../contract/reader.ts';

const root = mkdtempSync(join(tmpdir(), 'brewhouse-readers-'));
afterAll(() => rmSync(root, { recursive: true }));

type Files = Readonly<Record<string, string | Uint8Array>>;

function written(files: Files): string {
  const place = join(mkdtempSync(join(root, 'each-')), 'place');
  for (const [name, bytes] of Object.entries(files)) {
    const path = name.startsWith('beside/') ? `${place}.dead/${name.slice('beside/'.length)}` : join(place, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  return place;
}

describeReader('a local folder', async (files) => openReader(releaseAt(written(files))));
describeReader('a local folder, links followed', async (files) => openReader(eventsAt(written(files))));
describeReader('a store', async (files) => {
  const stores = new Map(['', '.dead', '.none'].map((ending) => [ending, openMemoryStore()]));
  for (const [name, bytes] of Object.entries(files)) {
    const isBeside = name.startsWith('beside/');
    await stores.get(isBeside ? '.dead' : '')!.put(isBeside ? name.slice('beside/'.length) : name, Buffer.from(bytes));
  }
  const reader = readerOfStore((ending) => ({ ...stores.get(ending)!, location: `memory${ending}` }));
  return reader;
});

describe('a local folder', () => {
  it('has links as files where they are followed, and as none where not; a pipe is none', async () => {
    const place = written({ 'sub/a': 'x' });
    symlinkSync(join(place, 'sub', 'a'), join(place, 'link'));
    symlinkSync(join(place, 'sub'), join(place, 'folder'));
    expect(spawnSync('mkfifo', [join(place, 'pipe')]).status).toBe(0);
    const [release, events] = await Promise.all([readerAt(releaseAt(place)), readerAt(eventsAt(place))]);
    const seen = async (reader: typeof release) => {
      const { names } = await reader.list('');
      const files = await Promise.all(names.map(({ name }) => isFile(reader, name)));
      return names.map(({ name, kind }, i) => `${name} ${kind} ${files[i]}`).sort();
    };
    expect(await seen(release)).toEqual([
      ...['folder other false', 'link other false', 'pipe other false', 'sub folder false'],
    ]);
    expect(await seen(events)).toEqual([
      ...['folder folder false', 'link file true', 'pipe other false', 'sub folder false'],
    ]);
    expect((await events.list('folder/')).place).toBe((await events.list('sub/')).place);
    expect(await isNamed(release, 'pipe')).toBe(true);
  });
});

describe('what a reader throws', () => {
  it('is a flaw of the file, unless a store did not answer or did not let us', () => {
    expect(flawOf(new RangeError('cut off'))).toBe('cut off');
    expect(flawOf(new BrewhouseError('input_unreadable', 'gone'))).toBe('gone');
    for (const code of ['store_busy', 'store_refused'] as const)
      expect(() => flawOf(new BrewhouseError(code, 'silent'))).toThrow('silent');
  });
});
