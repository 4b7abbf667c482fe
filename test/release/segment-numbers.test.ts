/**
 * Segments of many parts have the numbers of ORIGIN-6: against a plain model that holds all of them
 * and sorts them.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROLES, SEGMENT_LEVELS } from '../../schemas/rows.ts';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import { parsePseudonymKey, pseudonymsOf } from '../../src/release/pseudonyms.ts';
import { createSegmentTaker, type NumberedSegment, numberSegments } from '../../src/release/segment-numbers.ts';
import { createSorter } from '../../src/sort/sorted-runs.ts';
import { type PlainSegment, partSegments } from './part-dictionaries.ts';

const hide = pseudonymsOf(parsePseudonymKey('5a'.repeat(32), 'the test')).event;

/** Few values of each, so that many segments differ in one thing alone. */
const segment = fc.record({
  role: fc.constantFrom(...ROLES),
  version: fc.constantFrom('', 'v1', 'v2', '東'),
  level: fc.constantFrom(...SEGMENT_LEVELS),
  fields: fc.constantFrom('', 'title 0 1', 'title 0 2', 'Ünder 0 1;z 1 2', 'a'),
  ids: fc.oneof(
    fc.array(fc.constantFrom(0, 1, -1, 70_000), { maxLength: 3 }),
    fc.array(fc.nat(2 ** 18), { maxLength: 40 }),
  ),
});
const part = fc.record({ wants: fc.array(fc.nat(), { maxLength: 40 }), unused: fc.array(fc.nat(), { maxLength: 5 }) });
const worlds = fc.record({
  segments: fc.array(segment, { minLength: 1, maxLength: 60 }),
  parts: fc.array(part, { maxLength: 6 }),
  groupRows: fc.constantFrom(1, 3, 100),
});

/** Two takers have the parts in turn. */
const LANES = [0, 1].map((first) => ({ first, step: 2 }));

/** What a segment is known by, as bytes that compare in the order of ORIGIN-6. */
function sortKey({ role, version, level, fields, ids }: PlainSegment): string {
  const digest = createHash('sha256')
    .update(Buffer.from(Int32Array.from(ids).buffer))
    .digest('hex');
  return [
    ROLES.indexOf(role),
    version === '' ? '0' : `1${hide(version)}`,
    SEGMENT_LEVELS.indexOf(level),
    digest,
    Buffer.from(fields, 'utf8').toString('hex'),
  ].join(' ');
}

const told = ({ role, version, level, fields, ids }: PlainSegment): NumberedSegment => ({
  ...{ role, version: version === '' ? '' : hide(version), level, fields, tokens: ids.length },
});

/** The parts as dictionaries: each segment once, and which of them chosen rows have. */
function partsOf({ segments, parts }: typeof worlds extends fc.Arbitrary<infer T> ? T : never) {
  return parts.map(({ wants, unused }) => {
    const own = new Map(wants.map((want) => segments[want % segments.length]!).map((each) => [sortKey(each), each]));
    const left = unused.map((each) => (own.size === 0 ? -1 : each % own.size));
    return { segments: [...own.values()], used: Uint8Array.from(own.keys(), (_, i) => (left.includes(i) ? 0 : 1)) };
  });
}

/** The table, and the number of each segment of each part; -1: not used. */
function numbered(parts: ReturnType<typeof partsOf>, groupRows: number, knownTokensMax?: number) {
  const scratch = openMemoryScratch();
  const known = knownTokensMax === undefined ? {} : { knownTokensMax };
  const takers = LANES.map((lane) => createSegmentTaker({ scratch, hide, lane, ...known }));
  const taken = parts.map(({ segments, used }, part) => {
    const ofPart = takers[part % takers.length]!.ofPart(partSegments(segments, groupRows));
    return Int32Array.from(used, (mark, i) => (mark === 1 ? ofPart(i) : -1));
  });
  const end = Math.max(...takers.map((taker) => taker.end()));
  const sorter = createSorter({ scratch, runs: takers.flatMap((taker) => taker.sorter.handOver()) });
  const table: NumberedSegment[] = [];
  const ids: number[][] = [];
  const numberOf = numberSegments(sorter, end, (each, own) => {
    table.push(each);
    ids.push([...own]);
  });
  sorter.close();
  expect(scratch.files.size).toBe(0);
  return { table, ids, numbers: taken.map((own) => [...own].map((at) => (at < 0 ? -1 : numberOf[at]))) };
}

describe('segments of a release', () => {
  it('are numbered as by a plain sort of all of them, however few are known by heart', () => {
    let shared = 0;
    let unused = 0;
    fc.assert(
      fc.property(worlds, fc.constantFrom(0, 1, 30, undefined), (world, knownTokensMax) => {
        const parts = partsOf(world);
        const used = parts.map(({ segments, used }) => segments.filter((_, i) => used[i] === 1));
        const all = new Map(used.flat().map((each) => [sortKey(each), each]));
        const keys = [...all.keys()].sort();
        const wanted = parts.map(({ segments, used }) =>
          segments.map((each, i) => (used[i] === 1 ? keys.indexOf(sortKey(each)) : -1)),
        );
        expect(numbered(parts, world.groupRows, knownTokensMax)).toEqual({
          table: keys.map((key) => told(all.get(key)!)),
          ids: keys.map((key) => all.get(key)!.ids),
          numbers: wanted,
        });
        shared += used.flat().length - all.size;
        unused += wanted.flat().filter((number) => number < 0).length;
      }),
      { numRuns: 250, seed: 7 },
    );
    expect(shared, 'segments must be in two parts').toBeGreaterThan(200);
    expect(unused, 'segments must be in no chosen row').toBeGreaterThan(100);
  });

  it('have one number whatever the order of parts, and in whichever of them they lie', () => {
    fc.assert(
      fc.property(worlds, fc.constantFrom(0, 30, undefined), (world, knownTokensMax) => {
        const parts = partsOf(world);
        const forward = numbered(parts, world.groupRows);
        const backward = numbered(parts.toReversed(), world.groupRows, knownTokensMax);
        expect(backward).toEqual({ ...forward, numbers: forward.numbers.toReversed() });
        const apart = parts.flatMap(({ segments, used }) =>
          segments.map((each, i) => ({ segments: [each], used: used.slice(i, i + 1) })),
        );
        const alone = numbered(apart, world.groupRows, knownTokensMax);
        expect(alone).toEqual({ ...forward, numbers: forward.numbers.flat().map((number) => [number]) });
      }),
      { numRuns: 100, seed: 8 },
    );
  });
});
