/** The form of Parquet files: nothing in one but what its columns and its footer should say. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, describe, expect, it, test } from 'vitest';
import { openReader, releaseAt } from '../../src/adapters/checker-reader.ts';
import { HF } from '../../src/profiles/hf.ts';
import { createParquetWriter } from '../../src/shard/parquet-writer.ts';
import * as thrift from '../../src/shard/thrift.ts';
import { checkParquet, openParquet } from '../../src/verify/parquet/check-parquet.ts';
import { type WalkedPage, walkPages } from '../../src/verify/parquet/chunk-pages.ts';
import { unpacked } from '../../src/verify/parquet/compressed.ts';
import type { WantedFile } from '../../src/verify/parquet/footer-claims.ts';
import type { ColumnChunk } from '../../src/verify/parquet/metadata.ts';
import { wrongIndexes } from '../../src/verify/parquet/ranges.ts';
import { readStruct } from '../../src/verify/parquet/thrift.ts';
import { wrongGroup } from '../../src/verify/release/read-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'brewhouse-parquet-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FACTS = { 'brewhouse.profile': 'hf', split: 'train' };
const keyValues = Object.entries(HF.keyValues(FACTS));
const isList = true;
const tokens: WantedFile = {
  columns: [
    { name: 'input_ids', type: 'int32', isList },
    { name: 'attention_mask', type: 'int8', isList },
    { name: 'labels', type: 'int64', isList },
  ],
  ...{ keyValues, mayBeRewritten: true },
};

/** Two row groups of token rows, with ids of both kinds: few that repeat, and many. */
function tokenFile(): Buffer {
  const chunks: Uint8Array[] = [];
  const write = (chunk: Uint8Array) => void chunks.push(chunk.slice());
  const writer = createParquetWriter({ columns: HF.columns, keyValues: Object.fromEntries(keyValues), write });
  for (const span of [60, 50_000]) {
    const ids = Int32Array.from({ length: 3_000 }, (_, i) => (i * 7919) % span);
    const spans = Int32Array.of(998, 1_000, 998, 1_000, 998, 1_000);
    const offsets = Int32Array.of(0, 1_000, 2_000, 3_000);
    writer.writeRowGroup(HF.chunks({ rows: 3, ids, offsets, spans, spanOffsets: Int32Array.of(0, 2, 4, 6) }), 3);
  }
  writer.finish();
  return Buffer.concat(chunks);
}

const honest = tokenFile();

/** A file of the folder. */
const named = (path: string) => ({ files: openReader(releaseAt(folder)), path });

async function wrongOf(bytes: Uint8Array, wanted = tokens): Promise<readonly string[]> {
  writeFileSync(join(folder, 'file.parquet'), bytes);
  return (await checkParquet(named('file.parquet'), wanted)).wrong;
}

