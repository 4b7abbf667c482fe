/** The two index files of a release: where an example and where a member's rows lie. */
import type { StoredRow } from '../../schemas/columns.ts';
import { SPLITS } from '../../schemas/ledger.ts';
import type { ReleaseFile } from '../../schemas/manifest.ts';
import { EXAMPLE_INDEX, MEMBER_INDEX, type RowPosition, UNIT_SEPARATOR } from '../../schemas/rows.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { createByteBuffer } from '../shard/byte-buffer.ts';
import { createParquetWriter } from '../shard/parquet-writer.ts';
import { columnSpecs, type FileTable, storedColumns } from '../shard/records.ts';
import { byteCursor, readRow, writeRow } from '../shard/row-codec.ts';
import type { Scratch } from '../sort/scratch.ts';
import { createSorter, type Sorter } from '../sort/sorted-runs.ts';

/** Rows of an index file's row group: a reader decodes one to find an id. */
const INDEX_GROUP_ROWS = 65_536;

/** Both indexes while rows are written. */
export interface Indexes {
  add(row: Readonly<Record<'exampleId' | 'member', string>>, position: RowPosition): void;
  /** Writes both below `folder`, each sorted by all of its columns. */
  write(store: ObjectStore, folder: string): Promise<ReleaseFile[]>;
  close(): void;
}

/**
 * Every row in both (RELEASE-5), in order (PUBLISH-5). Bound: one run of each index, and a row
 * group of one.
 */
export function createIndexes(scratch: Scratch): Indexes {
  const examples = createSorter({ scratch });
  const members = createSorter({ scratch });
  const bytes = createByteBuffer();
  /** The row's bytes; they hold until the next row. */
  const bytesOf = <T extends FileTable>(table: T, row: StoredRow<T>): Uint8Array => {
    bytes.clear();
    writeRow(bytes, table, row);
    return bytes.written;
  };
  return {
    add({ exampleId, member }, position) {
      examples.add(orderKey(exampleId, position), bytesOf(EXAMPLE_INDEX, { example_id: exampleId, ...position }));
      members.add(orderKey(member, position), bytesOf(MEMBER_INDEX, { member, ...position }));
    },
    write: async (store, folder) => [
      await writeIndex('index/examples.parquet', EXAMPLE_INDEX, { sorter: examples, store, folder }),
      await writeIndex('index/members.parquet', MEMBER_INDEX, { sorter: members, store, folder }),
    ],
    close() {
      examples.close();
      members.close();
    },
  };
}

/** Ids, splits in the order of SPLITS, then numbers by their size. */
function orderKey(id: string, { split, shard, row_group, row }: RowPosition): Buffer {
  const order = [SPLITS.indexOf(split), shard, row_group, row].map((number) => String(number).padStart(10, '0'));
  return Buffer.from([id, ...order].join(UNIT_SEPARATOR), 'utf8');
}

interface IndexRows {
  readonly sorter: Sorter;
  readonly store: ObjectStore;
  readonly folder: string;
}

async function writeIndex(path: string, table: FileTable, { sorter, store, folder }: IndexRows): Promise<ReleaseFile> {
  const file = store.create();
  const write = (chunk: Uint8Array) => file.write(chunk);
  const writer = createParquetWriter({ columns: columnSpecs(table), keyValues: {}, write });
  let group: StoredRow<FileTable>[] = [];
  let rows = 0;
  const flush = () => {
    if (group.length > 0) writer.writeRowGroup(storedColumns(table, group), group.length);
    group = [];
  };
  for (const { payload } of sorter.sorted()) {
    group.push(readRow(byteCursor(payload), table));
    rows++;
    if (group.length === INDEX_GROUP_ROWS) flush();
  }
  flush();
  writer.finish();
  const { sha256, bytes } = await file.finishAs(`${folder}/${path}`);
  return { path, kind: 'index', split: '', rows, tokens: 0, loss_tokens: 0, bytes, sha256 };
}
