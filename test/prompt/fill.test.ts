/**
 * Filling as laws over integer costs: never over the room, never short of it, and headings counted
 * exactly.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEVELS, type Level } from '../../schemas/rows.ts';
import { type FillEntry, type FittedEntry, fillHistory } from '../../src/prompt/fill.ts';

interface Line extends FillEntry {
  readonly cost: Readonly<Record<Level, number>>;
}

const line = fc
  .record({ heading: fc.nat(3), title: fc.integer({ min: 1, max: 8 }), short: fc.nat(8), full: fc.nat(12) })
  .map(({ heading, title, short, full }) => ({
    heading,
    cost: { title, short: title + short, full: title + short + full },
  }));
const world = fc.record({
  order: fc.constantFrom('by_action' as const, 'chronological' as const),
  lines: fc.array(line, { maxLength: 14 }).chain((lines) =>
    fc
      .shuffledSubarray(
        lines.map((_, i) => i),
        { minLength: lines.length },
      )
      .map((events) => lines.map((each, i): Line => ({ ...each, group: each.heading, event: events[i]! }))),
  ),
  room: fc.integer({ min: -5, max: 150 }),
  blockTokens: fc.nat(6),
  headings: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 4 }),
  shares: fc.record({ full: fc.integer({ min: 0, max: 100 }), short: fc.integer({ min: 0, max: 100 }) }),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

const rulesOf = ({ room, order, shares, blockTokens, headings }: World) => ({
  room,
  order,
  shares,
  blockTokens,
  lineTokens: (entry: Line, level: Level) => entry.cost[level],
  headingTokens: (heading: number) => headings[heading]!,
});

/**
 * What a history costs, from scratch: its lines in the order of display, a heading wherever it
 * changes, the block's own lines.
 */
function costOf({ order, blockTokens, headings }: World, fitted: readonly FittedEntry<Line>[]): number {
  let tokens = fitted.length === 0 ? 0 : blockTokens;
  let heading = -1;
  for (const { entry, level } of inOrder(order, fitted)) {
    if (entry.heading !== heading) tokens += headings[entry.heading]!;
    heading = entry.heading;
    tokens += entry.cost[level];
  }
  return tokens;
}

function inOrder(order: World['order'], fitted: readonly FittedEntry<Line>[]): FittedEntry<Line>[] {
  return [...fitted].sort(
    (a, b) => (order === 'by_action' ? a.entry.group - b.entry.group : 0) || a.entry.event - b.entry.event,
  );
}

const law = (check: (drawn: World) => void) => fc.assert(fc.property(world, check), { numRuns: 600, seed: 7 });

describe('CONTEXT NEVER EXCEEDED', () => {
  it('used is what the lines and headings cost from scratch, and never more than the room', () => {
    law((drawn) => {
      const { fitted, used } = fillHistory(drawn.lines, rulesOf(drawn));
      expect(used).toBe(costOf(drawn, fitted));
      expect(used).toBeLessThanOrEqual(Math.max(0, drawn.room));
    });
  });
});

describe('filling', () => {
  it('takes the entries in order up to the first that would not fit at title', () => {
    law((drawn) => {
      const { fitted, stoppedAt } = fillHistory(drawn.lines, rulesOf(drawn));
      const taken = drawn.lines.slice(0, fitted.length);
      expect(new Set(fitted.map(({ entry }) => entry))).toEqual(new Set(taken));
      expect(stoppedAt).toBe(drawn.lines[fitted.length]);
      if (stoppedAt !== undefined)
        expect(costOf(drawn, [...fitted, { entry: stoppedAt, level: 'title' }])).toBeGreaterThan(drawn.room);
    });
  });

  it('shows them in the declared order', () => {
    law((drawn) => {
      const { fitted } = fillHistory(drawn.lines, rulesOf(drawn));
      expect(fitted).toEqual(inOrder(drawn.order, fitted));
    });
  });

  it('gives each the first level that its share allows and that fits', () => {
    law((drawn) => {
      const { fitted, lowered } = fillHistory(drawn.lines, rulesOf(drawn));
      const byEntry = new Map(fitted.map((each) => [each.entry, each.level]));
      const before: FittedEntry<Line>[] = [];
      for (const entry of drawn.lines.slice(0, fitted.length)) {
        const percent = 100 * costOf(drawn, before);
        const tried = percent < drawn.room * drawn.shares.full ? 0 : percent < drawn.room * drawn.shares.short ? 1 : 2;
        const level = LEVELS.slice(tried).find(
          (each) => costOf(drawn, [...before, { entry, level: each }]) <= drawn.room,
        );
        expect(byEntry.get(entry)).toBe(level);
        before.push({ entry, level: level! });
      }
      expect(lowered).toBe(fitted.filter(({ level }) => level !== 'full').length);
    });
  });

  it('tries full below 40 % of the room, short below 70 %, then title', () => {
    const cost = { full: 20, short: 10, title: 5 };
    const lines = Array.from({ length: 9 }, (_, event): Line => ({ event, group: 0, heading: 0, cost }));
    const rules = {
      ...rulesOf({
        order: 'chronological',
        room: 100,
        blockTokens: 0,
        headings: [0],
        shares: { full: 40, short: 70 },
        lines,
      }),
    };
    const { fitted, used, stoppedAt } = fillHistory(lines, rules);
    expect(fitted.map(({ level }) => level)).toEqual([
      'full',
      'full',
      'short',
      'short',
      'short',
      'title',
      'title',
      'title',
      'title',
    ]);
    expect([used, stoppedAt]).toEqual([90, undefined]);
  });
});
