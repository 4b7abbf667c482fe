/** Which prompts of a template are compared with their whole texts. */
import { expect, it } from 'vitest';
import { createJoiningGate, GATE_EARLY, GATE_LATE_EVERY } from '../../src/tokenize/joining-gate.ts';

/** The numbers of the prompts that are taken, from 1. */
function taken(count: number, kinds: readonly string[]): number[][] {
  const gate = createJoiningGate(async () => {});
  const numbers = kinds.map((): number[] => []);
  for (let i = 1; i <= count; i++) for (const [k, kind] of kinds.entries()) if (gate.takes(kind)) numbers[k]!.push(i);
  return numbers;
}

it('is each of the first eight, then one in 64, and after the first thousand one in 512', () => {
  const [numbers] = taken(5_000, ['a']);
  expect(numbers!.slice(0, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 72, 136]);
  expect(numbers!.filter((number) => number <= GATE_EARLY)).toHaveLength(8 + 15);
  expect(numbers!.filter((number) => number > GATE_EARLY)).toEqual(
    [1, 2, 3, 4, 5, 6, 7].map((i) => GATE_EARLY + i * GATE_LATE_EVERY),
  );
});

it('is counted for each kind by itself', () => {
  const [alone] = taken(2_000, ['a']);
  expect(taken(2_000, ['b', 'a', 'c'])).toEqual([alone, alone, alone]);
});
