/**
 * ONE ITEM TABLE A PROCESS: the thread of a build reads the items once, and all its threads read
 * one table of them. Numbers are in memory that they share; texts are in a scratch file where they
 * are many, and each thread keeps what it read of them lately.
 */
import type { Attributes, ItemEvent } from '../../schemas/event.ts';
import { eventTimes } from '../../schemas/event-time.ts';
import type { EventId, ItemId } from '../../schemas/ids.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import { byteAt, floatAt } from '../../src/checked.ts';
import { createGenerations } from '../../src/generations.ts';
import type { Lake } from '../../src/lake/lake.ts';
import type { Timeline } from '../../src/lake/timeline-records.ts';
import type { Scratch, ScratchFile } from '../../src/sort/scratch.ts';
import {
  readSharedBytes,
  type SharedBytes,
  type SharedBytesWriter,
  writeSharedBytes,
} from '../../src/sort/shared-bytes.ts';
import { createSorter, SORT_BYTES_DEFAULT, type Sorter } from '../../src/sort/sorted-runs.ts';
import { createItemColumns, type ItemColumns, itemHash, type VersionFacts } from '../../src/timeline/item-columns.ts';
import { type ItemTable, type ItemVersion, openItemTable } from '../../src/timeline/item-table.ts';
import { compareEventKeys, type EventKey } from '../../src/timeline/order.ts';

/** What is handed to another thread. */
export interface SharedItems {
  readonly columns: ItemColumns;
  /** Where the text of each version begins, and where the last one ends. */
  readonly starts: Float64Array;
  readonly texts: SharedBytes;
}

/** Texts of all versions that stay in memory: those of some fifty thousand. */
const TEXT_BYTES_MAX = 32 * 1024 * 1024;
/** Bytes of versions that each thread keeps: some forty thousand with short texts. */
const VERSION_BYTES_MAX = 128 * 1024 * 1024;
/** What a version costs beside its text: objects, what it says (CAND-9), its line's key. */
const VERSION_BYTES = 2_300;

/** What the table is made by. */
export interface SharingOptions extends Pick<CorpusSection, 'known'> {
  /** Versions at most. */
  readonly versions: number;
  readonly scratch: Scratch;
  /** Bytes of records, and of texts, in memory before the scratch is used. */
  readonly sortBytes?: number;
  readonly textBytes?: number;
}

/** A table that was made, and where its texts are where they are in a file. */
export interface MadeItems {
  readonly shared: SharedItems;
  /** Removes the file; nobody may read any more. */
  remove(): void;
}

/** Item tables of a build, each of which is made when it is first asked for. */
export interface BuildItems {
  /** The items as a record of their chain has them. Throws as the lake and the scratch do. */
  shared(at: Pick<Timeline, 'sha256' | 'record'>): Promise<SharedItems>;
  /** Removes what lies in the scratch: nobody may read the tables any more. */
  close(): Promise<void>;
}

/** Bound: as of `shareItems`, for each record that is asked for. */
export function createBuildItems(lake: Lake, how: Pick<SharingOptions, 'known' | 'scratch'>): BuildItems {
  const making = new Map<string, Promise<MadeItems>>();
  return {
    async shared({ sha256, record: { runs, counts } }) {
      const made = making.get(sha256) ?? shareItems(lake.items(runs), { ...how, versions: counts.used });
      making.set(sha256, made);
      return (await made).shared;
    },
    async close() {
      for (const each of making.values()) {
        // What failed has left nothing, and was heard of by whoever asked for it.
        const made = await each.catch(() => undefined);
        made?.remove();
      }
    },
  };
}

/**
 * Makes the table; the order of events does not matter, and equal ones must have been taken out
 * before. Throws as the scratch does. Bound: `sortBytes` and `textBytes`, 33 bytes a version and 46
 * an item, and the versions of one item.
 */
export async function shareItems(
  events: AsyncIterable<readonly ItemEvent[]>,
  { versions, known, scratch, sortBytes = SORT_BYTES_DEFAULT, textBytes = TEXT_BYTES_MAX }: SharingOptions,
): Promise<MadeItems> {
  const sorter = createSorter({ scratch, bytesMax: sortBytes });
  const texts = writeSharedBytes(scratch, textBytes);
  try {
    for await (const batch of events) for (const event of batch) addVersion(sorter, event, known);
    const { columns, starts } = writeItems(sorter, texts, versions);
    const { shared, file } = texts.finish();
    return { shared: { columns, starts, texts: shared }, remove: () => file?.remove() };
  } catch (cause) {
    texts.abort();
    throw cause;
  } finally {
    sorter.close();
  }
}

// A record is keyed by the bytes of the item's id. Its payload is what follows, then the text.
const AT = 0;
const KNOWN_AT = 8;
const SEQUENCE = 16;
const HASH = 24;
const DELETED = 28;
const HEADER_BYTES = 29;

