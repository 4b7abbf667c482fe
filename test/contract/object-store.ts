/** What every store of a lake must do, whatever it is made of: run on the local folder, and on a bucket when there is one. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BrewhouseError } from '../../src/errors.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';

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
    describeSpools(open);
  });
}

function describeReading(open: () => ObjectStore): void {
  it('gives null for what is not there, and refuses to read a part of it', async () => {
    const store = open();
    expect(await store.get('a/b')).toBeNull();
    expect(await store.size('a/b')).toBeNull();
    expect(await failureOf(() => store.getRange('a/b', 0, 1))).toBe('lake_broken');
    expect(await failureOf(() => store.openRead('a/b'))).toBe('lake_broken');
  });

  it('gives back the bytes, their number and any part of them', async () => {
    const store = open();
    await store.put('a/b', utf8('0123456789'));
    expect(textOf(await store.get('a/b'))).toBe('0123456789');
    expect(await store.size('a/b')).toBe(10);
    expect(textOf(await store.getRange('a/b', 2, 5))).toBe('234');
    const reader = await store.openRead('a/b');
    const parts = await Promise.all([reader.read(0, 10), reader.read(9, 10), reader.read(4, 4)]);
    expect([reader.size, ...parts.map(textOf)]).toEqual([10, '0123456789', '9', '']);
    await reader.close();
    await reader.close();
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
    ] as const) {
      expect(await failureOf(() => store.getRange('a', from, to))).toBe('lake_broken');
      expect(await failureOf(() => reader.read(from, to))).toBe('lake_broken');
    }
    await reader.close();
  });

  it('lists the keys of a prefix in byte order, without files under way', async () => {
    const store = open();
    const spool = store.spool();
    spool.write(utf8('under way'));
    for (const key of ['b/2', 'b/10', 'b/é', 'b/Z', 'ba', 'c/deep/er/1']) await store.put(key, utf8(key));
    expect(await store.list('b/')).toEqual(['b/10', 'b/2', 'b/Z', 'b/é']);
    expect(await store.list('b/1')).toEqual(['b/10']);
    expect(await store.list('b')).toEqual(['b/10', 'b/2', 'b/Z', 'b/é', 'ba']);
    expect(await store.list('')).toEqual(['b/10', 'b/2', 'b/Z', 'b/é', 'ba', 'c/deep/er/1']);
    expect(await store.list('none/')).toEqual([]);
    spool.abort();
  });
}

function describeNaming(open: () => ObjectStore): void {
  it('lets one of 32 writers win a name, and the others change nothing', async () => {
    const writers = Array.from({ length: 32 }, (_, i) => i);
    const won = await Promise.all(writers.map((i) => open().putIfAbsent('commits/1.json', utf8(`writer ${i}`))));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(textOf(await open().get('commits/1.json'))).toBe(`writer ${won.indexOf(true)}`);
    expect(await open().list('')).toEqual(['commits/1.json']);
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
    expect(await failureOf(() => open().put(key, utf8('x')))).toContain('not a key of a lake');
  });

  it('removes temporary files alone', async () => {
    const store = open();
    await store.put('a', utf8('x'));
    expect(await failureOf(() => store.removePrefix('a'))).toContain('only temporary files');
    await store.removePrefix('tmp/');
    expect(await store.list('')).toEqual(['a']);
  });
}

function describeSpools(open: () => ObjectStore): void {
  it('names a spool by its content, and writes it again where the name exists', async () => {
    const store = open();
    const sha256 = createHash('sha256').update('hello world').digest('hex');
    const write = async () => {
      const spool = store.spool();
      const chunk = Buffer.from('hello ');
      spool.write(chunk);
      chunk.fill(0);
      spool.write(utf8(''));
      spool.write(utf8('world'));
      return spool.finish('x/raw', '.txt');
    };
    expect(await write()).toEqual({ key: `x/raw/${sha256}.txt`, sha256, bytes: 11 });
    await store.put(`x/raw/${sha256}.txt`, utf8('hello'));
    await write();
    expect(textOf(await store.get(`x/raw/${sha256}.txt`))).toBe('hello world');
    expect(await store.list('')).toEqual([`x/raw/${sha256}.txt`]);
  });

  it('names a spool as the caller says', async () => {
    const store = open();
    const spool = store.spool();
    spool.write(utf8('shard'));
    const { sha256, bytes } = await spool.finishAs('releases/r/data/0.parquet');
    expect([sha256, bytes]).toEqual([createHash('sha256').update('shard').digest('hex'), 5]);
    expect(textOf(await store.get('releases/r/data/0.parquet'))).toBe('shard');
  });

  it('leaves nothing of a spool that is aborted, and takes no more after its end', async () => {
    const store = open();
    const aborted = store.spool();
    aborted.write(utf8('x'));
    aborted.abort();
    aborted.abort();
    const finished = store.spool();
    await finished.finishAs('a');
    for (const spool of [aborted, finished]) {
      expect(await failureOf(() => spool.write(utf8('y')))).toContain('finished or aborted');
      expect(await failureOf(() => spool.finishAs('b'))).toContain('finished or aborted');
    }
    finished.abort();
    expect(await store.list('')).toEqual(['a']);
  });
}
