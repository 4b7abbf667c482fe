/** The pages of one column chunk, walked byte by byte: what they hold, and where they lie. */
import { crc32 } from 'node:zlib';
import { numberAt } from '../checked.ts';
import { unpacked } from './compressed.ts';
import { type ColumnChunk, type PageHeader, readPageHeader, type Statistics } from './metadata.ts';
import {
  deltaValues,
  hybridRuns,
  joinedStreams,
  type PageValues,
  PHYSICAL,
  type Physical,
  plainValues,
  rangeOf,
} from './page-values.ts';
import { readStruct } from './thrift.ts';

/** A column as a file should have it. */
export interface Column {
  readonly name: string;
  readonly physical: Physical;
  /** Lists have levels; flat columns are required and have none. */
  readonly isList: boolean;
}

/** A page as it was found. */
export interface WalkedPage extends PageValues {
  readonly type: number;
  readonly encoding: number;
  readonly offset: number;
  /** With its header. */
  readonly bytes: number;
  readonly plainBytes: number;
  /** Rows that begin in it. */
  readonly rows: number;
  readonly statistics: Statistics | undefined;
}

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
  if (entries?.used.includes(0)) throw new RangeError('a dictionary has a value that no row has');
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
  /** Of numbers alone. */
  readonly values: Float64Array | undefined;
  readonly used: Uint8Array;
}

const NOTHING = { count: 0, rows: 0, least: undefined, most: undefined, statistics: undefined };

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
    const { rows, end } = of.column.isList ? levelsV1(content, data.levels) : { rows: data.levels, end: 0 };
    const values = pageValues(content.subarray(end), { ...of, encoding: data.encoding, count: data.levels });
    return { ...values, rows, encoding: data.encoding, statistics: data.statistics };
  }
  if (type !== DATA_V2 || dataV2 === undefined || data !== undefined || header.dictionary !== undefined || of.isOwn)
    throw new RangeError(`a page is of the type ${type}`);
  const { levels, repetitionBytes, definitionBytes, isCompressed, encoding, statistics } = dataV2;
  const from = repetitionBytes + definitionBytes;
  const rows = of.column.isList ? rowsOf(body.subarray(0, from), levels, repetitionBytes) : levels;
  if (rows !== dataV2.rows || (!of.column.isList && from !== 0)) throw new RangeError('a page counts other rows');
  const content = unpacked(body.subarray(from), isCompressed ? codec : 0, plainBytes - from);
  return { ...pageValues(content, { ...of, encoding, count: levels }), rows, encoding, statistics };
}

/** Rows that begin, by the levels of a page of lists: none of which is null or empty. */
function rowsOf(levels: Uint8Array, count: number, repetitionBytes: number): number {
  const [repetition, definition] = [levels.subarray(0, repetitionBytes), levels.subarray(repetitionBytes)];
  const repeated = hybridRuns(repetition, 0, { width: 1, count });
  const defined = hybridRuns(definition, 0, { width: 2, count });
  if (repeated.end !== repetition.length || defined.end !== definition.length)
    throw new RangeError('levels are followed by more');
  for (const level of defined.values)
    if (level !== 3) throw new RangeError('a list or a value of one is null or empty');
  let rows = count;
  for (const level of repeated.values) rows -= level;
  return rows;
}

/** The levels of a page of version 1: each of both after its length in four bytes. */
function levelsV1(content: Uint8Array, count: number): { rows: number; end: number } {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const repetitionBytes = view.getUint32(0, true);
  const second = 4 + repetitionBytes;
  const end = second + 4 + view.getUint32(second, true);
  if (end > content.length) throw new RangeError('levels are cut off');
  const both = Buffer.concat([content.subarray(4, second), content.subarray(second + 4, end)]);
  return { rows: rowsOf(both, count, repetitionBytes), end };
}

/** Number and range of the values, which are all that the bytes are. */
function pageValues(bytes: Uint8Array, of: DataCase & { encoding: number; count: number }): PageValues {
  const { column, encoding, count, entries } = of;
  const { physical } = column;
  if (encoding === RLE_DICTIONARY || encoding === PLAIN_DICTIONARY) {
    if (entries === undefined) throw new RangeError('a page has no dictionary');
    const { values, end } = hybridRuns(bytes, 1, { width: numberAt(bytes, 0), count });
    if (end !== bytes.length) throw new RangeError('indices are followed by more');
    const own = new Set<number>();
    for (const index of values) own.add(index);
    if (of.isOwn && (encoding !== RLE_DICTIONARY || [...own].some((index, place) => index !== place)))
      throw new RangeError('a dictionary is in another order than its values come in');
    for (const index of own) {
      if (index >= entries.used.length) throw new RangeError('an index is of no value of the dictionary');
      entries.used[index] = 1;
    }
    const { values: numbers } = entries;
    return { count, ...rangeOf(numbers && Array.from(own, (index) => numberAt(numbers, index))) };
  }
  if (encoding === PLAIN) return { count, ...rangeOf(plainValues(bytes, physical, count)) };
  if (encoding === DELTA && (physical === 'INT32' || physical === 'INT64'))
    return { count, ...rangeOf(deltaValues(bytes, physical, count)) };
  if (encoding === STREAM_SPLIT && physical !== 'BYTE_ARRAY')
    return { count, ...rangeOf(plainValues(joinedStreams(bytes, physical, count), physical, count)) };
  throw new RangeError(`a page of ${PHYSICAL[physical]} has the encoding ${encoding}`);
}
