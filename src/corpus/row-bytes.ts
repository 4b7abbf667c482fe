/** What a row says in bytes: by their hash a release is named, whatever profile it is told in. */
import { intAt } from '../checked.ts';
import { type KnownTexts, segmentIds } from '../prompt/known-texts.ts';
import type { RowDraft } from '../prompt/row-draft.ts';

/** Rows, one at a time, in memory that is used again. */
export interface RowBytes {
  /**
   * How many supervised spans there are, the spans as pairs [from, to), and the ids, as numbers of
   * 32 bits (RELEASE-6). A view that holds until the next row. Throws Error where the row is not as
   * long as it was made.
   */
  of(draft: RowDraft): Uint8Array;
  /** The ids of the row of which the bytes were asked for last; a view as well. */
  ids(): Int32Array;
}

/** Bound: twice the longest row. */
export function createRowBytes(known: KnownTexts): RowBytes {
  let numbers = new Int32Array(0);
  let from = 0;
  let to = 0;
  return {
    of(draft) {
      const { spans, segments, tokens } = draft;
      from = 1 + spans.length;
      to = from + tokens;
      if (numbers.length < to) numbers = new Int32Array(2 * to);
      numbers[0] = spans.length / 2;
      for (let i = 0; i < spans.length; i++) numbers[1 + i] = intAt(spans.values, i);
      let at = from;
      for (let i = 0; i < segments.length; i++) {
        const ids = segmentIds(known, draft, intAt(segments.values, i));
        if (at + ids.length <= to) numbers.set(ids, at);
        at += ids.length;
      }
      if (at !== to) throw new Error(`a row of ${at - from} tokens that was made of ${tokens}`);
      return new Uint8Array(numbers.buffer, 0, 4 * to);
    },
    ids: () => numbers.subarray(from, to),
  };
}
