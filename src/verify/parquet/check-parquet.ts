/**
 * The form of a Parquet file of a release: its schema, its key-values, and that every byte of it is
 * a page, an index of pages or the footer (PUBLISH-6).
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { nth } from '../checked.ts';
import { walkChunk } from './chunk-claims.ts';
import type { Column } from './chunk-pages.ts';
import { LEAVES, OWN_WRITER, type WantedFile, wrongColumns, wrongKeyValues } from './footer-claims.ts';
import { type Footer, readFooter } from './metadata.ts';
import type { Read, Span } from './ranges.ts';
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

const UNREADABLE = { groups: [], keyValues: new Map(), isReadable: false };

/**
 * Checks the file at `path`. Bound: one column chunk. What cannot be read is wrong, and no error.
 */
export function checkParquet(path: string, wanted: WantedFile): CheckedParquet {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const { size } = fstatSync(descriptor);
    const file = { read: reader(descriptor, size), size };
    const { footer, end } = footerOf(file);
    const others = wrongColumns(footer, wanted);
    const said = [...others, ...wrongKeyValues(footer, wanted)];
    if (others.length > 0) return { ...UNREADABLE, wrong: said };
    const columns = wanted.columns.map(({ name, type, isList }): Column => {
      return { name, physical: LEAVES[type].physical, isList };
    });
    const walked = walkGroups(file, footer, columns);
    const gap = gapIn([...walked.spans, { offset: 0, bytes: MAGIC.length }, { offset: end, bytes: size - end }]);
    return {
      wrong: [...said, ...walked.wrong, ...gap],
      groups: footer.groups.map(({ rows }) => rows),
      keyValues: new Map(footer.keyValues),
      isReadable: true,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...UNREADABLE, wrong: [`the file cannot be read: ${why}`] };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

interface OpenFile {
  readonly read: Read;
  readonly size: number;
}

function reader(descriptor: number, size: number): Read {
  return (offset, bytes) => {
    if (offset + bytes > size) throw new RangeError('it is cut off');
    const buffer = Buffer.alloc(bytes);
    if (readSync(descriptor, buffer, 0, bytes, offset) !== bytes) throw new RangeError('it is cut off');
    return buffer;
  };
}

/** The footer, and where in the file it begins. */
function footerOf({ read, size }: OpenFile): { footer: Footer; end: number } {
  const tail = read(Math.max(0, size - TAIL_BYTES), TAIL_BYTES);
  const length = tail.readUInt32LE(0);
  const ends = [read(0, MAGIC.length), tail.subarray(4)];
  if (ends.some((magic) => magic.toString('latin1') !== MAGIC)) throw new RangeError('it is no Parquet file');
  const end = size - TAIL_BYTES - length;
  if (end < MAGIC.length) throw new RangeError('its footer is cut off');
  const { fields, end: readTo } = readStruct(read(end, length));
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

/** All pages and page indexes of all row groups, and what the footer says of them. */
function walkGroups(file: OpenFile, footer: Footer, columns: readonly Column[]): { spans: Span[]; wrong: string[] } {
  const spans: Span[] = [];
  const wrong: string[] = [];
  let rows = 0;
  for (const [index, group] of footer.groups.entries()) {
    rows += group.rows;
    if (group.chunks.length !== columns.length) throw new RangeError(`row group ${index} has other columns`);
    const isOwn = footer.createdBy === OWN_WRITER;
    const walked = group.chunks.map((chunk, at) =>
      walkChunk(file.read, chunk, { column: nth(columns, at), group, isOwn }),
    );
    for (const each of walked) {
      spans.push(...each.spans);
      wrong.push(...each.wrong.map((what) => `row group ${index}, ${what}`));
    }
    const sum = (of: 'plainBytes' | 'bytes') => group.chunks.reduce((total, { meta }) => total + meta[of], 0);
    const firstPage = Math.min(...walked.map(({ from }) => from));
    if (group.plainBytes !== sum('plainBytes') || (group.bytes ?? sum('bytes')) !== sum('bytes'))
      wrong.push(`row group ${index} counts other bytes`);
    if ((group.offset ?? firstPage) !== firstPage || (group.ordinal ?? index) !== index)
      wrong.push(`row group ${index} is said to be elsewhere`);
  }
  if (rows !== footer.rows) wrong.push(`its footer counts ${footer.rows} rows instead of ${rows}`);
  return { spans, wrong };
}
