/** The tables that origins number, read and written anew for tampered releases. */
import type { StoredRow } from '../../schemas/columns.ts';
import { ORIGIN, ORIGIN_EVENTS, ORIGIN_SEGMENTS } from '../../schemas/rows.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { eventTable, segmentTable } from '../../src/release/origin-tables.ts';
import { columnSpecs, type FileTable, readStored, storedColumns } from '../../src/shard/records.ts';
import { openFile, writeFile } from '../shard/parquet-file.ts';
import type { TamperedRelease } from './tampered-release.ts';

/** A row of `origin/`. */
export type Origin = StoredRow<typeof ORIGIN>;
/** An entry of the segments. */
export type Segment = StoredRow<typeof ORIGIN_SEGMENTS>;
/** An entry of the events. */
export type Event = StoredRow<typeof ORIGIN_EVENTS>;

/** Both tables, an entry at its number. */
export interface OriginTables {
  readonly segments: readonly Segment[];
  readonly events: readonly Event[];
}

/** Paths of the tables, which are one file each. */
export const SEGMENTS = { path: 'origin/segments-00000-of-00001.parquet', table: ORIGIN_SEGMENTS };
/** As SEGMENTS. */
export const EVENTS = { path: 'origin/events-00000-of-00001.parquet', table: ORIGIN_EVENTS };

/** The rows of a file of one row group. */
export async function storedRows<T extends FileTable>(
  release: TamperedRelease,
  { path, table }: { readonly path: string; readonly table: T },
): Promise<StoredRow<T>[]> {
  const stored = await readStored(await openFile(release.read(path)), 0, table);
  return Array.from({ length: stored.rows }, (_, row) => stored.at(row));
}

/** Writes the rows of a file, in one row group. */
export function writeStored<T extends FileTable>(
  release: TamperedRelease,
  { path, table }: { readonly path: string; readonly table: T },
  rows: readonly StoredRow<T>[],
): void {
  release.write(path, writeFile(columnSpecs(table), [{ chunks: storedColumns(table, rows), rows: rows.length }]));
  release.entry(path).rows = rows.length;
}

/** The tables of a release. */
export async function originTables(release: TamperedRelease): Promise<OriginTables> {
  return { segments: await storedRows(release, SEGMENTS), events: await storedRows(release, EVENTS) };
}

/** The events of a row by number. */
export function eventNumbers({ first_event, events }: Origin): number[] {
  let number = first_event;
  return Array.from(events, (step) => (number += step));
}

/** The origin with events of these numbers. */
export function withEvents(origin: Origin, numbers: readonly number[]): Origin {
  const steps = numbers.map((number, i) => number - (numbers[i - 1] ?? number));
  return { ...origin, first_event: numbers[0] ?? -1, events: Int32Array.from(steps) };
}

/** What a number was, and what it is then. */
export interface NewNumbers {
  readonly segment?: (number: number) => number;
  readonly event?: (number: number) => number;
}

/** The origin with other numbers. */
export function renumbered(origin: Origin, { segment = same, event = same }: NewNumbers): Origin {
  const stopped_at = origin.stopped_at < 0 ? -1 : event(origin.stopped_at);
  return { ...withEvents(origin, eventNumbers(origin).map(event)), segments: origin.segments.map(segment), stopped_at };
}

const same = (number: number) => number;

/** The tables without what no row has, and the rows with numbers into them. */
export function numberedAnew<R extends { readonly origin: Origin }>(
  rows: readonly R[],
  { segments, events }: OriginTables,
): { rows: R[]; tables: OriginTables } {
  const used = { segments: new Set<number>(), events: new Set<number>() };
  for (const { origin } of rows) {
    for (const number of origin.segments) used.segments.add(number);
    for (const number of [...eventNumbers(origin), origin.stopped_at]) used.events.add(number);
  }
  const kept = <T>(table: readonly T[], numbers: ReadonlySet<number>) => {
    const left = [...table.keys()].filter((number) => numbers.has(number));
    const places = new Map(left.map((number, place) => [number, place]));
    return { left: left.map((number) => table[number]!), numberOf: (number: number) => places.get(number)! };
  };
  const [ofSegments, ofEvents] = [kept(segments, used.segments), kept(events, used.events)];
  const numbers = { segment: ofSegments.numberOf, event: ofEvents.numberOf };
  return {
    rows: rows.map((row) => ({ ...row, origin: renumbered(row.origin, numbers) })),
    tables: { segments: ofSegments.left, events: ofEvents.left },
  };
}

/** The tables as a release under way has them. */
export function tablesUnderWay(store: ObjectStore, { segments, events }: OriginTables) {
  const tables = [segmentTable(store), eventTable(store)] as const;
  const load = (segment: Segment) => ({ ...segment, role: ORIGIN_SEGMENTS.role.load(segment.role) });
  for (const segment of segments) tables[0].add({ ...load(segment), level: ORIGIN_SEGMENTS.level.load(segment.level) });
  for (const { member, event } of events) tables[1].add({ member, event });
  return tables;
}

/** Writes other numbers into the origins of every row. */
export async function renumberRows(release: TamperedRelease, numbers: NewNumbers): Promise<void> {
  for (const { kind, path, split } of release.manifest.files) {
    if (kind !== 'origin' || split === '') continue;
    const rows = await storedRows(release, { path, table: ORIGIN });
    writeStored(
      release,
      { path, table: ORIGIN },
      rows.map((row) => renumbered(row, numbers)),
    );
  }
}

/** Changes the first row of train that `change` returns something else for. */
export function changeRow(change: (origin: Origin, tables: OriginTables) => Origin | undefined) {
  return async (release: TamperedRelease) => {
    const file = { path: `origin/${release.shard('train')}`, table: ORIGIN };
    const [rows, tables] = [await storedRows(release, file), await originTables(release)];
    for (const [i, origin] of rows.entries()) {
      const changed = change(origin, tables);
      if (changed !== undefined) return writeStored(release, file, rows.with(i, changed));
    }
    throw new Error('there is no such row');
  };
}

/** Whether two segments differ by their ids alone. */
export const isAlike = (a: Segment, b: Segment) =>
  a.role === b.role && a.version === b.version && a.level === b.level && a.fields === b.fields;

/** A list with two elements exchanged. */
export const swapped = <T>(list: readonly T[], a: number, b: number) => list.with(a, list[b]!).with(b, list[a]!);
