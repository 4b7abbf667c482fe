/** What the readers of tables share: a file and how it is written, its bytes, and its rows. */
import type { DeadReason } from '../../schemas/event.ts';
import type { MappingTable } from '../../schemas/mapping.ts';
import { fileAt } from '../adapters/filesystem/event-folder.ts';
import { unpackedBytes } from '../sources/unpacked-bytes.ts';
import type { TableRow } from './cell.ts';
import { requireText } from './foreign-format.ts';

/**
 * A row, or why the line has none; `line` is the one it begins on, from 1 (a header is on line 1).
 */
export type TableLine =
  | { line: number; ok: true; row: TableRow }
  | { line: number; ok: false; reason: DeadReason; message: string; raw: string };

/** Rows in order; `columns` are those of the header, undefined where the format has no header. */
export interface TableBatch {
  readonly columns: readonly string[] | undefined;
  readonly lines: readonly TableLine[];
}

/** How the files of a table are written. */
export type TableForm = Pick<MappingTable, 'delimiter' | 'quotes' | 'escape' | 'columns' | 'encoding'>;

/** One file of a table, and who hears of it. */
export interface TableFile {
  readonly path: string;
  readonly form: TableForm;
  /** Is told what is odd about the file. */
  readonly warn: (message: string) => void;
  /** Sees the unpacked bytes as they are read. */
  readonly seen?: (bytes: Uint8Array) => void;
}

/** The most letters of a bad line that are kept. */
export const RAW_LETTERS_MAX = 10_000;

/** Unpacked bytes of the file. Throws as `unpackedBytes`, and where they are those of no text. */
export async function* tableBytes({ path, seen }: TableFile, where: () => number): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of unpackedBytes(await fileAt(path), where)) {
    if (isFirst) requireText(path, chunk);
    isFirst = false;
    seen?.(chunk);
    yield chunk;
  }
}
