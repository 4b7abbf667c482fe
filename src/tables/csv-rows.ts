/**
 * Reads CSV: by RFC 4180 with quoted line breaks, or as its table says: delimiters of several
 * letters, other quotes or none, without a header.
 */
import { Readable } from 'node:stream';
import { CsvError, type Options, parse } from 'csv-parse';
import { BrewhouseError } from '../errors.ts';
import { BATCH_LINES_MAX } from '../sources/event-files.ts';
import { LINE_BYTES_MAX } from '../sources/event-line.ts';
import { delimiterHint } from './delimiter-hint.ts';
import { type LineEnds, lineEnds } from './line-ends.ts';
import {
  RAW_LETTERS_MAX,
  type TableBatch,
  type TableFile,
  type TableForm,
  type TableLine,
  tableBytes,
} from './table-rows.ts';
import { decodeText } from './text-encoding.ts';

const QUOTES_HINT = 'where quotes are letters like others, give the table quotes: none';

/** Rows that have not as many columns as the header are dead. Throws as `readTable`. */
export async function* readCsv(file: TableFile): AsyncGenerator<TableBatch> {
  const { path, form, warn } = file;
  // The line that the next record begins on, but for empty ones before it, which the parser counts.
  let reached = 1;
  let emptied = 0;
  let spanning = 0;
  /** Lines on which the records begin that nobody has read yet: the parser runs ahead. */
  const begins: number[] = [];
  const chunks = decodeText(
    tableBytes(file, () => reached),
    path,
    form.encoding,
  );
  const first = await chunks.next();
  const beginning = first.done === true ? '' : first.value;
  const isByCr = endsLinesByCr(beginning);
  const ends = lineEnds(isByCr ? CARRIAGE_RETURN : LINE_FEED);
  // Without a header the first line is a row, and may hold anything.
  if (form.columns === undefined) requireNoJson(path, beginning);
  const parser = parse({
    ...optionsOf(form, isByCr),
    on_record: (record, { bytes, empty_lines: empty }) => {
      const line = reached + empty - emptied;
      begins.push(line);
      reached = 1 + ends.before(bytes);
      if (reached > line + 1) spanning ||= line;
      emptied = empty;
      return record;
    },
  });
  const source = Readable.from(counted(beginning, chunks, ends));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let columns: readonly string[] | undefined = form.columns;
  let lines: TableLine[] = [];
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      const line = begins.shift() ?? 0;
      if (columns === undefined) {
        columns = headerOf(record, path);
        continue;
      }
      lines.push(rowOf(columns, record, line));
      if (lines.length < BATCH_LINES_MAX) continue;
      yield { columns, lines };
      lines = [];
    }
  } catch (cause) {
    throw cause instanceof CsvError
      ? csvFault({ file: path, line: reached, first: firstColumns(beginning, form) }, cause)
      : cause;
  } finally {
    source.destroy();
    parser.destroy();
  }
  if (columns === undefined) {
    throw new BrewhouseError('input_unreadable', `${path} is empty`, {
      place: { file: path },
      remedy: 'a table begins with a line of column names',
    });
  }
  if (spanning > 0 && form.delimiter !== ',' && form.quotes !== 'none')
    warn(`${path}:${spanning}: a quoted field spans lines; ${QUOTES_HINT}`);
  yield { columns, lines };
}

/** How a list of objects begins, or objects line by line; no header of a table does. */
const JSON_BEGINS = /^\s*(\[\s*[{[]|\{\s*"[^"]*"\s*:)/;

function requireNoJson(file: string, beginning: string): void {
  const [, found] = JSON_BEGINS.exec(beginning) ?? [];
  if (found === undefined) return;
  throw new BrewhouseError('input_unreadable', `${file} is JSON, not CSV`, {
    place: { file, line: 1 },
    remedy: `give the table format: ${found.startsWith('[') ? 'json' : 'ndjson'}`,
  });
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Long ago a lone CR was a line end; one at the end of a chunk may have its LF in the next. */
function endsLinesByCr(beginning: string): boolean {
  return !beginning.includes('\n') && /\r./s.test(beginning);
}

function optionsOf({ delimiter, quotes, escape: escaping }: TableForm, isByCr: boolean): Options {
  return {
    delimiter,
    // Mixed in one file where programs appended to what others wrote.
    record_delimiter: isByCr ? ['\r'] : ['\r\n', '\n'],
    quote: quotes === 'none' ? null : quotes,
    escape: escaping ?? (quotes === 'none' ? null : quotes),
    relax_column_count: true,
    skip_empty_lines: true,
    // Records are bounded as lines are: else a quote that is never closed would take in the whole
    // file.
    max_record_size: LINE_BYTES_MAX,
  };
}

/** The text as bytes of UTF-8, whose line ends are taken in before the parser sees them. */
async function* counted(beginning: string, rest: AsyncGenerator<string>, ends: LineEnds): AsyncGenerator<Buffer> {
  const take = (text: string) => {
    const bytes = Buffer.from(text);
    ends.add(bytes);
    return bytes;
  };
  yield take(beginning);
  for await (const text of rest) yield take(text);
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
    remedy: 'rename one of them, or give the table columns: where the file has no header',
  });
}

const CSV_FAULTS: ReadonlyMap<string, string> = new Map([
  ['CSV_QUOTE_NOT_CLOSED', 'a quote is opened and never closed'],
  ['INVALID_OPENING_QUOTE', 'there is a quote in a field that does not begin with one'],
  ['CSV_INVALID_CLOSING_QUOTE', 'letters follow the quote that closes a field'],
  ['CSV_MAX_RECORD_SIZE', `a row is longer than ${LINE_BYTES_MAX} bytes (a quote that is not closed?)`],
]);

/** The columns of the first line, whatever quotes it has: the parser may fail before it has one. */
function firstColumns(beginning: string, { delimiter }: TableForm): string[] {
  const [line = ''] = beginning.split(/[\r\n]/, 1);
  return line.split(delimiter);
}

/** A fault, and the columns of the file's first line. */
type CsvFault = { readonly file: string; readonly line: number; readonly first: readonly string[] };

function csvFault({ file, line, first }: CsvFault, cause: CsvError): BrewhouseError {
  const said = CSV_FAULTS.get(cause.code) ?? cause.message;
  return new BrewhouseError('input_unreadable', `${file} is not CSV: ${said}`, {
    place: { file, line },
    remedy: delimiterHint(first) ?? `a quote inside a quoted field is written twice; ${QUOTES_HINT}`,
    cause,
  });
}
