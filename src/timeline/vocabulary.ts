/** How strong each action of a domain is, and in which order prompts list answers and groups. */

import type { Domain } from '../../schemas/domain.ts';
import { BrewhouseError, nearestName, quotedName } from '../errors.ts';
import type { ActionCount } from './timeline-stats.ts';

/**
 * Ranks are positions in the domain's list, 0 the strongest; every exposure has the rank after the
 * weakest action.
 */
export interface Vocabulary {
  readonly domain: Domain;
  /** The rank of exposures, and of no action at all. */
  readonly noneRank: number;
  /** Rank of a spoken action; -1 of an ignored one, undefined of one that is neither (EVENT-6). */
  rankOf(action: string): number | undefined;
  nameOf(rank: number): string;
  /** What prompts call the action, or none (TEMPLATE-2). */
  spokenOf(rank: number): string;
  isPositive(rank: number): boolean;
  /** Ranks of all actions: positive ones strongest first, then the others. */
  readonly displayOrder: readonly number[];
  readonly hasExposures: boolean;
}

/**
 * Ranks of a domain's actions (LABEL-1). Throws `domain_invalid` when a name is given twice; what
 * having no action is called is a name like the others.
 */
export function createVocabulary(domain: Domain): Vocabulary {
  const ranks = new Map<string, number>();
  const add = (name: string, rank: number, field: string) => {
    if (ranks.has(name)) {
      throw new BrewhouseError(
        'domain_invalid',
        `the domain ${quotedName(domain.name)} names ${quotedName(name)} twice`,
        {
          place: { field },
          remedy:
            'a name is that of a spoken action, of an exposure, of an ignored action or of none: keep one of them',
        },
      );
    }
    ranks.set(name, rank);
  };
  const noneRank = domain.actions.length;
  for (const [rank, action] of domain.actions.entries()) add(action.name, rank, `actions[${rank}].name`);
  for (const name of domain.exposures) add(name, noneRank, 'exposures');
  for (const name of domain.ignored) add(name, -1, 'ignored');
  // Two answers of one name could not be told apart, and no action may have the name of none.
  if (ranks.has(domain.none.name)) add(domain.none.name, noneRank, 'none.name');
  const all = domain.actions.map((_, rank) => rank);
  const isPositive = (rank: number) => domain.actions[rank]?.positive ?? false;
  return {
    domain,
    noneRank,
    rankOf: (action) => ranks.get(action),
    nameOf: (rank) => domain.actions[rank]?.name ?? domain.none.name,
    spokenOf(rank) {
      const { spoken, name } = domain.actions[rank] ?? domain.none;
      return spoken ?? name;
    },
    isPositive,
    displayOrder: [...all.filter(isPositive), ...all.filter((rank) => !isPositive(rank))],
    hasExposures: domain.exposures.length > 0,
  };
}

/**
 * The error that stops a build at an action which the domain neither speaks nor ignores (EVENT-6).
 */
export function unknownAction({ domain }: Vocabulary, { name, count, first }: ActionCount): BrewhouseError {
  const quoted = quotedName(name);
  // To a name as long as a text, every word would be a near one.
  const near = nearestName(quoted, [...domain.actions.map((a) => a.name), ...domain.exposures, ...domain.ignored]);
  return new BrewhouseError(
    'action_unknown',
    `the domain ${quotedName(domain.name)} does not know the action "${quoted}" ` +
      `(${count === 1 ? '1 event' : `${count} events`}, first ${quotedName(first)})`,
    {
      place: { field: 'actions' },
      remedy:
        (near === undefined ? '' : `did you mean ${quotedName(near)}? `) +
        'add it to actions, exposures or ignored in the domain file',
    },
  );
}
