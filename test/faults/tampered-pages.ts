/** What somebody may hide in the pages of a file whose rows another library reads as before. */
import { zstdCompressSync } from 'node:zlib';
import { i32, struct } from '../../src/shard/thrift.ts';
import { chunkOf, type Fields, fieldsOf } from './parquet-footer.ts';
import { type OpenPage, type Pack, type Repacking, withFirstPage } from './parquet-pages.ts';
import { RAW, type Tampering } from './tampering.ts';

interface Repacked extends Repacking {
  readonly file: 'data' | 'meta' | 'origin';
  readonly column: string;
  readonly says: RegExp;
  readonly change?: (page: OpenPage) => void;
  readonly footer?: (footer: Fields) => void;
}

/** A tampering with the first page of a column of train. */
function page(name: string, { file, column, says, change = () => undefined, footer, ...packing }: Repacked): Tampering {
  return {
    name,
    change(release) {
      const path = `${file}/${release.shard('train')}`;
      release.write(path, withFirstPage(release.read(path), column, change, packing));
      if (footer !== undefined) release.footer(path, footer);
    },
    ...{ by: 'schema', law: 'PUBLISH-6', says },
  };
}

/** Where the first block of a zstd frame begins (RFC 8878, 3.1.1.1). */
function firstBlock(frame: Buffer): number {
  const descriptor = frame.readUInt8(4);
  const isSingle = (descriptor & 0x20) !== 0;
  return 5 + (isSingle ? 0 : 1) + ([isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0);
}

/** Blocks in front of those of a frame. */
const inFront =
  (blocks: Buffer): Pack =>
  (content) => {
    const frame = zstdCompressSync(content);
    const at = firstBlock(frame);
    return Buffer.concat([frame.subarray(0, at), blocks, frame.subarray(at)]);
  };

/** A block for each letter, which says it as often as not at all. */
const IDLE_RUNS = Buffer.concat([...Buffer.from(RAW)].map((letter) => Buffer.of(0b010, 0, 0, letter)));
/** A packed block of two bytes: literals of no size, no sequence. */
const IDLE_PACKED = Buffer.of(0b100 + (2 << 3), 0, 0, 0, 0);

/** Literals alone, behind a length of the test's own. */
const inSnappy =
  (length: Buffer): Pack =>
  (content) => {
    const parts = [length];
    for (let at = 0; at < content.length; at += 60) {
      const some = content.subarray(at, at + 60);
      parts.push(Buffer.of((some.length - 1) << 2), some);
    }
    return Buffer.concat(parts);
  };

const isSnappy = (column: string) => (footer: Fields) => {
  chunkOf(footer, column).meta[4] = i32(1);
};

/** A page V1 of no value. */
const emptyPage = (): OpenPage => {
  return { header: { 1: i32(0), 5: struct({ 1: i32(0), 2: i32(0), 3: i32(3), 4: i32(3) }) }, content: Buffer.alloc(0) };
};

/** Bytes of the levels in front of the values of a page of lists. */
function levelBytes(content: Buffer): number {
  const second = 4 + content.readUInt32LE(0);
  return second + 4 + content.readUInt32LE(second);
}

/** Pages, and what packs them. */
export const PACKED: readonly Tampering[] = [
  ...(['data', 'meta'] as const).flatMap((file) => {
    const column = file === 'data' ? 'input_ids' : 'example_id';
    return [
      page(`a raw id in blocks of ${file} that unpack to nothing`, {
        ...{ file, column, says: /zstd frame/, pack: inFront(IDLE_RUNS) },
      }),
      page(`a packed block of ${file} without a literal`, {
        ...{ file, column, says: /zstd frame/, pack: inFront(IDLE_PACKED) },
      }),
    ];
  }),
  page('a bit of a zstd frame that means nothing', {
    ...{ file: 'origin', column: 'stopped_at', says: /zstd frame/ },
    pack(content) {
      const frame = zstdCompressSync(content);
      frame.writeUInt8(frame.readUInt8(4) | 0x10, 4);
      return frame;
    },
  }),
  page('a raw id in the length that snappy begins with', {
    ...{ file: 'data', column: 'input_ids', says: /length/, footer: isSnappy('input_ids') },
    pack: inSnappy(Buffer.from([...Buffer.from(RAW)].map((letter) => letter | 0x80).concat(1))),
  }),
  page('a sidecar that is not packed by zstd', {
    ...{ file: 'meta', column: 'example_id', says: /zstd/, pack: (content: Buffer) => content },
    footer: (footer) => {
      chunkOf(footer, 'example_id').meta[4] = i32(0);
    },
  }),
  page('pages without a value', {
    ...{ file: 'meta', column: 'example_id', says: /without a value/, behind: [emptyPage(), emptyPage()] },
  }),
  page('a delta of a hundred thousand digits, which takes hours', {
    ...{ file: 'data', column: 'input_ids', says: /64 bits/ },
    change(page) {
      fieldsOf(page.header[5])[2] = i32(5);
      const levels = page.content.subarray(0, levelBytes(page.content));
      page.content = Buffer.concat([levels, Buffer.alloc(400_000, 0xff)]);
    },
  }),
  page('as many values in a page as fill the memory', {
    ...{ file: 'data', column: 'labels', says: /too large/ },
    change(page) {
      fieldsOf(page.header[5])[1] = i32(2 ** 28);
    },
  }),
  page('letters that are no UTF-8', {
    ...{ file: 'meta', column: 'example_id', says: /UTF-8/ },
    change(page) {
      page.content.writeUInt8(0xff, 4);
    },
  }),
];
