/** A column of a row group as one piece, whatever pages it was written in. */
import { numberAt } from '../checked.ts';
import type { Column, WalkedPage } from './chunk-pages.ts';
import { areTexts, type Numbers } from './page-values.ts';

/** Numbers of a column in order; 64-bit ones beyond 2^53 are rounded. */
export interface NumberColumn {
  readonly numbers: Numbers;
  /** Where in `numbers` the list of each row ends; undefined where each row has one value. */
  readonly ends: Int32Array | undefined;
}

/** Texts of a column: each value is an index into the different ones. */
export interface TextColumn {
  readonly texts: readonly string[];
  readonly index: Int32Array;
  readonly ends: Int32Array | undefined;
}

/** The values of a column chunk. Bound: 4 or 8 bytes a value, and its different texts. */
export type ColumnValues = NumberColumn | TextColumn;

/** Joins the pages of a chunk. */
export function columnOf(pages: readonly WalkedPage[], { physical, isList }: Column): ColumnValues {
  const data = pages.filter(({ content }) => content !== undefined);
  const count = data.reduce((sum, page) => sum + page.count - page.empty, 0);
  const ends = isList ? endsOf(data) : undefined;
  if (physical === 'BYTE_ARRAY') return { ...textsOf(data, count), ends };
  return { numbers: numbersOf(data, count), ends };
}

/** What is one page in the file needs no copy. */
function numbersOf(pages: readonly WalkedPage[], count: number): Numbers {
  const parts = pages.flatMap(({ content }) =>
    content === undefined || areTexts(content.values) ? [] : [{ index: content.index, values: content.values }],
  );
  const [first] = parts;
  if (first !== undefined && parts.length === 1 && first.index === undefined) return first.values;
  const isNarrow = parts.every(({ values }) => values instanceof Int32Array);
  const numbers = isNarrow ? new Int32Array(count) : new Float64Array(count);
  let end = 0;
  for (const { values, index } of parts) {
    if (index === undefined) numbers.set(values, end);
    else for (let i = 0; i < index.length; i++) numbers[end + i] = values[index[i] ?? 0] ?? 0;
    end += (index ?? values).length;
  }
  return numbers;
}

function textsOf(pages: readonly WalkedPage[], count: number): Omit<TextColumn, 'ends'> {
  const index = new Int32Array(count);
  const texts: string[] = [];
  // Pages of a chunk share its dictionary.
  const begins = new Map<unknown, number>();
  let end = 0;
  for (const { content } of pages) {
    if (content === undefined || !areTexts(content.values)) continue;
    const { values } = content;
    const begin = begins.get(values) ?? texts.length;
    if (!begins.has(values)) {
      begins.set(values, begin);
      for (const text of values) texts.push(text);
    }
    const length = content.index?.length ?? values.length;
    for (let i = 0; i < length; i++)
      index[end + i] = begin + (content.index === undefined ? i : (content.index[i] ?? 0));
    end += length;
  }
  return { texts, index };
}

/** A page may go on with the row that the one before it ends with. */
function endsOf(pages: readonly WalkedPage[]): Int32Array {
  const ends = new Int32Array(pages.reduce((sum, { rows }) => sum + rows, 0));
  let [row, before] = [-1, 0];
  for (const { content, count, empty } of pages) {
    const begins = content?.begins ?? new Int32Array();
    for (let i = 0; i < begins.length; i++) if (++row > 0) ends[row - 1] = before + numberAt(begins, i);
    before += count - empty;
  }
  if (row >= 0) ends[row] = before;
  return ends;
}
