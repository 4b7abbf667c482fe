/** The pages of one column chunk, walked byte by byte: what they hold, and where they lie. */
import { crc32 } from 'node:zlib';
import { numberAt } from '../checked.ts';
import { unpacked } from './compressed.ts';
import { type ColumnChunk, type PageHeader, readPageHeader, type Statistics } from './metadata.ts';
import {
  areTexts,
  deltaValues,
  joinedStreams,
  type NumberRange,
  type PageValues,
  PHYSICAL,
  type Physical,
  plainValues,
  rangeOf,
  readRuns,
  type Values,
} from './page-values.ts';
import { readStruct } from './thrift.ts';

/** A column as a file should have it. */
export interface Column {
  readonly name: string;
  readonly physical: Physical;
  /** Lists have levels; flat columns are required and have none. */
  readonly isList: boolean;
  /** Whether a list may be empty; default: none may. */
  readonly mayBeEmpty?: boolean;
}

/** A page as it was found; `count` are its values and the empty lists. */
export interface WalkedPage extends PageValues {
  readonly type: number;
  readonly encoding: number;
  readonly offset: number;
  /** With its header. */
  readonly bytes: number;
  readonly plainBytes: number;
  /** Rows that begin in it. */
  readonly rows: number;
  /** Lists without a value. */
  readonly empty: number;
  readonly statistics: Statistics | undefined;
  /** Undefined of a dictionary. */
  readonly content: PageContent | undefined;
}

/** What a data page holds. */
export interface PageContent {
  /** Its values in order, or those that `index` is into. */
  readonly values: Values;
  readonly index: Int32Array | undefined;
  /** Of lists: how many values come before each row that begins here. */
  readonly begins: Int32Array | undefined;
}

/** Definition levels of a value in a list, and of an empty list. */
const [DEFINED, EMPTY] = [3, 1];

const [DATA, DICTIONARY, DATA_V2] = [0, 2, 3];
const ZSTD = 6;
const [PLAIN, PLAIN_DICTIONARY, RLE, DELTA, RLE_DICTIONARY, STREAM_SPLIT] = [0, 2, 3, 5, 8, 9];
/** As much as would fill the memory, and the most values that a row group can have (PUBLISH-6). */
const [PAGE_BYTES_MAX, PAGE_VALUES_MAX] = [2 ** 30, 1_000_000];

/**
 * All pages of a chunk, which begin at `offset` of a file of these bytes. Throws RangeError, or
 * what a decoder throws, where they are not pages of the column alone.
 */
export function walkPages(bytes: Uint8Array, offset: number, { chunk, column, isOwn }: ChunkCase): WalkedPage[] {
  const pages: WalkedPage[] = [];
  let entries: Dictionary | undefined;
  for (let at = 0; at < bytes.length; ) {
    const { fields, end } = readStruct(bytes, at);
    const header = readPageHeader(fields);
    const body = bytes.subarray(end, end + header.bytes);
    if (body.length !== header.bytes) throw new RangeError('a page is cut off');
    const values = Math.max(header.data?.levels ?? 0, header.dataV2?.levels ?? 0, header.dictionary?.entries ?? 0);
    if (header.plainBytes > PAGE_BYTES_MAX || values > PAGE_VALUES_MAX) throw new RangeError('a page is too large');
    if (header.checkSum !== undefined && (crc32(body) | 0) !== header.checkSum)
      throw new RangeError('a page has another check sum');
    const place = { type: header.type, offset: offset + at, bytes: end - at + header.bytes };
    const plainBytes = end - at + header.plainBytes;
    if (header.type === DICTIONARY && pages.length === 0 && header.data === undefined && header.dataV2 === undefined) {
      entries = dictionaryOf(header, unpacked(body, chunk.meta.codec, header.plainBytes), column);
      const { encoding } = entries;
      pages.push({ ...place, plainBytes, encoding, ...NOTHING });
    } else pages.push({ ...place, plainBytes, ...dataPage(header, body, { chunk, column, isOwn, entries }) });
    at = end + header.bytes;
  }
  if (entries?.used.includes(0) === true) throw new RangeError('a dictionary has a value that no row has');
  const empty = pages.filter(({ type, count }) => type !== DICTIONARY && count === 0);
  // Other libraries write one where they change to another encoding.
  if (empty.length > (isOwn ? 0 : 1)) throw new RangeError('pages are without a value');
  if (isOwn && (chunk.meta.codec !== ZSTD || pages.length !== (entries === undefined ? 1 : 2)))
    throw new RangeError('its pages are not one in zstd, behind its dictionary');
  return pages;
}

