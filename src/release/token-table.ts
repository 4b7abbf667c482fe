/**
 * The tokens of the segments of a release, by number: one scratch file, read by ranges, so that
 * memory does not grow with how many there are.
 */
import { floatAt, intAt } from '../checked.ts';
import { createGenerations } from '../generations.ts';
import { type IntList, intList, intsOf, pushInt, pushInts } from '../prompt/int-list.ts';
import type { Scratch, ScratchFile } from '../sort/scratch.ts';

/** Segments of a block, which is read as a whole. */
const BLOCK_SEGMENTS = 1024;
/** Bytes of blocks that a reader keeps. */
export const TOKEN_CACHE_BYTES = 96 * 1024 * 1024;

/** Where the tokens of all segments lie; plain data, so that another thread may open it. */
export interface TokenTable {
  /** Of the scratch file. */
  readonly name: string;
  readonly segments: number;
  /** Where each block begins, in bytes, and where the last one ends. */
  readonly blocks: Float64Array;
}

/** A table under way. */
export interface TokenTableWriter {
  /** Adds the next segment; returns its number. */
  add(ids: Int32Array): number;
  finish(): { table: TokenTable; file: ScratchFile };
  /** Removes what was written; may be called again. */
  abort(): void;
}

/**
 * A block is the tokens of each of its segments, then their ids one after another, as numbers of 32
 * bits. Bound: one block.
 */
export function writeTokenTable(scratch: Scratch): TokenTableWriter {
  const file = scratch.create();
  const ids = intList();
  const lengths = intList();
  const blocks: number[] = [0];
  let bytes = 0;
  let segments = 0;
  const flush = () => {
    if (lengths.length === 0) return;
    for (const list of [lengths, ids]) {
      file.write(bytesOf(list));
      bytes += 4 * list.length;
      list.length = 0;
    }
    blocks.push(bytes);
  };
  return {
    add(own) {
      if (lengths.length === BLOCK_SEGMENTS) flush();
      pushInt(lengths, own.length);
      pushInts(ids, own);
      return segments++;
    },
    finish() {
      flush();
      const whole = file.finish();
      return { table: { name: whole.name, segments, blocks: Float64Array.from(blocks) }, file: whole };
    },
    abort: () => file.abort(),
  };
}

function bytesOf(list: IntList): Uint8Array {
  const { buffer, byteOffset, byteLength } = intsOf(list);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Reads segments by number. */
export interface TokenReader {
  /**
   * Copies the tokens of a segment into `target` from `at` on; returns where they end. Throws Error
   * where there is no such segment, or no room.
   */
  copy(segment: number, target: Int32Array, at: number): number;
  close(): void;
}

interface Block {
  /** Where each segment begins in `ids`, and where the last one ends. */
  readonly starts: Int32Array;
  readonly ids: Int32Array;
}

/** The tokens of a segment, and where they lie. */
interface SegmentTokens {
  ids: Int32Array;
  from: number;
  to: number;
}

/**
 * Bound: `bytesMax`, or of a larger table so many bytes of blocks and one more, of which those not
 * asked for lately go first.
 */
export function readTokenTable(table: TokenTable, file: ScratchFile, bytesMax = TOKEN_CACHE_BYTES): TokenReader {
  const isSmall = file.size + BORDER_BYTES * table.segments <= bytesMax;
  const { find, close } = isSmall ? wholeTable(table, file) : blockwise(table, file, bytesMax);
  return {
    copy(segment, target, at) {
      const { ids, from, to } = find(segment);
      let end = at;
      // By hand: most segments are so short that a view of them would cost more.
      for (let i = from; i < to; i++) target[end++] = ids[i] as number;
      if (end > target.length) throw new Error(`segment ${segment} has no room`);
      return end;
    },
    close,
  };
}

/** Finds segments: one object, which the next call changes. */
interface SegmentFinder extends Pick<TokenReader, 'close'> {
  find(segment: number): SegmentTokens;
}

/** Where a segment begins and ends. */
const BORDER_BYTES = 8;

/** The whole table in memory: nothing is looked up but a segment's found. */
function wholeTable({ blocks, segments }: TokenTable, file: ScratchFile): SegmentFinder {
  const ids = new Int32Array(file.size / 4);
  const reader = file.open();
  try {
    if (reader.read(new Uint8Array(ids.buffer), 0) !== file.size) throw new Error('the token table ends too soon');
  } finally {
    reader.close();
  }
  const starts = new Int32Array(segments);
  const ends = new Int32Array(segments);
  for (let first = 0; first < segments; first += BLOCK_SEGMENTS) {
    const block = floatAt(blocks, first / BLOCK_SEGMENTS) / 4;
    const count = Math.min(BLOCK_SEGMENTS, segments - first);
    let at = block + count;
    for (let i = 0; i < count; i++) {
      starts[first + i] = at;
      at += intAt(ids, block + i);
      ends[first + i] = at;
    }
  }
  const found: SegmentTokens = { ids, from: 0, to: 0 };
  return {
    find(segment) {
      found.from = intAt(starts, segment);
      found.to = intAt(ends, segment);
      return found;
    },
    close: () => {},
  };
}

function blockwise({ blocks, segments }: TokenTable, file: ScratchFile, bytesMax: number): SegmentFinder {
  const reader = file.open();
  const kept = createGenerations<number, Block>(bytesMax / 2);
  const read = (number: number): Block => {
    const from = floatAt(blocks, number);
    const bytes = floatAt(blocks, number + 1) - from;
    const numbers = new Int32Array(bytes / 4);
    const target = new Uint8Array(numbers.buffer);
    if (reader.read(target, from) !== bytes) throw new Error(`the token table ends inside block ${number}`);
    const count = Math.min(BLOCK_SEGMENTS, segments - number * BLOCK_SEGMENTS);
    const starts = new Int32Array(count + 1);
    for (let i = 0; i < count; i++) starts[i + 1] = intAt(starts, i) + intAt(numbers, i);
    return kept.set(number, { starts, ids: numbers.subarray(count) }, bytes);
  };
  const found: SegmentTokens = { ids: new Int32Array(0), from: 0, to: 0 };
  return {
    find(segment) {
      const block = Math.floor(segment / BLOCK_SEGMENTS);
      const { starts, ids } = kept.get(block) ?? read(block);
      const inBlock = segment % BLOCK_SEGMENTS;
      found.ids = ids;
      found.from = intAt(starts, inBlock);
      found.to = intAt(starts, inBlock + 1);
      return found;
    },
    close: () => reader.close(),
  };
}
