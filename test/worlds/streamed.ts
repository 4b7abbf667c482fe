/** One world that topics bring, late records among it, and the same world as files. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { backfill } from '../../pipelines/backfill.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { canonicalEvent, entityOf, eventTimes } from '../../schemas/event-time.ts';
import type { ReleaseId } from '../../schemas/ids.ts';
import { openScratch, openStore } from '../../src/adapters/open-store.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { openLake } from '../../src/lake/lake.ts';
import { deadFolder } from '../../src/lake/timeline-records.ts';
import { parseEvent } from '../../src/sources/validate-event.ts';
import { isMemberDelete } from '../../src/timeline/entity-state.ts';
import { streamInto } from '../stream/streamed-lake.ts';
import { DAY, NOON } from '../timeline/events.ts';
import { buildInto, differenceOfFiles, releasesOf } from './appended.ts';
import { saidBy } from './compare-worlds.ts';
import type { Difference } from './long-run.ts';
import { anyShippedWorld, type World } from './worlds.ts';

/** A world whose records come in some order. */
export interface StreamedWorld {
  readonly world: World;
  /** By how many places records come later than their time says, in turns. */
  readonly delays: readonly number[];
  readonly allowedLatenessMs: number;
  readonly rowsMax: number;
}

/** About in order of time, so that of a topic some records come too late in most worlds. */
export const anyStreamedWorld: fc.Arbitrary<StreamedWorld> = fc.record({
  world: anyShippedWorld,
  delays: fc.array(fc.oneof(fc.constant(0), fc.constant(0), fc.nat(80)), { minLength: 5, maxLength: 40 }),
  allowedLatenessMs: fc.constantFrom(0, DAY / 4, DAY, 4 * DAY),
  rowsMax: fc.integer({ min: 3, max: 60 }),
});

/** What came of a world. */
export interface Streamed {
  readonly refused?: string;
  readonly rows: number;
  readonly late: number;
  readonly difference?: Difference;
}

const NOTHING = { rows: 0, late: 0 };

/**
 * A lake of topics has the bytes of a build from the same records without what is late or dead; and
 * after a backfill those of a build without what is dead.
 */
export async function compareStreamed({ world, delays, ...how }: StreamedWorld): Promise<Streamed> {
  const folder = mkdtempSync(join(tmpdir(), 'streamed-'));
  try {
    const events = eventsOf(world, delays);
    if (meetsDelete(events)) return { ...NOTHING, refused: 'a record with the id of a delete' };
    writeWorld(folder, world, events);
    const store = openStore(join(folder, 'streamed'));
    await streamInto(store, events, { ...how, partitions: 2 });
    await copyDead(folder);
    const until = world.until;
    const built = async (lake: string, step: object) =>
      saidBy('builder', () => buildInto(folder, lake, { until, append: false, ...step }));
    const whole = await built('whole', { without: join(folder, 'dead') });
    if (!('value' in whole)) return { ...NOTHING, ...whole };
    const stream = await built('streamed', { events: 'none', append: true });
    if (!('value' in stream)) return { ...NOTHING, ...stream };
    const without = await built('without', { without: join(folder, 'streamed') });
    if (!('value' in without)) return { ...NOTHING, ...without };
    const end = Math.min(until ?? NOON + 30 * DAY, Date.parse(world.recipe.release.until ?? '2026-03-01T00:00Z'));
    const compare = async (right: string) => {
      // A release of the same rows would stand as it was, though the card tells what came late.
      const made = await releasesOf(folder, { until: end, own: 'streamed', right, id: right as ReleaseId });
      return { made, difference: differenceOfFiles(made) };
    };
    const before = await saidBy('builder', () => compare('without'));
    if (!('value' in before)) return { ...NOTHING, ...before };
    const { late } = stream.value.records;
    const told = { rows: 0, late };
    if (before.value.difference !== undefined) return { ...told, difference: before.value.difference };
    const filled = await saidBy('builder', () => backfillInto(folder, world));
    if (!('value' in filled)) return { ...told, ...filled };
    const after = await saidBy('builder', () => compare('whole'));
    if (!('value' in after)) return { ...told, ...after };
    const { difference, made } = after.value;
    return {
      rows: made.rows,
      late,
      ...(difference && { difference: { ...difference, kind: `backfilled: ${difference.kind}` } }),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function eventsOf({ lines }: World, delays: readonly number[]): EventRecord[] {
  const events = lines.flatMap((line) => {
    const parsed = parseEvent(line);
    return parsed.ok ? [parsed.event] : [];
  });
  const timeOf = (event: EventRecord) => eventTimes(event, 'event_time').at;
  return events
    .toSorted((a, b) => timeOf(a) - timeOf(b))
    .map((event, i) => ({ event, place: i + (delays[i % delays.length] ?? 0) }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ event }) => event);
}

/** Then the delete stands, where files would take it for dead (EVENT-5). */
function meetsDelete(events: readonly EventRecord[]): boolean {
  const nameOf = (event: EventRecord) => JSON.stringify([event.type, entityOf(event), event.event_id]);
  const deletes = new Set(events.filter(isMemberDelete).map(nameOf));
  return events.some((event) => !isMemberDelete(event) && deletes.has(nameOf(event)));
}

function writeWorld(folder: string, { domain, recipe }: World, events: readonly EventRecord[]): void {
  for (const name of ['events', 'none', 'dead']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'domain.yaml'), JSON.stringify(domain));
  writeFileSync(join(folder, 'recipe.yaml'), JSON.stringify(recipe));
  writeFileSync(join(folder, 'events', 'all.ndjson'), events.map((event) => `${canonicalEvent(event)}\n`).join(''));
  // A build of it renders what topics brought.
  writeFileSync(join(folder, 'none', 'none.ndjson'), '');
  writeFileSync(join(folder, 'dead', 'none.ndjson'), '');
}

async function copyDead(folder: string): Promise<void> {
  const lake = await openLake(openStore(join(folder, 'streamed')));
  for await (const { folder: chain, dead } of lake.aside())
    for (const { sha256 } of dead)
      copyFileSync(
        join(folder, 'streamed', deadFolder(chain), `${sha256}.parquet`),
        join(folder, 'dead', `${chain.replace('/', '-')}-${sha256}.parquet`),
      );
}

async function backfillInto(folder: string, { recipe }: World): Promise<void> {
  const location = join(folder, 'streamed');
  const { tokenizer } = recipe.corpus;
  const how = { workers: 1, tokenizer: 'path' in tokenizer ? tokenizer.path : undefined };
  const { behind } = await backfill(
    { ...how, store: openStore(location), scratch: openScratch(location) },
    PROCESS_EFFECTS,
  );
  if (behind.length > 0) throw new Error(`a corpus lags behind: ${behind[0]?.why}`);
}
