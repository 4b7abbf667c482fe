/** Outcomes: what followed a question, and since when that is settled. */
import type { Interaction } from './timeline.ts';
import { inWindow, type Moment, seenInteractions } from './view.ts';

/** What followed on an item. */
export interface Outcome {
  /** Rank of the action, or the none rank. */
  readonly rank: number;
  readonly settledAt: number;
}

const strongestOf = (events: readonly Interaction[], none: number): number =>
  events.reduce((strongest, { rank }) => Math.min(strongest, rank), none);

/**
 * The strongest action on an item in the label window (LABEL-2), and when it is settled (LABEL-3).
 */
export function outcomeOf(moment: Moment, item: string): Outcome {
  const { world, timeline, opening, window } = moment;
  const { noneRank } = world.vocabulary;
  if (window === 0) return { rank: opening.event.rank, settledAt: opening.event.knownAt };
  const events = inWindow(moment, timeline.byItem.get(item));
  const rank = strongestOf(events, noneRank);
  const first = rank === 0 && rank < noneRank ? events.find((one) => one.rank === rank) : undefined;
  return { rank, settledAt: first?.knownAt ?? opening.askedAt + window };
}

/**
 * The first action in the label window that is stronger than all seen before T (NEXT-1, LABEL-3).
 */
export function followUpOf(moment: Moment): Outcome {
  const { world, timeline, opening, window } = moment;
  const { item } = opening.event;
  const { noneRank } = world.vocabulary;
  const before = seenInteractions(moment).filter((event) => event.item === item);
  const strongest = strongestOf(before, noneRank);
  const event = inWindow(moment, timeline.byItem.get(item)).find(({ rank }) => rank < strongest);
  return { rank: event?.rank ?? noneRank, settledAt: event?.knownAt ?? opening.askedAt + window };
}
