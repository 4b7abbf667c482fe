/** The index files: every row once, in order, and nothing else. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { StoredRow } from '../../schemas/columns.ts';
import { EXAMPLE_INDEX, MEMBER_INDEX } from '../../schemas/rows.ts';
import { openReader, releaseAt } from '../../src/adapters/checker-reader.ts';
import { createParquetWriter } from '../../src/shard/parquet-writer.ts';
import { columnSpecs, type FileTable, storedColumns } from '../../src/shard/records.ts';
import { createFaultList } from '../../src/verify/fault-list.ts';
import { checkIndex, type IndexedRows, type RowAddress } from '../../src/verify/release/check-index.ts';

const dir = mkdtempSync(join(tmpdir(), 'brewhouse-index-'));
mkdirSync(join(dir, 'index'));
afterAll(() => rmSync(dir, { recursive: true }));

interface Row extends RowAddress {
  readonly example: string;
  readonly member: string;
}

const row = (example: string, member: string, place: Partial<RowAddress> = {}): Row => {
  return { example, member, split: 'train', shard: 0, group: 0, row: 0, ...place };
};
/** Splits of one member come in their own order, and rows by their size, not as texts. */
const rows = [
  row('c', 'm', { row: 10 }),
  row('a', 'm', { row: 9 }),
  row('b', 'n', { group: 1 }),
  row('d', 'm', { split: 'test' }),
  row('e', 'm', { split: 'validation' }),
];

const isSame = (a: RowAddress, b: RowAddress) =>
  a.split === b.split && a.shard === b.shard && a.group === b.group && a.row === b.row;
const table: IndexedRows = {
  count: rows.length,
  rowAt: (address) => rows.findIndex((one) => isSame(one, address)),
  exampleOf: (index) => rows[index]!.example,
  memberOf: (index) => rows[index]!.member,
};

function write<T extends FileTable>(name: string, table: T, entries: readonly StoredRow<T>[]): void {
  const chunks: Uint8Array[] = [];
  const push = (chunk: Uint8Array) => void chunks.push(chunk.slice());
  const writer = createParquetWriter({ columns: columnSpecs(table), keyValues: {}, write: push });
  writer.writeRowGroup(storedColumns(table, entries), entries.length);
  writer.finish();
  writeFileSync(join(dir, 'index', `${name}.parquet`), Buffer.concat(chunks));
}

const placed = ({ split, shard, group, row: inGroup }: Row) => ({
  split,
  shard,
  row_group: group,
  row: inGroup,
});
const [c, a, b, d, e] = rows as [Row, Row, Row, Row, Row];

async function wrong(examples: readonly Row[], members: readonly Row[]): Promise<string[]> {
  write('examples', EXAMPLE_INDEX, examples.map((one) => ({ example_id: one.example, ...placed(one) })) as never);
  write('members', MEMBER_INDEX, members.map((one) => ({ member: one.member, ...placed(one) })) as never);
  const list = createFaultList();
  await checkIndex({ files: openReader(releaseAt(dir)) }, table, list);
  return list.faults.map(({ rule, detail }) => `${rule.join()} ${detail}`);
}

test('indexes that hold every row once and in order have nothing wrong (RELEASE-5, PUBLISH-5)', async () => {
  expect(await wrong([a, b, c, d, e], [a, c, e, d, b])).toEqual([]);
});

test('an entry elsewhere, twice, missing or out of order is wrong, and a file that is none (PUBLISH-5)', async () => {
  const examples = [a, b, c, d, e];
  const members = [a, c, e, d, b];
  expect(await wrong([a, { ...b, row: 1 }, c, d, e], members)).toEqual([expect.stringContaining('no such row')]);
  expect(await wrong([a, a, c, d, e], members)).toEqual([expect.stringContaining('twice')]);
  expect(await wrong(examples.slice(1), members)).toEqual([expect.stringContaining('4 entries for 5 rows')]);
  expect(await wrong([b, a, c, d, e], members)).toEqual([expect.stringContaining('not sorted at a')]);
  for (const other of [
    [c, a, e, d, b],
    [a, c, d, e, b],
  ])
    expect(await wrong(examples, other)).toEqual([expect.stringContaining('index/members.parquet is not sorted at m')]);
  expect(await wrong(examples, members)).toEqual([]);
  writeFileSync(join(dir, 'index', 'members.parquet'), 'raw');
  const list = createFaultList();
  await checkIndex({ files: openReader(releaseAt(dir)) }, table, list);
  expect(list.faults.map(({ detail }) => detail)).toEqual([expect.stringContaining('members.parquet cannot be read')]);
});
