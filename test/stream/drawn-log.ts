/** Topics with records drawn from a seed, and what becomes of them by a plain model. */
import type { EventRecord } from '../../schemas/event.ts';
import { contentOf, entityOf, eventTimes } from '../../schemas/event-time.ts';
import type { RecordCounts } from '../../src/lake/timeline-records.ts';
import type { OffsetRange } from '../../src/stream/offsets.ts';
import type { StreamRecord } from '../../src/stream/records.ts';
import { countsOf, NOTHING_TAKEN, takeInto } from '../../src/timeline/entity-state.ts';
import { did, HOUR, MINUTE, NOON, profile } from '../timeline/events.ts';

/** Numbers from 0 up to, not with, `below`; equal seeds draw alike (mulberry32). */
export type Draw = (below: number) => number;
export function drawFrom(seed: number): Draw {
  let at = seed >>> 0;
  return (below) => {
    at = (at + 0x6d2b79f5) >>> 0;
    let t = Math.imul(at ^ (at >>> 15), at | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

export interface DrawnTopic {
  readonly topic: string;
  readonly records: readonly StreamRecord[];
  /** Offsets without a record. */
  readonly explained: readonly OffsetRange[];
  readonly end: number;
}

export interface DrawnLog {
  readonly topics: readonly DrawnTopic[];
  readonly allowedLatenessMs: number;
}

export interface LogWishes {
  readonly records: number;
  /** Two topics, none of whose records is late; else one, some of whose are. */
  readonly topics: 1 | 2;
  /** Records come in any order. */
  readonly isShuffled?: boolean;
}

/** Later than anything, and still a whole number after it is taken off. */
export const NEVER_LATE = 8.9e15;
const MEMBERS = 4;

/** Duplicates 30 %, disorder, deletes, conflicts, dead records, gaps that are explained. */
export function drawLog(draw: Draw, { records, topics, isShuffled = false }: LogWishes): DrawnLog {
  const events: EventRecord[] = [];
  for (let i = 0; i < records; i++) {
    const before = events.length > 0 && draw(10) < 3 ? events[draw(events.length)] : undefined;
    events.push(before === undefined ? drawEvent(draw, i) : copyOf(draw, before));
  }
  if (isShuffled) shuffle(events, draw);
  const isMember = ({ type }: EventRecord) => type === 'member';
  const lists = topics === 1 ? [events] : [events.filter((event) => !isMember(event)), events.filter(isMember)];
  return {
    topics: lists.map((list, n) => drawTopic(draw, n === 0 ? 'interactions' : 'members', list)),
    allowedLatenessMs: topics === 1 ? 20 * MINUTE : NEVER_LATE,
  };
}

/** Fisher and Yates. */
function shuffle(events: EventRecord[], draw: Draw): void {
  for (let i = events.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [events[i], events[j]] = [events[j]!, events[i]!];
  }
}

function drawEvent(draw: Draw, i: number): EventRecord {
  const at = NOON + i * MINUTE - draw(40) * MINUTE;
  const more = {
    member_id: `m${draw(MEMBERS)}`,
    event_id: `e${draw(40) === 0 ? draw(5) : i}`,
    ...(draw(3) === 0 ? { ingest_time: at + draw(HOUR) } : {}),
    ...(draw(5) === 0 ? { sequence: draw(3) } : {}),
  };
  const kind = draw(40);
  if (kind < 4) return profile(kind === 0 ? null : at, more as object);
  if (kind < 6) return { ...profile(at, more as object), op: 'delete', attributes: undefined } as EventRecord;
  return did(draw(2) === 0 ? 'viewed' : 'applied', `i${draw(9)}`, at, more as object);
}

function copyOf(draw: Draw, event: EventRecord): EventRecord {
  if (draw(8) === 0 && event.type === 'interaction') return { ...event, action: 'dismissed' };
  const time = draw(2) === 0 ? {} : { ingest_time: NOON + draw(100) * MINUTE };
  return { ...event, ...time };
}

function drawTopic(draw: Draw, topic: string, events: readonly EventRecord[]): DrawnTopic {
  const records: StreamRecord[] = [];
  const explained: OffsetRange[] = [];
  let offset = 0;
  for (const [i, event] of events.entries()) {
    if (draw(9) === 0) {
      explained.push({ from: offset, to: offset + 1 + draw(3) });
      offset = explained.at(-1)!.to;
    }
    const timestamp = draw(30) === 0 ? NOON - 5 * HOUR : NOON + i * MINUTE;
    const unread = { reason: 'not_json', field: '', message: 'no JSON', raw: Buffer.from('{') } as const;
    records.push({ offset: offset++, timestamp, content: draw(25) === 0 ? { unread } : { event } });
  }
  return { topic, records, explained, end: offset };
}

/** What a log comes to. */
export interface Modelled {
  readonly counts: RecordCounts;
  /** Member -> events that are used. */
  readonly used: ReadonlyMap<string, readonly EventRecord[]>;
  /** In the order of the log. */
  readonly late: readonly EventRecord[];
  readonly lateCopies: readonly EventRecord[];
  /** `topic/partition:offset`. */
  readonly dead: readonly string[];
}

const placed = (events: readonly EventRecord[]) => events.map((event, line) => ({ event, file: 0, line: line + 1 }));
const keyOf = (event: EventRecord) => JSON.stringify([entityOf(event), event.type, event.event_id]);

/**
 * Record by record, topic after topic: the first content of an id counts; what is behind the
 * greatest time less the allowed lateness is late where it would be used. What is left goes as
 * records of files do.
 */
export function modelOf({ topics, allowedLatenessMs }: DrawnLog): Modelled {
  const taken = new Map<string, EventRecord[]>();
  const first = new Map<string, EventRecord>();
  const late: EventRecord[] = [];
  const lateCopies: EventRecord[] = [];
  const dead: string[] = [];
  let [read, copiesBehind, lates] = [0, 0, 0];
  for (const { topic, records } of topics) {
    let newest = Number.NEGATIVE_INFINITY;
    for (const { offset, timestamp, content } of records) {
      read++;
      const place = `${topic}/0:${offset}`;
      const event = 'event' in content ? content.event : undefined;
      const at = event === undefined ? 0 : eventTimes(event, 'event_time').at;
      if (event === undefined || at > timestamp + HOUR) {
        dead.push(place);
        continue;
      }
      const isBehind = at < newest - allowedLatenessMs;
      newest = Math.max(newest, at);
      const own = taken.get(entityOf(event)) ?? [];
      const known = first.get(keyOf(event));
      const used = () => takeInto(NOTHING_TAKEN, placed(own)).state.used;
      const isUsed = () => takeInto(NOTHING_TAKEN, placed([...own, event])).state.used.includes(event);
      if (known !== undefined && contentOf(known) !== contentOf(event)) dead.push(place);
      else if (known !== undefined && isBehind) {
        copiesBehind++;
        const kept = used().find((each) => keyOf(each) === keyOf(event));
        const time = event.ingest_time ?? Number.POSITIVE_INFINITY;
        if (kept !== undefined && time < (kept.ingest_time ?? Number.POSITIVE_INFINITY)) lateCopies.push(event);
      } else if (known === undefined && isBehind && isUsed()) {
        lates++;
        late.push(event);
      } else {
        if (known === undefined) first.set(keyOf(event), event);
        taken.set(entityOf(event), [...own, event]);
      }
    }
  }
  const states = [...taken].map(([member, events]) => [member, takeInto(NOTHING_TAKEN, placed(events)).state] as const);
  const sums = { used: 0, duplicate: copiesBehind, dropped: 0 };
  for (const [, state] of states) {
    const { used, duplicate, dropped } = countsOf(state);
    sums.used += used;
    sums.duplicate += duplicate;
    sums.dropped += dropped;
  }
  return {
    counts: { read, ...sums, late: lates, dead: dead.length },
    used: new Map(states.flatMap(([member, { used }]) => (used.length > 0 ? [[member, used]] : []))),
    ...{ late, lateCopies, dead },
  };
}