function addVersion(sorter: Sorter, event: ItemEvent, known: SharingOptions['known']): void {
  const { item_id: itemId, event_id: eventId, sequence = 0 } = event;
  const { at, knownAt } = eventTimes(event, known);
  const isDeleted = event.op === 'delete';
  const text = JSON.stringify(isDeleted ? [itemId, eventId] : [itemId, eventId, event.attributes]);
  const payload = Buffer.allocUnsafe(HEADER_BYTES + Buffer.byteLength(text));
  payload.writeDoubleLE(at, AT);
  payload.writeDoubleLE(knownAt, KNOWN_AT);
  payload.writeDoubleLE(sequence, SEQUENCE);
  payload.writeInt32LE(itemHash(itemId), HASH);
  payload[DELETED] = isDeleted ? 1 : 0;
  payload.write(text, HEADER_BYTES);
  sorter.add(Buffer.from(itemId), payload);
}

/** The records item by item, each item's in order, to columns and texts. */
function writeItems(sorter: Sorter, texts: SharedBytesWriter, versions: number) {
  const columns = createItemColumns(versions);
  const starts = new Float64Array(new SharedArrayBuffer(8 * (versions + 1)));
  let count = 0;
  let end = 0;
  const writeItem = (records: Buffer[]) => {
    const ordered = records.length === 1 ? records : inOrder(records);
    for (const record of ordered) {
      const text = record.subarray(HEADER_BYTES);
      starts[count++] = texts.add(text);
      end += text.length;
    }
    columns.addItem((records[0] as Buffer).readInt32LE(HASH), ordered.map(factsOf));
  };
  let itemId = Buffer.alloc(0);
  let records: Buffer[] = [];
  for (const { key, payload } of sorter.sorted()) {
    if (records.length > 0 && itemId.compare(key) !== 0) {
      writeItem(records);
      records = [];
    }
    if (records.length === 0) itemId = Buffer.from(key);
    records.push(Buffer.from(payload));
  }
  if (records.length > 0) writeItem(records);
  starts[count] = end;
  return { columns: columns.finish(), starts: starts.subarray(0, count + 1) };
}

function factsOf(record: Buffer): VersionFacts {
  return {
    at: record.readDoubleLE(AT),
    knownAt: record.readDoubleLE(KNOWN_AT),
    deleted: byteAt(record, DELETED) === 1,
  };
}

/** By EVENT-4. */
function inOrder(records: readonly Buffer[]): Buffer[] {
  return records
    .map((record) => ({ record, key: keyOf(record) }))
    .sort((a, b) => compareEventKeys(a.key, b.key))
    .map(({ record }) => record);
}

function keyOf(record: Buffer): EventKey {
  return {
    at: record.readDoubleLE(AT),
    sequence: record.readDoubleLE(SEQUENCE),
    deletes: byteAt(record, DELETED),
    type: 'item',
    // Two versions are seldom alike in all before it.
    get eventId() {
      return told(record.subarray(HEADER_BYTES))[1];
    },
    hash: undefined,
  };
}

/** What the text of a version says. */
type ToldVersion = readonly [itemId: ItemId, eventId: EventId, attributes?: Attributes];

function told(text: Buffer): ToldVersion {
  return JSON.parse(text.toString('utf8')) as ToldVersion;
}

/** A table as one thread sees it. */
export interface OpenItems {
  readonly items: ItemTable;
  close(): void;
}

/**
 * Opens the table in a thread. `open` is asked for the scratch file. Bound: `bytesMax`, or two
 * versions that are larger; what was not asked for lately is forgotten first.
 */
export function openSharedItems(
  { columns, starts, texts }: SharedItems,
  open: (name: string) => ScratchFile,
  bytesMax = VERSION_BYTES_MAX,
): OpenItems {
  const reader = readSharedBytes(texts, open);
  const kept = createGenerations<number, ItemVersion>(bytesMax / 2);
  const { at, knownAt, deleted } = columns;
  const read = (number: number): ItemVersion => {
    const text = reader.read(floatAt(starts, number), floatAt(starts, number + 1));
    const [itemId, eventId, attributes = {}] = told(text);
    const times = { at: floatAt(at, number), knownAt: floatAt(knownAt, number) };
    const version = { itemId, eventId, number, ...times, deleted: byteAt(deleted, number) === 1, attributes };
    return kept.set(number, version, VERSION_BYTES + text.length);
  };
  const items = openItemTable(columns, {
    versionAt: (number) => kept.get(number) ?? read(number),
    isOf(number, itemId) {
      const version = kept.get(number);
      if (version !== undefined) return version.itemId === itemId;
      // The text begins with the id: most lookups ask for nothing else of it.
      const [told, from] = [Buffer.from(`[${JSON.stringify(itemId)},`), floatAt(starts, number)];
      const to = from + told.length;
      return to <= floatAt(starts, number + 1) && reader.read(from, to).equals(told);
    },
  });
  return { items, close: () => reader.close() };
}
