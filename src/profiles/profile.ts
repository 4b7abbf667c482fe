/** What a profile is: how rows of tokens become the columns that a trainer reads. */
import type { ColumnChunk, ColumnSpec } from '../shard/parquet-writer.ts';

/**
 * Rows of tokens without padding. Row r holds ids[offsets[r] .. offsets[r + 1]); its supervised
 * spans are the numbers spans[spanOffsets[r] .. spanOffsets[r + 1]), read as pairs [from, to)
 * relative to the row's start. Both offset arrays have rows + 1 numbers and may begin above 0;
 * `spanOffsets` counts numbers, two a span.
 */
export interface TokenRows {
  readonly rows: number;
  readonly ids: Int32Array;
  readonly offsets: Int32Array;
  readonly spans: Int32Array;
  readonly spanOffsets: Int32Array;
}

/** What a token file's footer says of itself, by key. */
export type Facts = Readonly<Record<string, string>>;

/** One way to write the token files of a release; a file of its own each, listed in registry.ts. */
export interface Profile {
  /** Columns of a token file, in file order. */
  readonly columns: readonly ColumnSpec[];
  /** Facts of the footer that say how the columns are meant. */
  readonly facts: Facts;
  /** What a card says of it, in Markdown. */
  readonly card: {
    /** What each column holds. */
    readonly columns: Readonly<Record<string, string>>;
    /** How one trains on rows of at most `context` tokens: sentences, each on a line of its own. */
    training(context: number): readonly string[];
  };
  /**
   * Footer key-values of a token file: what its readers look for, then `facts` in their own order.
   * Throws Error where `facts` has a key that is the profile's to give.
   */
  keyValues(facts: Facts): Record<string, string>;
  /**
   * One chunk a column. Bound: a few numbers a token. Throws Error on an empty row, on a row
   * without a supervised token and on a span outside its row: trainers fail on those, so they are
   * bugs upstream.
   */
  chunks(rows: TokenRows): ColumnChunk[];
}
