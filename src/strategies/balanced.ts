/** One entry from each action in turn, strongest action first, newest first within an action. */
import type { HistoryEntry } from '../timeline/history.ts';
import type { Strategy } from './strategy.ts';

/** HIST-5. */
export const balanced: Strategy = {
  name: 'balanced',
  order(newestFirst, noneRank) {
    const ofRank = (rank: number) => newestFirst.filter((entry) => entry.rank === rank);
    const groups = Array.from({ length: noneRank + 1 }, (_, rank) => ofRank(rank));
    const ordered: HistoryEntry[] = [];
    for (let round = 0; ordered.length < newestFirst.length; round++) {
      for (const group of groups) ordered.push(...group.slice(round, round + 1));
    }
    return ordered;
  },
};
