/** Outcomes: what followed a question, and since when that is settled. */
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { firstKnown, type Interaction } from './timeline.ts';
import { existsFor, inWindow, type Moment, seenOnItem } from './view.ts';

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
  const { world, timeline, opening, window, closesAt } = moment;
  const events = inWindow(moment, timeline.byItem.get(item));
  const rank = strongestOf(events, world.vocabulary.noneRank);
  const deciding = rank === 0 ? firstKnown(events.filter((event) => event.rank === rank)) : undefined;
  return { rank, settledAt: deciding?.knownAt ?? (window === 0 ? opening.event.knownAt : closesAt) };
}

/**
 * What comes after the opening and is known first of all that is stronger than what was seen
 * (NEXT-1, LABEL-3).
 */
export function followUpOf(moment: Moment): Outcome {
  const { world, timeline, opening, window, closesAt } = moment;
  const { event: opener, askedAt: t } = opening;
  const { noneRank } = world.vocabulary;
  const onItem = timeline.byItem.get(opener.item) ?? [];
  const seen = seenOnItem(moment, opener.item);
  const strongest = strongestOf(seen, noneRank);
  const isLookedAt = ({ at, knownAt }: Interaction) =>
    at !== TIME_UNKNOWN && at < t + window && knownAt >= t && knownAt < closesAt;
  const after = onItem.slice(onItem.indexOf(opener) + 1);
  const deciding = firstKnown(
    after.filter((event) => event.rank < strongest && isLookedAt(event) && existsFor(moment, event)),
  );
  return { rank: deciding?.rank ?? noneRank, settledAt: deciding?.knownAt ?? closesAt };
}
