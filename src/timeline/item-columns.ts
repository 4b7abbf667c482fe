/**
 * Item versions as numbers side by side in memory that threads share: when they were, whose they
 * are, and how an item is found by its id.
 */
import type { EventTimes } from '../../schemas/event-time.ts';
import type { ItemId } from '../../schemas/ids.ts';
import { intAt } from '../checked.ts';
import { type PopulationColumns, populationColumns } from './population.ts';

/**
 * Plain data that another thread may be given. Versions are numbered by item, and within one in
 * order (EVENT-4); items are numbered in order of their ids.
 */
export interface ItemColumns {
  /** Of each version, epoch ms. */
  readonly at: Float64Array;
  readonly knownAt: Float64Array;
  /** 1: a deletion. */
  readonly deleted: Uint8Array;
  /** The first version of each item, and behind the last item the number of versions. */
  readonly first: Int32Array;
  /** The hash of each item's id. */
  readonly hashes: Int32Array;
  /** Items by hash: 0 is free, else the number of an item and one. */
  readonly slots: Int32Array;
  readonly population: PopulationColumns;
  /** Hashes of the versions' event ids (`idHashes`), made by the first thread that wants them. */
  readonly eventHashes: Int32Array;
}

/** What is kept of a version beside its texts. */
export interface VersionFacts extends EventTimes {
  readonly deleted: boolean;
}

/** Columns under way. */
export interface ItemColumnsWriter {
  /** The next item in order of ids: the hash of its id, and its versions in order. */
  addItem(hash: number, versions: readonly VersionFacts[]): void;
  finish(): ItemColumns;
}

/** Slots for each item: two in three are taken, so that a search ends soon. */
const SLOTS_AN_ITEM = 1.5;

/**
 * Bound: 25 bytes a version and 26 an item; while they are made, 20 more an item. Memory of what
 * does not come is reserved and never touched. `addItem` throws Error beyond `versionsMax`.
 */
export function createItemColumns(versionsMax: number): ItemColumnsWriter {
  const at = new Float64Array(sharedBytes(8 * versionsMax));
  const knownAt = new Float64Array(sharedBytes(8 * versionsMax));
  const deleted = new Uint8Array(sharedBytes(versionsMax));
  const first = new Int32Array(sharedBytes(4 * (versionsMax + 1)));
  const hashes = new Int32Array(sharedBytes(4 * versionsMax));
  let items = 0;
  let count = 0;
  return {
    addItem(hash, versions) {
      if (count + versions.length > versionsMax) throw new Error(`there are more than ${versionsMax} versions`);
      for (const version of versions) {
        at[count] = version.at;
        knownAt[count] = version.knownAt;
        deleted[count++] = version.deleted ? 1 : 0;
      }
      hashes[items++] = hash;
      first[items] = count;
    },
    finish() {
      const versions = {
        at: at.subarray(0, count),
        knownAt: knownAt.subarray(0, count),
        deleted: deleted.subarray(0, count),
        first: first.subarray(0, items + 1),
      };
      const eventHashes = new Int32Array(sharedBytes(8 * count));
      const own = hashes.subarray(0, items);
      return { ...versions, hashes: own, slots: slotsOf(own), population: populationColumns(versions), eventHashes };
    },
  };
}

/** Fixed in length: V8 reads a buffer that can grow more slowly. */
function sharedBytes(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes);
}

/** What an item is found by: FNV-1a over UTF-16 units, its bits mixed as MurmurHash3 ends. */
export function itemHash(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function slotsOf(hashes: Int32Array): Int32Array {
  const slots = new Int32Array(sharedBytes(4 * (Math.ceil(SLOTS_AN_ITEM * hashes.length) + 1)));
  for (let item = 0; item < hashes.length; item++) {
    let at = firstSlot(intAt(hashes, item), slots.length);
    while (intAt(slots, at) !== 0) at = nextSlot(at, slots.length);
    slots[at] = item + 1;
  }
  return slots;
}

function firstSlot(hash: number, slots: number): number {
  return Math.floor(((hash >>> 0) / 2 ** 32) * slots);
}

function nextSlot(at: number, slots: number): number {
  return at + 1 === slots ? 0 : at + 1;
}

/** Whether the item of a number has this id. */
export type IsItem = (item: number, id: ItemId) => boolean;

/**
 * The number of an item, or -1. `isItem` is asked for items with the same hash: of those that are
 * not the one, one in four billion.
 */
export function findItem({ hashes, slots }: ItemColumns, id: ItemId, isItem: IsItem): number {
  const hash = itemHash(id);
  for (let at = firstSlot(hash, slots.length); ; at = nextSlot(at, slots.length)) {
    const item = intAt(slots, at) - 1;
    if (item < 0 || (intAt(hashes, item) === hash && isItem(item, id))) return item;
  }
}
