/**
 * The item table that threads share against one by the words of the rules, however little memory it
 * has, and nothing left in its scratch.
 */
import { hash } from 'node:crypto';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  openSharedItems,
  type SharedItems,
  type SharingOptions,
  shareItems,
} from '../../pipelines/render/shared-items.ts';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { type ItemEvent, TIME_UNKNOWN } from '../../schemas/event.ts';
import { eventTimes } from '../../schemas/event-time.ts';
import type { ItemId } from '../../schemas/ids.ts';
import { openScratchFile, openScratchFolder } from '../../src/adapters/filesystem/scratch-folder.ts';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import { createPromptTexts } from '../../src/prompt/texts.ts';
import type { ScratchFile } from '../../src/sort/scratch.ts';
import { itemHash } from '../../src/timeline/item-columns.ts';
import { createItemTable, type ItemTable, type ItemVersion } from '../../src/timeline/item-table.ts';
import { failureOf } from '../contract/object-store.ts';
import { tempLake } from '../lake/temp-lake.ts';
import { DAY, item, JOBS, NOON } from '../timeline/events.ts';
import { plainOutcomes } from '../timeline/outcomes.ts';
import { anyOptions, anyRecords, askAll, renderedOf, usedItems, usedRecords } from '../timeline/worlds.ts';

const lake = tempLake();

type Known = SharingOptions['known'];
/** Everything on disk: each record a run, each text in the file, one version kept. */
const TINY = { sortBytes: 1, textBytes: 1, cacheBytes: 1 };
const LARGE = { sortBytes: 1 << 20, textBytes: 1 << 20, cacheBytes: 1 << 20 };

async function* batchesOf(events: readonly ItemEvent[]) {
  for (let from = 0; from < events.length; from += 3) yield events.slice(from, from + 3);
}

/** What a thread is given comes to it as another object. */
function sent(shared: SharedItems): SharedItems {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(shared);
  const { message } = receiveMessageOnPort(port2) as { message: SharedItems };
  port1.close();
  return message;
}

/** Makes and opens the table, and closes all of it after the work. */
async function withShared<T>(
  events: readonly ItemEvent[],
  {
    known = 'event_time',
    bounds = TINY,
    isFolder = false,
  }: { known?: Known; bounds?: typeof TINY; isFolder?: boolean },
  work: (items: ItemTable, shared: SharedItems) => T,
): Promise<T> {
  const memory = openMemoryScratch();
  const scratch = isFolder ? openScratchFolder(lake.folder) : memory;
  const inMemory = (name: string) => ([...memory.files] as ScratchFile[]).find((file) => file.name === name)!;
  const { cacheBytes, ...rest } = bounds;
  const made = await shareItems(batchesOf(events), { versions: events.length, known, scratch, ...rest });
  const shared = sent(made.shared);
  const open = openSharedItems(shared, isFolder ? openScratchFile : inMemory, cacheBytes);
  try {
    return work(open.items, shared);
  } finally {
    open.close();
    made.remove();
    expect(memory.files.size).toBe(0);
  }
}

/** The versions of all items by the words of EVENT-4 and ASOF-1. */
function plainVersions(events: readonly ItemEvent[], known: Known): ItemVersion[] {
  const placed = events.map((event) => ({
    event,
    ...eventTimes(event, known),
    gone: event.op === 'delete' ? 1 : 0,
    by: hash('sha256', `item\u001f${event.event_id}`, 'hex').slice(0, 16),
  }));
  placed.sort(
    (a, b) =>
      compareUtf8(a.event.item_id, b.event.item_id) ||
      a.at - b.at ||
      (a.event.sequence ?? 0) - (b.event.sequence ?? 0) ||
      a.gone - b.gone ||
      compareUtf8(a.by, b.by),
  );
  return placed.map(({ event, at, knownAt, gone }, number) => ({
    ...{ itemId: event.item_id, eventId: event.event_id, number, at, knownAt, deleted: gone === 1 },
    attributes: event.op === 'upsert' ? event.attributes : {},
  }));
}

