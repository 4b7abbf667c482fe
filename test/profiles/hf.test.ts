/** The profile `hf`: its columns, its footer and its digests. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HF, IGNORE_INDEX } from '../../src/profiles/hf.ts';
import type { TokenRows } from '../../src/profiles/profile.ts';
import { offsetsOf, openFile, readColumn, readWithHyparquet, writeFile } from '../shard/parquet-file.ts';

/** The bytes of an hf file with one row group. */
function hfFile(rows: TokenRows): Buffer {
  return writeFile(HF.columns, [{ chunks: HF.chunks(rows), rows: rows.rows }], HF.keyValues({ split: 'train' }));
}

const row = fc.array(fc.integer({ min: 0, max: 150_000 }), { minLength: 1, maxLength: 30 }).chain((ids) =>
  fc
    .uniqueArray(fc.nat({ max: ids.length }), { minLength: 2, maxLength: 6 })
    .map((ends) => ends.toSorted((a, b) => a - b).slice(0, ends.length - (ends.length % 2)))
    .map((spans) => ({ ids, spans })),
);

describe('the hf profile', () => {
  it('labels the supervised tokens with themselves, all others with -100, and masks nothing', async () => {
    const base = fc.nat({ max: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), base, base, async (rows, idsBase, spansBase) => {
        const file = hfFile({
          rows: rows.length,
          ids: Int32Array.from([...Array<number>(idsBase).fill(7), ...rows.flatMap(({ ids }) => ids)]),
          offsets: offsetsOf(rows.map(({ ids }) => ids)).map((offset) => offset + idsBase),
          spans: Int32Array.from([...Array<number>(spansBase).fill(0), ...rows.flatMap(({ spans }) => spans)]),
          spanOffsets: offsetsOf(rows.map(({ spans }) => spans)).map((offset) => offset + spansBase),
        });
        const expected = rows.map(({ ids, spans }) => ({
          input_ids: ids,
          attention_mask: ids.map(() => 1),
          labels: ids.map((id, i) =>
            spans.some((from, s) => s % 2 === 0 && i >= from && i < spans[s + 1]!) ? id : IGNORE_INDEX,
          ),
        }));
        const theirs = await readWithHyparquet(file);
        expect(theirs).toEqual(expected.map((r) => ({ ...r, labels: r.labels.map(BigInt) })));
        for (const name of ['input_ids', 'attention_mask', 'labels'] as const)
          expect(await readColumn(await openFile(file), name)).toEqual(expected.map((r) => r[name]));
      }),
    );
  });

  it('takes a few bytes for an attention mask of a million ones', () => {
    const rows = 500;
    const offsets = Int32Array.from({ length: rows + 1 }, (_, i) => i * 2000);
    const mask = [{ name: 'attention_mask', type: 'list<int8>' }] as const;
    const file = writeFile(mask, [{ rows, chunks: [{ values: { constant: 1 }, offsets }] }]);
    expect(file.length).toBeLessThan(1000);
  });

  it.each([
    ['an empty row', { offsets: [0, 0, 2] }],
    ['a row without a supervised token', { spanOffsets: [0, 0, 2] }],
    ['an empty span', { spans: [0, 0, 0, 1] }],
    ['a span beyond its row', { spans: [0, 2, 0, 1] }],
    ['a span before its row', { spans: [-1, 1, 0, 1] }],
    ['half a span', { spanOffsets: [0, 1, 4] }],
    ['offsets of other rows', { offsets: [0, 2] }],
    ['fewer ids than offsets', { offsets: [0, 1, 3] }],
  ])('refuses %s', (_, change: { offsets?: number[]; spans?: number[]; spanOffsets?: number[] }) => {
    const { offsets, spans, spanOffsets } = {
      offsets: [0, 1, 2],
      spans: [0, 1, 0, 1],
      spanOffsets: [0, 2, 4],
      ...change,
    };
    const rows: TokenRows = {
      rows: 2,
      ids: Int32Array.of(5, 6),
      offsets: Int32Array.from(offsets),
      spans: Int32Array.from(spans),
      spanOffsets: Int32Array.from(spanOffsets),
    };
    expect(() => hfFile(rows)).toThrow(Error);
  });
});

describe('the footer of an hf file', () => {
  it('tells the features exactly as datasets 5.2 writes them, then our own key-values', () => {
    expect(Object.entries(HF.keyValues({ profile: 'hf', split: 'train' }))).toEqual([
      // As read from Dataset.from_dict(..., features=...).to_parquet(...), with JSON's spaces taken
      // out.
      [
        'huggingface',
        '{"info":{"features":{"input_ids":{"feature":{"dtype":"int32","_type":"Value"},"_type":"List"},' +
          '"attention_mask":{"feature":{"dtype":"int8","_type":"Value"},"_type":"List"},' +
          '"labels":{"feature":{"dtype":"int64","_type":"Value"},"_type":"List"}}}}',
      ],
      ['profile', 'hf'],
      ['split', 'train'],
    ]);
  });

  it('lets nobody else give the features', () => {
    expect(() => HF.keyValues({ huggingface: '{}' })).toThrow(Error);
  });
});
