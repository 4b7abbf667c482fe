/** Offsets of a topic partition: each is taken once, and none is passed over unexplained. */

/** Offsets from `from` up to, not with, `to`. */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

/** What becomes of the record at an offset where another one is expected. */
export type OffsetStep =
  | { readonly kind: 'next' }
  /** It was taken before. */
  | { readonly kind: 'repeated' }
  /** So many records are missing before it. */
  | { readonly kind: 'missing'; readonly range: OffsetRange };

/** The position after offsets that are known to hold no record of ours, but not beyond `limit`. */
export function passExplained(position: number, explained: readonly OffsetRange[], limit: number): number {
  let at = position;
  for (const { from, to } of explained) if (from <= at && at < to) at = Math.min(to, Math.max(at, limit));
  return at;
}

/** NO SILENT SKIP: tells what a record at `offset` is to a position. */
export function stepTo(position: number, offset: number): OffsetStep {
  if (offset < position) return { kind: 'repeated' };
  return offset === position ? { kind: 'next' } : { kind: 'missing', range: { from: position, to: offset } };
}