interface ChunkCase {
  readonly chunk: ColumnChunk;
  readonly column: Column;
  /** Whether it says that the builder wrote it, which leaves no choice of pages. */
  readonly isOwn: boolean;
}

interface Dictionary {
  readonly encoding: number;
  readonly values: Values;
  readonly used: Uint8Array;
}

const NO_RANGE: NumberRange = { least: undefined, most: undefined };
const NOTHING = { count: 0, rows: 0, empty: 0, ...NO_RANGE, statistics: undefined, content: undefined };

function dictionaryOf({ dictionary }: PageHeader, content: Uint8Array, { physical }: Column): Dictionary {
  if (dictionary === undefined || ![PLAIN, PLAIN_DICTIONARY].includes(dictionary.encoding))
    throw new RangeError('a dictionary page is not plain');
  const { entries, encoding } = dictionary;
  return { encoding, values: plainValues(content, physical, entries), used: new Uint8Array(entries) };
}

type DataCase = ChunkCase & { readonly entries: Dictionary | undefined };

function dataPage(header: PageHeader, body: Uint8Array, of: DataCase) {
  const { type, data, dataV2, plainBytes } = header;
  const { codec } = of.chunk.meta;
  if (type === DATA && data !== undefined && dataV2 === undefined && header.dictionary === undefined) {
    if (data.levelEncodings.some((encoding) => encoding !== RLE)) throw new RangeError('levels are not in runs');
    const content = unpacked(body, codec, plainBytes);
    const { rows, end } = of.column.isList ? levelsV1(content, data.levels, of.column) : FLAT;
    const { encoding, statistics } = data;
    const read = pageValues(content.subarray(end), { ...of, encoding, count: data.levels - rows.empty });
    return { ...pageOf(read, rows, data.levels), encoding, statistics };
  }
  if (type !== DATA_V2 || dataV2 === undefined || data !== undefined || header.dictionary !== undefined || of.isOwn)
    throw new RangeError(`a page is of the type ${type}`);
  const { levels, repetitionBytes, definitionBytes, isCompressed, encoding, statistics } = dataV2;
  const from = repetitionBytes + definitionBytes;
  const counted = { count: levels, repetitionBytes };
  const rows = of.column.isList ? listRows(body.subarray(0, from), counted, of.column) : FLAT.rows;
  const content = unpacked(body.subarray(from), isCompressed ? codec : 0, plainBytes - from);
  const page = pageOf(pageValues(content, { ...of, encoding, count: levels - rows.empty }), rows, levels);
  if (page.rows !== dataV2.rows || (!of.column.isList && from !== 0)) throw new RangeError('a page counts other rows');
  return { ...page, encoding, statistics };
}

/** Rows of lists in a page. */
interface ListRows extends Pick<PageContent, 'begins'> {
  readonly empty: number;
}

const FLAT: { readonly rows: ListRows; readonly end: number } = { rows: { begins: undefined, empty: 0 }, end: 0 };

type ReadValues = { readonly range: NumberRange } & Pick<PageContent, 'values' | 'index'>;

function pageOf({ range, values, index }: ReadValues, { begins, empty }: ListRows, count: number) {
  return { count, rows: begins?.length ?? count, empty, ...range, content: { values, index, begins } };
}

