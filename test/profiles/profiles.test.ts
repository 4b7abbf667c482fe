/** Every profile of the registry: its chunks are its columns. */
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
});

describe('the registry', () => {
  it('has hf first, and names the nearest where a profile is mistyped', () => {
    expect(PROFILE_NAMES[0]).toBe('hf');
    expect(() => profileOf('hff')).toThrow(expect.objectContaining({ code: 'usage', remedy: 'did you mean hf?' }));
  });
});
