/** What somebody may do to the tables that origins number: their entries and their files. */
import { ORIGIN_SEGMENTS, SEGMENT_LEVELS } from '../../schemas/rows.ts';
import { columnSpecs, storedColumns } from '../../src/shard/records.ts';
import { writeFile } from '../shard/parquet-file.ts';
import {
  changeRow,
  EVENTS,
  type Event,
  eventNumbers,
  isAlike,
  type OriginTables,
  originTables,
  renumberRows,
  SEGMENTS,
  type Segment,
  storedRows,
  swapped,
  withEvents,
  writeStored,
} from './origin-tables.ts';
import type { TamperedRelease } from './tampered-release.ts';
import { RAW, type Tampering } from './tampering.ts';

const TABLE = { by: 'origin', law: 'ORIGIN-6' } as const;

/** Changes the segments that lie in a release, their numbers staying as rows have them. */
function changeSegments(change: (segments: Segment[]) => readonly Segment[]) {
  return async (release: TamperedRelease) =>
    writeStored(release, SEGMENTS, change(await storedRows(release, SEGMENTS)));
}

/** As `changeSegments`. */
function changeEvents(change: (events: Event[]) => readonly Event[]) {
  return async (release: TamperedRelease) => writeStored(release, EVENTS, change(await storedRows(release, EVENTS)));
}

/** Changes one segment of the table. */
function changeSegment(isMeant: (segment: Segment) => boolean, change: (segment: Segment) => Segment) {
  return changeSegments((segments) => {
    const at = segments.findIndex(isMeant);
    return segments.with(at, change(segments[at]!));
  });
}

const hasVersion = ({ version }: Segment) => version !== '';
const swap = (a: number, b: number) => (number: number) => (number === a ? b : number === b ? a : number);

/** Exchanges two entries of a table and their numbers in every row, so that rows read as before. */
function exchange(table: 'segments' | 'events', placesIn: (tables: OriginTables) => readonly [number, number]) {
  return async (release: TamperedRelease) => {
    const tables = await originTables(release);
    const [a, b] = placesIn(tables);
    if (table === 'segments') {
      writeStored(release, SEGMENTS, swapped(tables.segments, a, b));
      await renumberRows(release, { segment: swap(a, b) });
    } else {
      writeStored(release, EVENTS, swapped(tables.events, a, b));
      await renumberRows(release, { event: swap(a, b) });
    }
  };
}

/** The first place of two neighbours that are so. */
function neighbours<T>(list: readonly T[], isMeant: (a: T, b: T) => boolean): readonly [number, number] {
  const at = list.findIndex((one, i) => i > 0 && isMeant(list[i - 1]!, one));
  return [at - 1, at];
}

