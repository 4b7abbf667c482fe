/**
 * Every profile of the registry: its chunks are its columns, and a row's digest hangs on what it is
 * told.
 */
import { describe, expect, it } from 'vitest';
import { PROFILE_NAMES, profileOf } from '../../src/profiles/profiles.ts';
import { readWithHyparquet, writeFile } from '../shard/parquet-file.ts';

const ROWS = {
  rows: 2,
  ids: Int32Array.of(5, 6, 7, 8, 9),
  offsets: Int32Array.of(0, 3, 5),
  spans: Int32Array.of(1, 3, 1, 2),
  spanOffsets: Int32Array.of(0, 2, 4),
};

describe.each(PROFILE_NAMES.map((name) => [name, profileOf(name)] as const))('the profile %s', (_, profile) => {
  it('writes files of its columns, one list a row, as long as the row', async () => {
    const file = writeFile(profile.columns, [{ chunks: profile.chunks(ROWS), rows: 2 }], profile.keyValues({}));
    const rows = (await readWithHyparquet(file)) as Record<string, ArrayLike<unknown>>[];
    expect(rows.map((row) => Object.keys(row))).toEqual(rows.map(() => profile.columns.map(({ name }) => name)));
    expect(rows.map((row) => Object.values(row).map(({ length }) => length))).toEqual(
      [3, 2].map((size) => profile.columns.map(() => size)),
    );
  });

  it('tells rows apart by ids and by what is supervised', () => {
    const digest = (ids: number[], spans: number[]) =>
      Buffer.from(profile.rowDigest(Int32Array.from(ids), Int32Array.from(spans))).toString('hex');
    const first = digest([5, 6, 7], [1, 3]);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(digest([5, 6, 7], [1, 3])).toBe(first);
    expect(digest([5, 6, 8], [1, 3])).not.toBe(first);
    expect(digest([5, 6, 7], [2, 3])).not.toBe(first);
  });
});

describe('the registry', () => {
  it('has hf first, and names the nearest where a profile is mistyped', () => {
    expect(PROFILE_NAMES[0]).toBe('hf');
    expect(() => profileOf('hff')).toThrow(expect.objectContaining({ code: 'usage', remedy: 'did you mean hf?' }));
  });
});
