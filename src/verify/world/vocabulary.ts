/** The domain's words and ranks, worked out once for a world. */
import { nth } from '../checked.ts';
import type { Domain, DomainAction } from '../identity/domain.ts';

/** The actions of a domain by strength. */
export interface Vocabulary {
  readonly domain: Domain;
  /** Strongest first; a rank is an index into it. */
  readonly actions: readonly DomainAction[];
  /** Rank of each spoken action and, after all of them, of the exposures. */
  readonly ranks: ReadonlyMap<string, number>;
  /** The rank of an exposure, which also means "none". */
  readonly noneRank: number;
  /** Ranks in display order. */
  readonly display: readonly number[];
  /** Names of the actions in display order. */
  readonly names: readonly string[];
}

/**
 * Which actions are spoken (EVENT-6), how strong they are and in which order they are displayed
 * (LABEL-1).
 */
export function vocabularyOf(domain: Domain): Vocabulary {
  const { actions } = domain;
  const ranks = new Map<string, number>();
  for (const name of domain.exposures) ranks.set(name, actions.length);
  for (const [rank, { name }] of actions.entries()) ranks.set(name, rank);
  for (const name of domain.ignored) ranks.delete(name);
  const isPositive = (rank: number) => nth(actions, rank).positive;
  const all = [...actions.keys()];
  const display = [...all.filter(isPositive), ...all.filter((rank) => !isPositive(rank))];
  const names = display.map((rank) => nth(actions, rank).name);
  return { domain, actions, ranks, noneRank: actions.length, display, names };
}