const ENTRIES: readonly Tampering[] = [
  {
    name: 'segments in another order, with rows that read as before',
    change: exchange('segments', ({ segments }) => neighbours(segments, (a, b) => !isAlike(a, b))),
    ...{ ...TABLE, says: /comes before the one before/ },
  },
  {
    name: 'segments alike in another order than that of their ids',
    change: exchange('segments', ({ segments }) => neighbours(segments, isAlike)),
    ...{ ...TABLE, says: /comes before the one before/ },
  },
  {
    name: 'events of a member in another order than its timeline',
    change: exchange('events', ({ events }) => neighbours(events, (a, b) => a.member === b.member)),
    ...{ ...TABLE, says: /the timeline of the member has no such event/ },
  },
  {
    name: 'members of events in another order',
    change: async (release) => {
      const { events } = await originTables(release);
      const first = events.filter(({ member }) => member === events[0]!.member).length;
      writeStored(release, EVENTS, [...events.slice(first), ...events.slice(0, first)]);
      await renumberRows(release, { event: (number) => (number + events.length - first) % events.length });
    },
    ...{ ...TABLE, says: /its member comes before/ },
  },
  {
    name: 'a segment that no row has',
    change: changeSegments((segments) => [...segments, { ...segments.at(-1)!, fields: 'title 0 1' }]),
    ...{ ...TABLE, says: /no row has it/ },
  },
  {
    name: 'an event that no row has',
    change: changeEvents((events) => [...events, { ...events.at(-1)!, event: events[0]!.event }] as Event[]),
    ...{ ...TABLE, says: /no row has it/ },
  },
  {
    name: 'a segment twice, of which rows have one or the other',
    change: async (release) => {
      const { segments } = await originTables(release);
      writeStored(release, SEGMENTS, [segments[0]!, ...segments]);
      let isFirst = true;
      const segment = (number: number) => {
        if (number > 0) return number + 1;
        const other = isFirst ? 0 : 1;
        isFirst = false;
        return other;
      };
      await renumberRows(release, { segment });
    },
    ...{ ...TABLE, says: /the same as the one before/ },
  },
  {
    name: 'an event twice, of which rows have one or the other',
    change: async (release) => {
      const { events } = await originTables(release);
      writeStored(release, EVENTS, [events[0]!, ...events]);
      await renumberRows(release, { event: (number) => number + 1 });
      await changeRow((origin) =>
        eventNumbers(origin)[0] === 1 ? withEvents(origin, [0, ...eventNumbers(origin).slice(1)]) : undefined,
      )(release);
    },
    ...{ ...TABLE, says: /the timeline of the member has no such event|no row has it/ },
  },
  {
    name: 'a segment with a token more',
    change: changeSegment(hasVersion, (segment) => ({ ...segment, tokens: segment.tokens + 1 })),
    ...{ by: 'origin', law: 'ORIGIN-2', says: /segments end at/ },
  },
  {
    name: 'a segment of no token',
    change: changeSegments((segments) => [{ ...segments[0]!, tokens: 0 }, ...segments.slice(1)]),
    ...{ by: 'origin', law: 'ORIGIN-2', says: /segments end at/ },
  },
  {
    name: 'a segment of fewer tokens than none',
    change: changeSegments((segments) => [{ ...segments[0]!, tokens: -7 }, ...segments.slice(1)]),
    ...{ by: 'origin', law: 'ORIGIN-2', says: /segments end at/ },
  },
  {
    name: 'a raw id among the fields of a segment',
    change: changeSegment(hasVersion, (segment) => ({ ...segment, fields: `${RAW} 0 1` })),
    ...{ by: 'origin', law: 'ORIGIN-3', says: /fields/ },
  },
  {
    name: 'a raw id behind the fields of a segment',
    change: changeSegment(hasVersion, (segment) => ({ ...segment, fields: `${segment.fields};${RAW}` })),
    ...{ by: 'origin', law: 'ORIGIN-3', says: /its fields are no runs/ },
  },
  {
    name: 'a field that ends behind its segment',
    change: changeSegment(hasVersion, (segment) => ({ ...segment, fields: `title 0 ${segment.tokens + 1}` })),
    ...{ by: 'origin', law: 'ORIGIN-3', says: /its fields are no runs/ },
  },
  {
    name: 'a raw id in place of a role',
    change: changeSegments((segments) => [{ ...segments[0]!, role: RAW }, ...segments.slice(1)]),
    ...{ by: 'origin', law: 'ORIGIN-1', says: /its role is none/, isWide: true },
  },
  {
    name: 'a raw id in place of a level',
    change: changeSegment(hasVersion, (segment) => ({ ...segment, level: RAW })),
    ...{ by: 'origin', law: 'CUT-1', says: /its level is none/, isWide: true },
  },
  {
    name: 'a raw id in place of a version',
    change: changeSegment(hasVersion, (segment) => ({ ...segment, version: RAW })),
    ...{ by: 'origin', law: 'PSEUDO-2', says: /its version is no pseudonym/, isWide: true },
  },
  {
    name: 'a segment of another level',
    change: changeSegment(
      ({ level }) => level === 'full',
      (segment) => ({ ...segment, level: SEGMENT_LEVELS[2]! }),
    ),
    ...{ by: ['history', 'origin', 'candidates'], law: 'CUT-1', says: /level|short/, isWide: true },
  },
  {
    name: 'a raw id in place of an event',
    change: changeEvents((events) => [{ ...events[0]!, event: RAW } as Event, ...events.slice(1)]),
    ...{ by: 'origin', law: 'PSEUDO-2', says: /it is no pseudonym/, isWide: true },
  },
  {
    name: 'a raw id in place of the member of an event',
    change: changeEvents((events) => [{ ...events[0]!, member: RAW } as Event, ...events.slice(1)]),
    ...{ by: 'origin', law: 'PSEUDO-2', says: /its member is no pseudonym/, isWide: true },
  },
  {
    name: 'events of two members that changed pseudonyms',
    change: changeEvents((events) => {
      const other = events.findIndex(({ member }) => member !== events[0]!.member);
      const [a, b] = [events[0]!, events[other]!];
      return events.with(0, { ...a, event: b.event }).with(other, { ...b, event: a.event });
    }),
    ...{ by: 'origin', law: 'ORIGIN-6', says: /the timeline of the member has no such event/, isWide: true },
  },
];

