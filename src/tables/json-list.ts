/** Reads rows that are the objects of one JSON list, an object after another. */
import { BrewhouseError } from '../errors.ts';
import { BATCH_LINES_MAX, LINE_BYTES_MAX } from '../sources/event-files.ts';
import { deadLine, jsonRow, type PlacedText } from './json-rows.ts';
import { RAW_LETTERS_MAX, type TableBatch, type TableFile, type TableLine, tableBytes } from './table-rows.ts';
import { decodeText } from './text-encoding.ts';

/** Throws as `readTable`. */
export async function* readJsonList(file: TableFile): AsyncGenerator<TableBatch> {
  const { path, form } = file;
  const splitter = elementSplitter(path);
  let lines: TableLine[] = [];
  for await (const text of decodeText(
    tableBytes(file, () => splitter.line()),
    path,
    form.encoding,
  )) {
    for (const element of splitter.take(text)) {
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
  splitter.end();
  yield { columns: undefined, lines };
}

/** An element's text, and whether it was cut since it is too long. */
type Element = PlacedText & { readonly isCut: boolean };

interface ElementSplitter {
  /** The line that was reached, from 1. */
  readonly line: () => number;
  /** Elements that end in the next piece of text. Throws BrewhouseError('input_unreadable'). */
  readonly take: (text: string) => Generator<Element>;
  /** Throws BrewhouseError('input_unreadable') where the list has not ended. */
  readonly end: () => void;
}

/** What separates elements, and what nests; all else is part of an element. */
const MARKS = /["\\[\]{},\n]/g;

/** What may be wrong with a file, and what to do. */
const FLAWS = {
  before: ['does not begin with a list', 'give the table format: ndjson where each line is an object'],
  behind: ['goes on behind the end of its list', 'a file of format json is one list of objects'],
  short: ['is cut short: its list does not end', 'copy or make the file again'],
} as const;

function elementSplitter(file: string): ElementSplitter {
  const marks = new RegExp(MARKS);
  let line = 1;
  /** Open brackets; the list's own is the first. */
  let depth = 0;
  let inText = false;
  let isEscaped = false;
  let hasEnded = false;
  let pieces = '';
  let isCut = false;
  let began = 1;
  const fault = (flaw: keyof typeof FLAWS) => {
    const [said, remedy] = FLAWS[flaw];
    return new BrewhouseError('input_unreadable', `${file} ${said}`, { place: { file, line }, remedy });
  };
  const keep = (text: string) => {
    if (pieces.trim() === '' && text.trim() !== '') began = line;
    pieces += text;
    if (pieces.length <= LINE_BYTES_MAX) return;
    isCut = true;
    pieces = pieces.slice(0, RAW_LETTERS_MAX);
  };
  const finish = (): Element | undefined => {
    const text = pieces.trim();
    const element = text === '' ? undefined : { line: began, text, isCut };
    pieces = '';
    isCut = false;
    return element;
  };
  /** Outside the list nothing may stand. */
  const outside = (text: string) => {
    if (text.trim() !== '') throw fault(hasEnded ? 'behind' : 'before');
  };
  function* take(text: string): Generator<Element> {
    let from = 0;
    const consume = (to: number) => {
      const part = text.slice(from, to);
      if (depth === 0) outside(part);
      else keep(part);
      from = to;
    };
    if (isEscaped) {
      isEscaped = false;
      marks.lastIndex = 1;
    } else marks.lastIndex = 0;
    for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
      const at = found.index;
      const mark = found[0];
      if (mark === '\n') {
        consume(at + 1);
        line++;
      } else if (inText) {
        if (mark === '"') inText = false;
        else if (mark === '\\') {
          if (at + 1 === text.length) isEscaped = true;
          marks.lastIndex = at + 2;
        }
      } else if (mark === '"') inText = true;
      else if (mark === '[' || mark === '{') {
        consume(at);
        if (depth === 0 && (mark === '{' || hasEnded)) outside(mark);
        depth++;
        if (depth === 1) from = at + 1;
      } else if (mark === ']' || mark === '}') {
        if (depth > 1) depth--;
        else if (depth === 1) {
          consume(at);
          const element = finish();
          if (element !== undefined) yield element;
          depth = 0;
          hasEnded = true;
          from = at + 1;
        }
      } else if (mark === ',' && depth === 1) {
        consume(at);
        const element = finish();
        if (element !== undefined) yield element;
        from = at + 1;
      }
    }
    consume(text.length);
  }
  return {
    line: () => line,
    take,
    end: () => {
      if (!hasEnded) throw fault('short');
    },
  };
}
