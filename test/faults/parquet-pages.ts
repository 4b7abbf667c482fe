/** Changes inside the pages of a Parquet file, after which every offset behind them is mended. */
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { encodeThrift, i32, i64 } from '../../src/shard/thrift.ts';
import {
  chunkOf,
  closeFile,
  elementsOf,
  type Fields,
  fieldsOf,
  numberOf,
  readFooter,
  readThrift,
} from './parquet-footer.ts';

/** A page: its header (parquet.thrift, PageHeader) and its content before compression. */
export interface OpenPage {
  readonly header: Fields;
  content: Buffer;
}

/** How pages are packed that were changed, and pages that come after the first. */
export interface Repacking {
  readonly pack?: Pack;
  readonly behind?: readonly OpenPage[];
}

/** Packs the content of a page. */
export type Pack = (content: Buffer) => Buffer;

/** One frame of zstd. */
export const inZstd =
  (level: number): Pack =>
  (content) =>
    zstdCompressSync(content, { params: { [constants.ZSTD_c_compressionLevel]: level } });

/** Bytes that were put in at a place of the file, and what they are before compression. */
interface Growth {
  readonly from: number;
  readonly bytes: number;
  readonly plain: number;
  /** Those of the first page alone. */
  readonly own: number;
}

/**
 * The file with the first page of a column of the first row group changed, which is the dictionary
 * where there is one. Sizes, check sum, offsets and page index then say what there is.
 */
export function withFirstPage(
  file: Buffer,
  column: string,
  change: (page: OpenPage) => void,
  { pack = inZstd(3), behind = [] }: Repacking = {},
): Buffer {
  const { footer, start: footerStart } = readFooter(file);
  const { meta } = chunkOf(footer, column);
  const from = numberOf(meta[11] ?? meta[9]);
  const { fields: header, end } = readThrift(file, from);
  const bodyEnd = end + numberOf(header[3]);
  const page = { header, content: Buffer.from(zstdDecompressSync(file.subarray(end, bodyEnd))) };
  const plainBefore = end - from + page.content.length;
  change(page);
  const all = [page, ...behind].map((each) => sealed(each, pack));
  const [own = { bytes: Buffer.alloc(0) }] = all;
  const bytes = Buffer.concat(all.map((each) => each.bytes));
  const plain = all.reduce((sum, each) => sum + each.plain, 0);
  const growth = {
    ...{ from, bytes: bytes.length - (bodyEnd - from), plain: plain - plainBefore },
    own: own.bytes.length - (bodyEnd - from),
  };
  const chunks = elementsOf(footer[4])
    .map(fieldsOf)
    .flatMap((group) => elementsOf(group[1]).map(fieldsOf));
  const indexStart = Math.min(
    footerStart,
    ...chunks
      .flatMap((chunk) => [chunk[4], chunk[6]])
      .filter(isThere)
      .map(numberOf),
  );
  const pages = Buffer.concat([file.subarray(0, from), bytes, file.subarray(bodyEnd, indexStart)]);
  moveGroups(footer, meta, growth);
  return closeFile([pages, ...movedIndexes(file, { chunks, growth, start: pages.length })], footer);
}

const isThere = <T>(value: T | undefined): value is T => value !== undefined;

function sealed({ header, content }: OpenPage, pack: Pack): { bytes: Buffer; plain: number } {
  const body = pack(content);
  Object.assign(header, { 2: i32(content.length), 3: i32(body.length), 4: i32(crc32(body) | 0) });
  const head = encodeThrift(header);
  return { bytes: Buffer.concat([head, body]), plain: head.length + content.length };
}

/** Offsets behind the growth, and the sizes of the chunk `grown` and of its row group. */
function moveGroups(footer: Fields, grown: Fields, growth: Growth): void {
  for (const group of elementsOf(footer[4]).map(fieldsOf)) {
    const metas = elementsOf(group[1]).map((chunk) => fieldsOf(fieldsOf(chunk)[3]));
    move(group, 5, growth);
    for (const meta of metas) for (const id of [9, 11]) move(meta, id, growth);
    if (!metas.includes(grown)) continue;
    for (const [fields, plain, compressed] of [[grown, 6, 7] as const, [group, 2, 6] as const]) {
      fields[plain] = i64(numberOf(fields[plain]) + growth.plain);
      fields[compressed] = i64(numberOf(fields[compressed]) + growth.bytes);
    }
  }
}

function move(fields: Fields, id: number, { from, bytes }: Growth): void {
  if (fields[id] !== undefined && numberOf(fields[id]) > from) fields[id] = i64(numberOf(fields[id]) + bytes);
}

/** A PageLocation: the page that grew says its new size. */
function moveLocation(location: Fields, growth: Growth): void {
  if (numberOf(location[1]) === growth.from) location[2] = i32(numberOf(location[2]) + growth.own);
  else move(location, 1, growth);
}

/** All column indexes, then all offset indexes, which say where pages are. */
function movedIndexes(
  file: Buffer,
  { chunks, growth, start }: { chunks: readonly Fields[]; growth: Growth; start: number },
): Uint8Array[] {
  const written: Uint8Array[] = [];
  let at = start;
  for (const [offset, length] of [[6, 7] as const, [4, 5] as const]) {
    for (const chunk of chunks) {
      if (chunk[offset] === undefined) continue;
      const { fields } = readThrift(file, numberOf(chunk[offset]));
      if (offset === 4) for (const location of elementsOf(fields[1])) moveLocation(fieldsOf(location), growth);
      const bytes = encodeThrift(fields);
      chunk[offset] = i64(at);
      chunk[length] = i32(bytes.length);
      written.push(bytes);
      at += bytes.length;
    }
  }
  return written;
}
