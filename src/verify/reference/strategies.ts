/** Strategies: in which order history entries are offered to filling; one line each. */
import { nth } from '../checked.ts';

/** An entry of the history, by the rank of its action. */
interface Ranked {
  readonly rank: number;
}

/** Orders entries, which come oldest first. */
export type Strategy = <T extends Ranked>(entries: readonly T[]) => readonly T[];

/** Newest first (HIST-4). */
const chronological: Strategy = (entries) => entries.toReversed();

/** One of each action in turn, the strongest action first, newest first within one (HIST-5). */
const balanced: Strategy = <T extends Ranked>(entries: readonly T[]) => {
  const strongestFirst = entries.toReversed().sort((a, b) => a.rank - b.rank);
  const groups = [...Map.groupBy(strongestFirst, ({ rank }) => rank).values()];
  const order: T[] = [];
  for (let round = 0; order.length < entries.length; round++) {
    for (const group of groups) if (round < group.length) order.push(nth(group, round));
  }
  return order;
};

/** Every strategy by the name that recipes write. */
export const STRATEGIES: ReadonlyMap<string, Strategy> = new Map(Object.entries({ chronological, balanced }));
