/** Reads rows that are JSON objects, one a line. */
import { isUtf8 } from 'node:buffer';
import type { DeadReason } from '../../schemas/event.ts';
import { BATCH_LINES_MAX } from '../sources/event-files.ts';
import { LINE_BYTES_MAX } from '../sources/event-line.ts';
import { splitLines } from '../sources/lines.ts';
import type { TableRow } from './cell.ts';
import { parseExact } from './exact-json.ts';
import { RAW_LETTERS_MAX, type TableBatch, type TableFile, type TableLine, tableBytes } from './table-rows.ts';
import { utf8Chunks } from './text-encoding.ts';

/** Throws as `readTable`. */
export async function* readNdjson(file: TableFile): AsyncGenerator<TableBatch> {
  const { path, form } = file;
  let reached = 0;
  let lines: TableLine[] = [];
  const chunks = utf8Chunks(
    tableBytes(file, () => reached + 1),
    path,
    form.encoding,
  );
  for await (const { line, bytes, tooLong } of splitLines(chunks, { max: LINE_BYTES_MAX, keptMax: RAW_LETTERS_MAX })) {
    reached = line;
    const decoded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    const text = decoded.replace(/^\uFEFF/, '');
    if (!tooLong && text.trim() === '') continue;
    if (tooLong)
      lines.push(deadLine({ line, text }, 'line_too_long', `the line is longer than ${LINE_BYTES_MAX} bytes`));
    else if (!isUtf8(bytes)) lines.push(deadLine({ line, text }, 'not_utf8', 'the line is not UTF-8'));
    else lines.push(jsonRow({ line, text }));
    if (lines.length < BATCH_LINES_MAX) continue;
    yield { columns: undefined, lines };
    lines = [];
  }
  yield { columns: undefined, lines };
}

/** A text that should be a row, and its line. */
export interface PlacedText {
  readonly line: number;
  readonly text: string;
}

/** The line has no row, for this reason. */
export function deadLine({ line, text }: PlacedText, reason: DeadReason, message: string): TableLine {
  return { line, ok: false, reason, message, raw: text.slice(0, RAW_LETTERS_MAX) };
}

/** The row in a text, or why there is none. */
export function jsonRow(placed: PlacedText): TableLine {
  try {
    const row = parseExact(placed.text);
    if (typeof row === 'object' && row !== null && !Array.isArray(row))
      return { line: placed.line, ok: true, row: row as TableRow };
    const hint = Array.isArray(row) ? LIST_HINT : '';
    return deadLine(placed, 'not_an_object', `a row must be a JSON object${hint}`);
  } catch (error) {
    return error instanceof RangeError
      ? deadLine(placed, 'too_deep', 'nested too deep')
      : deadLine(placed, 'not_json', `not JSON: ${(error as Error).message}${hintOf(placed.text)}`);
  }
}

const LIST_HINT = '; where the whole file is one list, give the table format: json';

/** What a text may be that is no JSON. */
function hintOf(text: string): string {
  if (/^\s*\{\s*u?'/.test(text)) return "; it looks like Python's spelling: write it with json.dumps";
  return /^\s*\[/.test(text) ? LIST_HINT : '';
}
