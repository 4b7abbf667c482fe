/** The time left is told once it can be believed, and then it does not jump. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTimeLeft } from '../../src/cli/time-left.ts';

const TOTAL = 1_000;

/** What is told each half second of work whose pace is `paceAt(seconds)` a second. */
function told(paceAt: (seconds: number) => number): { seconds: number; left: number | undefined; done: number }[] {
  const timeLeft = createTimeLeft();
  const said = [];
  let done = 0;
  for (let seconds = 0.5; done < TOTAL; seconds += 0.5) {
    done = Math.min(TOTAL, done + paceAt(seconds) / 2);
    said.push({ seconds, done, left: timeLeft.note({ seconds, done }, TOTAL) });
  }
  return said;
}

it('is right to a tenth at a steady pace, from the fifth second to the last', () => {
  fc.assert(
    fc.property(fc.double({ min: 5, max: 100, noNaN: true }), (pace) => {
      for (const { seconds, done, left } of told(() => pace)) {
        if (seconds < 5 || done >= TOTAL) expect(left).toBeUndefined();
        else expect(Math.abs(left! - (TOTAL - done) / pace)).toBeLessThanOrEqual(0.1 * ((TOTAL - done) / pace) + 1e-6);
      }
    }),
  );
});

it('is not told while a slow beginning still counts, so that it never says 10, 5 and 2 minutes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 20 }), fc.integer({ min: 3, max: 20 }), (slowFor, faster) => {
      const pace = (seconds: number) => (seconds < slowFor ? 1 : faster);
      const steady = told(pace).filter(({ seconds, left }) => left !== undefined && seconds > slowFor + 1);
      for (const { done, left } of steady) expect(left! / ((TOTAL - done) / faster)).toBeLessThan(1.6);
    }),
  );
});

it('is not told of work that comes in lumps, nor before anything is done', () => {
  expect(told((seconds) => (seconds % 10 === 0 ? 100 : 0)).filter(({ seconds }) => seconds < 10)).toSatisfy(
    (said: { left?: number }[]) => said.every(({ left }) => left === undefined),
  );
});
