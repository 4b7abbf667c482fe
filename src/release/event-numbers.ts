/**
 * One number for every event of a release: member by member in the order of their pseudonyms, and
 * inside a member in the order of its timeline (ORIGIN-6).
 */
import { EVENT_KINDS } from '../../schemas/rows.ts';
import { byteAt, floatAt, intAt, nth } from '../checked.ts';
import type { PartEvents } from '../corpus/part-dictionaries.ts';
import { type ByteBuffer, createByteBuffer } from '../shard/byte-buffer.ts';
import { byteCursor } from '../shard/row-codec.ts';
import type { Scratch } from '../sort/scratch.ts';
import { createSorter, type Sorter } from '../sort/sorted-runs.ts';
import { compareEventKeys, type EventKey } from '../timeline/order.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { type Lane, numbersOf, sharedNumbers } from './taken-numbers.ts';

/** An event as a release numbers it; both are pseudonyms. */
export interface NumberedEvent {
  readonly member: string;
  readonly event: string;
}

/** Takes events in; what it takes gets a number of the taker's lane, which no other has. */
export interface EventTaker {
  ofPart(part: PartEvents): PartEventTaker;
  /** What `numberEvents` sorts. */
  readonly sorter: Sorter;
  /** Above all numbers that were given. */
  end(): number;
}

/** Takes the events of one part in. */
export interface PartEventTaker {
  /** The taker's number of event `i` of the part. */
  numberOf(i: number): number;
  /** Sends those that were asked for to the sorter. */
  finish(): void;
}

/** Where a taker of events keeps them. */
export interface EventTaking {
  readonly scratch: Scratch;
  readonly hide: Pick<Pseudonyms, 'member' | 'event'>;
  readonly lane?: Lane;
  readonly sortBytes?: number;
}

/** Bound: one run of the sorter, and the events of one member. */
export function createEventTaker({ scratch, hide, lane, sortBytes }: EventTaking): EventTaker {
  const sorter = createSorter({ scratch, ...(sortBytes !== undefined && { bytesMax: sortBytes }) });
  const numbers = numbersOf(lane);
  const out = createByteBuffer();
  /** The events from `from` up to `to` that have numbers, which are one member's, as one record. */
  const takeMember = (part: PartEvents, [from, to]: readonly [number, number], taken: Int32Array) => {
    const events: TakenEvent[] = [];
    for (let i = from; i < to; i++) if (intAt(taken, i) >= 0) events.push(eventOf(part, i, intAt(taken, i)));
    if (events.length === 0) return;
    out.clear();
    for (const event of events.sort(compareEventKeys)) writeEvent(out, event, hide.event(event.eventId));
    const member = nth(part.members.dictionary, intAt(part.members.indices, from));
    sorter.add(Buffer.from(hide.member(member), 'hex'), out.written);
  };
  return {
    sorter,
    end: numbers.end,
    ofPart(part) {
      const taken = new Int32Array(part.count).fill(-1);
      return {
        numberOf(i) {
          const before = intAt(taken, i);
          if (before >= 0) return before;
          const number = numbers.next();
          taken[i] = number;
          return number;
        },
        finish() {
          const { dictionary, indices } = part.members;
          let from = 0;
          for (let i = 1; i <= part.count; i++) {
            if (i < part.count && dictionary[intAt(indices, i)] === dictionary[intAt(indices, from)]) continue;
            takeMember(part, [from, i], taken);
            from = i;
          }
        },
      };
    },
  };
}

/**
 * Numbers all events of a sorter, from 0, and hands each to `each`, in order; returns the number by
 * the takers' numbers, which are below `end`. Bound: four bytes for each of those, and the events
 * of one member.
 */
