/** Encoded lines, kept by what they say: each text is cut and encoded once, then looked up. */
import { nth } from '../checked.ts';
import { type Encoding, together } from '../tokenize/encode-rounds.ts';
import type { SegmentTable } from '../tokenize/segment-table.ts';
import { type Line, packLines, unpackLines } from './lines.ts';
import type { WantedText } from './texts.ts';

/** Bytes of the lines that a store keeps: the texts of some hundred thousand item versions. */
export const SEGMENT_BYTES_MAX = 256 * 1024 * 1024;
/** What an entry costs beside its numbers: its key, and objects for its lines. */
const ENTRY_BYTES = 1_000;
/** Texts searched for at once: enough for native batches, few enough to hold their encodings. */
const SEARCHES_MAX = 512;

/** Lines by the key of their text. */
export interface SegmentStore {
  /**
   * Lines of the texts, encoded where they are not known, by key; the caller's as long as it holds
   * them.
   */
  find(texts: Iterable<WantedText>): Encoding<ReadonlyMap<string, readonly Line[]>>;
}

/**
 * A store of one thread; with a table, the threads of a build encode each shared text once among
 * them all. Bound: `bytesMax`, of which what was not asked for lately is forgotten first, and what
 * callers hold.
 */
export function createSegmentStore(table?: SegmentTable, bytesMax = SEGMENT_BYTES_MAX): SegmentStore {
  const kept = createGenerations<readonly Line[]>(bytesMax / 2);
  const known = (text: WantedText): readonly Line[] | undefined => {
    const lines = kept.get(text.key);
    if (lines !== undefined || !text.isShared) return lines;
    const packed = table?.get(text.key);
    return packed === undefined ? undefined : kept.set(text.key, unpackLines(packed, text.fields), ENTRY_BYTES);
  };
  return {
    *find(texts) {
      const found = new Map<string, readonly Line[]>();
      const missing = new Map<string, WantedText>();
      for (const text of texts) {
        if (found.has(text.key) || missing.has(text.key)) continue;
        const lines = known(text);
        if (lines === undefined) missing.set(text.key, text);
        else found.set(text.key, lines);
      }
      const searched = [...missing.values()];
      for (let from = 0; from < searched.length; from += SEARCHES_MAX) {
        const some = searched.slice(from, from + SEARCHES_MAX);
        const cut = yield* together(some.map((text) => text.encode()));
        for (const [i, text] of some.entries()) {
          const packed = packLines(nth(cut, i), text.fields);
          const shared = text.isShared ? table?.put(text.key, packed) : undefined;
          const bytes = ENTRY_BYTES + (shared === undefined ? packed.byteLength : 0);
          found.set(text.key, kept.set(text.key, unpackLines(shared ?? packed, text.fields), bytes));
        }
      }
      return found;
    },
  };
}

interface Generations<T> {
  get(key: string): T | undefined;
  set(key: string, value: T, bytes: number): T;
}

/**
 * Two generations of at most `bytesMax` each and one entry: when the young one is full, the old one
 * is forgotten and the young one becomes old. What is asked for is young again.
 */
function createGenerations<T>(bytesMax: number): Generations<T> {
  interface Entry {
    readonly value: T;
    readonly bytes: number;
  }
  let young = new Map<string, Entry>();
  let old = new Map<string, Entry>();
  let youngBytes = 0;
  const keep = (key: string, entry: Entry) => {
    if (youngBytes > 0 && youngBytes + entry.bytes > bytesMax) {
      old = young;
      young = new Map();
      youngBytes = 0;
    }
    young.set(key, entry);
    youngBytes += entry.bytes;
    return entry.value;
  };
  return {
    get(key) {
      const entry = young.get(key);
      if (entry !== undefined) return entry.value;
      const before = old.get(key);
      if (before === undefined) return undefined;
      old.delete(key);
      return keep(key, before);
    },
    set: (key, value, bytes) => keep(key, { value, bytes }),
  };
}
