/** Reads the rows of a table, however its files are written, in batches, each with its line. */
import { readCsv } from './csv-rows.ts';
import { readJsonList } from './json-list.ts';
import { readNdjson } from './json-rows.ts';
import type { TableBatch, TableFile } from './table-rows.ts';

/** A format of tables. */
export type TableFormat = 'csv' | 'ndjson' | 'json';

const FORMATS: ReadonlyMap<string, TableFormat> = new Map([
  ['csv', 'csv'],
  ['tsv', 'csv'],
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
]);

/** The format that a file's name tells, or undefined. */
export function tableFormat(path: string): TableFormat | undefined {
  return FORMATS.get(/\.([a-z]+)(?:\.gz|\.zst)?$/i.exec(path)?.[1]?.toLowerCase() ?? '');
}

/**
 * Batches of at most BATCH_LINES_MAX rows. Bound: one batch, and one row of LINE_BYTES_MAX. Throws
 * BrewhouseError('input_unreadable') with the line where the file cannot be read further.
 */
export function readTable(file: TableFile, format: TableFormat): AsyncGenerator<TableBatch> {
  switch (format) {
    case 'csv':
      return readCsv(file);
    case 'ndjson':
      return readNdjson(file);
    case 'json':
      return readJsonList(file);
  }
}
