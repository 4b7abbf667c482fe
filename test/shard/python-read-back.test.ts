/** Columns of every type come back as they were through the libraries of Python. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HF } from '../../src/profiles/hf.ts';
import type { ColumnChunk, ColumnSpec } from '../../src/shard/parquet-writer.ts';
import { writeFile } from './parquet-file.ts';

const hasPython = spawnSync('python3', ['-c', 'import pyarrow']).status === 0;
if (!hasPython)
  console.warn('SKIPPED: python3 cannot import pyarrow, so no Python library reads our Parquet files back in this run');

/**
 * The schema that pyarrow prints for the file that `datasets` 5.2 writes of the same three columns.
 */
const DATASETS_SCHEMA = `required group field_id=-1 schema {
  optional group field_id=-1 input_ids (List) {
    repeated group field_id=-1 list {
      optional int32 field_id=-1 element;
    }
  }
  optional group field_id=-1 attention_mask (List) {
    repeated group field_id=-1 list {
      optional int32 field_id=-1 element (Int(bitWidth=8, isSigned=true));
    }
  }
  optional group field_id=-1 labels (List) {
    repeated group field_id=-1 list {
      optional int64 field_id=-1 element;
    }
  }
}
`;

const FEATURES = {
  input_ids: { feature: { dtype: 'int32', _type: 'Value' }, _type: 'List' },
  attention_mask: { feature: { dtype: 'int8', _type: 'Value' }, _type: 'List' },
  labels: { feature: { dtype: 'int64', _type: 'Value' }, _type: 'List' },
};

interface Answer {
  readonly schema: string;
  readonly read: Record<string, Record<string, unknown[]>>;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-parquet-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function readWithPython(name: string, file: Buffer): Answer {
  const path = join(folder, name);
  writeFileSync(path, file);
  const script = join(import.meta.dirname, 'read-back.py');
  return JSON.parse(execFileSync('python3', [script, path], { encoding: 'utf8', maxBuffer: 2 ** 26 })) as Answer;
}

describe('pyarrow, DuckDB, polars and datasets', () => {
  it.skipIf(!hasPython)('read an hf file with the schema and the features that datasets itself writes', () => {
    const chunks = HF.chunks({
      rows: 3,
      ids: Int32Array.of(11, 12, 13, 21, 31, 32),
      offsets: Int32Array.of(0, 3, 4, 6),
      spans: Int32Array.of(1, 3, 0, 1, 1, 2),
      spanOffsets: Int32Array.of(0, 2, 4, 6),
    });
    const { schema, read } = readWithPython(
      'hf.parquet',
      writeFile(HF.columns, [{ chunks, rows: 3 }], HF.keyValues({ profile: 'hf' })),
    );
    const expected = {
      input_ids: [['11', '12', '13'], ['21'], ['31', '32']],
      attention_mask: [['1', '1', '1'], ['1'], ['1', '1']],
      labels: [['-100', '12', '13'], ['21'], ['-100', '32']],
    };
    expect(schema.trim()).toBe(DATASETS_SCHEMA.trim());
    for (const { features, ...rows } of Object.values(read)) {
      expect(rows).toEqual(expected);
      if (features) expect(JSON.parse(String(features[0]))).toEqual(FEATURES);
    }
  });

  it.skipIf(!hasPython)('read every column type, several groups, empty lists, extremes and any script', () => {
    const columns: ColumnSpec[] = [
      { name: 'n', type: 'int32' },
      { name: 'big', type: 'int64' },
      { name: 'p', type: 'double' },
      { name: 'plain', type: 'utf8' },
      { name: 'few', type: 'utf8' },
      { name: 'ids', type: 'list<int32>' },
      { name: 'mask', type: 'list<int8>' },
      { name: 'labels', type: 'list<int64>' },
      { name: 'weights', type: 'list<float>' },
      { name: 'tags', type: 'list<utf8>' },
    ];
    const extremes = [-(2n ** 63n), 2n ** 63n - 1n, 0n, -1n];
    const rows = 3000;
    const sizes = Array.from({ length: rows }, (_, i) => (i * 7919) % 5);
    const offsets = new Int32Array(rows + 1);
    sizes.forEach((size, i) => {
      offsets[i + 1] = offsets[i]! + size;
    });
    const total = offsets[rows]!;
    const range = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));
    const n = range(rows, (i) => (i < 1500 ? i - 700 : i % 3));
    const big = range(rows, (i) => extremes[i % 4]!);
    const p = range(rows, (i) => i / 4 + 0.125);
    const plain = range(rows, (i) => `作業 ${i} ☕`);
    const few = range(rows, (i) => (i % 300 < 20 ? 'naïve' : `w${i % 11}`));
    const ids = range(total, (i) => (i * 2654435761) | 0);
    const mask = range(total, (i) => (i % 9 === 0 ? -128 : 127));
    const weights = range(total, (i) => Math.fround(i % 7 === 0 ? 1 : 0.01));
    const tags = range(total, (i) => (i % 2 ? '' : `🍺${i % 4}`));
    const chunks: ColumnChunk[] = [
      Int32Array.from(n),
      BigInt64Array.from(big),
      Float64Array.from(p),
      plain,
      few,
      { values: Int32Array.from(ids), offsets },
      { values: Int8Array.from(mask), offsets },
      { values: Int32Array.from(ids), offsets },
      { values: Float32Array.from(weights), offsets },
      { values: tags, offsets },
    ];
    const none: ColumnChunk[] = [
      Int32Array.of(1, 1),
      BigInt64Array.of(1n, 1n),
      Float64Array.of(1.5, 1.5),
      ['', ''],
      ['', ''],
      ...[Int32Array.of(), Int8Array.of(), Int32Array.of(), Float32Array.of(), [] as string[]].map((values) => ({
        values,
        offsets: Int32Array.of(0, 0, 0),
      })),
    ];
    const { read } = readWithPython(
      'all.parquet',
      writeFile(columns, [
        { chunks, rows },
        { chunks: none, rows: 2 },
      ]),
    );
    const flat = (values: readonly unknown[], last: string) => [...values.map(String), last, last];
    const lists = (values: readonly unknown[]) => [
      ...sizes.map((_, i) => values.slice(offsets[i], offsets[i + 1]).map(String)),
      [],
      [],
    ];
    const expected = {
      n: flat(n, '1'),
      big: flat(big, '1'),
      p: flat(p, '1.5'),
      plain: flat(plain, ''),
      few: flat(few, ''),
      ids: lists(ids),
      mask: lists(mask),
      labels: lists(ids),
      weights: lists(weights),
      tags: lists(tags),
    };
    for (const [library, { features: _, ...found }] of Object.entries(read))
      expect(floatsShortened(found), library).toEqual(expected);
  });
});

/** Python prints 1.0 where JavaScript prints 1. */
function floatsShortened(columns: Record<string, unknown[]>): Record<string, unknown[]> {
  const short = (value: unknown): unknown => (Array.isArray(value) ? value.map(short) : String(Number(value)));
  return { ...columns, p: columns.p!.map(short), weights: columns.weights!.map(short) };
}
