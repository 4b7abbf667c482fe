/** Candidates of a question: the right one and wrong ones drawn from what was seen at T. */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { ItemId } from '../../schemas/ids.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import { draw, inDrawOrder } from './draws.ts';
import { type ItemTable, type ItemVersion, live, type Says } from './item-table.ts';
import { jump } from './jump.ts';
import { existsFor, hasTime, type MemberTimeline } from './member-timeline.ts';
import type { Opening } from './openings.ts';

/** The most draws of one purpose for a question (CAND-2, CAND-6). */
const COUNTERS_MAX = 1_000;

/** An item that is asked about, and why it is. */
export interface Candidate {
  readonly version: ItemVersion;
  /** `right`, or the purpose of the draw that chose it; the sidecar holds it. */
  readonly reason: string;
}

/** What a draw of items depends on. */
export interface DrawRules {
  readonly seed: number;
  /** The question's key. */
  readonly key: readonly string[];
  readonly opening: Opening;
  readonly items: ItemTable;
  readonly says: Says;
}

/** How many wrong candidates are wanted, and which may not be. */
export interface CandidateRules extends DrawRules {
  readonly right: ItemVersion;
  /** Wrong candidates from slates and exposures, and from all items. */
  readonly shown: number;
  readonly random: number;
  /** Items with an action of this member in the label window (CAND-7). */
  readonly barred: readonly ItemId[];
  /** Positions of events seen at T. */
  readonly seen: Int32Array;
  readonly noneRank: number;
}

/**
 * All candidates in display order, or undefined where too few can be found (CAND-5, CAND-6,
 * CAND-8).
 */
export function chooseCandidates(timeline: MemberTimeline, rules: CandidateRules): Candidate[] | undefined {
  const { opening, shown, random, seen, noneRank } = rules;
  const taken = beginTaking(rules);
  takeFromPool(taken, itemsOf(timeline, slateExposures(timeline, opening, noneRank)), 'slate');
  const exposures = seen.filter((i) => timeline.rank[i] === noneRank);
  takeFromPool(taken, itemsOf(timeline, exposures), 'shown');
  const { chosen } = taken;
  const wanted = 1 + shown + random;
  const drawn = drawPopulation(rules, 'random');
  while (chosen.length < wanted) {
    const { done, value: version } = drawn.next();
    if (done === true) return undefined;
    if (version !== undefined && taken.isFree(version)) taken.take(version, 'random');
  }
  return inDisplayOrder(chosen, rules);
}

/** Candidates while they are taken, the right one first. */
interface Taking {
  readonly rules: CandidateRules;
  readonly chosen: Candidate[];
  /** Neither taken nor barred nor alike (CAND-9). */
  isFree(version: ItemVersion): boolean;
  take(version: ItemVersion, reason: string): void;
}

function beginTaking(rules: CandidateRules): Taking {
  const { right, barred, says } = rules;
  const chosen: Candidate[] = [];
  const ids = new Set(barred);
  const said = new Set(textsOf(barred, rules).values());
  const take = (version: ItemVersion, reason: string) => {
    ids.add(version.itemId);
    said.add(says(version));
    chosen.push({ version, reason });
  };
  take(right, 'right');
  return { rules, chosen, take, isFree: (version) => !ids.has(version.itemId) && !said.has(says(version)) };
}

/** What the items say that have a live version at T (CAND-9). */
function textsOf(itemIds: Iterable<ItemId>, { items, opening, says }: DrawRules): Map<ItemId, string> {
  const texts = new Map<ItemId, string>();
  for (const itemId of itemIds) {
    const version = live(items.seen(itemId, opening.t));
    if (version !== undefined) texts.set(itemId, says(version));
  }
  return texts;
}

/** Takes shown candidates from the pool until there are enough or it is used up (CAND-6). */
function takeFromPool({ rules, chosen, isFree, take }: Taking, pool: readonly ItemId[], purpose: 'slate' | 'shown') {
  const { seed, key, opening, items, shown } = rules;
  const versions = pool.map((itemId) => items.drawable(itemId, opening.t));
  let free = versions.filter((version) => version !== undefined && isFree(version));
  for (let counter = 0; counter < COUNTERS_MAX && chosen.length < 1 + shown && free.length > 0; counter++) {
    const version = versions[draw(seed, purpose, [...key, String(counter)]) % pool.length];
    if (version === undefined || !free.includes(version)) continue;
    take(version, purpose);
    free = free.filter((each) => each !== undefined && isFree(each));
  }
}

/**
 * The items drawn from the population at T, counter by counter: undefined where the one drawn is
 * not live (CAND-2). None where the population is empty.
 */
function* drawPopulation(rules: DrawRules, purpose: 'random' | 'drawn_item'): Generator<ItemVersion | undefined> {
  const { seed, key, opening, items } = rules;
  const size = items.population.sizeAt(opening.t);
  for (let counter = 0; counter < COUNTERS_MAX && size > 0; counter++) {
    const number = jump(draw(seed, purpose, [...key, String(counter)]), size);
    yield live(items.seen(items.population.at(number), opening.t));
  }
}

/**
 * The item drawn in place of the opening's own, or undefined where none can be: none that says what
 * the own one says, or another of the items `acted` on in the label window (CAND-3, CAND-9).
 */
export function drawOtherItem(rules: DrawRules, own: ItemVersion, acted: readonly ItemId[]): ItemVersion | undefined {
  const { says } = rules;
  const texts = [...textsOf(acted, rules), [own.itemId, says(own)] as const];
  const isAlike = (version: ItemVersion) =>
    texts.some(([itemId, text]) => itemId !== version.itemId && text === says(version));
  for (const version of drawPopulation(rules, 'drawn_item')) {
    if (version !== undefined && version.itemId !== own.itemId && !isAlike(version)) return version;
  }
  return undefined;
}

/**
 * Positions of the exposures in the opening's slate, in order: the slate is what was put before the
 * member at T, so T itself counts (CAND-5).
 */
export function* slateExposures(timeline: MemberTimeline, opening: Opening, noneRank: number): Generator<number> {
  const { slate_id: slate, surface } = nth(timeline.events, opening.event);
  if (slate === undefined) return;
  for (let i = 0; i < timeline.size && floatAt(timeline.at, i) <= opening.t; i++) {
    const isExposure = timeline.rank[i] === noneRank && hasTime(timeline, i) && existsFor(timeline, i, surface);
    if (isExposure && nth(timeline.events, i).slate_id === slate) yield i;
  }
}

/** The items of these events, each once, in order of their ids. */
function itemsOf(timeline: MemberTimeline, events: Iterable<number>): ItemId[] {
  const ids = new Set(Array.from(events, (i) => nth(timeline.itemIds, intAt(timeline.item, i))));
  return [...ids].sort(compareUtf8);
}

/** Display order is a draw over the item alone, so it cannot tell which one is right (CAND-8). */
export function inDisplayOrder(candidates: readonly Candidate[], rules: Pick<DrawRules, 'seed' | 'key'>): Candidate[] {
  const { seed, key } = rules;
  return inDrawOrder(candidates, ({ version }) => [...key, version.itemId], { seed, purpose: 'order' });
}
