/** Rows of a corpus as they lie in the three files of a part. */

import type { StoredRow } from '../../schemas/columns.ts';
import type { CorpusRecord } from '../../schemas/commit.ts';
import type { CorpusId } from '../../schemas/ids.ts';
import { CORPUS, PART_ORIGIN, PART_TOKENS } from '../../schemas/rows.ts';
import { corpusFolder } from '../lake/corpus-records.ts';
import type { ObjectStore, RangeReader } from '../lake/object-store.ts';
import { openParquet } from '../shard/parquet-reader.ts';
import { readStored } from '../shard/records.ts';

/**
 * One part file with its companions, and the number of its first row among all rows of the corpus.
 */
export interface PartPosition {
  readonly partition: number;
  readonly files: CorpusRecord['files'][number];
  readonly firstRow: number;
}

/** A row of a part, values as the files hold them. */
export interface PartRow {
  /** Its number among all rows of the corpus. */
  readonly row: number;
  readonly meta: StoredRow<typeof CORPUS>;
  readonly origin: StoredRow<typeof PART_ORIGIN>;
  readonly ids: Int32Array;
  /** Supervised [from, to) pairs. */
  readonly spans: Int32Array;
}

/** The rows of a part in order. Bound: one row group. Throws as the store and its files do. */
export async function* readPart(store: ObjectStore, corpus: CorpusId, part: PartPosition): AsyncGenerator<PartRow> {
  const readers: RangeReader[] = [];
  const open = async (kind: 'parts' | 'meta' | 'origin', sha256: string) => {
    const reader = await store.openRead(`${corpusFolder(corpus, part.partition)}/${kind}/${sha256}.parquet`);
    readers.push(reader);
    return openParquet(reader);
  };
  try {
    const { files } = part;
    const tokens = await open('parts', files.part.sha256);
    const metas = await open('meta', files.meta.sha256);
    const origins = await open('origin', files.origin.sha256);
    let next = part.firstRow;
    for (let group = 0; group < tokens.rowGroups.length; group++) {
      const [row, meta, origin] = await Promise.all([
        readStored(tokens, group, PART_TOKENS),
        readStored(metas, group, CORPUS),
        readStored(origins, group, PART_ORIGIN),
      ]);
      for (let i = 0; i < row.rows; i++) {
        const { input_ids: ids, loss_spans: spans } = row.at(i);
        yield { row: next++, meta: meta.at(i), origin: origin.at(i), ids, spans };
      }
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}
