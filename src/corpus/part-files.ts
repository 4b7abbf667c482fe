/**
 * The part files of a partition: tokens, sidecar, origins; same rows, same order, row groups
 * flushed together.
 */
import type { CorpusRecord, FileRef } from '../../schemas/commit.ts';
import { CORPUS, PART_ORIGIN, PART_TOKENS } from '../../schemas/rows.ts';
import type { FileUnderWay, ObjectStore } from '../lake/object-store.ts';
import { createParquetWriter, type ParquetWriter } from '../shard/parquet-writer.ts';
import { columnSpecs, type FileTable, storedColumns } from '../shard/records.ts';
import { mustFlushRowGroup } from '../shard/row-groups.ts';
import type { PartRow } from './part-rows.ts';

/** Tokens of one part: its file is then about 16 MB. */
export const PART_TOKENS_MAX = 16_000_000;

/** Writes rows into part after part. */
export interface PartFiles {
  /** Rolls to the next part where this one is full. Throws as the store does. */
  add(row: Omit<PartRow, 'row'>): Promise<void>;
  /** The files of all parts. */
  finish(): Promise<CorpusRecord['files']>;
}

const KINDS = { parts: PART_TOKENS, meta: CORPUS, origin: PART_ORIGIN };

/**
 * Each part is uploaded below `folder` under its hash before the next begins. Bound: one row group
 * in memory.
 */
export function createPartFiles(store: ObjectStore, folder: string): PartFiles {
  const files: CorpusRecord['files'] = [];
  let open: OpenPart | undefined;
  const close = async () => {
    if (open === undefined) return;
    const { rows, tokens } = open;
    const [part, meta, origin] = await open.finish(folder);
    files.push({ part, meta, origin, rows, tokens });
    open = undefined;
  };
  return {
    async add(row) {
      if (open !== undefined && open.tokens + row.ids.length > PART_TOKENS_MAX) await close();
      open ??= openPart(store);
      open.add(row);
    },
    async finish() {
      await close();
      return files;
    },
  };
}

interface OpenPart {
  rows: number;
  tokens: number;
  add(row: Omit<PartRow, 'row'>): void;
  finish(folder: string): Promise<[part: FileRef, meta: FileRef, origin: FileRef]>;
}

function openPart(store: ObjectStore): OpenPart {
  const tables = {
    parts: openTable(store, KINDS.parts),
    meta: openTable(store, KINDS.meta),
    origin: openTable(store, KINDS.origin),
  };
  let group: Omit<PartRow, 'row'>[] = [];
  let groupTokens = 0;
  const flush = () => {
    const rows = group.length;
    if (rows === 0) return;
    const tokens = group.map(({ ids, spans }) => ({ input_ids: ids, loss_spans: spans }));
    const [metas, origins] = [group.map((row) => row.meta), group.map((row) => row.origin)];
    tables.parts.writer.writeRowGroup(storedColumns(PART_TOKENS, tokens), rows);
    tables.meta.writer.writeRowGroup(storedColumns(CORPUS, metas), rows);
    tables.origin.writer.writeRowGroup(storedColumns(PART_ORIGIN, origins), rows);
    group = [];
    groupTokens = 0;
  };
  const part: OpenPart = {
    rows: 0,
    tokens: 0,
    add(row) {
      if (mustFlushRowGroup({ rows: group.length, tokens: groupTokens }, row.ids.length)) flush();
      group.push(row);
      groupTokens += row.ids.length;
      part.rows++;
      part.tokens += row.ids.length;
    },
    async finish(folder) {
      flush();
      const name = async (kind: keyof typeof KINDS): Promise<FileRef> => {
        const { writer, file } = tables[kind];
        writer.finish();
        const { sha256, bytes } = await file.finish(`${folder}/${kind}`, '.parquet');
        return { sha256, bytes, rows: part.rows };
      };
      return [await name('parts'), await name('meta'), await name('origin')];
    },
  };
  return part;
}

function openTable(store: ObjectStore, table: FileTable): { writer: ParquetWriter; file: FileUnderWay } {
  const file = store.create();
  const write = (chunk: Uint8Array) => file.write(chunk);
  return { writer: createParquetWriter({ columns: columnSpecs(table), keyValues: {}, write }), file };
}
