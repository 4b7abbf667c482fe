/** The item table: every version of every item, and which was seen at a moment. */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { type Attributes, type ItemEvent, TIME_UNKNOWN } from '../../schemas/event.ts';
import { type EventTimes, eventTimes, timeSpan } from '../../schemas/event-time.ts';
import type { EventId, ItemId } from '../../schemas/ids.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import { isSeen } from './as-of.ts';
import { orderEvents } from './order.ts';
import { createPopulation, type Population } from './population.ts';

/** One version of an item; its times are TIME_UNKNOWN where it is there from the beginning. */
export interface ItemVersion extends EventTimes {
  readonly itemId: ItemId;
  readonly eventId: EventId;
  /** Its number in its table: versions are numbered by item, and within one in order. */
  readonly number: number;
  readonly deleted: boolean;
  readonly attributes: Attributes;
}

/**
 * What an item version says: its line before cutting, or what is the same for equal lines alone
 * (CAND-9).
 */
export type Says = (version: ItemVersion) => string;

/** Every version of every item. */
export interface ItemTable {
  /** The version of that number. Throws Error where there is none. */
  versionAt(number: number): ItemVersion;
  /** The number of an item in this table; -1 where it is not there. */
  numberOf(itemId: ItemId): number;
  /** The number of the first version of the item of that number; of one beyond the last, of all. */
  firstVersion(item: number): number;
  /** The number of the newest version that is seen at T, where it is live; else -1 (ASOF-3). */
  liveVersion(item: number, t: number): number;
  /** The newest version that is seen at T, or undefined (ASOF-3). */
  seen(itemId: ItemId, t: number): ItemVersion | undefined;
  /**
   * The newest version with event_time <= T: the own item of a question whose task draws nothing is
   * read so (ASOF-4).
   */
  newestAt(itemId: ItemId, t: number): ItemVersion | undefined;
  /**
   * The version seen at T of an item that can be drawn then: one in the population and live; else
   * undefined (ASOF-4, CAND-6).
   */
  drawable(itemId: ItemId, t: number): ItemVersion | undefined;
  readonly population: Population;
}

/**
 * Builds the table. The order of `events` does not matter; equal events must have been taken out
 * before. Bound: all versions of all items.
 */
export function createItemTable(events: Iterable<ItemEvent>, known: 'event_time' | 'ingest_time'): ItemTable {
  const grouped = Map.groupBy(events, (event) => event.item_id);
  const byId = [...grouped].sort(([a], [b]) => compareUtf8(a, b));
  const table = new Map<ItemId, ItemVersion[]>();
  const numbers = new Map<ItemId, number>();
  const all: ItemVersion[] = [];
  const first = new Int32Array(byId.length + 1);
  for (const [itemId, events] of byId) {
    const versions = orderEvents(events).map((event, i): ItemVersion => {
      const attributes = event.op === 'upsert' ? event.attributes : {};
      const [times, number] = [eventTimes(event, known), all.length + i];
      return { itemId, eventId: event.event_id, number, ...times, deleted: event.op === 'delete', attributes };
    });
    numbers.set(itemId, table.size);
    table.set(itemId, versions);
    for (const version of versions) all.push(version);
    first[table.size] = all.length;
  }
  const knownAt = Float64Array.from(all, (version) => version.knownAt);
  /** The number of the newest version seen at T, or -1 (ASOF-3). */
  const newestSeen = (item: number, t: number) => {
    for (let i = intAt(first, item + 1) - 1; i >= intAt(first, item); i--) if (isSeen(floatAt(knownAt, i), t)) return i;
    return -1;
  };
  const population = createPopulation(table);
  const seen = (itemId: ItemId, t: number) => {
    const item = numbers.get(itemId);
    return item === undefined ? undefined : all[newestSeen(item, t)];
  };
  return {
    versionAt: (number) => nth(all, number),
    numberOf: (itemId) => numbers.get(itemId) ?? -1,
    firstVersion: (item) => intAt(first, item),
    liveVersion(item, t) {
      const number = newestSeen(item, t);
      return number < 0 || nth(all, number).deleted ? -1 : number;
    },
    seen,
    drawable: (itemId, t) => (population.holds(itemId, t) ? live(seen(itemId, t)) : undefined),
    newestAt: (itemId, t) => table.get(itemId)?.findLast((version) => version.at <= t),
    population,
  };
}

/** Items all of whose versions have no time. */
export function countWithoutTime(events: Iterable<ItemEvent>): number {
  const hasTime = new Map<ItemId, boolean>();
  for (const { item_id, event_time } of events)
    hasTime.set(item_id, hasTime.get(item_id) === true || timeSpan(event_time).first !== TIME_UNKNOWN);
  return [...hasTime.values()].filter((has) => !has).length;
}

/** The version, unless it is a deletion. */
export function live(version: ItemVersion | undefined): ItemVersion | undefined {
  return version === undefined || version.deleted ? undefined : version;
}
