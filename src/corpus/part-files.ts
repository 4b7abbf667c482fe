/**
 * The part files of a partition: tokens, sidecar, origins; same rows, same order, row groups
 * flushed together.
 */
import type { CorpusRecord, FileRef } from '../../schemas/commit.ts';
import { CORPUS, type CorpusRow, PART_ORIGIN, PART_TOKENS, ROLES, SEGMENT_LEVELS } from '../../schemas/rows.ts';
import type { FileUnderWay, ObjectStore } from '../lake/object-store.ts';
import { type IntList, intsOf } from '../prompt/int-list.ts';
import { clearRows, type RowColumns, rowColumns } from '../prompt/row-columns.ts';
import { type ColumnChunk, createParquetWriter, type ParquetWriter } from '../shard/parquet-writer.ts';
import { columnSpecs, columnsOf, type FileTable } from '../shard/records.ts';
import { mustFlushRowGroup } from '../shard/row-groups.ts';

/** Tokens of one part: its file is then about 16 MB. */
export const PART_TOKENS_MAX = 16_000_000;

/** Writes rows into part after part. */
export interface PartFiles {
  /**
   * Adds a row of `meta.n_tokens` tokens, which `write` writes to the columns; rolls to the next
   * part where this one is full. Throws as the store does.
   */
  add(meta: CorpusRow, write: (columns: RowColumns) => void): Promise<void>;
  /** The files of all parts. */
  finish(): Promise<CorpusRecord['files']>;
}

/**
 * Each part is uploaded below `folder` under its hash before the next begins. Bound: one row group
 * in memory.
 */
export function createPartFiles(store: ObjectStore, folder: string): PartFiles {
  const files: CorpusRecord['files'] = [];
  const columns = rowColumns();
  let open: OpenPart | undefined;
  const close = async () => {
    if (open === undefined) return;
    const { rows, tokens } = open;
    const [part, meta, origin] = await open.finish(folder);
    files.push({ part, meta, origin, rows, tokens });
    open = undefined;
  };
  return {
    async add(meta, write) {
      if (open !== undefined && open.tokens + meta.n_tokens > PART_TOKENS_MAX) await close();
      open ??= openPart(store, columns);
      open.add(meta, write);
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
  add(meta: CorpusRow, write: (columns: RowColumns) => void): void;
  finish(folder: string): Promise<[part: FileRef, meta: FileRef, origin: FileRef]>;
}

/** The columns are empty, and are left so at the end. */
function openPart(store: ObjectStore, columns: RowColumns): OpenPart {
  const tables = {
    parts: openTable(store, PART_TOKENS),
    meta: openTable(store, CORPUS),
    origin: openTable(store, PART_ORIGIN),
  };
  let metas: CorpusRow[] = [];
  const flush = () => {
    const { rows } = columns;
    if (rows === 0) return;
    tables.parts.writer.writeRowGroup(tokenChunks(columns), rows);
    tables.meta.writer.writeRowGroup(columnsOf(CORPUS, metas), rows);
    tables.origin.writer.writeRowGroup(originChunks(columns), rows);
    metas = [];
    clearRows(columns);
  };
  const part: OpenPart = {
    rows: 0,
    tokens: 0,
    add(meta, write) {
      const group = { rows: columns.rows, tokens: columns.ids.length };
      if (mustFlushRowGroup(group, meta.n_tokens)) flush();
      write(columns);
      metas.push(meta);
      part.rows++;
      part.tokens += meta.n_tokens;
    },
    async finish(folder) {
      flush();
      const named = async (kind: keyof typeof tables): Promise<FileRef> => {
        const { writer, file } = tables[kind];
        writer.finish();
        const { sha256, bytes } = await file.finish(`${folder}/${kind}`, '.parquet');
        return { sha256, bytes, rows: part.rows };
      };
      return [await named('parts'), await named('meta'), await named('origin')];
    },
  };
  return part;
}

function openTable(store: ObjectStore, table: FileTable): { writer: ParquetWriter; file: FileUnderWay } {
  const file = store.create();
  const write = (chunk: Uint8Array) => file.write(chunk);
  return { writer: createParquetWriter({ columns: columnSpecs(table), keyValues: {}, write }), file };
}

function tokenChunks({ ids, idEnds, spans, spanEnds }: RowColumns): ColumnChunk[] {
  return inOrder(PART_TOKENS, {
    input_ids: { values: intsOf(ids), offsets: intsOf(idEnds) },
    loss_spans: { values: intsOf(spans), offsets: intsOf(spanEnds) },
  });
}

/** Texts go to the file by number, so none is made for a segment. */
function originChunks(columns: RowColumns): ColumnChunk[] {
  const { role, to, event, version, fields, level, counts, texts } = columns;
  const offsets = intsOf(columns.segmentEnds);
  const words = (numbers: IntList, dictionary: readonly string[] = texts.texts) => ({
    dictionary,
    indices: intsOf(numbers),
  });
  return inOrder(PART_ORIGIN, {
    role: { values: words(role, ROLES), offsets },
    to: { values: intsOf(to), offsets },
    event: { values: words(event), offsets },
    version: { values: words(version), offsets },
    fields: { values: words(fields), offsets },
    level: { values: words(level, SEGMENT_LEVELS), offsets },
    shown: intsOf(counts.shown),
    available: intsOf(counts.available),
    lowered: intsOf(counts.lowered),
    left_out: intsOf(counts.left_out),
    room: intsOf(counts.room),
    used: intsOf(counts.used),
    stopped_at: words(columns.stoppedAt),
  });
}

/** The chunks in the order of the table's columns. */
function inOrder<T extends FileTable>(table: T, chunks: Readonly<Record<keyof T, ColumnChunk>>): ColumnChunk[] {
  return Object.keys(table).map((name) => chunks[name as keyof T]);
}
