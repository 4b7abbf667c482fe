/**
 * One number for every event of a release: member by member in the order of their pseudonyms, and
 * inside a member in the order of its timeline (ORIGIN-6).
 */
import { EVENT_KINDS } from '../../schemas/rows.ts';
import { byteAt, floatAt, intAt, nth } from '../checked.ts';
import type { PartEvents } from '../corpus/part-dictionaries.ts';
import { type ByteBuffer, createByteBuffer } from '../shard/byte-buffer.ts';
import type { Scratch } from '../sort/scratch.ts';
import { createSorter } from '../sort/sorted-runs.ts';
import { compareEventKeys, type EventKey } from '../timeline/order.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** An event as a release numbers it; both are pseudonyms. */
export interface NumberedEvent {
  readonly member: string;
  readonly event: string;
}

/** Numbers under way. */
export interface EventNumbers {
  /**
   * Takes in the events of a part that `used` marks (1); returns for each of the part's events what
   * `numberOf` numbers it by, -1 for those that are not used.
   */
  add(part: PartEvents, used: Uint8Array): Int32Array;
  /**
   * Numbers all events, from 0, and hands each to `each`, in order. To be called once; returns the
   * number of what `add` returned.
   */
  number(each: (event: NumberedEvent) => void): Uint32Array;
  /** May be called again. */
  close(): void;
}

/** Bound: one run of the sorter, the events of one member, and four bytes an event. */
export function createEventNumbers(scratch: Scratch, hide: Pick<Pseudonyms, 'member' | 'event'>): EventNumbers {
  const sorter = createSorter({ scratch });
  const out = createByteBuffer();
  let taken = 0;
  /** The used events from `from` up to `to`, which are one member's, as one record. */
  const takeMember = (part: PartEvents, [from, to]: readonly [number, number], numbers: Int32Array) => {
    out.clear();
    out.setUint32(out.extend(4), taken);
    for (let i = from; i < to; i++) {
      if (numbers[i] === -1) continue;
      numbers[i] = taken++;
      writeEvent(out, part, i);
    }
    if (out.length === 4) return;
    const member = nth(part.members.dictionary, intAt(part.members.indices, from));
    sorter.add(Buffer.from(hide.member(member), 'hex'), out.written);
  };
  return {
    add(part, used) {
      const numbers = Int32Array.from(used, (mark) => (mark === 1 ? 0 : -1));
      const { dictionary, indices } = part.members;
      let from = 0;
      for (let i = 1; i <= part.count; i++) {
        if (i < part.count && dictionary[intAt(indices, i)] === dictionary[intAt(indices, from)]) continue;
        takeMember(part, [from, i], numbers);
        from = i;
      }
      return numbers;
    },
    number(each) {
      const numberOf = new Uint32Array(taken);
      let number = 0;
      const finish = ({ member, runs }: MemberRuns) => {
        for (const same of mergedRuns(runs)) {
          for (const { taken: at } of same) numberOf[at] = number;
          each({ member, event: hide.event(nth(same, 0).eventId) });
          number++;
        }
      };
      let open: MemberRuns | undefined;
      for (const { key, payload } of sorter.sorted()) {
        const member = Buffer.from(key).toString('hex');
        if (open !== undefined && open.member !== member) {
          finish(open);
          open = undefined;
        }
        open ??= { member, runs: [] };
        open.runs.push(readEvents(Buffer.from(payload)));
      }
      if (open !== undefined) finish(open);
      return numberOf;
    },
    close: () => sorter.close(),
  };
}

interface MemberRuns {
  readonly member: string;
  /** Of each part that has events of the member. */
  readonly runs: TakenEvent[][];
}

interface TakenEvent extends EventKey {
  /** What `add` returned for it. */
  readonly taken: number;
}

function writeEvent(out: ByteBuffer, { at, sequences, kinds, events }: PartEvents, i: number): void {
  const numbers = out.extend(16);
  out.view.setFloat64(numbers, floatAt(at, i), true);
  out.view.setFloat64(numbers + 8, floatAt(sequences, i), true);
  out.byte(byteAt(kinds, i));
  out.text(nth(events.dictionary, intAt(events.indices, i)));
}

function readEvents(payload: Buffer): TakenEvent[] {
  const read: TakenEvent[] = [];
  const first = payload.readUInt32LE(0);
  for (let at = 4; at < payload.length; ) {
    const size = payload.readUInt32LE(at + 17);
    read.push({
      taken: first + read.length,
      at: payload.readDoubleLE(at),
      sequence: payload.readDoubleLE(at + 8),
      deletes: 0,
      type: nth(EVENT_KINDS, byteAt(payload, at + 16)),
      eventId: payload.toString('utf8', at + 21, at + 21 + size),
      hash: undefined,
    });
    at += 21 + size;
  }
  return read;
}

/** All different events of the runs in order, each with all that are it. */
function mergedRuns(runs: readonly TakenEvent[][]): TakenEvent[][] {
  const merged: TakenEvent[][] = [];
  for (const event of runs.flat().sort(compareEventKeys)) {
    const before = merged.at(-1);
    if (before !== undefined && compareEventKeys(nth(before, 0), event) === 0) before.push(event);
    else merged.push([event]);
  }
  return merged;
}