describe('a token file', () => {
  it('of our own writer has nothing wrong, and tells its row groups', async () => {
    expect(await wrongOf(honest)).toEqual([]);
    expect((await checkParquet(named('file.parquet'), tokens)).groups).toEqual([3, 3]);
  });

  it('is wrong with another key-value, with one more or less, or in another order (PUBLISH-6)', async () => {
    const [first, second, ...others] = keyValues as [[string, string], [string, string], ...[string, string][]];
    const other = (own: WantedFile['keyValues']) => wrongOf(honest, { ...tokens, keyValues: own });
    expect(await other([first, [second[0], 'else'], ...others])).toEqual([
      'footer brewhouse.profile is hf instead of else',
    ]);
    expect(await other([first, ...others])).toEqual(['footer brewhouse.profile is there, with hf']);
    expect(await other([first, second, ...others, ['more', '']])).toEqual(['footer more is missing']);
    expect(await other([second, first, ...others])).toEqual(['the keys of its footer are in another order']);
  });

  it('is wrong with other names, types, orders and numbers of columns (PUBLISH-6)', async () => {
    const [ids, mask, labels] = tokens.columns;
    const told = (...columns: (typeof ids)[]) => wrongOf(honest, { ...tokens, columns: columns.map((one) => one!) });
    expect(await told(ids, mask, labels)).toEqual([]);
    for (const columns of [
      [mask, ids, labels],
      [ids, mask],
      [{ ...ids!, name: 'ids' }, mask, labels],
      [ids, { ...mask!, type: 'int32' as const }, labels],
      [ids, mask, { ...labels!, isList: false }],
    ])
      expect(await told(...columns)).toEqual(expect.arrayContaining([expect.stringContaining('columns are')]));
  });

  it('is wrong wherever a byte is changed, but for the padding that nobody reads', async () => {
    const missed: number[] = [];
    // Every third byte of the footer, and some of the pages.
    const footer = honest.length - 8 - honest.readUInt32LE(honest.length - 8);
    for (let at = 0; at < honest.length; at += at < footer ? 97 : 3) {
      const changed = Buffer.from(honest);
      changed[at] = (changed[at] ?? 0) ^ (at % 2 === 0 ? 0x41 : 1 << (at % 8));
      if ((await wrongOf(changed)).length === 0) missed.push(at);
    }
    expect(missed).toEqual([]);
  }, 60_000);

  it('is wrong with bytes between its pages and its footer', async () => {
    const at = honest.length - 8 - honest.readUInt32LE(honest.length - 8);
    const raw = Buffer.from('member-1@example.org');
    const changed = Buffer.concat([honest.subarray(0, at), raw, honest.subarray(at)]);
    expect(await wrongOf(changed)).toEqual([`${raw.length} bytes from ${at} on are not its own`]);
  });
});

describe('a column of lists that may be empty', () => {
  const lists = [
    [[4, 4, 9], [], [7]],
    [[], []],
    [[], [1], [2, 3], []],
  ];
  const [columns, file] = [[{ name: 'events', type: 'int32' as const, isList }], [] as Uint8Array[]];
  const write = (chunk: Uint8Array) => void file.push(chunk.slice());
  const writer = createParquetWriter({ columns: [{ name: 'events', type: 'list<int32>' }], keyValues: {}, write });
  for (const group of lists) {
    const offsets = Int32Array.from([0, ...group.map((_, row) => group.slice(0, row + 1).flat().length)]);
    writer.writeRowGroup([{ values: Int32Array.from(group.flat()), offsets }], group.length);
  }
  writer.finish();
  const bytes = Buffer.concat(file);
  const wanted = (mayBeEmpty: boolean): WantedFile => {
    return { columns: columns.map((column) => ({ ...column, mayBeEmpty })), keyValues: [], mayBeRewritten: false };
  };

  it('has nothing wrong, and its rows are those that were written', async () => {
    expect(await wrongOf(bytes, wanted(true))).toEqual([]);
    const opened = await openParquet(named('file.parquet'), wanted(true));
    const reading = lists.map(async (group, index) => {
      const column = (await opened.walk(index)).columns.get('events')!;
      if ('texts' in column) throw new Error('events are numbers');
      return group.map((_, row) =>
        Array.from(column.numbers.subarray(row === 0 ? 0 : column.ends![row - 1], column.ends![row])),
      );
    });
    const read = await Promise.all(reading);
    await opened.close();
    expect(read).toEqual(lists);
  });

  it('is wrong where none may be', async () => {
    expect(await wrongOf(bytes, wanted(false))).toEqual([expect.stringContaining('null or empty')]);
  });

  it('is wrong wherever a byte is changed', async () => {
    const missed: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      if ((await wrongOf(changed, wanted(true))).length === 0) missed.push(at);
    }
    expect(missed).toEqual([]);
  });
});

test('a file that is no Parquet, cut off or empty is wrong, and no failure', async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('PAR1'), Buffer.from('not Parquet at all'), honest.subarray(0, -9)])
    expect(await wrongOf(bytes)).toEqual([expect.stringMatching(/^the file cannot be read: /)]);
});

