/** The segments of one part, each once: what its rows number, and what its file holds. */
import { type PART_SEGMENTS, ROLES, SEGMENT_LEVELS, type SegmentLevel } from '../../schemas/rows.ts';
import { nth } from '../checked.ts';
import { createNumberTable } from '../prompt/fixed-segments.ts';
import { type IntList, intList, intsOf, pushInt, pushInts } from '../prompt/int-list.ts';
import { LINES_A_VERSION } from '../prompt/item-lines-table.ts';
import { FIXED_FROM, type KnownTexts, ownLineOf, roleOf, segmentIds } from '../prompt/known-texts.ts';
import { OWN_SEGMENT, type RowDraft } from '../prompt/row-draft.ts';
import { ITEM_LEVELS } from '../prompt/texts.ts';
import type { ColumnChunk } from '../shard/parquet-writer.ts';
import type { ItemVersion } from '../timeline/item-table.ts';

/** Where the segments of rows come from. */
export interface SegmentSource {
  readonly known: KnownTexts;
  versionAt(number: number): Pick<ItemVersion, 'eventId'>;
}

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
export function createSegmentDictionary({ known, versionAt }: SegmentSource): SegmentDictionary {
  const items = createNumberTable();
  const fixed = createNumberTable();
  const own = new Map<string, number>();
  const texts = textNumbers();
  const columns = { role: intList(), version: intList(), level: intList(), fields: intList() };
  const ids = intList();
  const ends = intList();
  pushInt(ends, 0);
  let size = 0;
  const add = (draft: RowDraft, segment: number, origin: Origin): number => {
    pushInt(columns.role, ROLES.indexOf(roleOf(known, segment)));
    pushInt(columns.version, texts.numberOf(origin.version));
    pushInt(columns.level, SEGMENT_LEVELS.indexOf(origin.level));
    pushInt(columns.fields, texts.numberOf(origin.fields));
    pushInts(ids, segmentIds(known, draft, segment));
    pushInt(ends, ids.length);
    return size++;
  };
  const addItem = (draft: RowDraft, line: number) => {
    const { eventId: version } = versionAt(Math.floor(line / LINES_A_VERSION));
    const level = nth(ITEM_LEVELS, line % LINES_A_VERSION);
    const number = add(draft, line, { version, level, fields: known.items.fieldsOf(line) });
    items.set(line, number);
    return number;
  };
  const addFixed = (draft: RowDraft, segment: number) => {
    const number = add(draft, segment, { version: '', level: '', fields: '' });
    fixed.set(segment - FIXED_FROM, number);
    return number;
  };
  const ownNumber = (draft: RowDraft, segment: number) => {
    const level = segment === OWN_SEGMENT.profile ? 'profile' : 'shown';
    const key = `${level} ${(segment === OWN_SEGMENT.profile ? draft.profile : draft.exposure)?.key}`;
    const before = own.get(key);
    if (before !== undefined) return before;
    const number = add(draft, segment, { version: '', level, fields: ownLineOf(draft, segment).fields });
    own.set(key, number);
    return number;
  };
  return {
    numberOf(draft, segment) {
      if (segment < 0) return ownNumber(draft, segment);
      const number = segment < FIXED_FROM ? items.get(segment) : fixed.get(segment - FIXED_FROM);
      if (number >= 0) return number;
      return segment < FIXED_FROM ? addItem(draft, segment) : addFixed(draft, segment);
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

interface Origin {
  readonly version: string;
  readonly level: SegmentLevel;
  readonly fields: string;
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
