/**
 * Reads the rows of a table (CSV or NDJSON, plain or compressed) in batches, each with its line.
 */
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { CsvError, type InfoRecord, parse } from 'csv-parse';
import type { DeadReason } from '../../schemas/event.ts';
import { readFileBytes } from '../adapters/filesystem/file-bytes.ts';
import { BrewhouseError } from '../errors.ts';
import { BATCH_LINES_MAX, LINE_BYTES_MAX } from '../sources/event-files.ts';
import type { TableRow } from './field-source.ts';
import { splitLines } from '../sources/lines.ts';

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

/** A format of tables. */
export type TableFormat = 'csv' | 'ndjson';

/** The most letters of a bad line that are kept. */
const RAW_LETTERS_MAX = 10_000;

/** The format that a file's name tells, or undefined. */
export function tableFormat(file: string): TableFormat | undefined {
  const ending = /\.(csv|ndjson|jsonl)(?:\.gz|\.zst)?$/.exec(file)?.[1];
  return ending === undefined ? undefined : ending === 'csv' ? 'csv' : 'ndjson';
}

/**
 * Batches of at most BATCH_LINES_MAX rows. Throws BrewhouseError('input_unreadable') with the line
 * reached.
 */
export function readTable(file: string, format: TableFormat, delimiter: string): AsyncGenerator<TableBatch> {
  return format === 'csv' ? readCsv(file, delimiter) : readNdjson(file);
}

/**
 * CSV by RFC 4180 with quoted line breaks, in UTF-8; a row that has not as many columns as the
 * header is dead.
 */
async function* readCsv(file: string, delimiter: string): AsyncGenerator<TableBatch> {
  let reached = 0;
  // Records are bounded as lines are: else a quote that is never closed would take in the whole
  // file.
  const parser = parse({
    delimiter,
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LINE_BYTES_MAX,
  });
  const source = Readable.from(decodeChunks(file, () => reached + 1));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let columns: string[] | undefined;
  let lines: TableLine[] = [];
  try {
    for await (const each of parser) {
      const { record, info } = each as { record: string[]; info: InfoRecord };
      const line = reached + 1;
      reached = info.lines;
      if (columns === undefined) {
        columns = headerOf(record, file);
        continue;
      }
      lines.push(rowOf(columns, record, line));
      if (lines.length < BATCH_LINES_MAX) continue;
      yield { columns, lines };
      lines = [];
    }
  } catch (cause) {
    throw cause instanceof CsvError ? csvFault(file, reached, cause) : cause;
  } finally {
    source.destroy();
    parser.destroy();
  }
  if (columns === undefined) {
    throw new BrewhouseError('input_unreadable', `${file} is empty`, {
      place: { file },
      remedy: 'a table begins with a line of column names',
    });
  }
  yield { columns, lines };
}

function rowOf(columns: readonly string[], record: readonly string[], line: number): TableLine {
  if (record.length !== columns.length) {
    const message = `the row has ${record.length} columns, the header ${columns.length}`;
    return { line, ok: false, reason: 'field_invalid', message, raw: JSON.stringify(record).slice(0, RAW_LETTERS_MAX) };
  }
  return { line, ok: true, row: Object.fromEntries(columns.map((name, i) => [name, record[i]])) };
}

function headerOf(record: string[], file: string): string[] {
  const twice = record.find((name, i) => record.indexOf(name) !== i);
  if (twice === undefined) return record;
  throw new BrewhouseError('input_unreadable', `${file} has two columns named "${twice}"`, {
    place: { file, line: 1 },
    remedy: 'rename one of them',
  });
}

const CSV_FAULTS: ReadonlyMap<string, string> = new Map([
  ['CSV_QUOTE_NOT_CLOSED', 'a quote is opened and never closed'],
  ['CSV_MAX_RECORD_SIZE', `a row is longer than ${LINE_BYTES_MAX} bytes (a quote that is not closed?)`],
]);

function csvFault(file: string, reached: number, cause: CsvError): BrewhouseError {
  const said = CSV_FAULTS.get(cause.code) ?? cause.message;
  return new BrewhouseError('input_unreadable', `${file} is not CSV: ${said}`, {
    place: { file, line: reached + 1 },
    remedy: 'look at the quotes from that line on; a quote inside a field is written twice',
    cause,
  });
}

/**
 * Text in chunks. A CSV file in another encoding is refused as a whole: every row would have wrong
 * texts.
 */
async function* decodeChunks(file: string, where: () => number): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for await (const chunk of readFileBytes(file, where)) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new BrewhouseError('input_unreadable', `${file} is not UTF-8`, {
      place: { file, line: where() },
      remedy: 'convert it to UTF-8',
      cause,
    });
  }
}

async function* readNdjson(file: string): AsyncGenerator<TableBatch> {
  let reached = 0;
  let lines: TableLine[] = [];
  const chunks = readFileBytes(file, () => reached + 1);
  for await (const { line, bytes, tooLong } of splitLines(chunks, { max: LINE_BYTES_MAX, keptMax: RAW_LETTERS_MAX })) {
    reached = line;
    const decoded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    const text = decoded.replace(/^\uFEFF/, '');
    if (text.trim() === '') continue;
    const raw = text.slice(0, RAW_LETTERS_MAX);
    const dead = (reason: DeadReason, message: string): TableLine => ({ line, ok: false, reason, message, raw });
    if (tooLong) lines.push(dead('line_too_long', `the line is longer than ${LINE_BYTES_MAX} bytes`));
    else if (!isUtf8(bytes)) lines.push(dead('not_utf8', 'the line is not UTF-8'));
    else lines.push(parseRow(text, line, dead));
    if (lines.length < BATCH_LINES_MAX) continue;
    yield { columns: undefined, lines };
    lines = [];
  }
  yield { columns: undefined, lines };
}

function parseRow(text: string, line: number, dead: (reason: DeadReason, message: string) => TableLine): TableLine {
  try {
    const row: unknown = JSON.parse(text);
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return { line, ok: true, row: row as TableRow };
    return dead('not_an_object', 'a row must be a JSON object');
  } catch (error) {
    return error instanceof RangeError
      ? dead('too_deep', 'nested too deep')
      : dead('not_json', `not JSON: ${(error as Error).message}`);
  }
}
