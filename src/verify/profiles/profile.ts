/**
 * What a profile decides about the token files of a release; the rest of the checker knows none by
 * its name.
 */
import { hash } from 'node:crypto';
import type { Finding } from '../fault-list.ts';
import type { ColumnType } from '../parquet/footer-claims.ts';
import type { Numbers } from '../parquet/page-values.ts';

/** A row's tokens as a file holds them. */
export interface TokenRow {
  readonly ids: Int32Array;
  /**
   * Values of the profile's columns by name. 64-bit ones beyond 2^53 are rounded, and are wrong
   * anyhow.
   */
  readonly columns: Readonly<Record<string, Numbers>>;
}

/** A list column beside `input_ids`, with one value a token. */
export interface TokenColumn {
  readonly name: string;
  /** The type of its values in a file. */
  readonly type: ColumnType;
  /** What is reported where a value is wrong. */
  readonly finding: Finding;
  /** Whether the values, as many as ids, are those of a row whose answer begins at `answerFrom`. */
  isRight(values: Numbers, ids: Int32Array, answerFrom: number): boolean;
}

/**
 * Which tokens are supervised: the index of the first (the row's length where none is), how many,
 * and from where to where each run of them goes, in pairs.
 */
export interface Supervised {
  readonly answerFrom: number;
  readonly count: number;
  readonly spans: readonly number[];
}

/** One way in which trainers are given a release's tokens. */
export interface Profile {
  readonly name: string;
  /** In file order, after `input_ids`. */
  readonly columns: readonly TokenColumn[];
  /** What the card says that the columns hold, `input_ids` among them. */
  readonly words: ReadonlyMap<string, string>;
  /** What the card says on training, with `<context>` for the context. */
  readonly training: readonly string[];
  /** What its footers say beside what every footer says. */
  readonly facts: Readonly<Record<string, string>>;
  /** What the row's own columns supervise. */
  supervised(row: TokenRow): Supervised;
}

/** Marks tokens that no loss looks at. */
const IGNORED = -100;

/** Every token is attended to. */
export const ATTENTION_MASK: TokenColumn = {
  name: 'attention_mask',
  type: 'int8',
  finding: { check: 'schema', rule: ['PUBLISH-6'], detail: 'attention_mask is not all ones' },
  isRight: (values) => areAll(values, 1),
};

/** Whether values are all this one. */
export function areAll(values: Numbers, value: number): boolean {
  for (let index = 0; index < values.length; index++) if (values[index] !== value) return false;
  return true;
}

/** Whether values from a place on are the ids there. */
export function areIds(values: Numbers, ids: Int32Array, from: number): boolean {
  for (let index = from; index < ids.length; index++) if (values[index] !== ids[index]) return false;
  return true;
}

const LABELS_WRONG = 'supervised tokens are not one run up to the end of the row that repeats its ids';

/** The answer's ids, unshifted; before it nothing is supervised (FRAME-4). */
export const LABELS: TokenColumn = {
  name: 'labels',
  type: 'int64',
  finding: { check: 'answer', rule: ['FRAME-4'], detail: LABELS_WRONG },
  isRight: (values, ids, answerFrom) =>
    areAll(values.subarray(0, answerFrom), IGNORED) && areIds(values, ids, answerFrom),
};

/** Tokens with a label are supervised. */
export function supervisedByLabels({ ids, columns: { labels } }: TokenRow): Supervised {
  return supervisedWhere(ids, labels, (label) => label !== IGNORED);
}

/** Tokens are supervised whose value in a column is so. */
export function supervisedWhere(
  { length }: Int32Array,
  values: TokenRow['columns'][string] | undefined,
  isSupervised: (value: number) => boolean,
): Supervised {
  const spans: number[] = [];
  const size = values?.length ?? 0;
  let [count, inside] = [0, false];
  for (let index = 0; index < size; index++) {
    const own = isSupervised(values?.[index] ?? 0);
    if (own !== inside) spans.push(index);
    if (own) count++;
    inside = own;
  }
  if (inside) spans.push(size);
  return { answerFrom: spans[0] ?? length, count, spans };
}

/**
 * The SHA-256 of a row, of which the release's default id is made: how many spans are supervised,
 * where each begins and ends, and the ids, as numbers of 32 bits, little-endian (RELEASE-6).
 */
export function rowDigest(ids: Int32Array, spans: readonly number[]): Uint8Array {
  // Typed arrays are little-endian on every machine that Node 24 runs on but s390x.
  const words = new Int32Array(1 + spans.length + ids.length);
  words[0] = spans.length / 2;
  words.set(spans, 1);
  words.set(ids, 1 + spans.length);
  return hash('sha256', words, 'buffer');
}
