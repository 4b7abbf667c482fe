/** The segments of one part, each once: what its rows number, and what its file holds. */
import { type PART_SEGMENTS, ROLES, SEGMENT_LEVELS } from '../../schemas/rows.ts';
import { present } from '../checked.ts';
import { createNumberTable } from '../prompt/fixed-segments.ts';
import { type IntList, intList, intsOf, pushInt, pushInts } from '../prompt/int-list.ts';
import { FIXED_FROM, type KnownTexts, originOf, segmentIds } from '../prompt/known-texts.ts';
import { OWN_SEGMENT, type RowDraft } from '../prompt/row-draft.ts';
import type { ColumnChunk } from '../shard/parquet-writer.ts';

/** Segments of a part. */
export interface SegmentDictionary {
  /** Number in the part of a segment of the draft, which is added where it is new. */
  numberOf(draft: RowDraft, segment: number): number;
  /** Segments. */
  size(): number;
  /** Tokens of all segments. */
  tokens(): number;
  /** The columns of PART_SEGMENTS, rows `from` up to `to`. */
  chunks(from: number, to: number): Readonly<Record<keyof typeof PART_SEGMENTS, ColumnChunk>>;
}

/** Bound: the part's different segments. */
export function createSegmentDictionary(known: KnownTexts): SegmentDictionary {
  // By number of a line of all item versions, of which a part has few.
  const items = new Map<number, number>();
  const fixed = createNumberTable();
  const [profiles, exposures] = [new Map<string, number>(), new Map<string, number>()];
  const texts = textNumbers();
  const columns = { role: intList(), version: intList(), level: intList(), fields: intList() };
  const ids = intList();
  const ends = intList();
  pushInt(ends, 0);
  let size = 0;
  const add = (draft: RowDraft, segment: number): number => {
    const { role, version, level, fields } = originOf(known, draft, segment);
    pushInt(columns.role, ROLES.indexOf(role));
    pushInt(columns.version, texts.numberOf(version));
    pushInt(columns.level, SEGMENT_LEVELS.indexOf(level));
    pushInt(columns.fields, texts.numberOf(fields));
    pushInts(ids, segmentIds(known, draft, segment));
    pushInt(ends, ids.length);
    return size++;
  };
  const ownNumber = (draft: RowDraft, segment: number) => {
    const [numbers, line] = segment === OWN_SEGMENT.profile ? [profiles, draft.profile] : [exposures, draft.exposure];
    const { key } = present(line, 'own line of the row');
    const number = numbers.get(key) ?? add(draft, segment);
    numbers.set(key, number);
    return number;
  };
  return {
    numberOf(draft, segment) {
      if (segment < 0) return ownNumber(draft, segment);
      const isItem = segment < FIXED_FROM;
      const known = isItem ? (items.get(segment) ?? -1) : fixed.get(segment - FIXED_FROM);
      if (known >= 0) return known;
      const number = add(draft, segment);
      if (isItem) items.set(segment, number);
      else fixed.set(segment - FIXED_FROM, number);
      return number;
    },
    size: () => size,
    tokens: () => ids.length,
    chunks(from, to) {
      const words = (list: IntList, dictionary: readonly string[]) => ({
        dictionary,
        indices: intsOf(list).subarray(from, to),
      });
      return {
        role: words(columns.role, ROLES),
        version: words(columns.version, texts.texts),
        level: words(columns.level, SEGMENT_LEVELS),
        fields: words(columns.fields, texts.texts),
        ids: { values: intsOf(ids), offsets: intsOf(ends).subarray(from, to + 1) },
      };
    },
  };
}

/** Texts by number, each once. */
function textNumbers() {
  const texts: string[] = [];
  const numbers = new Map<string, number>();
  return {
    texts,
    numberOf(text: string): number {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, texts.length);
      return texts.push(text) - 1;
    },
  };
}