const FILES: readonly Tampering[] = [
  {
    name: 'a table of segments that is gone',
    change: (release) => release.remove(SEGMENTS.path),
    ...{ by: 'manifest', law: 'PUBLISH-2', says: /origin\/segments.* is missing/, isWide: true },
  },
  {
    name: 'a table of events that the manifest does not name',
    change(release) {
      release.remove(EVENTS.path);
      release.manifest.files = release.manifest.files.filter(({ path }) => path !== EVENTS.path);
    },
    ...{ by: ['manifest', 'origin'], law: ['ORIGIN-5', 'PUBLISH-2'], says: /there is no event/, isWide: true },
  },
  {
    name: 'a file more of a table, which the manifest names',
    async change(release) {
      const { manifest } = release;
      const [first, second] = [0, 1].map((file) => `origin/events-0000${file}-of-00002.parquet`) as [string, string];
      const bytes = release.read(EVENTS.path);
      release.remove(EVENTS.path);
      for (const path of [first, second]) release.write(path, bytes);
      const at = manifest.files.findIndex(({ path }) => path === EVENTS.path);
      const entry = manifest.files[at]!;
      manifest.files = manifest.files.toSpliced(at, 1, { ...entry, path: first }, { ...entry, path: second });
    },
    ...{ by: ['manifest', 'origin'], law: ['LEDGER-2', 'PUBLISH-2'], says: /rows instead of 2097152/, isWide: true },
  },
  {
    name: 'tables in another order of files',
    change({ manifest }) {
      const at = manifest.files.findIndex(({ path }) => path === SEGMENTS.path);
      manifest.files = swapped(manifest.files, at, at + 1);
    },
    ...{ by: 'manifest', law: 'RELEASE-4', says: /another order/ },
  },
  {
    name: 'a table that is called one of train',
    change(release) {
      release.entry(SEGMENTS.path).split = 'train';
    },
    ...{ by: 'manifest', law: 'RELEASE-4', says: /is called a file of origin and of the split "train"/ },
  },
  {
    name: 'a table in more row groups than it should have',
    async change(release) {
      const segments = await storedRows(release, SEGMENTS);
      const groups = [segments.slice(0, 9), segments.slice(9)].map((rows) => ({
        chunks: storedColumns(ORIGIN_SEGMENTS, rows),
        rows: rows.length,
      }));
      release.write(SEGMENTS.path, writeFile(columnSpecs(ORIGIN_SEGMENTS), groups));
    },
    ...{ by: 'schema', law: 'PUBLISH-6', says: /row groups have 9, / },
  },
  {
    name: 'a table of segments that is cut off',
    change: (release) => release.write(SEGMENTS.path, release.read(SEGMENTS.path).subarray(0, -9)),
    ...{ by: 'schema', law: 'PUBLISH-6', says: /cannot be read/, isWide: true },
  },
  {
    name: 'another digest of rows in the name of the release',
    change(release) {
      release.digest = 'f'.repeat(64);
    },
    ...{ by: 'manifest', law: 'RELEASE-6', says: /the rows say|its rows say/ },
  },
];

/** Entries of the tables, and files of them. */
export const ENTRIES_AND_FILES: readonly Tampering[] = [...ENTRIES, ...FILES];
