/** Bytes of a row group; its statistics and page indexes, held against the values they tell of. */
import { nth } from '../checked.ts';
import type { OpenFile } from '../reader.ts';
import type { Column, WalkedPage } from './chunk-pages.ts';
import { type ColumnChunk, readColumnIndex, readOffsetIndex, type Statistics } from './metadata.ts';
import { numberIn } from './page-values.ts';
import { readStruct } from './thrift.ts';

/** Bytes from an offset on, which were read before. Throws RangeError where there are fewer. */
export type Read = (offset: number, bytes: number) => Buffer;

/** Bytes of a file that have a meaning. */
export interface Span {
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Reads spans of a file at once: those that touch in one go. Of a span that the file has not, it is
 * told when it is asked for. Bound: the file, whatever spans are said.
 */
export async function fetched({ size, read }: OpenFile, spans: readonly Span[]): Promise<Read> {
  const runs: { readonly from: number; to: number }[] = [];
  const isInside = ({ offset, bytes }: Span) => offset >= 0 && bytes >= 0 && offset + bytes <= size;
  for (const { offset, bytes } of spans.filter(isInside).sort((a, b) => a.offset - b.offset)) {
    const run = runs.at(-1);
    if (run !== undefined && offset <= run.to) run.to = Math.max(run.to, offset + bytes);
    else runs.push({ from: offset, to: offset + bytes });
  }
  const buffers = await Promise.all(runs.map(({ from, to }) => read(from, to)));
  return (offset, bytes) => {
    const at = runs.findIndex(({ from, to }) => from <= offset && offset + bytes <= to);
    if (at < 0 || bytes < 0) throw new RangeError('it is cut off');
    const from = offset - nth(runs, at).from;
    return nth(buffers, at).subarray(from, from + bytes);
  };
}

/**
 * Statistics count no null but empty lists, as which they count, tell no text, and the range is
 * that of the values.
 */
export function wrongStatistics(
  told: Statistics | undefined,
  range: Pick<WalkedPage, 'least' | 'most' | 'empty'>,
  column: Column,
): string[] {
  if (told === undefined) return [];
  const wrong = (told.nulls ?? range.empty) === range.empty ? [] : ['other nulls are counted'];
  const ends = [
    ...told.least.map((end) => [end, range.least] as const),
    ...told.most.map((end) => [end, range.most] as const),
  ];
  const isRight = ([end, right]: readonly [Uint8Array | undefined, number | undefined]) =>
    end === undefined || isNumber(end, right, column);
  return ends.every(isRight) ? wrong : [...wrong, 'its statistics tell another range'];
}

/** Whether the bytes are the number in PLAIN; of a zero the sign is as the format wants it. */
function isNumber(bytes: Uint8Array, right: number | undefined, { physical }: Column): boolean {
  const width = physical === 'INT64' || physical === 'DOUBLE' ? 8 : 4;
  if (physical === 'BYTE_ARRAY' || right === undefined || bytes.length !== width) return false;
  return numberIn(new DataView(bytes.buffer, bytes.byteOffset, width), physical, 0) === right;
}

/** Levels of lists none of which is null, counted page by page, or not at all. */
export function isHistogram(
  { repetitions, definitions }: Record<'repetitions' | 'definitions', readonly number[] | undefined>,
  pages: ReadonlyArray<Pick<WalkedPage, 'rows' | 'count' | 'empty'>>,
): boolean {
  const right = (of: (page: Pick<WalkedPage, 'rows' | 'count' | 'empty'>) => number[]) => pages.flatMap(of).join();
  const isRight = (told: readonly number[] | undefined, wanted: string) => told === undefined || told.join() === wanted;
  return (
    isRight(
      repetitions,
      right(({ rows, count }) => [rows, count - rows]),
    ) &&
    isRight(
      definitions,
      right(({ count, empty }) => [0, empty, 0, count - empty]),
    )
  );
}

/** The page index: where pages lie, and their ranges. */
export function wrongIndexes(
  read: Read,
  chunk: ColumnChunk,
  { pages, column }: { pages: readonly WalkedPage[]; column: Column },
): string[] {
  const wrong: string[] = [];
  if (chunk.offsetIndex !== undefined) {
    let row = 0;
    const right = pages.map(({ offset, bytes, rows }) => {
      row += rows;
      return [offset, bytes, row - rows];
    });
    if (readOffsetIndex(whole(read, chunk.offsetIndex)).join() !== right.join())
      wrong.push('its offset index tells other pages');
  }
  if (chunk.columnIndex !== undefined) {
    const told = readColumnIndex(whole(read, chunk.columnIndex));
    const lists = [told.least, told.most, told.nulls, told.isEmpty];
    const isWhole = isHistogram(told, pages) && lists.every(({ length }) => length === pages.length);
    const isEnd = (end: Uint8Array, right: number | undefined, isEmpty: boolean) =>
      isEmpty ? end.length === 0 : isNumber(end, right, column);
    const ranges =
      isWhole &&
      pages.every(({ least, most, count, empty }, index) => {
        const isEmpty = nth(told.isEmpty, index);
        const ends = [isEnd(nth(told.least, index), least, isEmpty), isEnd(nth(told.most, index), most, isEmpty)];
        return isEmpty === (count === empty) && ends.every(Boolean);
      });
    const nulls = pages.every(({ empty }, index) => told.nulls[index] === empty);
    if (!ranges || !nulls || !isInOrder(pages, told.order)) wrong.push('its column index tells other ranges');
  }
  return wrong;
}

/**
 * Whether both ends of the ranges rise (1) or fall (2) from page to page; 0 says nothing
 * (parquet.thrift, BoundaryOrder). A reader that is told so leaves out pages.
 */
function isInOrder(pages: readonly WalkedPage[], order: number): boolean {
  const sign = [0, 1, -1][order] ?? 0;
  return pages.every(({ least, most }, index) => {
    const { least: lower, most: upper } = pages[index - 1] ?? {};
    const isSorted = (from = 0, to = from) => sign * (to - from) >= 0;
    return isSorted(lower ?? least, least) && isSorted(upper ?? most, most);
  });
}

/** A struct that is all of a span. */
function whole(read: Read, { offset, bytes }: Span) {
  const { fields, end } = readStruct(read(offset, bytes));
  if (end !== bytes) throw new RangeError('a page index is followed by more');
  return fields;
}
