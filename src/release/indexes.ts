/** The two index files of a release: where an example and where a member's rows lie. */
import { SPLITS } from '../../schemas/ledger.ts';
import type { ReleaseFile } from '../../schemas/manifest.ts';
import { EXAMPLE_INDEX, MEMBER_INDEX, type RowPosition } from '../../schemas/rows.ts';
import { byteAt } from '../checked.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { createParquetWriter } from '../shard/parquet-writer.ts';
import { columnSpecs } from '../shard/records.ts';
import { byteCursor } from '../shard/row-codec.ts';
import type { Scratch } from '../sort/scratch.ts';
import { createSorter, type Sorter } from '../sort/sorted-runs.ts';

/** Rows of an index file's row group: a reader decodes one to find an id. */
const INDEX_GROUP_ROWS = 65_536;

/** Both indexes while rows are written. */
export interface Indexes {
  /** Both ids are pseudonyms. */
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
  const place = Buffer.alloc(PLACES.end);
  const nothing = new Uint8Array();
  return {
    add({ exampleId, member }, position) {
      writePosition(place, position);
      place.write(exampleId, PLACES.id, 'latin1');
      examples.add(place, nothing);
      place.write(member, PLACES.id, 'latin1');
      members.add(place, nothing);
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

/** A pseudonym and where its row lies, as bytes that compare as the columns do. */
const PLACES = { id: 0, split: 32, shard: 33, rowGroup: 37, row: 41, end: 45 } as const;

function writePosition(place: Buffer, { split, shard, row_group, row }: RowPosition): void {
  place[PLACES.split] = SPLITS.indexOf(split);
  place.writeUInt32BE(shard, PLACES.shard);
  place.writeUInt32BE(row_group, PLACES.rowGroup);
  place.writeUInt32BE(row, PLACES.row);
}

interface IndexRows {
  readonly sorter: Sorter;
  readonly store: ObjectStore;
  readonly folder: string;
}

async function writeIndex(
  path: string,
  table: typeof EXAMPLE_INDEX | typeof MEMBER_INDEX,
  { sorter, store, folder }: IndexRows,
): Promise<ReleaseFile> {
  const file = store.create();
  const write = (chunk: Uint8Array) => file.write(chunk);
  const writer = createParquetWriter({ columns: columnSpecs(table), keyValues: {}, write });
  const group = placeColumns();
  let rows = 0;
  const flush = () => {
    const size = group.ids.length;
    if (size === 0) return;
    const number = (column: Int32Array) => column.subarray(0, size);
    const split = { dictionary: SPLITS, indices: number(group.split) };
    writer.writeRowGroup([group.ids, split, ...[group.shard, group.rowGroup, group.row].map(number)], size);
    group.ids = [];
    rows += size;
  };
  for (const { key } of sorter.sorted()) {
    const { bytes } = byteCursor(key);
    const at = group.ids.push(bytes.toString('latin1', PLACES.id, PLACES.split)) - 1;
    group.split[at] = byteAt(bytes, PLACES.split);
    group.shard[at] = bytes.readUInt32BE(PLACES.shard);
    group.rowGroup[at] = bytes.readUInt32BE(PLACES.rowGroup);
    group.row[at] = bytes.readUInt32BE(PLACES.row);
    if (group.ids.length === INDEX_GROUP_ROWS) flush();
  }
  flush();
  writer.finish();
  const { sha256, bytes } = await file.finishAs(`${folder}/${path}`);
  return { path, kind: 'index', split: '', rows, tokens: 0, loss_tokens: 0, bytes, sha256 };
}

/** Columns of one row group. */
function placeColumns() {
  const numbers = () => new Int32Array(INDEX_GROUP_ROWS);
  const ids: string[] = [];
  return { ids, split: numbers(), shard: numbers(), rowGroup: numbers(), row: numbers() };
}