/** Every answer of a table, as plain values. */
function answersOf(table: ItemTable, ids: readonly ItemId[], times: readonly number[]) {
  const numbers = Array.from({ length: table.firstVersion(table.items) }, (_, number) => number);
  const { population } = table;
  return {
    // From both ends, so that what is kept of a file is read forwards and backwards.
    versions: [...numbers, ...numbers.toReversed()].map((number) => ({ ...table.versionAt(number) })),
    facts: numbers.map((number) => [table.knownAt(number), table.isDeleted(number)]),
    hashes: numbers.map((number) => [...table.eventHashes.of(number).subarray(2 * number, 2 * number + 2)]),
    items: Array.from({ length: table.items + 1 }, (_, i) => table.firstVersion(i)),
    byId: ids.map((id) => [
      table.numberOf(id),
      ...times.map((t) => [table.seen(id, t), table.newestAt(id, t), table.drawable(id, t), population.holds(id, t)]),
    ]),
    live: Array.from({ length: table.items }, (_, i) => times.map((t) => table.liveVersion(i, t))),
    population: times.map((t) => Array.from({ length: population.sizeAt(t) }, (_, k) => population.at(k))),
  };
}

function plainAnswers(versions: readonly ItemVersion[], ids: readonly ItemId[], times: readonly number[]) {
  const all = [...new Set(versions.map(({ itemId }) => itemId))];
  const of = (id: ItemId) => versions.filter(({ itemId }) => itemId === id);
  const seen = (id: ItemId, t: number) => of(id).findLast(({ knownAt }) => knownAt < t);
  const timed = (id: ItemId) => of(id).filter(({ at }) => at !== TIME_UNKNOWN);
  const since = (id: ItemId) => Math.min(...timed(id).map(({ knownAt }) => knownAt));
  const isIn = (id: ItemId, t: number) => since(id) < t;
  const live = (version: ItemVersion | undefined) => (version?.deleted === false ? version : undefined);
  return {
    versions: [...versions, ...versions.toReversed()],
    facts: versions.map(({ knownAt, deleted }) => [knownAt, deleted]),
    hashes: versions.map(({ eventId }) => {
      const digest = hash('sha256', eventId, 'buffer');
      return [digest.readInt32LE(0) | 1, digest.readInt32LE(4)];
    }),
    items: [...all.map((id) => versions.findIndex(({ itemId }) => itemId === id)), versions.length],
    byId: ids.map((id) => [
      all.indexOf(id),
      ...times.map((t) => [
        seen(id, t),
        of(id).findLast(({ at }) => at <= t),
        isIn(id, t) ? live(seen(id, t)) : undefined,
        isIn(id, t),
      ]),
    ]),
    live: all.map((id) => times.map((t) => live(seen(id, t))?.number ?? -1)),
    population: times.map((t) =>
      all.filter((id) => isIn(id, t)).sort((a, b) => since(a) - since(b) || compareUtf8(a, b)),
    ),
  };
}

/** One within another, and bytes that a terminator could be taken for. */
const IDS = ['a', 'ab', 'a\u0000', 'a\u0000b', '\u0000', 'é', '\uffff', '\u{10000}', 'constructor', '__proto__'];
const moment = fc.integer({ min: 0, max: 8 }).map((quarter) => NOON + (quarter * DAY) / 4);
const attribute = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', '\u0000"\\', 'x'.repeat(5_000), 'é'.repeat(40_000)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
  fc.boolean(),
  fc.array(fc.string(), { maxLength: 3 }),
);
const attributes = fc
  .array(fc.tuple(fc.constantFrom('title', '__proto__', 'constructor', '7', 'é'), attribute), { maxLength: 3 })
  .map((entries) => Object.fromEntries(entries));
