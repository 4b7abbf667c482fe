/**
 * One number for every segment of a release, whichever parts hold it: dictionaries merged through a
 * sort.
 */
import { hash } from 'node:crypto';
import type { SegmentLevel } from '../../schemas/rows.ts';
import { ROLES, type Role, SEGMENT_LEVELS } from '../../schemas/rows.ts';
import { byteAt, intAt, nth } from '../checked.ts';
import type { PartSegments } from '../corpus/part-dictionaries.ts';
import { intList, pushInt, pushInts } from '../prompt/int-list.ts';
import { createByteBuffer } from '../shard/byte-buffer.ts';
import { byteCursor } from '../shard/row-codec.ts';
import type { Scratch } from '../sort/scratch.ts';
import { createSorter, type Sorter } from '../sort/sorted-runs.ts';
import { type Lane, numbersOf, sharedNumbers } from './taken-numbers.ts';

/** Tokens of the segments that are known by heart, so that most parts bring nothing new. */
const KNOWN_TOKENS_MAX = 16 * 1024 * 1024;

/** A segment as a release numbers it. */
export interface NumberedSegment {
  readonly role: Role;
  /** Pseudonym of the item version; empty: none. */
  readonly version: string;
  readonly level: SegmentLevel;
  /** As origin files hold them (FIELD_RUNS). */
  readonly fields: string;
  readonly tokens: number;
}

/** Takes segments in; what it takes gets a number of the taker's lane, which no other has. */
export interface SegmentTaker {
  /** The taker's number of segment `i` of the part, which is taken in where nobody asked before. */
  ofPart(part: PartSegments): (i: number) => number;
  /** What `numberSegments` sorts. */
  readonly sorter: Sorter;
  /** Above all numbers that were given. */
  end(): number;
}

/** What a taker of segments keeps, and where. */
export interface SegmentTaking {
  readonly scratch: Scratch;
  readonly hide: (version: string) => string;
  readonly lane?: Lane;
  readonly sortBytes?: number;
  /** Tokens of the segments that are known by heart. */
  readonly knownTokensMax?: number;
}

/** Bound: `knownTokensMax` tokens of segments, and one run of the sorter. */
export function createSegmentTaker(options: SegmentTaking): SegmentTaker {
  const { scratch, hide, lane, sortBytes, knownTokensMax = KNOWN_TOKENS_MAX } = options;
  const sorter = createSorter({ scratch, ...(sortBytes !== undefined && { bytesMax: sortBytes }) });
  const numbers = numbersOf(lane);
  const out = createByteBuffer();
  let known = createKnownSegments();
  const spill = (part: PartSegments, i: number) => {
    const taken = numbers.next();
    const ids = idsOf(part, i);
    const idBytes = bytesOf(ids);
    const version = nth(part.versions.dictionary, intAt(part.versions.indices, i));
    const fields = nth(part.fields.dictionary, intAt(part.fields.indices, i));
    out.clear();
    out.byte(byteAt(part.roles, i));
    out.byte(version === '' ? 0 : 1);
    out.bytes(Buffer.from(version === '' ? '' : hide(version), 'hex'));
    out.byte(byteAt(part.levels, i));
    out.bytes(hash('sha256', idBytes, 'buffer'));
    out.bytes(Buffer.from(fields, 'utf8'));
    const keyEnd = out.length;
    out.setUint32(out.extend(4), taken);
    out.bytes(idBytes);
    sorter.add(out.written.subarray(0, keyEnd), out.written.subarray(keyEnd));
    return taken;
  };
  return {
    sorter,
    end: numbers.end,
    ofPart(part) {
      // What is forgotten is taken in again, and the sort makes one of both.
      if (known.tokens() > knownTokensMax) known = createKnownSegments();
      const names = known.namesOf(part);
      const taken = new Int32Array(part.count).fill(-1);
      return (i) => {
        const before = intAt(taken, i);
        if (before >= 0) return before;
        const segment = told(part, i, names);
        let number = known.find(segment);
        if (number < 0) {
          number = spill(part, i);
          known.add(segment, number);
        }
        taken[i] = number;
        return number;
      };
    },
  };
}

/**
 * Numbers all segments of a sorter, from 0 in the order of ORIGIN-6, and hands each to `each`, in
 * order; returns the number by the takers' numbers, which are below `end`. Bound: four bytes for
 * each of those.
 */
export function numberSegments(
  sorter: Pick<Sorter, 'sorted'>,
  end: number,
  each: (segment: NumberedSegment, ids: Int32Array) => void,
): Uint32Array {
  const numberOf = sharedNumbers(end);
  let last: Buffer | undefined;
  let number = -1;
  for (const { key, payload } of sorter.sorted()) {
    const bytes = byteCursor(payload).bytes;
    if (last === undefined || !last.equals(key)) {
      last = Buffer.from(key);
      number++;
      const ids = idsIn(bytes);
      each(segmentOf(last, ids.length), ids);
    }
    numberOf[bytes.readUInt32LE(0)] = number;
  }
  return numberOf;
}

const PSEUDONYM_BYTES = 16;
const SHA256_BYTES = 32;

