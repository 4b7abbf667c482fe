/**
 * Events as lines, with copies and late arrivals where they are asked for; the set of events stays
 * the same.
 */

import { DAY_MS, HOUR_MS, SECOND_MS } from '../../schemas/durations.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { nth } from '../checked.ts';
import type { LineSink } from './numbered-files.ts';
import type { Random } from './random.ts';

/** Copies that wait to be written among later lines. */
const WAITING_MAX = 256;
/**
 * A punctual event arrives within this; a late one from an hour to LATE_DAYS_MAX days after it
 * happened.
 */
const IN_TIME_MS = 90 * SECOND_MS;
const LATE_DAYS_MAX = 4;

/** How the lines differ from one punctual line an event. */
export interface Disorder {
  /** Share of lines that are written a second time, 0 to 1. */
  readonly duplicates: number;
  /** Share of events that arrive late, 0 to 1; where undefined, no `ingest_time` is written. */
  readonly late: number | undefined;
}

/** What was written. */
export interface LineCounts {
  /** Copies included. */
  readonly lines: number;
  readonly copies: number;
  /** Events that arrived late. */
  readonly late: number;
}

/** Takes events one at a time. */
export interface EventLines {
  write(event: EventRecord): Promise<void>;
  /** Writes the copies that wait and closes the sink. */
  finish(): Promise<LineCounts>;
}

/**
 * Writes events as lines into `sink`, with disorder drawn from `random`. Bound: WAITING_MAX lines.
 */
export function createEventLines(sink: LineSink, disorder: Disorder, random: Random): EventLines {
  const waiting: string[] = [];
  let [lines, copies, late] = [0, 0, 0];

  const put = async (line: string): Promise<void> => {
    lines++;
    const written = sink.write(line);
    if (written !== undefined) await written;
  };
  const arrival = (event: EventRecord): number | undefined => {
    if (disorder.late === undefined) return undefined;
    const isLate = random.chance(disorder.late);
    if (isLate) late++;
    const delay = isLate ? HOUR_MS + random.next() * (LATE_DAYS_MAX * DAY_MS - HOUR_MS) : random.next() * IN_TIME_MS;
    return Number(event.event_time) + Math.floor(delay);
  };

  return {
    async write(event) {
      const arrived = arrival(event);
      await put(toLine(event, arrived));
      if (disorder.duplicates === 0 || !random.chance(disorder.duplicates)) return;
      copies++;
      waiting.push(toLine(event, arrived === undefined ? undefined : arrived + random.below(HOUR_MS)));
      if (waiting.length > WAITING_MAX) await put(nth(waiting.splice(random.below(waiting.length), 1), 0));
    },
    async finish() {
      for (const line of waiting) await put(line);
      await sink.close();
      return { lines, copies, late };
    },
  };
}

/**
 * One NDJSON line with its line end. `event_time` is UTC milliseconds in the event and, like
 * `ingest_time`, ISO 8601 in the line.
 */
export function toLine(event: EventRecord, ingestMs: number | undefined): string {
  const { type, event_id, event_time, ...rest } = event;
  const ingest = ingestMs === undefined ? {} : { ingest_time: isoTime(ingestMs) };
  return `${JSON.stringify({ type, event_id, event_time: isoTime(Number(event_time)), ...ingest, ...rest })}\n`;
}

/** UTC milliseconds as ISO 8601 with zone. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