const versions = fc
  .array(
    fc.record({
      id: fc.constantFrom(...IDS),
      at: fc.oneof(moment, fc.constantFrom('2026-01-10Z', '2026-01Z', null)),
      ingest: fc.option(moment, { nil: undefined }),
      sequence: fc.constantFrom(undefined, undefined, -1, 1, 2 ** 53 - 1),
      deleted: fc.boolean(),
      attributes,
    }),
    { maxLength: 25, size: 'max' },
  )
  .map((drawn) =>
    drawn.map(({ id, at, ingest, sequence, deleted, attributes }, i) =>
      item(id, at, {
        event_id: `v${(i * 7) % 31}`,
        ...(deleted ? { op: 'delete', attributes: undefined } : { attributes }),
        ...(ingest === undefined ? {} : { ingest_time: ingest }),
        ...(sequence === undefined ? {} : { sequence }),
      } as never),
    ),
  );
const moments = fc.array(
  fc.tuple(moment, fc.constantFrom(-1, 0, 1)).map(([at, ms]) => at + ms),
  { minLength: 1, maxLength: 5 },
);

describe('a table that threads share', () => {
  it('answers what the rules say, on disk, in memory, and as one that holds its events', async () => {
    const asked = [...IDS, 'not there', 'b'] as ItemId[];
    await fc.assert(
      fc.asyncProperty(
        versions,
        moments,
        fc.constantFrom('event_time' as const, 'ingest_time' as const),
        fc.boolean(),
        async (events, some, known, isFolder) => {
          const times = [...some, Number.POSITIVE_INFINITY];
          const right = plainAnswers(plainVersions(events, known), asked, times);
          expect(answersOf(createItemTable(events, known), asked, times)).toEqual(right);
          for (const bounds of [TINY, LARGE, { ...LARGE, textBytes: 7_000 }, { ...LARGE, cacheBytes: 1 }])
            await withShared(events, { known, bounds, isFolder }, (items) =>
              expect(answersOf(items, asked, times)).toEqual(right),
            );
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });

  it('asks the same questions of a world, alike items too, where it forgets every version at once', async () => {
    const seen = { rendered: 0, alike: 0 };
    await fc.assert(
      fc.asyncProperty(anyRecords, anyOptions, async (records, options) => {
        // Half of the titles say the same, so that candidates are passed over and histories cut.
        const same = records.map((event) =>
          event.type === 'item' && event.op === 'upsert'
            ? { ...event, attributes: { title: `Job ${event.event_id.length % 2}` } }
            : event,
        );
        for (const world of [records, same]) {
          const outcomes = askAll(world, options);
          await withShared(usedItems(usedRecords(world)), { known: options.known ?? 'event_time' }, (items) =>
            expect(plainOutcomes(askAll(world, { ...options, items }))).toEqual(plainOutcomes(outcomes)),
          );
          if (world === same) seen.alike += renderedOf(outcomes).length;
          else seen.rendered += renderedOf(outcomes).length;
        }
      }),
      { numRuns: 25, seed: 7 },
    );
    expect(Math.min(seen.rendered, seen.alike)).toBeGreaterThan(50);
  });

  it('gives versions that say what they said, and have the same text, when they are read again', async () => {
    const levels = { full: 120, short: 48, title: 16, question: 120, profile: 160, shown: 40 };
    const texts = createPromptTexts({ tokenizer: 'none', levels, domain: JOBS });
    const events = ['a', 'b', 'c'].map((id) => item(id, NOON, { attributes: { title: id === 'c' ? 'a' : id } }));
    const told = (table: ItemTable) => {
      const versions = [0, 1, 2, 0, 1, 2].map((number) => table.versionAt(number));
      return versions.map((version) => [texts.says(version), texts.item(version).key]);
    };
    const right = told(createItemTable(events, 'event_time'));
    expect(right[0]).toEqual(right[2]);
    expect(right[0]).not.toEqual(right[1]);
    await withShared(events, {}, (items) => {
      const first = items.versionAt(0);
      expect(told(items)).toEqual(right);
      expect(items.versionAt(0)).not.toBe(first);
    });
  });

  it('tells items apart whose ids have one hash', async () => {
    const seen = new Map<number, string>();
    let pair: string[] = [];
    for (let i = 0; pair.length === 0; i++) {
      const other = seen.get(itemHash(`i${i}`));
      if (other !== undefined) pair = [other, `i${i}`];
      seen.set(itemHash(`i${i}`), `i${i}`);
    }
    const [first, second] = pair as [ItemId, ItemId];
    expect(itemHash(first)).toBe(itemHash(second));
    await withShared([item(second), item(first)], {}, (items) => {
      expect([items.seen(first, NOON)?.itemId, items.seen(second, NOON)?.itemId]).toEqual(pair);
    });
    await withShared([item(second)], {}, (items) => expect(items.numberOf(first)).toBe(-1));
  });

  it('is one memory for all threads, which see the hashes that one of them made', async () => {
    await withShared([item('a'), item('b')], {}, (items, shared) => {
      const { eventHashes } = sent(shared).columns;
      expect([...eventHashes]).toEqual([0, 0, 0, 0]);
      items.eventHashes.of(1);
      expect([...eventHashes.subarray(0, 2)]).toEqual([0, 0]);
      expect(eventHashes[2]).not.toBe(0);
    });
  });

  it('lies in memory where texts are few, and is one file where they are many', async () => {
    const events = ['a', 'b', 'c'].map((id) => item(id));
    await withShared(events, { bounds: LARGE }, (_, { texts }) => expect(texts.kind).toBe('memory'));
    await withShared(events, { isFolder: true }, (_, { texts }) => {
      expect(texts.kind === 'file' && openScratchFile(texts.name).size).toBeGreaterThan(0);
    });
  });

  it('keeps what it read within its bytes, and reads what it kept once', async () => {
    const events = Array.from({ length: 64 }, (_, i) => item(`i${i}`));
    const readsOf = async (cacheBytes: number) => {
      const scratch = openMemoryScratch();
      const made = await shareItems(batchesOf(events), { versions: 64, known: 'event_time', scratch, textBytes: 1 });
      let reads = 0;
      const open = () => {
        const [file] = scratch.files as ReadonlySet<ScratchFile>;
        const reader = file!.open();
        const read = (target: Uint8Array, position: number) => {
          reads++;
          return reader.read(target, position);
        };
        return { ...reader, read };
      };
      const { items } = openSharedItems(made.shared, () => ({ open }) as never, cacheBytes);
      const objects = new Set<ItemVersion>();
      // One behind the other, then far apart.
      for (let i = 0; i < 256; i++) objects.add(items.versionAt(i < 64 ? i : (i * 37) % 64));
      return { reads, objects: objects.size };
    };
    const [all, none] = [await readsOf(1 << 20), await readsOf(1)];
    expect(all.objects).toBe(64);
    expect(none.objects).toBe(256);
    // Texts side by side come with one read.
    expect(all.reads).toBeLessThan(8);
  });

  it('leaves nothing where the events end with an error, or are more than were said', async () => {
    const scratch = openMemoryScratch();
    const failing = async function* () {
      yield ['a', 'b', 'c'].map((id) => item(id));
      throw new Error('lost');
    };
    const options = { versions: 9, known: 'event_time', scratch, sortBytes: 1, textBytes: 1 } as const;
    expect(await failureOf(() => shareItems(failing(), options))).toMatch(/lost/);
    const more = batchesOf(['a', 'b', 'c'].map((id) => item(id)));
    expect(await failureOf(() => shareItems(more, { ...options, versions: 2 }))).toMatch(/more than 2 versions/);
    expect(scratch.files.size).toBe(0);
  });
});
