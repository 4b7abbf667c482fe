/** Drawn items, pools, and the candidates of a choice. */
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { compareBytes, joinKey, sortByDraw } from './draws.ts';
import type { Interaction } from './timeline.ts';
import { existsFor, inWindow, liveVersion, type Moment, seenInteractions } from './view.ts';

/** An item that a question shows, and why. */
export interface Candidate {
  readonly item: string;
  readonly reason: string;
}

/** No more counters than this are drawn for one purpose of one question (CAND-2). */
const COUNTERS_MAX = 1_000;

/** Items of the population by draw, counter by counter (CAND-2). */
function* drawnItems({ world, opening, key }: Moment, purpose: string): Generator<string> {
  const { size, item } = world.population.at(opening.askedAt);
  for (let counter = 0; counter < COUNTERS_MAX && size > 0; counter++) {
    yield item(world.draws.number(purpose, [...key, counter]) % size);
  }
}

/**
 * The item that a question asks about instead of its own; undefined where there are too few
 * (CAND-3).
 */
export function drawnItem(moment: Moment): string | undefined {
  const own = moment.opening.event.item;
  return drawnItems(moment, 'drawn_item').find((item) => item !== own && isLive(moment, item));
}

/**
 * `count` candidates in display order, the right one and wrong ones, of which `exposedWanted` are
 * to be shown ones; undefined where there are too few.
 */
export function candidatesOf(moment: Moment, count: number, exposedWanted: number): Candidate[] | undefined {
  const barred = barredItems(moment);
  const chosen = new Map([[moment.opening.event.item, 'right']]);
  const passes = (item: string) => !chosen.has(item) && !barred.has(item) && isLive(moment, item);
  for (const { purpose, items } of exposedWanted === 0 ? [] : poolsOf(moment)) {
    for (let taken = 0; chosen.size - 1 < exposedWanted; taken++) {
      const item = takeFrom(moment, { purpose, items: items.filter(passes) }, taken);
      if (item === undefined) break;
      chosen.set(item, purpose);
    }
  }
  for (const item of drawnItems(moment, 'random')) {
    if (chosen.size >= count) break;
    if (passes(item)) chosen.set(item, 'random');
  }
  return chosen.size < count ? undefined : inDrawOrder(moment, chosen);
}

/** Items to take from, and the purpose of the draws that do. */
type Pool = { readonly purpose: string; readonly items: readonly string[] };

/**
 * The item of a pool at a draw, modulo the eligible ones (CAND-6); undefined where there is none.
 */
export function takeFrom({ world, key }: Moment, { purpose, items }: Pool, counter: number): string | undefined {
  return items[world.draws.number(purpose, [...key, counter]) % items.length];
}

/** Candidates in the order of draw `order` (CAND-8), of their reasons by item. */
export function inDrawOrder({ world, key }: Moment, reasons: ReadonlyMap<string, string>): Candidate[] {
  const sorted = sortByDraw([...reasons], ([item]) => {
    const own = [...key, item];
    return { draw: world.draws.number('order', own), key: joinKey(own) };
  });
  return sorted.map(([item, reason]) => ({ item, reason }));
}

/** Whether an item is live at T (ASOF-3). */
export function isLive({ world, opening }: Moment, item: string): boolean {
  return liveVersion(world, item, opening.askedAt) !== undefined;
}

/** Items on which the member acts in [T, T + W); with W = 0 the opening's own alone (CAND-7). */
function barredItems(moment: Moment): Set<string> {
  const { timeline, opening } = moment;
  const acted = inWindow(moment, timeline.interactions).filter((event) => !isExposure(moment, event));
  return new Set([opening.event.item, ...acted.map(({ item }) => item)]);
}

/** The slate's items, then those shown before T (CAND-5). */
function poolsOf(moment: Moment): Pool[] {
  const shown = seenInteractions(moment).filter((event) => isExposure(moment, event));
  return [
    { purpose: 'slate', items: distinctItems(slateExposures(moment)) },
    { purpose: 'shown', items: distinctItems(shown) },
  ];
}

/** The exposures of the opening event's slate that came by T, in order (CAND-5). */
export function slateExposures(moment: Moment): Interaction[] {
  const { timeline, opening } = moment;
  const { slate } = opening.event;
  if (slate === undefined) return [];
  const inSlate = (event: Interaction) =>
    event.slate === slate && event.at !== TIME_UNKNOWN && event.at <= opening.askedAt && isExposure(moment, event);
  return timeline.interactions.filter((event) => inSlate(event) && existsFor(moment, event));
}

function isExposure({ world }: Moment, { rank }: Interaction): boolean {
  return rank === world.vocabulary.noneRank;
}

/** The items of these interactions, each once, in order of their ids. */
export function distinctItems(events: readonly Interaction[]): string[] {
  return [...new Set(events.map(({ item }) => item))].sort(compareBytes);
}