test('a page is one zstd frame of its own content: nothing beside it, and no more than is told', () => {
  const ZSTD = 6;
  const frame = zstdCompressSync(Buffer.alloc(1_000_000, 'ab'));
  expect(unpacked(frame, ZSTD, 1_000_000)).toHaveLength(1_000_000);
  expect(() => unpacked(frame, ZSTD, 10)).toThrow();
  // A frame that every reader passes over (RFC 8878, 3.1.2).
  const skipped = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from('raw')]);
  expect(zstdDecompressSync(Buffer.concat([frame, skipped]))).toHaveLength(1_000_000);
  for (const bytes of [Buffer.concat([frame, skipped]), Buffer.concat([skipped, frame]), Buffer.concat([frame, frame])])
    expect(() => unpacked(bytes, ZSTD, 1_000_000)).toThrow('more than one zstd frame');
  expect(() => unpacked(frame, 2, 1_000_000)).toThrow('codec 2');
});

test('a page packed by snappy says its own length, in the fewest bytes', () => {
  const letters = Buffer.from('abc');
  const packed = (...length: number[]) => Buffer.concat([Buffer.from(length), Buffer.of(2 << 2), letters]);
  expect(Buffer.from(unpacked(packed(3), 1, 3))).toEqual(letters);
  for (const bytes of [packed(4), packed(0x83, 0), packed(0xe8, 0xe1, 3)])
    expect(() => unpacked(bytes, 1, 3)).toThrow('another length');
});

/** A chunk of numbers in a dictionary, as the builder packs them. */
function dictionaryChunk(entries: readonly number[], indices: readonly number[]): Uint8Array {
  const page = (type: number, header: thrift.ThriftFields, content: Uint8Array) => {
    const body = zstdCompressSync(content);
    const fields = { 1: thrift.i32(type), 2: thrift.i32(content.length), 3: thrift.i32(body.length) };
    return [thrift.encodeThrift({ ...fields, [type === 0 ? 5 : 7]: thrift.struct(header) }), body];
  };
  const [dictionary, runs] = [Int32Array.from(entries), indices.flatMap((index) => [2, index])];
  const [plain, inDictionary, inRuns] = [thrift.i32(0), thrift.i32(8), thrift.i32(3)];
  return Buffer.concat([
    ...page(2, { 1: thrift.i32(entries.length), 2: plain }, new Uint8Array(dictionary.buffer)),
    ...page(0, { 1: thrift.i32(indices.length), 2: inDictionary, 3: inRuns, 4: inRuns }, Uint8Array.of(2, ...runs)),
  ]);
}

test('the builder leaves no choice of a dictionary, another library may have any (PUBLISH-6)', () => {
  const chunk = { meta: { codec: 6 } } as unknown as ColumnChunk;
  const column = { name: 'thin', physical: 'INT32', isList: false } as const;
  const walk = (bytes: Uint8Array, isOwn: boolean) => walkPages(bytes, 0, { chunk, column, isOwn });
  const right = dictionaryChunk([7, 8, 9], [0, 1, 0, 2]);
  expect(walk(right, true).at(-1)).toMatchObject({ count: 4, least: 7, most: 9 });
  const turned = dictionaryChunk([8, 7, 9], [1, 0, 1, 2]);
  expect(walk(turned, false).at(-1)).toMatchObject({ count: 4, least: 7, most: 9 });
  expect(() => walk(turned, true)).toThrow('another order');
  expect(() => walk(dictionaryChunk([7, 8, 9], [0, 1, 0, 1]), false)).toThrow('no row has');
});

test('a page index tells ranges, empty pages and their order as they are', () => {
  const column = { name: 'labels', physical: 'INT32', isList: false } as const;
  const ends = (value: number) => thrift.binary(new Uint8Array(Int32Array.of(value).buffer));
  const told = (order: number, ...least: readonly number[]) => {
    const index = thrift.encodeThrift({
      ...{ 1: thrift.list(least.map(() => thrift.bool(false))), 2: thrift.list(least.map(ends)) },
      ...{ 3: thrift.list(least.map(ends)), 4: thrift.i32(order), 5: thrift.list(least.map(() => thrift.i64(0))) },
    });
    const pages = least.map(
      (value) => ({ least: value, most: value, count: 1, rows: 1, empty: 0 }) as unknown as WalkedPage,
    );
    const chunk = { columnIndex: { offset: 0, bytes: index.length } } as unknown as ColumnChunk;
    return wrongIndexes(() => Buffer.from(index), chunk, { pages, column });
  };
  for (const right of [told(0, 3, 1, 2), told(1, 1, 2, 2), told(2, 3, 3, 1)]) expect(right).toEqual([]);
  for (const wrong of [told(1, 3, 1, 2), told(2, 1, 2), told(1, 1, 3, 2)]) expect(wrong).toHaveLength(1);
});

