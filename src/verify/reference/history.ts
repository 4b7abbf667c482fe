/** History: which past items there are for a question. */
import { remember } from '../checked.ts';
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { saidOf } from '../world/candidates.ts';
import type { Interaction, Version } from '../world/timeline.ts';
import { closesAt, liveVersion, seenInteractions } from '../world/view.ts';
import type { Asked } from './questions.ts';

/** One item of the past under the strongest action seen. */
export interface HistoryEntry {
  readonly event: Interaction;
  /** The none rank where the item was only shown. */
  readonly rank: number;
  readonly version: Version;
}

/** What the member did before T. */
export interface PastActions {
  readonly entries: readonly HistoryEntry[];
  readonly actionsBefore: number;
}

const pasts = new WeakMap<Asked, PastActions>();

/**
 * Each item once, under its strongest action (HIST-1, HIST-2), but for those that are left out and
 * those that say what they say (HIST-3), in timeline order; and the number of actions seen before
 * T, those on candidates included (ORIGIN-4).
 */
export function pastOf(asked: Asked): PastActions {
  return remember(pasts, asked, () => findPast(asked));
}

function findPast(asked: Asked): PastActions {
  const { world, askedAt: t, task } = asked;
  const { noneRank } = world.vocabulary;
  const events = seenInteractions(asked);
  const hidden = new Set(task.rules.draws ? asked.itemIds : []);
  const hiddenLines = new Set([...hidden].map((item) => saidOf(asked, item)));
  const waiting = { window: task.window, lateness: world.section.label_lateness };
  const isClosed = (event: Interaction) => event.at === TIME_UNKNOWN || closesAt(event.at, waiting, event) <= t;
  /**
   * By item the newest event with the strongest action; events without action count once they are
   * closed.
   */
  const strongest = new Map<string, Interaction>();
  let actionsBefore = 0;
  for (const event of events) {
    const isAction = event.rank < noneRank;
    if (isAction) actionsBefore++;
    if (hidden.has(event.item) || (!isAction && !isClosed(event))) continue;
    const known = strongest.get(event.item);
    if (known === undefined || event.rank <= known.rank) strongest.set(event.item, event);
  }
  const entries = events.flatMap((event): HistoryEntry[] => {
    const version = strongest.get(event.item) === event ? liveVersion(world, event.item, t) : undefined;
    const isLeftOut = version === undefined || (hidden.size > 0 && hiddenLines.has(asked.says(version)));
    return isLeftOut ? [] : [{ event, rank: event.rank, version }];
  });
  return { entries, actionsBefore };
}
