/** Numbers, and above them the greatest of each sixteen, and of each sixteen of these. */
import { floatAt, nth } from '../checked.ts';

/** The numbers, then their maxima, up to that of all. */
export type Maxima = readonly Float64Array[];

const BITS = 4;
const WIDTH = 1 << BITS;

/** Bound: a fifteenth more than the numbers. */
export function maximaOf(numbers: Float64Array): Maxima {
  const levels = [numbers];
  for (let level = numbers; level.length > 1; ) {
    const above = new Float64Array(Math.ceil(level.length / WIDTH)).fill(Number.NEGATIVE_INFINITY);
    for (let i = 0; i < level.length; i++) above[i >> BITS] = Math.max(floatAt(above, i >> BITS), floatAt(level, i));
    levels.push(above);
    level = above;
  }
  return levels;
}

/** The last place before `before` whose number is above the limit; -1: there is none. */
export function lastAbove(levels: Maxima, before: number, limit: number): number {
  let end = before;
  for (let height = 0; height < levels.length; height++) {
    const level = nth(levels, height);
    const start = end & -WIDTH;
    for (let i = end - 1; i >= start; i--) if (floatAt(level, i) > limit) return down(levels, { height, i }, limit);
    end = start >> BITS;
  }
  return -1;
}

/** The last place below a maximum that is above the limit. */
function down(levels: Maxima, from: { readonly height: number; readonly i: number }, limit: number): number {
  let { i } = from;
  for (let height = from.height - 1; height >= 0; height--) {
    const level = nth(levels, height);
    i = Math.min(level.length, (i + 1) << BITS) - 1;
    while (floatAt(level, i) <= limit) i--;
  }
  return i;
}
