/** Labels: what followed a question, and since when that is settled. */
import type { Opening } from './openings.ts';
import { NOTHING_MORE, type TaskRule } from './tasks.ts';
import { itemWindow, seenInteractions } from './view.ts';
import type { Interaction, Timeline, World } from './world.ts';

export interface Outcome {
  /** Rank of the strongest action, or the none rank. */
  readonly rank: number;
  /** The event that decided it, undefined where nothing did. */
  readonly event: Interaction | undefined;
  readonly settledAt: number;
}

/** The strongest action on an item in the label window [T, T + W); W = 0 is the opening event alone. */
export function outcomeOf(world: World, timeline: Timeline, opening: Opening, item: string, window: number): Outcome {
  const t = opening.askedAt;
  const surface = opening.event.surface;
  const events =
    window === 0 ? [opening.event] : itemWindow(world, timeline, { item, from: t, to: t + window, surface });
  const { noneRank } = world.vocabulary;
  const rank = events.reduce((strongest, event) => Math.min(strongest, event.rank), noneRank);
  const event = rank === noneRank ? undefined : events.find((one) => one.rank === rank);
  if (window === 0) return { rank, event, settledAt: opening.event.knownAt };
  return { rank, event, settledAt: rank === 0 && event !== undefined ? event.knownAt : t + window };
}

/** next-action: the first action in [T, T + W) that is stronger than all that was seen before T. */
export function followUpOf(world: World, timeline: Timeline, opening: Opening, window: number): Outcome {
  const t = opening.askedAt;
  const { item, surface } = opening.event;
  const { noneRank } = world.vocabulary;
  const before = seenInteractions(world, timeline, t, surface).filter((event) => event.item === item);
  const strongest = before.reduce((rank, event) => Math.min(rank, event.rank), noneRank);
  const events = itemWindow(world, timeline, { item, from: t, to: t + window, surface });
  const event = events.find(({ rank }) => rank < strongest);
  return { rank: event?.rank ?? noneRank, event, settledAt: event?.knownAt ?? t + window };
}

/** The label in words, for all forms but choose, whose letter depends on the order of candidates. */
export function labelOf(world: World, task: TaskRule, rank: number): string {
  const action = world.vocabulary.actions[rank];
  if (task.form === 'ranking.binary') return action?.positive ? 'Yes' : 'No';
  if (task.form === 'next-action.action') return action?.name ?? NOTHING_MORE;
  return action?.name ?? world.vocabulary.domain.none.name;
}
