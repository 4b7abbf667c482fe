/** A part of a corpus that is open for reading: its rows, and the dictionaries that they number. */
import type { CorpusId } from '../../schemas/ids.ts';
import type { LivePart } from '../lake/chain-state.ts';
import { corpusFolder } from '../lake/corpus-records.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { openParquet, type ParquetFile } from '../shard/parquet-reader.ts';
import { type PartEvents, type PartSegments, readEvents, readSegments } from './part-dictionaries.ts';
import { readRemovedRows } from './removed-rows.ts';

/** One part, and the number of its first row among all rows of the corpus. */
export interface PartPosition {
  readonly partition: number;
  readonly files: LivePart;
  readonly firstRow: number;
}

/** Where a part lies. */
export interface PartRef extends Pick<PartPosition, 'partition' | 'files'> {
  readonly store: ObjectStore;
  readonly corpus: CorpusId;
}

/** A row group of a part, of which columns are read as they are asked for. */
export interface PartGroup {
  readonly file: ParquetFile;
  /** Its number in the file. */
  readonly number: number;
  readonly rows: number;
  /** The number of its first row in the file. */
  readonly firstRow: number;
  /** The rows that count, by their numbers in the group. */
  readonly live: Int32Array;
}

/** The row groups of a part, one after another. Throws as the store does. */
export async function* partGroups({ store, corpus, partition, files }: PartRef): AsyncGenerator<PartGroup> {
  const folder = corpusFolder(corpus, partition);
  const removed = new Set(await readRemovedRows(store, folder, files.removed));
  const reader = await store.openRead(`${folder}/parts/${files.part.sha256}.parquet`);
  try {
    const file = await openParquet(reader);
    let firstRow = 0;
    for (const [number, { rows }] of file.rowGroups.entries()) {
      const live = Int32Array.from({ length: rows }, (_, row) => row);
      const first = firstRow;
      yield {
        ...{ file, number, rows, firstRow },
        live: removed.size === 0 ? live : live.filter((row) => !removed.has(first + row)),
      };
      firstRow += rows;
    }
  } finally {
    await reader.close();
  }
}

/** The dictionaries of a part. Bound: both in memory. Throws as the store does. */
export async function partDictionaries({
  store,
  corpus,
  partition,
  files,
}: PartRef): Promise<{ segments: PartSegments; events: PartEvents }> {
  const folder = corpusFolder(corpus, partition);
  const [segments, events] = await Promise.all([
    withFile(store, `${folder}/segments/${files.segments.sha256}.parquet`, readSegments),
    withFile(store, `${folder}/events/${files.events.sha256}.parquet`, readEvents),
  ]);
  return { segments, events };
}

async function withFile<T>(store: ObjectStore, key: string, use: (file: ParquetFile) => Promise<T>): Promise<T> {
  const reader = await store.openRead(key);
  try {
    return await use(await openParquet(reader));
  } finally {
    await reader.close();
  }
}
