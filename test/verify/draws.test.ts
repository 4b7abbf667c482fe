/** Draws: what a number is, what a share takes of them, and where one falls in a population. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { share } from '../../src/verify/read-json.ts';
import { drawsOf, jump, sortByDraw } from '../../src/verify/world/draws.ts';

/** The number that is the example of DRAW-1. */
const DRAW = 40_953_053_938_382;

test('a draw is the first six bytes of a hash over seed, purpose and key (DRAW-1)', () => {
  expect(drawsOf(7).number('holdout', ['m1'])).toBe(DRAW);
  expect(DRAW.toString(16)).toBe('253f203b82ce');
});
test('a share is whole millionths, and takes draws below its part of 2^48 (DRAW-2)', () => {
  const takes = (of: number) => drawsOf(7).within(share.parse(of), 'holdout', ['m1']);
  expect([takes(0.2), takes(0.02), takes(0), takes(1)]).toEqual([true, false, false, true]);
  expect(share.parse(0.2)).toBe(200_000);
  // The draw is 145,494.4 millionths of 2^48.
  expect([takes(0.145494), takes(0.145495)]).toEqual([false, true]);
});
test('of more than six decimals a share is refused (DRAW-2)', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), (m) => {
      expect(share.parse(m / 1_000_000)).toBe(m);
    }),
  );
  for (const wrong of [0.1234567, 1e-7, 1.000001, -0.000001]) expect(share.safeParse(wrong).success).toBe(false);
});
test('a draw takes a place of the population by the jump hash (CAND-2)', () => {
  expect([jump(DRAW, 400), jump(DRAW, 1_000)]).toEqual([156, 156]);
});
test('a population that grows moves no draw but to what was added (CAND-2)', () => {
  const draws = fc.nat({ max: 2 ** 48 - 1 });
  let moved = 0;
  fc.assert(
    fc.property(draws, fc.integer({ min: 1, max: 3_000 }), fc.nat(3_000), (draw, size, added) => {
      const [before, after] = [jump(draw, size), jump(draw, size + added)];
      expect(before).toBeLessThan(size);
      if (after !== before) {
        moved++;
        expect(after).toBeGreaterThanOrEqual(size);
      }
    }),
    { numRuns: 300 },
  );
  expect(moved).toBeGreaterThan(20);
});
test('every place is taken about as often (CAND-2)', () => {
  const counts = new Array<number>(10).fill(0);
  for (let n = 0; n < 5_000; n++) counts[jump(drawsOf(1).number('x', [n]), 10)]! += 1;
  for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(100);
});
test('equal draws fall back on the key as UTF-8 bytes (DRAW-3)', () => {
  const keys = ['\u{1f600}', '\uff5e', 'z', 'a'];
  expect(sortByDraw(keys, (key) => ({ draw: 5, key }))).toEqual(['a', 'z', '\uff5e', '\u{1f600}']);
});
