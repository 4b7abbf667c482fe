/** The item table: every version of every item, and which was seen at a moment. */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { Attributes, ItemEvent } from '../../schemas/event.ts';
import { type EventTimes, eventTimes } from '../../schemas/event-time.ts';
import type { EventId, ItemId } from '../../schemas/ids.ts';
import { byteAt, floatAt, intAt, nth } from '../checked.ts';
import { isSeen } from './as-of.ts';
import { type IdHashes, idHashes } from './id-hashes.ts';
import { createItemColumns, findItem, type IsItem, type ItemColumns, itemHash } from './item-columns.ts';
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
  /** How many items there are; they are numbered in order of their ids. */
  readonly items: number;
  /** The version of that number. Throws Error where there is none. */
  versionAt(number: number): ItemVersion;
  /** known_at of the version of that number, epoch ms. */
  knownAt(number: number): number;
  /** Whether the version of that number is a deletion. */
  isDeleted(number: number): boolean;
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
  /** Hashes of the event ids of versions, by number: the same for all members. */
  readonly eventHashes: IdHashes;
}

/** What an item table reads beside its columns. */
export interface VersionReader {
  /**
   * It may forget a version and read it again: two objects of one version are the same but for
   * being two.
   */
  versionAt(number: number): ItemVersion;
  /** Whether the version of that number is of this item. */
  isOf(number: number, itemId: ItemId): boolean;
}

/** The table over columns, and what reads the versions. */
export function openItemTable(columns: ItemColumns, { versionAt, isOf }: VersionReader): ItemTable {
  const { at, knownAt, deleted, first } = columns;
  const idOf = (item: number) => versionAt(intAt(first, item)).itemId;
  const isItem: IsItem = (item, itemId) => isOf(intAt(first, item), itemId);
  const numberOf = (itemId: ItemId) => findItem(columns, itemId, isItem);
  /** The number of the newest version seen at T, or -1 (ASOF-3). */
  const newestSeen = (item: number, t: number) => {
    for (let i = intAt(first, item + 1) - 1; i >= intAt(first, item); i--) if (isSeen(floatAt(knownAt, i), t)) return i;
    return -1;
  };
  const population = createPopulation(columns, { idOf, numberOf });
  const seenOf = (item: number, t: number) => {
    const number = item < 0 ? -1 : newestSeen(item, t);
    return number < 0 ? undefined : versionAt(number);
  };
  return {
    items: first.length - 1,
    versionAt,
    knownAt: (number) => floatAt(knownAt, number),
    isDeleted: (number) => byteAt(deleted, number) === 1,
    numberOf,
    firstVersion: (item) => intAt(first, item),
    liveVersion(item, t) {
      const number = newestSeen(item, t);
      return number < 0 || byteAt(deleted, number) === 1 ? -1 : number;
    },
    seen: (itemId, t) => seenOf(numberOf(itemId), t),
    drawable(itemId, t) {
      const item = numberOf(itemId);
      return population.holdsItem(item, t) ? live(seenOf(item, t)) : undefined;
    },
    newestAt(itemId, t) {
      const item = numberOf(itemId);
      if (item < 0) return undefined;
      for (let i = intAt(first, item + 1) - 1; i >= intAt(first, item); i--)
        if (floatAt(at, i) <= t) return versionAt(i);
      return undefined;
    },
    population,
    eventHashes: idHashes((number) => versionAt(number).eventId, columns.eventHashes),
  };
}

/**
 * Builds the table in memory. The order of `events` does not matter; equal events must have been
 * taken out before. Bound: all versions of all items.
 */
export function createItemTable(events: Iterable<ItemEvent>, known: 'event_time' | 'ingest_time'): ItemTable {
  const all = [...events];
  const grouped = Map.groupBy(all, (event) => event.item_id);
  const columns = createItemColumns(all.length);
  const held: ItemVersion[] = [];
  for (const [itemId, events] of [...grouped].sort(([a], [b]) => compareUtf8(a, b))) {
    const versions = orderEvents(events).map((event, i): ItemVersion => {
      const attributes = event.op === 'upsert' ? event.attributes : {};
      const [times, number] = [eventTimes(event, known), held.length + i];
      return { itemId, eventId: event.event_id, number, ...times, deleted: event.op === 'delete', attributes };
    });
    columns.addItem(itemHash(itemId), versions);
    for (const version of versions) held.push(version);
  }
  return openItemTable(columns.finish(), {
    versionAt: (number) => nth(held, number),
    isOf: (number, itemId) => nth(held, number).itemId === itemId,
  });
}

/** The version, unless it is a deletion. */
export function live(version: ItemVersion | undefined): ItemVersion | undefined {
  return version === undefined || version.deleted ? undefined : version;
}
