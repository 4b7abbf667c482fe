/** Looks up what the numbers of origins are of, in the tables of a release. */
import type { StoredRow } from '../../schemas/columns.ts';
import { FIELD_RUNS } from '../../schemas/field-runs.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { EVENT_LEVELS, type ORIGIN, ORIGIN_EVENTS, ORIGIN_SEGMENTS, type OriginRow } from '../../schemas/rows.ts';
import { intAt, nth, present } from '../checked.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { withHeadingEvents } from '../prompt/rendered-row.ts';
import { type FileTable, readStored } from '../shard/records.ts';
import { brokenRelease, withFile } from './release-file.ts';

type Origin = StoredRow<typeof ORIGIN>;

/** Origins by number as they read. Throws `release_broken` where a number is in no table. */
export async function readOrigins(
  store: ObjectStore,
  { files }: Pick<Manifest, 'files'>,
  origins: readonly Origin[],
): Promise<OriginRow[]> {
  const segments = new Set(origins.flatMap((origin) => [...origin.segments]));
  const events = new Set(origins.flatMap((origin) => eventNumbers(origin)));
  const tables = {
    segments: await lookUp({ store, files, name: 'segments', table: ORIGIN_SEGMENTS }, segments),
    events: await lookUp({ store, files, name: 'events', table: ORIGIN_EVENTS }, events),
  };
  return origins.map((origin) => originRow(origin, tables));
}

/** Numbers of the row's events, -1 for one that there is not. */
function eventNumbers({ first_event, events, stopped_at }: Origin): number[] {
  let number = first_event;
  return [...Array.from(events, (step) => (number += step)), ...(stopped_at < 0 ? [] : [stopped_at])];
}

interface Tables {
  readonly segments: ReadonlyMap<number, StoredRow<typeof ORIGIN_SEGMENTS>>;
  readonly events: ReadonlyMap<number, StoredRow<typeof ORIGIN_EVENTS>>;
}

function originRow(origin: Origin, { segments, events }: Tables): OriginRow {
  const told = Array.from(origin.segments, (number) => present(segments.get(number), 'segment'));
  const eventOf = (number: number) => (number < 0 ? '' : present(events.get(number), 'event').event);
  const to = new Int32Array(told.length);
  const event: string[] = [];
  let number = origin.first_event;
  let next = 0;
  for (const [i, { tokens, level }] of told.entries()) {
    to[i] = tokens + (i === 0 ? 0 : intAt(to, i - 1));
    const hasEvent = EVENT_LEVELS.has(ORIGIN_SEGMENTS.level.load(level));
    if (hasEvent) number += intAt(origin.events, next++);
    event.push(hasEvent ? eventOf(number) : '');
  }
  const segmentsOf = told.map(({ role, level }, i) => ({
    role: ORIGIN_SEGMENTS.role.load(role),
    level: ORIGIN_SEGMENTS.level.load(level),
    event: nth(event, i),
  }));
  return {
    role: segmentsOf.map(({ role }) => role),
    to,
    event: withHeadingEvents(segmentsOf).map(({ event: own }) => own),
    version: told.map(({ version }) => version),
    fields: told.map(({ fields }) => FIELD_RUNS.load(fields)),
    level: segmentsOf.map(({ level }) => level),
    ...{ lowered: origin.lowered, room: origin.room, used: origin.used },
    stopped_at: eventOf(origin.stopped_at),
  };
}

interface OriginTableOf<T> {
  readonly store: ObjectStore;
  readonly files: Manifest['files'];
  readonly name: string;
  readonly table: T;
}

/** The rows of these numbers. Reads each row group once that has one of them. */
async function lookUp<T extends FileTable>(
  { store, files, name, table }: OriginTableOf<T>,
  numbers: ReadonlySet<number>,
): Promise<ReadonlyMap<number, StoredRow<T>>> {
  const found = new Map<number, StoredRow<T>>();
  const wanted = [...numbers].sort((a, b) => a - b);
  let first = 0;
  for (const { path, rows } of files) {
    if (!path.startsWith(`origin/${name}-`)) continue;
    const last = first + rows;
    const inFile = wanted.filter((number) => number >= first && number < last);
    if (inFile.length > 0) {
      await withFile(store, path, async (file) => {
        let from = first;
        for (const [group, { rows: size }] of file.rowGroups.entries()) {
          const inGroup = inFile.filter((number) => number >= from && number < from + size);
          const read = inGroup.length === 0 ? undefined : await readStored(file, group, table);
          for (const number of inGroup) found.set(number, present(read, 'row group').at(number - from));
          from += size;
        }
      });
    }
    first = last;
  }
  const missing = wanted.find((number) => !found.has(number));
  if (missing !== undefined)
    throw brokenRelease(`${store.location}/origin/${name}`, `the number ${missing} is in no table`);
  return found;
}
