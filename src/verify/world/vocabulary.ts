/** The domain's words and ranks, worked out once for a world. */
import { nth } from '../checked.ts';
import type { Domain } from '../identity/domain.ts';

/**
 * The actions of a domain: `actions` strongest first, and a rank is an index into them; `ranks` of
 * spoken actions and, after all of them, of exposures; `noneRank`, that of an exposure, which also
 * means "none"; `display` are ranks in display order, `names` the actions' names in it; `nameOf`
 * says what a rank is called, none included (TEMPLATE-3).
 */
export type Vocabulary = ReturnType<typeof vocabularyOf>;

/**
 * Which actions are spoken (EVENT-6), how strong they are and in which order they are displayed
 * (LABEL-1).
 */
export function vocabularyOf(domain: Domain) {
  const { actions } = domain;
  const ranks = new Map<string, number>();
  for (const name of domain.exposures) ranks.set(name, actions.length);
  for (const [rank, { name }] of actions.entries()) ranks.set(name, rank);
  for (const name of domain.ignored) ranks.delete(name);
  const isPositive = (rank: number) => nth(actions, rank).positive;
  const all = [...actions.keys()];
  const display = [...all.filter(isPositive), ...all.filter((rank) => !isPositive(rank))];
  const names = display.map((rank) => nth(actions, rank).name);
  const nameOf = (rank: number) => actions[rank]?.name ?? domain.none.name;
  return { domain, actions, ranks, noneRank: actions.length, display, names, nameOf };
}
