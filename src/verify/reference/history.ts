/** History: which past items there are for a question, and in which order a strategy offers them. */
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import type { Asked } from './questions.ts';
import { liveVersion, seenInteractions } from './view.ts';
import type { Interaction, Timeline, Version, World } from './world.ts';

/** One item of the past under the strongest action seen. */
export interface HistoryEntry {
  readonly event: Interaction;
  /** The none rank where the item was only shown. */
  readonly rank: number;
  readonly version: Version;
}

export interface PastActions {
  readonly entries: readonly HistoryEntry[];
  /** Actions seen before T, candidates included. */
  readonly actionsBefore: number;
}

/** Entries in timeline order, oldest first. */
export function pastOf(world: World, timeline: Timeline, asked: Asked): PastActions {
  const t = asked.askedAt;
  const { noneRank } = world.vocabulary;
  const events = seenInteractions(world, timeline, t, asked.opening.event.surface);
  const hidden = new Set(asked.task.form === 'retrieval.choose' || asked.task.drawnShare > 0 ? asked.itemIds : []);
  const settled = (event: Interaction) => event.at === TIME_UNKNOWN || event.at + asked.task.window <= t;
  /** By item the place of the newest event with the strongest action; events without action count once they are settled. */
  const strongest = new Map<string, number>();
  let actionsBefore = 0;
  for (let place = 0; place < events.length; place++) {
    const event = events[place]!;
    const isAction = event.rank < noneRank;
    if (isAction) actionsBefore++;
    if (hidden.has(event.item) || (!isAction && !settled(event))) continue;
    const known = strongest.get(event.item);
    if (known === undefined || event.rank <= events[known]!.rank) strongest.set(event.item, place);
  }
  const entries: HistoryEntry[] = [];
  for (let place = 0; place < events.length; place++) {
    const event = events[place]!;
    if (strongest.get(event.item) !== place) continue;
    const version = liveVersion(world, event.item, t);
    if (version !== undefined) entries.push({ event, rank: event.rank, version });
  }
  return { entries, actionsBefore };
}

/** The order in which entries are tried. */
export function strategyOrder(entries: readonly HistoryEntry[], strategy: string | undefined): HistoryEntry[] {
  const newestFirst = entries.toReversed();
  if (strategy !== 'balanced') return newestFirst;
  const ranks = [...new Set(newestFirst.map(({ rank }) => rank))].sort((a, b) => a - b);
  const groups = ranks.map((rank) => newestFirst.filter((entry) => entry.rank === rank));
  const order: HistoryEntry[] = [];
  for (let round = 0; order.length < entries.length; round++) {
    for (const group of groups) if (round < group.length) order.push(group[round]!);
  }
  return order;
}