function segmentOf(key: Buffer, tokens: number): NumberedSegment {
  const versionEnd = 2 + (byteAt(key, 1) === 0 ? 0 : PSEUDONYM_BYTES);
  return {
    role: nth(ROLES, byteAt(key, 0)),
    version: key.toString('hex', 2, versionEnd),
    level: nth(SEGMENT_LEVELS, byteAt(key, versionEnd)),
    fields: key.toString('utf8', versionEnd + 1 + SHA256_BYTES),
    tokens,
  };
}

/** A copy, since the bytes need not lie at a multiple of four. */
function idsIn(payload: Buffer): Int32Array {
  const copy = new Uint8Array(payload.length - 4);
  copy.set(payload.subarray(4));
  return new Int32Array(copy.buffer);
}

function idsOf({ ids, offsets }: PartSegments, i: number): Int32Array {
  return ids.subarray(intAt(offsets, i), intAt(offsets, i + 1));
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Numbers of the texts of a part's dictionaries among those of all parts. */
interface TextNumbers {
  readonly versions: Int32Array;
  readonly fields: Int32Array;
}

/** A hash table of segments, compared by all that tells them. */
interface KnownSegments {
  namesOf(part: PartSegments): TextNumbers;
  /** What the segment was added under; -1 where it is not known. */
  find(segment: Told): number;
  /** Copies the ids. */
  add(segment: Told, number: number): void;
  tokens(): number;
}

/** An entry's numbers: hash, role and level, version, fields, where its ids begin, end, number. */
const ENTRY_SIZE = 7;
const SLOTS_MIN = 4096;

function createKnownSegments(): KnownSegments {
  const texts = new Map<string, number>();
  const arena = intList();
  const entries = intList();
  // Of each slot the number of its entry and 1; 0: free.
  let slots = new Int32Array(SLOTS_MIN);
  let size = 0;
  const textNumber = (text: string) => {
    const number = texts.get(text) ?? texts.size;
    texts.set(text, number);
    return number;
  };
  const textNumbers = (dictionary: readonly string[]) => Int32Array.from(dictionary, textNumber);
  const isEntry = (entry: number, told: Told): boolean => {
    const at = entry * ENTRY_SIZE;
    const { values } = entries;
    return (
      values[at] === told.mixed &&
      values[at + 1] === told.kind &&
      values[at + 2] === told.version &&
      values[at + 3] === told.fields &&
      isSame(arena.values, [intAt(values, at + 4), intAt(values, at + 5)], told.ids)
    );
  };
  /** The slot of the entry, or the free one where it would be. */
  const slotOf = (told: Told): number => {
    const mask = slots.length - 1;
    let at = told.mixed & mask;
    while (slots[at] !== 0 && !isEntry(intAt(slots, at) - 1, told)) at = (at + 1) & mask;
    return at;
  };
  const grow = () => {
    const mask = 2 * slots.length - 1;
    const larger = new Int32Array(mask + 1);
    for (const held of slots) {
      if (held === 0) continue;
      let at = intAt(entries.values, (held - 1) * ENTRY_SIZE) & mask;
      while (larger[at] !== 0) at = (at + 1) & mask;
      larger[at] = held;
    }
    slots = larger;
  };
  return {
    namesOf: ({ versions, fields }) => ({
      versions: textNumbers(versions.dictionary),
      fields: textNumbers(fields.dictionary),
    }),
    find(segment) {
      const entry = intAt(slots, slotOf(segment)) - 1;
      return entry < 0 ? -1 : intAt(entries.values, entry * ENTRY_SIZE + 6);
    },
    add(segment, number) {
      if (2 * (size + 1) > slots.length) grow();
      slots[slotOf(segment)] = ++size;
      const { mixed, kind, version, fields, ids } = segment;
      const from = arena.length;
      pushInts(arena, ids);
      for (const value of [mixed, kind, version, fields, from, arena.length, number]) pushInt(entries, value);
    },
    tokens: () => arena.length,
  };
}

/** What tells a segment from others. */
interface Told {
  readonly mixed: number;
  readonly kind: number;
  readonly version: number;
  readonly fields: number;
  readonly ids: Int32Array;
}

function told(part: PartSegments, i: number, names: TextNumbers): Told {
  const kind = byteAt(part.roles, i) * SEGMENT_LEVELS.length + byteAt(part.levels, i);
  const version = intAt(names.versions, intAt(part.versions.indices, i));
  const fields = intAt(names.fields, intAt(part.fields.indices, i));
  const ids = idsOf(part, i);
  let mixed = Math.imul(kind + 1, 0x9e3779b1) ^ Math.imul(version + 1, 0x85ebca6b) ^ Math.imul(fields + 1, 0xc2b2ae35);
  for (let at = 0; at < ids.length; at++) mixed = Math.imul(mixed ^ (ids[at] as number), 0x01000193);
  return { mixed: mixed ^ (mixed >>> 15), kind, version, fields, ids };
}

function isSame(values: Int32Array, [from, to]: readonly [number, number], ids: Int32Array): boolean {
  if (to - from !== ids.length) return false;
  for (let i = 0; i < ids.length; i++) if (values[from + i] !== ids[i]) return false;
  return true;
}
