/** The last place before another whose number is above a limit, against a scan. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lastAbove, maximaOf } from '../../src/timeline/maxima.ts';

it('finds what a scan backwards finds, at the borders of sixteens too', () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 700 }), fc.constantFrom(0, 1, 15, 16, 17, 255, 256, 257));
  const seldom = fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, Number.POSITIVE_INFINITY);
  const numbers = size.chain((length) => fc.array(seldom, { minLength: length, maxLength: length }));
  fc.assert(
    fc.property(numbers, fc.nat(), (all, n) => {
      const maxima = maximaOf(Float64Array.from(all));
      for (const before of [all.length, n % (all.length + 1), all.length & -16]) {
        for (const limit of [0, 1]) {
          const scanned = all.slice(0, before).findLastIndex((number) => number > limit);
          expect(lastAbove(maxima, before, limit)).toBe(scanned);
        }
      }
    }),
    { numRuns: 500, seed: 7 },
  );
});
