/** The tables that origins number: `origin/segments` and `origin/events`, in files of a size. */
import type { ReleaseFile } from '../../schemas/manifest.ts';
import { ORIGIN_EVENTS, ORIGIN_SEGMENTS } from '../../schemas/rows.ts';
import type { FileUnderWay, ObjectStore } from '../lake/object-store.ts';
import type { ColumnChunk } from '../shard/parquet-writer.ts';
import { createTableWriter, type FileTable, type TableWriter } from '../shard/records.ts';
import type { NumberedEvent } from './event-numbers.ts';
import type { NumberedSegment } from './segment-numbers.ts';
import { shardName } from './shard-plan.ts';

/** Rows of a file (ORIGIN-6): some 40 MB, and less than 128 MB with the longest fields. */
export const ORIGIN_FILE_ROWS = 2_097_152;
/** Rows of a row group, as of the indexes: a reader decodes one to look a number up. */
export const ORIGIN_GROUP_ROWS = 65_536;

/** Rows of a file and of a row group. */
export interface TableSizes {
  readonly file: number;
  /** Divides that of a file. */
  readonly group: number;
}

const SIZES: TableSizes = { file: ORIGIN_FILE_ROWS, group: ORIGIN_GROUP_ROWS };

/** A table under way. */
export interface OriginTable<T> {
  add(row: T): void;
  /** The files, in the manifest's order. */
  finish(folder: string): Promise<ReleaseFile[]>;
  /** Leaves nothing of files that are not finished. */
  abort(): void;
}

/** Bound: one row group. */
export function segmentTable(store: ObjectStore, sizes = SIZES): OriginTable<NumberedSegment> {
  return rollingTable(store, { name: 'segments', table: ORIGIN_SEGMENTS, sizes }, (segments) => ({
    role: segments.map(({ role }) => role),
    version: segments.map(({ version }) => version),
    level: segments.map(({ level }) => level),
    fields: segments.map(({ fields }) => fields),
    tokens: Int32Array.from(segments, ({ tokens }) => tokens),
  }));
}

/** Bound: one row group. */
export function eventTable(store: ObjectStore, sizes = SIZES): OriginTable<NumberedEvent> {
  return rollingTable(store, { name: 'events', table: ORIGIN_EVENTS, sizes }, (events) => ({
    member: events.map(({ member }) => member),
    event: events.map(({ event }) => event),
  }));
}

interface OpenFile<T extends FileTable> {
  readonly file: FileUnderWay;
  readonly writer: TableWriter<T>;
  rows: number;
}

function rollingTable<T extends FileTable, R>(
  store: ObjectStore,
  { name, table, sizes }: { readonly name: string; readonly table: T; readonly sizes: TableSizes },
  chunksOf: (rows: readonly R[]) => Readonly<Record<keyof T, ColumnChunk>>,
): OriginTable<R> {
  const files: OpenFile<T>[] = [];
  let group: R[] = [];
  const fileWithRoom = (): OpenFile<T> => {
    const last = files.at(-1);
    if (last !== undefined && last.rows < sizes.file) return last;
    const file = store.create();
    const writer = createTableWriter(table, file);
    const opened = { file, writer, rows: 0 };
    files.push(opened);
    return opened;
  };
  const flush = () => {
    if (group.length === 0) return;
    const open = fileWithRoom();
    open.writer.write(chunksOf(group), group.length);
    open.rows += group.length;
    group = [];
  };
  return {
    add(row) {
      group.push(row);
      if (group.length === sizes.group) flush();
    },
    async finish(folder) {
      flush();
      const written: ReleaseFile[] = [];
      for (const [i, { file, writer, rows }] of files.entries()) {
        writer.finish();
        const path = `origin/${shardName(name, i, files.length)}.parquet`;
        const { sha256, bytes } = await file.finishAs(`${folder}/${path}`);
        written.push({ path, kind: 'origin', split: '', rows, tokens: 0, loss_tokens: 0, bytes, sha256 });
      }
      return written;
    },
    abort() {
      for (const { file } of files) file.abort();
    },
  };
}
