/** What a member had done before T, as a prompt is filled with it: facts seen at T, in columns. */
import type { EventId } from '../../schemas/ids.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import type { EntrySum } from './entry-sums.ts';
import { type EntryRules, type HistoryEntries, historyEntries } from './history-entries.ts';
import type { ItemVersion } from './item-table.ts';
import type { MemberPast } from './member-past.ts';

/**
 * The order in which filling takes entries: from the entries of a question a walk over each of them
 * once, which comes to -1.
 */
export type HistoryOrder = (entries: HistoryEntries) => () => number;

/**
 * The history of a question: parallel columns in the order in which filling takes the entries. Few
 * are listed, since most histories are longer than their room: `list` lists more, and puts longer
 * columns in the place of these. NOTHING BUT WHAT WAS SEEN AT T can be reached through it.
 */
export interface History {
  /** Entries that there are, listed or not. */
  readonly available: number;
  /** Entries that are listed. Columns may be longer. */
  readonly length: number;
  /** Vocabulary rank; the none rank: did not interact. */
  readonly rank: Int16Array;
  /** event_time, epoch ms; TIME_UNKNOWN: no age. */
  readonly at: Float64Array;
  /** Position in the timeline of the event that put it there. */
  readonly event: Int32Array;
  /** Number of the item version in the item table. */
  readonly version: Int32Array;
  /** Lists `count` entries at least, or all. Costs what it lists. */
  list(count: number): void;
  /** The sum of hashes of all entries, listed or not, each an event under its version. */
  sum(): EntrySum;
  /** The event of a listed entry. Throws Error beyond them. */
  eventIdAt(i: number): EventId;
  /** The item version of a listed entry. Throws Error beyond them. */
  versionAt(i: number): ItemVersion;
}

/** The history of a question, of which nothing is listed yet. */
export function createHistory(past: MemberPast, rules: EntryRules, order: HistoryOrder): History {
  const { seen } = rules;
  const entries = historyEntries(past, rules);
  const next = order(entries);
  let columns = columnsOf(0);
  let length = 0;
  const add = () => {
    const entry = next();
    // The count and the walk would be at odds.
    if (entry < 0) throw new Error(`a history of ${entries.available} entries ended at ${length}`);
    columns.rank[length] = intAt(seen.events.rank, entry);
    columns.at[length] = floatAt(seen.events.at, entry);
    columns.event[length] = intAt(seen.events.positions, entry);
    columns.version[length] = past.liveVersion(intAt(seen.events.item, entry), seen.t);
    length++;
  };
  const listed = (column: Int32Array, i: number) => intAt(i < length ? column : EMPTY, i);
  return {
    available: entries.available,
    get length() {
      return length;
    },
    get rank() {
      return columns.rank;
    },
    get at() {
      return columns.at;
    },
    get event() {
      return columns.event;
    },
    get version() {
      return columns.version;
    },
    list(count) {
      const wanted = Math.min(count, entries.available);
      if (wanted > columns.event.length) columns = columnsOf(Math.min(entries.available, 2 * wanted), columns);
      while (length < wanted) add();
    },
    sum: entries.sum,
    eventIdAt: (i) => nth(past.timeline.events, listed(columns.event, i)).event_id,
    versionAt: (i) => past.items.versionAt(listed(columns.version, i)),
  };
}

const EMPTY = new Int32Array(0);

type Columns = Pick<History, 'rank' | 'at' | 'event' | 'version'>;

/** Columns of that many entries, the first of them as they were. */
function columnsOf(entries: number, before?: Columns): Columns {
  const columns = {
    rank: new Int16Array(entries),
    at: new Float64Array(entries),
    event: new Int32Array(entries),
    version: new Int32Array(entries),
  };
  if (before === undefined) return columns;
  columns.rank.set(before.rank);
  columns.at.set(before.at);
  columns.event.set(before.event);
  columns.version.set(before.version);
  return columns;
}