/** The rows of a page of lists: none of them is null, or empty where it may not be. */
function listRows(
  levels: Uint8Array,
  { count, repetitionBytes }: { readonly count: number; readonly repetitionBytes: number },
  { mayBeEmpty = false }: Column,
): ListRows {
  const [repetition, definition] = [levels.subarray(0, repetitionBytes), levels.subarray(repetitionBytes)];
  const [repeated, defined] = [new Uint8Array(count), new Uint8Array(count)];
  const ends = [
    readRuns(repetition, 0, { width: 1, values: repeated }),
    readRuns(definition, 0, { width: 2, values: defined }),
  ];
  if (ends[0] !== repetition.length || ends[1] !== definition.length)
    throw new RangeError('levels are followed by more');
  const begins: number[] = [];
  let empty = 0;
  // A list begins at each value that repeats nothing: the native search finds it fastest.
  for (let begin = repeated.indexOf(0); begin >= 0; begin = repeated.indexOf(0, begin + 1)) {
    begins.push(begin - empty);
    if (defined[begin] === EMPTY) empty++;
  }
  if (empty > 0 && !mayBeEmpty) throw new RangeError('a list or a value of one is null or empty');
  for (let i = 0; i < count; i++) {
    if (defined[i] === DEFINED) continue;
    if (defined[i] !== EMPTY) throw new RangeError('a list or a value of one is null or empty');
    if (repeated[i] !== 0 || repeated[i + 1] === 1) throw new RangeError('an empty list has a value');
  }
  return { begins: Int32Array.from(begins), empty };
}

/** The levels of a page of version 1: each of both after its length in four bytes. */
function levelsV1(content: Uint8Array, count: number, column: Column): { rows: ListRows; end: number } {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const repetitionBytes = view.getUint32(0, true);
  const second = 4 + repetitionBytes;
  const end = second + 4 + view.getUint32(second, true);
  if (end > content.length) throw new RangeError('levels are cut off');
  const both = Buffer.concat([content.subarray(4, second), content.subarray(second + 4, end)]);
  return { rows: listRows(both, { count, repetitionBytes }, column), end };
}

/** The values, which are all that the bytes are, and their range. */
function pageValues(bytes: Uint8Array, of: DataCase & { encoding: number; count: number }): ReadValues {
  const { column, encoding, count } = of;
  const { physical } = column;
  if (encoding === RLE_DICTIONARY || encoding === PLAIN_DICTIONARY) return indexedValues(bytes, of);
  const plain = (values: Values): ReadValues => ({ values, index: undefined, range: rangeOf(values) });
  if (encoding === PLAIN) return plain(plainValues(bytes, physical, count));
  if (encoding === DELTA && (physical === 'INT32' || physical === 'INT64'))
    return plain(deltaValues(bytes, physical, count));
  if (encoding === STREAM_SPLIT && physical !== 'BYTE_ARRAY')
    return plain(plainValues(joinedStreams(bytes, physical, count), physical, count));
  throw new RangeError(`a page of ${PHYSICAL[physical]} has the encoding ${encoding}`);
}

/** Values by their place in the dictionary; marks there those that the page uses. */
function indexedValues(bytes: Uint8Array, of: DataCase & { encoding: number; count: number }): ReadValues {
  const { encoding, count, entries } = of;
  if (entries === undefined) throw new RangeError('a page has no dictionary');
  const index = new Int32Array(count);
  if (readRuns(bytes, 1, { width: numberAt(bytes, 0), values: index }) !== bytes.length)
    throw new RangeError('indices are followed by more');
  const { used, values } = entries;
  const own = new Uint8Array(used.length);
  // In the order in which they come.
  const places: number[] = [];
  for (let i = 0; i < count; i++) {
    const place = index[i] ?? 0;
    if (own[place] === 1) continue;
    if (place >= used.length) throw new RangeError('an index is of no value of the dictionary');
    own[place] = 1;
    used[place] = 1;
    places.push(place);
  }
  if (of.isOwn && (encoding !== RLE_DICTIONARY || places.some((place, order) => place !== order)))
    throw new RangeError('a dictionary is in another order than its values come in');
  const range = areTexts(values) ? NO_RANGE : rangeOf(Float64Array.from(places, (place) => numberAt(values, place)));
  return { values, index, range };
}