test('a struct whose fields are twice, out of order or longer than need be is refused', () => {
  expect(readStruct(Uint8Array.of(0x15, 2, 0x16, 4, 0x14, 6, 0))).toEqual({ fields: { 1: 1, 2: 2n, 3: 's3' }, end: 7 });
  expect(() => readStruct(Uint8Array.of(0x15, 2, 0x05, 2, 4, 0))).toThrow('out of order');
  expect(() => readStruct(Uint8Array.of(0x15, 0x82, 0, 0))).toThrow('longer than it need be');
  expect(() => readStruct(Uint8Array.of(0x15, 2))).toThrow('cut off');
});

test('a row group ends where the next row would be too much, and nowhere else (PUBLISH-6)', () => {
  const rows = (count: number, tokens: number) => Array.from({ length: count }, () => tokens);
  expect(wrongGroup([rows(1_000, 10), rows(3, 10)])).toBeUndefined();
  expect(wrongGroup([rows(2, 400_000), rows(2, 400_000)])).toBeUndefined();
  expect(wrongGroup([[1_200_000], [5]])).toBeUndefined();
  expect(wrongGroup([rows(999, 10), rows(3, 10)])).toBe(0);
  expect(wrongGroup([rows(1_001, 10)])).toBe(0);
  expect(wrongGroup([rows(3, 400_000)])).toBe(0);
  expect(wrongGroup([rows(1, 10), [], rows(1, 10)])).toBe(1);
});

const python = process.env.BREWHOUSE_PYTHON ?? 'python3';
const hasPython = spawnSync(python, ['-c', 'import pyarrow']).status === 0;

const REWRITE = `
import sys, pyarrow.parquet as pq
source, target = sys.argv[1:3]
file = pq.ParquetFile(source)
options = eval(sys.argv[3])
with pq.ParquetWriter(target, file.schema_arrow, store_schema=False, **options) as writer:
    writer.add_key_value_metadata(dict(file.metadata.metadata))
    for group in range(file.num_row_groups):
        writer.write_table(file.read_row_group(group))
`;

describe.skipIf(!hasPython)('a token file that pyarrow wrote anew', () => {
  it.each([
    '{}',
    '{"compression": "zstd", "use_dictionary": False}',
    '{"compression": "none", "data_page_version": "2.0"}',
    '{"version": "1.0", "write_page_checksum": True, "data_page_size": 2000}',
    '{"write_page_index": True}',
    '{"use_dictionary": False, "column_encoding": {"input_ids.list.element": "DELTA_BINARY_PACKED"}}',
    '{"use_dictionary": False, "column_encoding": {"labels.list.element": "BYTE_STREAM_SPLIT"}}',
  ])('with %s has nothing wrong, but where no other library may write', async (options) => {
    const [source, target] = [join(folder, 'ours.parquet'), join(folder, 'theirs.parquet')];
    writeFileSync(source, honest);
    const ran = spawnSync(python, ['-c', REWRITE, source, target, options]);
    expect(ran.status, `${ran.stderr}`).toBe(0);
    expect(await checkParquet(named('theirs.parquet'), tokens)).toMatchObject({ wrong: [], groups: [3, 3] });
    expect((await checkParquet(named('theirs.parquet'), { ...tokens, mayBeRewritten: false })).wrong).toEqual([
      expect.stringContaining('its writer is parquet-cpp-arrow version'),
    ]);
    const renamed = Buffer.from(
      readFileSync(target).toString('latin1').replace('parquet-cpp-arrow', 'member-1@example.o'),
      'latin1',
    );
    expect(await wrongOf(renamed)).not.toEqual([]);
  });
});
