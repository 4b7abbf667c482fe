/** Reads rows that are the objects of one JSON list, an object after another. */
import { BrewhouseError } from '../errors.ts';
import { BATCH_LINES_MAX } from '../sources/event-files.ts';
import { LINE_BYTES_MAX } from '../sources/event-line.ts';
import { deadLine, jsonRow, type PlacedText } from './json-rows.ts';
import { RAW_LETTERS_MAX, type TableBatch, type TableFile, type TableLine, tableBytes } from './table-rows.ts';
import { decodeText } from './text-encoding.ts';

/** Throws as `readTable`. */
export async function* readJsonList(file: TableFile): AsyncGenerator<TableBatch> {
  const { path, form } = file;
  const scan = beginScan(path);
  let lines: TableLine[] = [];
  for await (const text of decodeText(
    tableBytes(file, () => scan.line),
    path,
    form.encoding,
  )) {
    for (const element of elementsIn(scan, text)) {
      const isLong = element.isCut;
      lines.push(
        isLong
          ? deadLine(element, 'line_too_long', `the object is longer than ${LINE_BYTES_MAX} letters`)
          : jsonRow(element),
      );
      if (lines.length < BATCH_LINES_MAX) continue;
      yield { columns: undefined, lines };
      lines = [];
    }
  }
  if (!scan.hasEnded) throw fault(scan, 'short');
  yield { columns: undefined, lines };
}

/** An element's text, and whether it was cut since it is too long. */
type Element = PlacedText & { readonly isCut: boolean };

/** How far a list was read. */
interface Scan {
  readonly file: string;
  readonly marks: RegExp;
  /** The line that was reached, from 1. */
  line: number;
  /** Open brackets; the list's own is the first. */
  depth: number;
  inText: boolean;
  /** The last letter was a backslash inside a text. */
  isEscaped: boolean;
  hasEnded: boolean;
  /** The element under way, the line on which it began (0: it has not), and whether it was cut. */
  text: string;
  began: number;
  isCut: boolean;
}

/** What separates elements, and what nests; all else is part of an element. */
const MARKS = /["\\[\]{},\n]/g;

function beginScan(file: string): Scan {
  const nothing = { depth: 0, inText: false, isEscaped: false, hasEnded: false, text: '', began: 0, isCut: false };
  return { file, marks: new RegExp(MARKS), line: 1, ...nothing };
}

/** What may be wrong with a file, and what to do. */
const FLAWS = {
  before: ['does not begin with a list', 'give the table format: ndjson where each line is an object'],
  behind: ['goes on behind the end of its list', 'a file of format json is one list of objects'],
  short: ['is cut short: its list does not end', 'copy or make the file again'],
} as const;

function fault({ file, line }: Scan, flaw: keyof typeof FLAWS): BrewhouseError {
  const [said, remedy] = FLAWS[flaw];
  return new BrewhouseError('input_unreadable', `${file} ${said}`, { place: { file, line }, remedy });
}

/** Elements that end in the next piece of text. Throws BrewhouseError('input_unreadable'). */
function* elementsIn(scan: Scan, text: string): Generator<Element> {
  const { marks } = scan;
  let from = 0;
  const takeUpTo = (to: number) => {
    take(scan, text.slice(from, to));
    from = to;
  };
  marks.lastIndex = scan.isEscaped ? 1 : 0;
  scan.isEscaped = false;
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    const { 0: mark, index: at } = found;
    if (mark === '\n') {
      takeUpTo(at + 1);
      scan.line++;
    } else if (scan.inText) {
      if (mark === '"') scan.inText = false;
      if (mark !== '\\') continue;
      scan.isEscaped = at + 1 === text.length;
      marks.lastIndex = at + 2;
    } else if (mark === '"') scan.inText = true;
    else if (endsElement(scan, mark)) {
      takeUpTo(at);
      from = at + 1;
      yield* finish(scan, mark === ']');
    } else {
      takeUpTo(at);
      if (nest(scan, mark)) from = at + 1;
    }
  }
  takeUpTo(text.length);
}

/** Whether an element of the list ends here: at its comma, or with the list. */
function endsElement({ depth }: Scan, mark: string): boolean {
  return depth === 1 && (mark === ',' || mark === ']');
}

/** One bracket more or less; true where it is the list's own. */
function nest(scan: Scan, mark: string): boolean {
  if (mark === '[' || mark === '{') {
    if (scan.depth === 0 && (mark === '{' || scan.hasEnded)) take(scan, mark);
    scan.depth++;
    return scan.depth === 1;
  }
  if (mark !== ',' && scan.depth > 1) scan.depth--;
  return false;
}

/** The element that was under way, where it says anything. */
function* finish(scan: Scan, isLast: boolean): Generator<Element> {
  if (scan.began > 0) yield { line: scan.began, text: scan.text.trim(), isCut: scan.isCut };
  Object.assign(scan, { text: '', began: 0, isCut: false });
  if (isLast) Object.assign(scan, { depth: 0, hasEnded: true });
}

/** Keeps a piece of the element under way; outside the list there may be nothing. */
function take(scan: Scan, piece: string): void {
  if (scan.began === 0) {
    if (piece.trim() === '') return;
    if (scan.depth === 0) throw fault(scan, scan.hasEnded ? 'behind' : 'before');
    scan.began = scan.line;
  }
  scan.text += piece;
  if (scan.text.length <= LINE_BYTES_MAX) return;
  scan.isCut = true;
  scan.text = scan.text.slice(0, RAW_LETTERS_MAX);
}
