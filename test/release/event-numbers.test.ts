/**
 * Events of many parts have the numbers of ORIGIN-6: against a plain model that holds all of them
 * and sorts them.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import { EVENT_KINDS, UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import { createEventTaker, type NumberedEvent, numberEvents } from '../../src/release/event-numbers.ts';
import { parsePseudonymKey, pseudonymsOf } from '../../src/release/pseudonyms.ts';
import { createSorter } from '../../src/sort/sorted-runs.ts';
import { type PlainEvent, partEvents } from './part-dictionaries.ts';

const hide = pseudonymsOf(parsePseudonymKey('5a'.repeat(32), 'the test'));

/** Few times and ids, so that every step of the order decides somewhere. */
const event = fc.record({
  member: fc.constantFrom('m1', 'm2', 'm3', '東'),
  kind: fc.constantFrom(...EVENT_KINDS),
  event: fc.oneof(fc.constantFrom('e1', 'e2', 'e3', '事'), fc.string({ unit: 'binary', minLength: 1, maxLength: 6 })),
  at: fc.constantFrom(TIME_UNKNOWN, -5, 0, 1_767_225_600_123),
  sequence: fc.constantFrom(0, 0, -3, 7, Number.MAX_SAFE_INTEGER),
});
const nameOf = ({ member, kind, event }: PlainEvent) => [member, kind, event].join(UNIT_SEPARATOR);
const worlds = fc.record({
  // An id is of one event of its member and type.
  events: fc.uniqueArray(event, { selector: nameOf, minLength: 1, maxLength: 50, size: 'max' }),
  parts: fc.array(fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 40 }), { maxLength: 6 }),
  groupRows: fc.constantFrom(1, 3, 100),
});

/** EVENT-4, by the letter. */
function compared(a: PlainEvent, b: PlainEvent): number {
  const hashOf = ({ kind, event }: PlainEvent) =>
    createHash('sha256').update(`${kind}${UNIT_SEPARATOR}${event}`, 'utf8').digest().subarray(0, 8);
  return (
    a.at - b.at ||
    a.sequence - b.sequence ||
    Buffer.compare(hashOf(a), hashOf(b)) ||
    Buffer.compare(Buffer.from(a.event), Buffer.from(b.event)) ||
    Buffer.compare(Buffer.from(a.kind), Buffer.from(b.kind))
  );
}

/** Events of a part, each once and member by member, and which of them chosen rows have. */
function partsOf({ events, parts }: typeof worlds extends fc.Arbitrary<infer T> ? T : never) {
  return parts.map((wants) => {
    const own = new Map(wants.map(([want, isUsed]) => [events[want % events.length]!, isUsed] as const));
    const byMember = Map.groupBy(own, ([{ member }]) => member);
    const inOrder = [...byMember.values()].flat();
    return { events: inOrder.map(([each]) => each), used: Uint8Array.from(inOrder, ([, isUsed]) => (isUsed ? 1 : 0)) };
  });
}

/** Two takers have the parts in turn. */
const LANES = [0, 1].map((first) => ({ first, step: 2 }));

function numbered(parts: ReturnType<typeof partsOf>, groupRows: number) {
  const scratch = openMemoryScratch();
  const takers = LANES.map((lane) => createEventTaker({ scratch, hide, lane }));
  const taken = parts.map(({ events, used }, i) => {
    const part = takers[i % takers.length]!.ofPart(partEvents(events, groupRows));
    // Rows ask for them in any order, and often.
    const backwards = [...used.keys()].toReversed().filter((i) => used[i] === 1);
    for (const i of backwards) part.numberOf(i);
    part.finish();
    return Int32Array.from(used, (mark, i) => (mark === 1 ? part.numberOf(i) : -1));
  });
  const table: NumberedEvent[] = [];
  const end = Math.max(...takers.map((taker) => taker.end()));
  const sorter = createSorter({ scratch, runs: takers.flatMap((taker) => taker.sorter.handOver()) });
  const numberOf = numberEvents(sorter, end, (each) => table.push(each));
  sorter.close();
  expect(scratch.files.size).toBe(0);
  return { table, numbers: taken.map((own) => [...own].map((at) => (at < 0 ? -1 : numberOf[at]))) };
}

describe('events of a release', () => {
  it('are numbered member by member and in the order of timelines, as by a plain sort of all of them', () => {
    const seen = { shared: 0, unused: 0 };
    fc.assert(
      fc.property(worlds, (world) => {
        const parts = partsOf(world);
        const used = parts.map(({ events, used }) => events.filter((_, i) => used[i] === 1));
        const all = [...new Set(used.flat())].sort(
          (a, b) =>
            Buffer.compare(Buffer.from(hide.member(a.member)), Buffer.from(hide.member(b.member))) || compared(a, b),
        );
        const wanted = parts.map(({ events, used }) =>
          events.map((each, i) => (used[i] === 1 ? all.indexOf(each) : -1)),
        );
        expect(numbered(parts, world.groupRows)).toEqual({
          table: all.map((each) => ({ member: hide.member(each.member), event: hide.event(each.event) })),
          numbers: wanted,
        });
        seen.shared += used.flat().length - all.length;
        seen.unused += wanted.flat().filter((number) => number < 0).length;
      }),
      { numRuns: 250, seed: 7 },
    );
    expect(seen.shared, 'events of a member must be in two parts').toBeGreaterThan(200);
    expect(seen.unused, 'events must be in no chosen row').toBeGreaterThan(100);
  });

  it('have one number whatever the order of parts, and in whichever of them they lie', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const parts = partsOf(world);
        const forward = numbered(parts, world.groupRows);
        const backward = numbered(parts.toReversed(), world.groupRows);
        expect(backward).toEqual({ ...forward, numbers: forward.numbers.toReversed() });
        const apart = parts.flatMap(({ events, used }) =>
          events.map((each, i) => ({ events: [each], used: used.slice(i, i + 1) })),
        );
        const alone = numbered(apart, world.groupRows);
        expect(alone).toEqual({ ...forward, numbers: forward.numbers.flat().map((number) => [number]) });
      }),
      { numRuns: 100, seed: 8 },
    );
  });
});
