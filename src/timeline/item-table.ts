/** The item table: every version of every item, and which was seen at a moment. */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { type Attributes, type ItemEvent, TIME_UNKNOWN } from '../../schemas/event.ts';
import { type EventTimes, eventTimes } from '../../schemas/event-time.ts';
import type { EventId, ItemId } from '../../schemas/ids.ts';
import { isSeen } from './as-of.ts';
import { orderEvents } from './order.ts';
import { createPopulation, type Population } from './population.ts';

/** One version of an item; its times are TIME_UNKNOWN where it is there from the beginning. */
export interface ItemVersion extends EventTimes {
  readonly itemId: ItemId;
  readonly eventId: EventId;
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
  /** Items all of whose versions have no time. */
  readonly withoutTime: number;
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
  const table = new Map<ItemId, ItemVersion[]>();
  let withoutTime = 0;
  for (const [itemId, events] of [...grouped].sort(([a], [b]) => compareUtf8(a, b))) {
    const versions = orderEvents(events).map((event): ItemVersion => {
      const attributes = event.op === 'upsert' ? event.attributes : {};
      const times = eventTimes(event, known);
      return { itemId, eventId: event.event_id, ...times, deleted: event.op === 'delete', attributes };
    });
    if (versions.every((version) => version.at === TIME_UNKNOWN)) withoutTime++;
    table.set(itemId, versions);
  }
  const population = createPopulation(table);
  const seen = (itemId: ItemId, t: number) => table.get(itemId)?.findLast((version) => isSeen(version.knownAt, t));
  return {
    withoutTime,
    seen,
    drawable: (itemId, t) => (population.holds(itemId, t) ? live(seen(itemId, t)) : undefined),
    newestAt: (itemId, t) => table.get(itemId)?.findLast((version) => version.at <= t),
    population,
  };
}

/** The version, unless it is a deletion. */
export function live(version: ItemVersion | undefined): ItemVersion | undefined {
  return version === undefined || version.deleted ? undefined : version;
}