export function numberEvents(
  sorter: Pick<Sorter, 'sorted'>,
  end: number,
  each: (event: NumberedEvent) => void,
): Uint32Array {
  const numberOf = sharedNumbers(end);
  let number = 0;
  const finish = ({ member, runs: [only, ...others] }: MemberRuns) => {
    if (only === undefined) return;
    if (others.length === 0) {
      for (let at = 0; at < only.length; at = eventEnd(only, at)) {
        numberOf[only.readUInt32LE(at)] = number++;
        each({ member, event: pseudonymAt(only, at) });
      }
      return;
    }
    for (const same of mergedRuns([only, ...others].map(readEvents))) {
      for (const { taken } of same) numberOf[taken] = number;
      each({ member, event: nth(same, 0).pseudonym });
      number++;
    }
  };
  let open: MemberRuns | undefined;
  for (const { key, payload } of sorter.sorted()) {
    const member = byteCursor(key).bytes.toString('hex');
    if (open !== undefined && open.member !== member) {
      finish(open);
      open = undefined;
    }
    open ??= { member, runs: [] };
    open.runs.push(Buffer.from(payload));
  }
  if (open !== undefined) finish(open);
  return numberOf;
}

interface MemberRuns {
  readonly member: string;
  /** Of each part that has events of the member; each in order, and none twice. */
  readonly runs: Buffer[];
}

interface TakenEvent extends EventKey {
  /** The taker's number. */
  readonly taken: number;
}

function eventOf({ at, sequences, kinds, events }: PartEvents, i: number, taken: number): TakenEvent {
  return {
    taken,
    at: floatAt(at, i),
    sequence: floatAt(sequences, i),
    deletes: 0,
    type: nth(EVENT_KINDS, byteAt(kinds, i)),
    eventId: nth(events.dictionary, intAt(events.indices, i)),
    hash: undefined,
  };
}

const PSEUDONYM_BYTES = 16;
/** The taker's number and the pseudonym; then what orders it, of which its id has a length. */
const PLACES = { pseudonym: 4, at: 20, sequence: 28, kind: 36, eventId: 37 } as const;

function writeEvent(out: ByteBuffer, { taken, at, sequence, type, eventId }: TakenEvent, pseudonym: string): void {
  out.setUint32(out.extend(PLACES.pseudonym), taken);
  out.bytes(Buffer.from(pseudonym, 'hex'));
  const numbers = out.extend(16);
  out.view.setFloat64(numbers, at, true);
  out.view.setFloat64(numbers + 8, sequence, true);
  out.byte(EVENT_KINDS.indexOf(type as (typeof EVENT_KINDS)[number]));
  out.text(eventId);
}

function eventEnd(run: Buffer, at: number): number {
  return at + PLACES.eventId + 4 + run.readUInt32LE(at + PLACES.eventId);
}

function pseudonymAt(run: Buffer, at: number): string {
  const from = at + PLACES.pseudonym;
  return run.toString('hex', from, from + PSEUDONYM_BYTES);
}

function readEvents(run: Buffer): (TakenEvent & { readonly pseudonym: string })[] {
  const read = [];
  for (let at = 0; at < run.length; at = eventEnd(run, at)) {
    read.push({
      taken: run.readUInt32LE(at),
      pseudonym: pseudonymAt(run, at),
      at: run.readDoubleLE(at + PLACES.at),
      sequence: run.readDoubleLE(at + PLACES.sequence),
      deletes: 0,
      type: nth(EVENT_KINDS, byteAt(run, at + PLACES.kind)),
      eventId: run.toString('utf8', at + PLACES.eventId + 4, eventEnd(run, at)),
      hash: undefined,
    });
  }
  return read;
}

/** All different events of the runs in order, each with all that are it. */
function mergedRuns<T extends EventKey>(runs: readonly T[][]): T[][] {
  const merged: T[][] = [];
  for (const event of runs.flat().sort(compareEventKeys)) {
    const before = merged.at(-1);
    if (before !== undefined && compareEventKeys(nth(before, 0), event) === 0) before.push(event);
    else merged.push([event]);
  }
  return merged;
}
