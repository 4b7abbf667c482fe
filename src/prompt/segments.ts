/** Encoded lines, kept by what they say: each text is cut and encoded once, then looked up. */
import { nth } from '../checked.ts';
import { createGenerations } from '../generations.ts';
import type { SegmentTable } from '../tokenize/segment-table.ts';
import type { LineSearch, TextWish } from './line-search.ts';
import { type Line, unpackLines } from './lines.ts';
import type { WantedText } from './texts.ts';

/** Bytes of the lines that a store keeps: the texts of some hundred thousand item versions. */
export const SEGMENT_BYTES_MAX = 256 * 1024 * 1024;
/** What an entry costs beside its numbers: its key, and objects for its lines. */
const ENTRY_BYTES = 1_000;

/** Lines by the key of their text. */
export interface SegmentStore {
  /** What is known of the texts, and what is not, each once. */
  look(texts: Iterable<WantedText>): KnownLines;
  /** Keeps what was made of a text; its lines are the caller's as long as it holds them. */
  keep(text: WantedText, packed: Int32Array): readonly Line[];
  /** Lines of the texts by key, made where they are not known. */
  find(texts: Iterable<WantedText>): LineSearch<ReadonlyMap<string, readonly Line[]>>;
}

/** What a store knows of some texts. */
export interface KnownLines {
  readonly found: Map<string, readonly Line[]>;
  readonly missing: readonly WantedText[];
}

/**
 * A store of one thread; with a table, the threads of a build make each shared text once among
 * them all. Bound: `bytesMax`, of which what was not asked for lately is forgotten first, and what
 * callers hold.
 */
export function createSegmentStore(table?: SegmentTable, bytesMax = SEGMENT_BYTES_MAX): SegmentStore {
  const kept = createGenerations<string, readonly Line[]>(bytesMax / 2);
  const known = (text: WantedText): readonly Line[] | undefined => {
    const lines = kept.get(text.key);
    if (lines !== undefined || !text.isShared) return lines;
    const packed = table?.get(text.key);
    return packed === undefined ? undefined : kept.set(text.key, unpackLines(packed, text.fields), ENTRY_BYTES);
  };
  const look = (texts: Iterable<WantedText>): KnownLines => {
    const found = new Map<string, readonly Line[]>();
    const missing = new Map<string, WantedText>();
    for (const text of texts) {
      if (found.has(text.key) || missing.has(text.key)) continue;
      const lines = known(text);
      if (lines === undefined) missing.set(text.key, text);
      else found.set(text.key, lines);
    }
    return { found, missing: [...missing.values()] };
  };
  const keep = (text: WantedText, packed: Int32Array) => {
    const shared = text.isShared ? table?.put(text.key, packed) : undefined;
    const bytes = ENTRY_BYTES + (shared === undefined ? packed.byteLength : 0);
    return kept.set(text.key, unpackLines(shared ?? packed, text.fields), bytes);
  };
  return {
    look,
    keep,
    *find(texts) {
      const { found, missing } = look(texts);
      if (missing.length === 0) return found;
      const { lines } = yield { texts: missing.map(wishOf), frames: [] };
      for (const [i, text] of missing.entries()) found.set(text.key, keep(text, nth(lines, i)));
      return found;
    },
  };
}

/** What another thread has to know of a text to make its lines. */
export function wishOf({ key, fields, isShared, told }: WantedText): TextWish {
  return { key, fields, isShared, told: told() };
}
