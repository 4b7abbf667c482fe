/** What a footer says of a column chunk, held against the pages of it. */
import { type Column, type WalkedPage, walkPages } from './chunk-pages.ts';
import { type ColumnValues, columnOf } from './column-values.ts';
import type { ColumnChunk, RowGroup } from './metadata.ts';
import { PHYSICAL } from './page-values.ts';
import { isHistogram, type Read, type Span, wrongIndexes, wrongStatistics } from './ranges.ts';

/** A chunk that was walked. */
export interface WalkedChunk {
  /** Pages and page indexes. */
  readonly spans: Span[];
  readonly wrong: string[];
  /** Where its first page begins. */
  readonly from: number;
  readonly values: ColumnValues;
}

/** Where the pages of a chunk lie, and their indexes. */
export function spansOf({ meta, offsetIndex, columnIndex }: ColumnChunk): Span[] {
  const from = meta.dictionaryOffset ?? meta.dataOffset;
  return [{ offset: from, bytes: meta.bytes }, ...[offsetIndex, columnIndex].flatMap((span) => span ?? [])];
}

/** Walks the pages of a chunk; `wrong` is what is said of them otherwise. */
export function walkChunk(
  read: Read,
  chunk: ColumnChunk,
  { column, group, isOwn }: { column: Column; group: RowGroup; isOwn: boolean },
): WalkedChunk {
  const { meta } = chunk;
  const from = meta.dictionaryOffset ?? meta.dataOffset;
  const pages = pagesOf(read, from, { chunk, column, isOwn });
  const wrong = [
    ...wrongInMeta(chunk, pages, { column, rows: group.rows }),
    ...pages.flatMap(({ statistics, ...page }) => wrongStatistics(statistics, page, column)),
    ...wrongIndexes(read, chunk, { pages: pages.filter(({ type }) => type !== DICTIONARY_PAGE), column }),
  ].map((what) => `column ${column.name}: ${what}`);
  return { spans: spansOf(chunk), wrong, from, values: columnOf(pages, column) };
}

function pagesOf(read: Read, from: number, of: Parameters<typeof walkPages>[2]): WalkedPage[] {
  const { chunk, column } = of;
  try {
    return walkPages(read(from, chunk.meta.bytes), from, of);
  } catch (cause) {
    throw new RangeError(`column ${column.name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

const [DATA_PAGE, DICTIONARY_PAGE, DATA_PAGE_V2] = [0, 2, 3];

/** What a chunk's metadata says of its pages. */
function wrongInMeta(
  { fileOffset, meta }: ColumnChunk,
  pages: readonly WalkedPage[],
  of: { column: Column; rows: number },
) {
  const { column, rows } = of;
  const wrong: string[] = [];
  const say = (is: boolean, what: string) => {
    if (is) wrong.push(what);
  };
  const data = pages.filter(({ type }) => type !== DICTIONARY_PAGE);
  const sum = (part: 'count' | 'rows' | 'empty' | 'plainBytes') => pages.reduce((total, page) => total + page[part], 0);
  const [first] = data;
  const path = column.isList ? `${column.name}.list.element` : column.name;
  say(meta.path !== path || meta.type !== PHYSICAL[column.physical], `it is called ${meta.path}`);
  say(sum('rows') !== rows, `${sum('rows')} rows instead of ${rows}`);
  say(meta.values !== sum('count'), `${meta.values} values are told of ${sum('count')}`);
  say(meta.plainBytes !== sum('plainBytes'), 'other bytes are told');
  say(
    meta.dataOffset !== first?.offset || pages.length > data.length !== (meta.dictionaryOffset !== undefined),
    'pages are said to be elsewhere',
  );
  // Old libraries write one of these in place of nothing.
  const offsets = [0, meta.dataOffset, meta.dictionaryOffset];
  say(!offsets.includes(fileOffset), 'it is said to be elsewhere');
  say(!isNamed(meta.encodings, pages), 'other encodings are named');
  // Some libraries count pages of version 2 as those of version 1.
  const kindOf = (type: number, encoding: number) => `${type === DATA_PAGE_V2 ? DATA_PAGE : type} ${encoding}`;
  const told = (meta.encodingStats ?? []).map((own) => `${kindOf(own[1], own[2])} ${own[3]}`).sort();
  const counted = Map.groupBy(pages, ({ type, encoding }) => kindOf(type, encoding));
  const found = [...counted].map(([kind, own]) => `${kind} ${own.length}`).sort();
  say(meta.encodingStats !== undefined && told.join() !== found.join(), 'other pages are counted');
  const { 1: texts, 2: repetitions, 3: definitions } = meta.histograms ?? {};
  say(texts !== undefined, 'texts are counted');
  say(
    !isHistogram({ repetitions, definitions }, [{ rows, count: sum('count'), empty: sum('empty') }]),
    'other levels are counted',
  );
  return [...wrong, ...wrongStatistics(meta.statistics, { ...rangeOfPages(data), empty: sum('empty') }, column)];
}

/**
 * Every encoding of a page once, and beside them no more than those of levels and of plain values.
 */
function isNamed(encodings: readonly number[], pages: readonly WalkedPage[]): boolean {
  const [named, used] = [new Set(encodings), new Set(pages.map(({ encoding }) => encoding))];
  const allowed = used.union(new Set([PLAIN, RLE]));
  return named.size === encodings.length && used.isSubsetOf(named) && named.isSubsetOf(allowed);
}

const [PLAIN, RLE] = [0, 3];

function rangeOfPages(pages: readonly WalkedPage[]): Pick<WalkedPage, 'least' | 'most'> {
  const ends = (of: 'least' | 'most') => pages.flatMap((page) => page[of] ?? []);
  if (ends('least').length === 0) return { least: undefined, most: undefined };
  return { least: Math.min(...ends('least')), most: Math.max(...ends('most')) };
}
