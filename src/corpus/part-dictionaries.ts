/** The dictionaries of a part as typed arrays: its segments and its events. */
import { EVENT_KINDS, PART_EVENTS, PART_SEGMENTS, ROLES, SEGMENT_LEVELS } from '../../schemas/rows.ts';
import { intAt, nth } from '../checked.ts';
import { intList, intsOf, pushInt, pushInts } from '../prompt/int-list.ts';
import { brokenParquet, type ParquetFile } from '../shard/parquet-reader.ts';
import { readColumns } from '../shard/records.ts';

/** Texts by their index in a dictionary. */
export interface IndexedTexts {
  readonly dictionary: readonly string[];
  readonly indices: Int32Array;
}

/** The segments of a part; parallel arrays of `count`. */
export interface PartSegments {
  readonly count: number;
  /** Numbers into ROLES. */
  readonly roles: Uint8Array;
  /** Numbers into SEGMENT_LEVELS. */
  readonly levels: Uint8Array;
  /** Event ids of item versions; empty: none. */
  readonly versions: IndexedTexts;
  /** Runs of fields, as files hold them. */
  readonly fields: IndexedTexts;
  /** Of segment i those from offsets[i] up to, not with, offsets[i + 1]. */
  readonly ids: Int32Array;
  readonly offsets: Int32Array;
}

/** The events of a part, member by member, each member's in order; parallel arrays of `count`. */
export interface PartEvents {
  readonly count: number;
  readonly members: IndexedTexts;
  /** Numbers into EVENT_KINDS. */
  readonly kinds: Uint8Array;
  readonly events: IndexedTexts;
  /** Epoch milliseconds, or TIME_UNKNOWN. */
  readonly at: Float64Array;
  readonly sequences: Float64Array;
}

/** Bound: the dictionary in memory. Throws `lake_broken` where the file is not one. */
export async function readSegments(file: ParquetFile): Promise<PartSegments> {
  const [roles, levels, versions, fields] = [indexedTexts(), indexedTexts(), indexedTexts(), indexedTexts()];
  const ids = intList();
  const offsets = intList();
  pushInt(offsets, 0);
  for (let group = 0; group < file.rowGroups.length; group++) {
    const columns = await readColumns(file, group, PART_SEGMENTS);
    roles.add(columns.role);
    levels.add(columns.level);
    versions.add(columns.version);
    fields.add(columns.fields);
    const lists = listsOf(columns.ids);
    for (let i = 1; i < lists.offsets.length; i++) pushInt(offsets, ids.length + intAt(lists.offsets, i));
    pushInts(ids, lists.values);
  }
  return {
    count: offsets.length - 1,
    roles: numbered(roles.finish(), ROLES),
    levels: numbered(levels.finish(), SEGMENT_LEVELS),
    versions: versions.finish(),
    fields: fields.finish(),
    ids: intsOf(ids),
    offsets: intsOf(offsets),
  };
}

/** Bound: the dictionary in memory. Throws `lake_broken` where the file is not one. */
export async function readEvents(file: ParquetFile): Promise<PartEvents> {
  const [members, kinds, events] = [indexedTexts(), indexedTexts(), indexedTexts()];
  const at: Float64Array[] = [];
  const sequences: Float64Array[] = [];
  for (let group = 0; group < file.rowGroups.length; group++) {
    const columns = await readColumns(file, group, PART_EVENTS);
    members.add(columns.member);
    kinds.add(columns.kind);
    events.add(columns.event);
    at.push(doublesOf(columns.at));
    sequences.push(doublesOf(columns.sequence));
  }
  const told = members.finish();
  return {
    count: told.indices.length,
    members: told,
    kinds: numbered(kinds.finish(), EVENT_KINDS),
    events: events.finish(),
    at: joined(at),
    sequences: joined(sequences),
  };
}

function joined(groups: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(groups.reduce((sum, group) => sum + group.length, 0));
  let at = 0;
  for (const group of groups) {
    all.set(group, at);
    at += group.length;
  }
  return all;
}

function doublesOf(values: unknown): Float64Array {
  if (values instanceof Float64Array) return values;
  throw brokenParquet('a column of numbers holds something else');
}

function listsOf(chunk: unknown): { values: Int32Array; offsets: Int32Array } {
  const lists = chunk as { values?: unknown; offsets?: unknown };
  if (lists.values instanceof Int32Array && lists.offsets instanceof Int32Array)
    return { values: lists.values, offsets: lists.offsets };
  throw brokenParquet('a column of lists holds something else');
}

/** The words as numbers into `words`. */
function numbered({ dictionary, indices }: IndexedTexts, words: readonly string[]): Uint8Array {
  const numbers = dictionary.map((word) => {
    const number = words.indexOf(word);
    if (number < 0) throw brokenParquet(`"${word}" is none of ${words.join(', ')}`);
    return number;
  });
  return Uint8Array.from(indices, (index) => nth(numbers, index));
}

/** Columns of texts, row group after row group, as one; the dictionary has a text once a group. */
function indexedTexts() {
  const dictionary: string[] = [];
  const indices = intList();
  return {
    add(values: unknown) {
      const before = dictionary.length;
      if (Array.isArray(values)) {
        for (const text of values as string[]) pushInt(indices, dictionary.push(text) - 1);
        return;
      }
      const texts = values as IndexedTexts;
      for (const text of texts.dictionary) dictionary.push(text);
      for (const index of texts.indices) pushInt(indices, before + index);
    },
    finish: (): IndexedTexts => ({ dictionary, indices: intsOf(indices) }),
  };
}
