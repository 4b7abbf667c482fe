/**
 * The form of a Parquet file of a release: its schema, its key-values, and that every byte of it is
 * a page, an index of pages or the footer (PUBLISH-6).
 */
import { nth } from '../checked.ts';
import { flawOf, type NamedFile, type OpenFile } from '../reader.ts';
import { spansOf, walkChunk } from './chunk-claims.ts';
import type { Column } from './chunk-pages.ts';
import type { ColumnValues } from './column-values.ts';
import { LEAVES, OWN_WRITER, type WantedFile, wrongColumns, wrongKeyValues } from './footer-claims.ts';
import { type Footer, readFooter } from './metadata.ts';
import { fetched, type Span } from './ranges.ts';
import { readStruct } from './thrift.ts';

const MAGIC = 'PAR1';
const TAIL_BYTES = 8;

/** What is wrong with a file, in words. */
export interface CheckedParquet {
  readonly wrong: readonly string[];
  /** Rows of each row group. */
  readonly groups: readonly number[];
  readonly keyValues: ReadonlyMap<string, string>;
  /** Whether it has the columns that it should have, and pages of them alone. */
  readonly isReadable: boolean;
}

/** A row group whose pages were walked. */
export interface WalkedGroup {
  /** The bytes that have a meaning, and what is wrong with them. */
  readonly spans: readonly Span[];
  readonly wrong: readonly string[];
  /** Its columns by their names. */
  readonly columns: ReadonlyMap<string, ColumnValues>;
}

/** An open file whose footer is read. */
export interface OpenParquet {
  /** Rows of each row group. */
  readonly groups: readonly number[];
  /** Whether it has the columns that it should have: others are not walked. */
  readonly hasColumns: boolean;
  /**
   * Walks the pages of a row group. Bound: the row group. Throws RangeError, or what a decoder or
   * the reader throws, where it cannot be read.
   */
  walk(index: number): Promise<WalkedGroup>;
  /** What is wrong with the file, after all of its row groups were walked. */
  finished(groups: readonly Pick<WalkedGroup, 'spans' | 'wrong'>[]): CheckedParquet;
  close(): Promise<void>;
}

/** What a file is that cannot be read. Throws as `flawOf`. */
export function unreadable(error: unknown): CheckedParquet {
  const why = flawOf(error);
  return { ...NOTHING, wrong: [`the file cannot be read: ${why}`] };
}

const NOTHING = { groups: [], keyValues: new Map(), isReadable: false };

/** Opens a file. Throws RangeError, or what the reader throws, where it is none. */
export async function openParquet({ files, path }: NamedFile, wanted: WantedFile): Promise<OpenParquet> {
  const file = await files.open(path);
  if (file === undefined) throw new RangeError('no file');
  try {
    const { size } = file;
    const { footer, end } = await footerOf(file);
    const others = wrongColumns(footer, wanted);
    const said = [...others, ...wrongKeyValues(footer, wanted)];
    const columns = wanted.columns.map(({ name, type, isList, mayBeEmpty = false }): Column => {
      return { name, physical: LEAVES[type].physical, isList, mayBeEmpty };
    });
    const groups = footer.groups.map(({ rows }) => rows);
    return {
      groups,
      hasColumns: others.length === 0,
      walk: (index) => walkGroup(file, { footer, columns, index }),
      finished(walked) {
        if (others.length > 0) return { ...NOTHING, wrong: said };
        const rows = groups.reduce((sum, own) => sum + own, 0);
        const counted = rows === footer.rows ? [] : [`its footer counts ${footer.rows} rows instead of ${rows}`];
        const spans = walked.flatMap((group) => group.spans);
        const gap = gapIn([...spans, { offset: 0, bytes: MAGIC.length }, { offset: end, bytes: size - end }]);
        const wrong = [...said, ...walked.flatMap((group) => group.wrong), ...counted, ...gap];
        return { wrong, groups, keyValues: new Map(footer.keyValues), isReadable: true };
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Checks a file. Bound: one row group. What cannot be read is wrong, and no error but of a store.
 */
export async function checkParquet(named: NamedFile, wanted: WantedFile): Promise<CheckedParquet> {
  let file: OpenParquet | undefined;
  try {
    file = await openParquet(named, wanted);
    const walked: Pick<WalkedGroup, 'spans' | 'wrong'>[] = [];
    for (const index of file.hasColumns ? file.groups.keys() : []) {
      const { spans, wrong } = await file.walk(index);
      walked.push({ spans, wrong });
    }
    return file.finished(walked);
  } catch (error) {
    return unreadable(error);
  } finally {
    await file?.close();
  }
}

/** Bytes at the end of a file that are asked for at once: nearly every footer is shorter. */
const END_BYTES = 64 * 1024;

/** The footer, and where in the file it begins. */
async function footerOf({ read, size }: OpenFile): Promise<{ footer: Footer; end: number }> {
  if (size < TAIL_BYTES) throw new RangeError('it is cut off');
  const [head, last] = await Promise.all([read(0, MAGIC.length), read(Math.max(0, size - END_BYTES), size)]);
  const tail = last.subarray(last.length - TAIL_BYTES);
  const length = tail.readUInt32LE(0);
  if ([head, tail.subarray(4)].some((magic) => magic.toString('latin1') !== MAGIC))
    throw new RangeError('it is no Parquet file');
  const end = size - TAIL_BYTES - length;
  if (end < MAGIC.length) throw new RangeError('its footer is cut off');
  const bytes = length + TAIL_BYTES;
  const footer = bytes > last.length ? await read(end, end + length) : last.subarray(-bytes, -TAIL_BYTES);
  const { fields, end: readTo } = readStruct(footer);
  if (readTo !== length) throw new RangeError('its footer is followed by more');
  return { footer: readFooter(fields), end };
}

function gapIn(spans: readonly Span[]): string[] {
  let end = 0;
  for (const { offset, bytes } of spans.toSorted((a, b) => a.offset - b.offset)) {
    if (offset !== end) return [`${Math.abs(offset - end)} bytes from ${Math.min(offset, end)} on are not its own`];
    end = offset + bytes;
  }
  return [];
}

type GroupCase = { readonly footer: Footer; readonly columns: readonly Column[]; readonly index: number };

/** All pages and page indexes of a row group, and what the footer says of them. */
async function walkGroup(file: OpenFile, { footer, columns, index }: GroupCase): Promise<WalkedGroup> {
  const group = nth(footer.groups, index);
  const wrong: string[] = [];
  if (group.chunks.length !== columns.length) throw new RangeError(`row group ${index} has other columns`);
  const isOwn = footer.createdBy === OWN_WRITER;
  const read = await fetched(file, group.chunks.flatMap(spansOf));
  const walked = group.chunks.map((chunk, at) => walkChunk(read, chunk, { column: nth(columns, at), group, isOwn }));
  for (const each of walked) wrong.push(...each.wrong.map((what) => `row group ${index}, ${what}`));
  const sum = (of: 'plainBytes' | 'bytes') => group.chunks.reduce((total, { meta }) => total + meta[of], 0);
  const firstPage = Math.min(...walked.map(({ from }) => from));
  if (group.plainBytes !== sum('plainBytes') || (group.bytes ?? sum('bytes')) !== sum('bytes'))
    wrong.push(`row group ${index} counts other bytes`);
  if ((group.offset ?? firstPage) !== firstPage || (group.ordinal ?? index) !== index)
    wrong.push(`row group ${index} is said to be elsewhere`);
  const values = new Map(walked.map((each, at) => [nth(columns, at).name, each.values]));
  return { spans: walked.flatMap(({ spans }) => spans), wrong, columns: values };
}
