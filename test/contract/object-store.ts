/**
 * What every store of a lake must do, whatever it is made of: run on a local folder, in memory, and
 * on a bucket when there is one.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BrewhouseError } from '../../src/errors.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { keysOf } from '../lake/temp-lake.ts';

export const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');
export const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('utf8');

/** The code that the work fails with, or `none`. */
export async function failureOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return (error as BrewhouseError).code ?? (error as Error).message;
  }
  return 'none';
}

/** `open` gives the same lake at every call within one test and an empty one to the next test. */
export function describeStore(name: string, open: () => ObjectStore): void {
  describe(`the store on ${name}`, () => {
    describeReading(open);
    describeNaming(open);
    describeFilesUnderWay(open);
  });
}

function describeReading(open: () => ObjectStore): void {
  it('gives null for what is not there, and refuses to read a part of it', async () => {
    const store = open();
    expect(await store.get('a/b')).toBeNull();
    expect(await failureOf(() => store.openRead('a/b'))).toBe('lake_broken');
  });

  it('gives back the bytes and any part of them', async () => {
    const store = open();
    await store.put('a/b', utf8('0123456789'));
    expect(textOf(await store.get('a/b'))).toBe('0123456789');
    const reader = await store.openRead('a/b');
    const parts = await Promise.all([reader.read(0, 10), reader.read(9, 10), reader.read(4, 4)]);
    expect([reader.size, ...parts.map(textOf)]).toEqual([10, '0123456789', '9', '']);
    await reader.close();
    await reader.close();
    expect(await failureOf(() => reader.read(0, 1))).toContain('is closed');
  });

  it('keeps bytes of its own: what the caller does to his afterwards changes nothing', async () => {
    const store = open();
    const given = utf8('before');
    await store.put('a', given);
    await store.putIfAbsent('b', given);
    given.fill(0);
    (await store.get('a'))?.fill(0);
    const reader = await store.openRead('a');
    (await reader.read(0, 6)).fill(0);
    await reader.close();
    expect([textOf(await store.get('a')), textOf(await store.get('b'))]).toEqual(['before', 'before']);
  });

  it('says that the lake is broken where a file ends before the bytes that were asked for', async () => {
    const store = open();
    await store.put('a', utf8('0123'));
    const reader = await store.openRead('a');
    for (const [from, to] of [
      [0, 5],
      [3, 2],
      [-1, 2],
      [0, Number.MAX_SAFE_INTEGER],
    ] as const)
      expect(await failureOf(() => reader.read(from, to))).toBe('lake_broken');
    await reader.close();
  });

  it('lists the names in a folder in byte order, those of folders with a slash, without files under way', async () => {
    const store = open();
    const file = store.create();
    file.write(utf8('under way'));
    for (const key of ['b/2', 'b/10', 'b/é', 'b/Z', 'b/Z2/1', 'b/Z2/2', 'ba', 'c/deep/er/1'])
      await store.put(key, utf8(key));
    expect(await store.list('')).toEqual(['b/', 'ba', 'c/']);
    expect(await store.list('b/')).toEqual(['10', '2', 'Z', 'Z2/', 'é']);
    expect(await store.list('c/deep/')).toEqual(['er/']);
    expect(await store.list('none/')).toEqual([]);
    file.abort();
  });
}

function describeNaming(open: () => ObjectStore): void {
  it('lets one of 32 writers win a name, and the others change nothing', async () => {
    const writers = Array.from({ length: 32 }, (_, i) => i);
    const won = await Promise.all(writers.map((i) => open().putIfAbsent('commits/1.json', utf8(`writer ${i}`))));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(textOf(await open().get('commits/1.json'))).toBe(`writer ${won.indexOf(true)}`);
    expect(await keysOf(open())).toEqual(['commits/1.json']);
  });

  it('puts over what was there before', async () => {
    const store = open();
    await store.put('a', utf8('long before'));
    await store.put('a', utf8('now'));
    expect(textOf(await store.get('a'))).toBe('now');
    expect(await store.putIfAbsent('a', utf8('never'))).toBe(false);
    expect(textOf(await store.get('a'))).toBe('now');
  });

  it.each(['', '/a', 'a/', 'a//b', '../a', 'a/./b', 'a\\b', 'a\0'])('refuses the key %j as a bug', async (key) => {
    const store = open();
    for (const use of [
      () => store.put(key, utf8('x')),
      () => store.putIfAbsent(key, utf8('x')),
      () => store.get(key),
      () => store.openRead(key),
      () => store.create().finishAs(key),
    ])
      expect(await failureOf(use)).toContain('not a key of a lake');
  });

  it.each(['a', '/', '../', 'a//'])('refuses to list %j as a bug', async (folder) => {
    expect(await failureOf(() => open().list(folder))).toMatch(/not a (key|folder) of a lake/);
  });
}

function describeFilesUnderWay(open: () => ObjectStore): void {
  it('names a file under way by its content, and writes it again where the name exists', async () => {
    const store = open();
    const sha256 = createHash('sha256').update('hello world').digest('hex');
    const write = async () => {
      const file = store.create();
      const chunk = Buffer.from('hello ');
      file.write(chunk);
      chunk.fill(0);
      file.write(utf8(''));
      file.write(utf8('world'));
      return file.finish('x/raw', '.txt');
    };
    expect(await write()).toEqual({ key: `x/raw/${sha256}.txt`, sha256, bytes: 11 });
    await store.put(`x/raw/${sha256}.txt`, utf8('hello'));
    await write();
    expect(textOf(await store.get(`x/raw/${sha256}.txt`))).toBe('hello world');
    expect(await keysOf(store)).toEqual([`x/raw/${sha256}.txt`]);
  });

  it('names a file under way as the caller says', async () => {
    const store = open();
    const file = store.create();
    file.write(utf8('shard'));
    const { sha256, bytes } = await file.finishAs('releases/r/data/0.parquet');
    expect([sha256, bytes]).toEqual([createHash('sha256').update('shard').digest('hex'), 5]);
    expect(textOf(await store.get('releases/r/data/0.parquet'))).toBe('shard');
  });

  it('leaves nothing of a file that is aborted, and takes no more after its end', async () => {
    const store = open();
    const aborted = store.create();
    aborted.write(utf8('x'));
    aborted.abort();
    aborted.abort();
    const finished = store.create();
    await finished.finishAs('a');
    for (const file of [aborted, finished]) {
      expect(await failureOf(() => file.write(utf8('y')))).toContain('finished or aborted');
      expect(await failureOf(() => file.finishAs('b'))).toContain('finished or aborted');
    }
    finished.abort();
    expect(await keysOf(store)).toEqual(['a']);
  });

  it('sweeps no leftovers where there are none', async () => {
    await open().put('a', utf8('x'));
    expect(await open().sweepLeftovers(Number.MAX_SAFE_INTEGER)).toBe(0);
    expect(await keysOf(open())).toEqual(['a']);
  });
}
