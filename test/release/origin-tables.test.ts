/**
 * What origins number is found again in the tables of a release, through all their files (ORIGIN-5,
 * ORIGIN-6).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredRow } from '../../schemas/columns.ts';
import { FIELD_RUNS } from '../../schemas/field-runs.ts';
import { EVENT_LEVELS, type ORIGIN, type OriginRow, ROLES, SEGMENT_LEVELS } from '../../schemas/rows.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { NumberedEvent } from '../../src/release/event-numbers.ts';
import { readOrigins } from '../../src/release/origin-reader.ts';
import { eventTable, ORIGIN_FILE_ROWS, ORIGIN_GROUP_ROWS, segmentTable } from '../../src/release/origin-tables.ts';
import type { NumberedSegment } from '../../src/release/segment-numbers.ts';

const pseudonym = fc.nat(99).map((n) => n.toString(16).padStart(32, '0'));
const segment: fc.Arbitrary<NumberedSegment> = fc.record({
  role: fc.constantFrom(...ROLES),
  version: fc.oneof(fc.constant(''), pseudonym),
  level: fc.constantFrom(...SEGMENT_LEVELS),
  fields: fc.constantFrom('', 'title 0 1', 'a%20b 0 1;title 2 5'),
  tokens: fc.nat(50),
});
const event: fc.Arbitrary<NumberedEvent> = fc.record({ member: pseudonym, event: pseudonym });
const row = fc.record({
  segments: fc.array(fc.nat(), { maxLength: 9 }),
  events: fc.array(fc.nat(), { minLength: 9, maxLength: 9 }),
  stoppedAt: fc.option(fc.nat()),
  ledger: fc.record({ lowered: fc.nat(), room: fc.integer({ min: -9, max: 999 }), used: fc.nat() }),
});
const worlds = fc.record({
  segments: fc.array(segment, { minLength: 1, maxLength: 40 }),
  events: fc.array(event, { minLength: 1, maxLength: 40 }),
  rows: fc.array(row, { maxLength: 6 }),
  sizes: fc.constantFrom({ file: 6, group: 3 }, { file: 1, group: 1 }, { file: 8, group: 8 }, undefined),
});
type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

/** The tables as a release has them, and the rows of each file. */
async function release({ segments, events, sizes }: Pick<World, 'segments' | 'events' | 'sizes'>) {
  const store = openMemoryStore();
  const tables = [segmentTable(store, sizes), eventTable(store, sizes)] as const;
  for (const each of segments) tables[0].add(each);
  for (const each of events) tables[1].add(each);
  const files = [...(await tables[0].finish('r')), ...(await tables[1].finish('r'))];
  const below: ObjectStore = { ...store, openRead: (path) => store.openRead(`r/${path}`) };
  return { store: below, files };
}

/** The row as files hold it, and as it reads. */
function rowOf(
  { segments, events }: World,
  { segments: picks, events: acts, stoppedAt, ledger }: World['rows'][number],
) {
  const numbers = picks.map((pick) => pick % segments.length);
  const told = numbers.map((number) => segments[number]!);
  const own: number[] = [];
  const named = told.map(({ level }) => {
    if (!EVENT_LEVELS.has(level)) return '';
    const number = acts[own.length]! % events.length;
    own.push(number);
    return events[number]!.event;
  });
  const stop = stoppedAt === null ? -1 : stoppedAt % events.length;
  const stored: StoredRow<typeof ORIGIN> = {
    segments: Int32Array.from(numbers),
    first_event: own[0] ?? -1,
    events: Int32Array.from(own, (number, i) => number - own[Math.max(0, i - 1)]!),
    ...ledger,
    stopped_at: stop,
  };
  let end = 0;
  const wanted: OriginRow = {
    role: told.map(({ role }) => role),
    to: Int32Array.from(told, ({ tokens }) => (end += tokens)),
    event: named.map((each, i) => {
      const [heading, line] = [told[i]!, told[i + 1]];
      const isHeading = heading.role === 'history' && heading.level === '' && line?.role === 'history';
      return isHeading ? named[i + 1]! : each;
    }),
    version: told.map(({ version }) => version),
    fields: told.map(({ fields }) => FIELD_RUNS.load(fields)),
    level: told.map(({ level }) => level),
    ...ledger,
    stopped_at: stop < 0 ? '' : events[stop]!.event,
  };
  return { stored, wanted };
}

describe('the tables that origins number', () => {
  it('hold what each number of a row is of, in however many files', async () => {
    let severalFiles = 0;
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const { store, files } = await release(world);
        const rows = world.rows.map((each) => rowOf(world, each));
        const told = await readOrigins(
          store,
          { files },
          rows.map(({ stored }) => stored),
        );
        expect(told).toEqual(rows.map(({ wanted }) => wanted));
        if (files.length > 2) severalFiles++;
      }),
      { numRuns: 80, seed: 7 },
    );
    expect(severalFiles).toBeGreaterThan(20);
  });

  it('are files of so many rows, in order, each with its number and theirs in its name', async () => {
    expect(ORIGIN_FILE_ROWS % ORIGIN_GROUP_ROWS).toBe(0);
    const [segments, events] = [
      fc.sample(segment, { numRuns: 14, seed: 7 }),
      fc.sample(event, { numRuns: 6, seed: 7 }),
    ];
    const { files } = await release({ segments, events, sizes: { file: 6, group: 3 } });
    expect(files.map(({ path, kind, split, rows }) => [path, kind, split, rows])).toEqual([
      ['origin/segments-00000-of-00003.parquet', 'origin', '', 6],
      ['origin/segments-00001-of-00003.parquet', 'origin', '', 6],
      ['origin/segments-00002-of-00003.parquet', 'origin', '', 2],
      ['origin/events-00000-of-00001.parquet', 'origin', '', 6],
    ]);
    expect((await release({ segments: [], events: [], sizes: undefined })).files).toEqual([]);
  });

  it.each([
    ['segments', { segments: Int32Array.of(14) }],
    ['events', { stopped_at: 6 }],
  ])('that do not have a number break the release: origin/%s', async (name, more) => {
    const { store, files } = await release({
      segments: fc.sample(segment, { numRuns: 14, seed: 7 }),
      events: fc.sample(event, { numRuns: 6, seed: 7 }),
      sizes: undefined,
    });
    const none = { segments: Int32Array.of(), first_event: -1, events: Int32Array.of(), stopped_at: -1 };
    const origin = { ...none, lowered: 0, room: 0, used: 0, ...more };
    await expect(readOrigins(store, { files }, [origin])).rejects.toMatchObject({
      code: 'release_broken',
      place: { file: expect.stringContaining(`origin/${name}`) },
    });
  });
});
