/** Drawn items, pools, and the candidates of a choice. */
import { nth } from '../checked.ts';
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { compareBytes, joinKey, jump, sortByDraw } from './draws.ts';
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
  const size = world.population.sizeAt(opening.askedAt);
  for (let counter = 0; counter < COUNTERS_MAX && size > 0; counter++) {
    yield world.population.itemAt(jump(world.draws.number(purpose, [...key, counter]), size));
  }
}

/**
 * The item that a question asks about instead of its own, which says something else than the own
 * one and than others that are acted on (CAND-3, CAND-9); undefined where there are too few.
 */
export function drawnItem(moment: Moment): string | undefined {
  const own = moment.opening.event.item;
  const others = [...actedItems(moment)].map((item) => ({ item, line: saidOf(moment, item) }));
  const isAlike = (item: string) => {
    const line = saidOf(moment, item);
    return line === saidOf(moment, own) || others.some((other) => other.item !== item && other.line === line);
  };
  return drawnItems(moment, 'drawn_item').find((item) => item !== own && isLive(moment, item) && !isAlike(item));
}

/**
 * `count` candidates in display order, the right one and wrong ones, of which `exposedWanted` are
 * to be shown ones; undefined where there are too few.
 */
export function candidatesOf(moment: Moment, count: number, exposedWanted: number): Candidate[] | undefined {
  const { world, opening, key } = moment;
  const right = opening.event.item;
  const barred = actedItems(moment);
  const chosen = new Map([[right, 'right']]);
  const said = new Set([right, ...barred].map((item) => saidOf(moment, item)));
  const passes = (item: string) =>
    !chosen.has(item) && !barred.has(item) && isDrawable(moment, item) && !said.has(saidOf(moment, item));
  const take = (item: string, reason: string) => {
    chosen.set(item, reason);
    said.add(saidOf(moment, item));
  };
  for (const { purpose, items } of exposedWanted === 0 ? [] : poolsOf(moment)) {
    for (let counter = 0; counter < COUNTERS_MAX; counter++) {
      if (chosen.size > exposedWanted || !items.some(passes)) break;
      const item = nth(items, world.draws.number(purpose, [...key, counter]) % items.length);
      if (passes(item)) take(item, purpose);
    }
  }
  for (const item of chosen.size < count ? drawnItems(moment, 'random') : []) {
    if (passes(item)) take(item, 'random');
    if (chosen.size === count) break;
  }
  return chosen.size < count ? undefined : inDrawOrder(moment, chosen);
}

/** What an item says at T by its version of ASOF-3; undefined where it is not live (CAND-9). */
export function saidOf({ world, opening, says }: Moment, item: string): string | undefined {
  const version = liveVersion(world, item, opening.askedAt);
  return version === undefined ? undefined : says(version);
}

/** Whether an item could have been drawn: it is in the population at T, and live. */
export function isDrawable(moment: Moment, item: string): boolean {
  return moment.world.population.holds(item, moment.opening.askedAt) && isLive(moment, item);
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
function isLive({ world, opening }: Moment, item: string): boolean {
  return liveVersion(world, item, opening.askedAt) !== undefined;
}

/** Items on which the member acts in the label window (CAND-7). */
function actedItems(moment: Moment): Set<string> {
  const acted = inWindow(moment, moment.timeline.interactions).filter((event) => !isExposure(moment, event));
  return new Set(acted.map(({ item }) => item));
}

/** Items to take from, and the purpose of the draws that do. */
type Pool = { readonly purpose: string; readonly items: readonly string[] };

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
