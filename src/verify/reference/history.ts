/** History: which past items there are for a question. */
import { nth, numberAt, present, remember } from '../checked.ts';
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { saidOf } from '../world/candidates.ts';
import { columnsOf } from '../world/member-columns.ts';
import { type Interaction, seen, type Timeline, type Version } from '../world/timeline.ts';
import { closesAt, newestVersion, seenPlaces } from '../world/view.ts';
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

/** In place of the strongest interaction with an item: none yet, or none that may be told. */
const [NONE, HIDDEN] = [-1, -2];

function findPast(asked: Asked): PastActions {
  const { world, askedAt: t, task, timeline } = asked;
  const { noneRank } = world.vocabulary;
  const { interactions } = timeline;
  const { ranks, items, numbers, versions, ofItems } = columnsOf(world, timeline);
  const places = seenPlaces(asked);
  const hidden = new Set(task.rules.draws ? asked.itemIds : []);
  const hiddenLines = new Set([...hidden].map((item) => saidOf(asked, item)));
  const waiting = { window: task.window, lateness: world.section.label_lateness };
  const isClosed = (event: Interaction) => event.at === TIME_UNKNOWN || closesAt(event.at, waiting, event) <= t;
  /**
   * By item the place of the newest event with the strongest action; events without action count
   * once they are closed.
   */
  const strongest = ofItems.fill(NONE);
  for (const item of hidden) strongest[numbers.get(item) ?? versions.length] = HIDDEN;
  let actionsBefore = 0;
  for (const place of places) {
    const [item, rank] = [numberAt(items, place), numberAt(ranks, place)];
    const isAction = rank < noneRank;
    if (isAction) actionsBefore++;
    const known = numberAt(strongest, item);
    if (known === HIDDEN || (!isAction && !isClosed(nth(interactions, place)))) continue;
    if (known === NONE || rank <= numberAt(ranks, known)) strongest[item] = place;
  }
  const known = remember(entriesOfTimelines, timeline, () => interactions.map(() => undefined));
  let count = 0;
  for (const place of places) {
    const item = numberAt(items, place);
    if (strongest[item] !== place) continue;
    const version = newestVersion(versions[item], t, seen);
    if (version === undefined || (hidden.size > 0 && hiddenLines.has(asked.says(version)))) continue;
    const event = nth(interactions, place);
    if (known[place]?.version !== version) known[place] = { event, rank: event.rank, version };
    // Over places that are read already.
    places[count++] = place;
  }
  const entries = Array.from({ length: count }, (_, index) => present(known[numberAt(places, index)], 'an entry'));
  return { entries, actionsBefore };
}

/** Entries by place: many questions of a member have the same ones. */
const entriesOfTimelines = new WeakMap<Timeline, (HistoryEntry | undefined)[]>();
