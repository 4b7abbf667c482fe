/**
 * Origins as they read once their numbers are looked up (ORIGIN-5, ORIGIN-6): the plain way, with
 * whole tables in memory.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PromptLedger } from '../../src/prompt/rendered-row.ts';
import { readParquet } from './read-parquet.ts';

type Cells = Readonly<Record<string, unknown>>;

/** The origins of a row in parallel lists, one element a segment, and its cut ledger. */
export interface ToldOrigin extends PromptLedger {
  readonly example_id: string;
  readonly role: readonly string[];
  /** Where each segment ends. */
  readonly to: readonly number[];
  readonly event: readonly string[];
  readonly version: readonly string[];
  readonly fields: readonly string[];
  readonly level: readonly string[];
}

/** Looks up what a row of `origin/` numbers; the rest of its ledger is in the row of `meta/`. */
export type TellOrigin = (origin: Cells, meta: Cells) => ToldOrigin;

/** Bound: the tables of the release. */
export async function originsOf(release: string): Promise<TellOrigin> {
  const [segments, events] = [await tableOf(release, 'segments'), await tableOf(release, 'events')];
  const eventAt = (number: number): string => {
    if (number < 0) return '';
    const event = events[number];
    if (event === undefined) throw new Error(`no event has the number ${number}`);
    return String(event.event);
  };
  return (origin, meta) => {
    const steps = Array.from(origin.events as Iterable<number>);
    const told = Array.from(origin.segments as Iterable<number>, (number) => {
      const segment = segments[number];
      if (segment === undefined) throw new Error(`no segment has the number ${number}`);
      return segment;
    });
    let event = Number(origin.first_event);
    let end = 0;
    const ends = told.map(({ tokens }) => (end += Number(tokens)));
    const own = told.map(({ level }) => {
      if (level === '' || level === 'question') return '';
      event += steps.shift()!;
      return eventAt(event);
    });
    if (steps.length > 0) throw new Error(`${steps.length} events of a row are of no segment`);
    const isHeading = (i: number) =>
      told[i]!.role === 'history' && told[i]!.level === '' && (told[i + 1]?.level ?? '') !== '';
    const [shown, available] = [Number(meta.n_history_shown), Number(meta.n_history_available)];
    const texts = (column: string) => told.map((segment) => String(segment[column]));
    return {
      example_id: String(meta.example_id),
      ...{ role: texts('role'), to: ends, event: own.map((each, i) => (isHeading(i) ? own[i + 1]! : each)) },
      ...{ version: texts('version'), fields: texts('fields'), level: texts('level') },
      ...{ shown, available, lowered: Number(origin.lowered), left_out: available - shown },
      ...{ room: Number(origin.room), used: Number(origin.used) },
      stopped_at: eventAt(Number(origin.stopped_at)),
    };
  };
}

/** The rows of a table, whose numbers are their places. */
export async function tableOf(release: string, name: 'segments' | 'events'): Promise<Cells[]> {
  const files = readdirSync(join(release, 'origin')).filter((file) => file.startsWith(`${name}-`));
  const rows = await Promise.all(files.sort().map((file) => readParquet(join(release, 'origin', file))));
  return rows.flat();
}
