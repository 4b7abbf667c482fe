/** One entry from each action in turn, strongest action first, newest first within an action. */
import { nth } from '../checked.ts';
import type { Strategy } from './strategy.ts';

/** HIST-5. */
export const balanced: Strategy = {
  name: 'balanced',
  order({ noneRank, newestFirst }) {
    const walks = Array.from({ length: noneRank + 1 }, (_, rank) => newestFirst(rank));
    let turn = 0;
    return () => {
      for (let skipped = 0; skipped < walks.length; skipped++) {
        const entry = nth(walks, turn)();
        turn = (turn + 1) % walks.length;
        if (entry >= 0) return entry;
      }
      return -1;
    };
  },
};
