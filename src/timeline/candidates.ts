/** Candidates of a question: the right one and wrong ones drawn from what was seen at T. */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { ItemId } from '../../schemas/ids.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import { draw, inDrawOrder } from './draws.ts';
import { type ItemTable, type ItemVersion, live } from './item-table.ts';
import { existsFor, hasTime, type MemberTimeline } from './member-timeline.ts';
import type { Opening } from './openings.ts';

/**
 * The most draws for the wrong candidates of one question; beyond, it is `too_few_candidates`
 * (CAND-2).
 */
export const CANDIDATE_DRAWS_MAX = 1_000;

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
}

/** How many wrong candidates are wanted, and which may not be. */
export interface CandidateRules extends DrawRules {
  readonly right: ItemVersion;
  /** Wrong candidates from slates and exposures, and from all items. */
  readonly shown: number;
  readonly random: number;
  /** Items with an action of this member in the label window. */
  readonly barred: ReadonlySet<ItemId>;
  /** Positions of events seen at T. */
  readonly seen: Int32Array;
  readonly noneRank: number;
}

/**
 * All candidates in display order, or undefined where too few can be found (CAND-5, CAND-6,
 * CAND-8).
 */
export function chooseCandidates(timeline: MemberTimeline, rules: CandidateRules): Candidate[] | undefined {
  const { opening, right, shown, random, barred, seen, noneRank } = rules;
  const chosen: Candidate[] = [{ version: right, reason: 'right' }];
  const isFree = (itemId: ItemId) => !barred.has(itemId) && chosen.every(({ version }) => version.itemId !== itemId);
  const slate = itemsOf(timeline, slateExposures(timeline, opening, noneRank));
  chosen.push(...takeFrom(slate.filter(isFree), 'slate', rules).take(shown));
  const exposures = seen.filter((i) => timeline.rank[i] === noneRank);
  const pool = itemsOf(timeline, exposures).filter(isFree);
  chosen.push(...takeFrom(pool, 'shown', rules).take(1 + shown - chosen.length));
  for (let counter = 0; chosen.length < 1 + shown + random; counter++) {
    if (counter === CANDIDATE_DRAWS_MAX) return undefined;
    const version = drawItem(rules, 'random', counter);
    if (version !== undefined && isFree(version.itemId)) chosen.push({ version, reason: 'random' });
  }
  return inDrawnOrder(chosen, rules);
}

/**
 * One item drawn from the population at T by purpose and counter; undefined where the one drawn is
 * not live (CAND-2).
 */
export function drawItem(rules: DrawRules, purpose: 'random' | 'drawn_item', counter: number): ItemVersion | undefined {
  const { seed, key, opening, items } = rules;
  const size = items.population.sizeAt(opening.t);
  if (size === 0) return undefined;
  const rank = draw(seed, purpose, [...key, String(counter)]) % size;
  return live(items.seen(items.population.at(opening.t, rank), opening.t));
}

/** The first drawn item that is live and not the opening's own (CAND-3). */
export function drawOtherItem(rules: DrawRules, own: ItemId): ItemVersion | undefined {
  if (rules.items.population.sizeAt(rules.opening.t) === 0) return undefined;
  for (let counter = 0; counter < CANDIDATE_DRAWS_MAX; counter++) {
    const version = drawItem(rules, 'drawn_item', counter);
    if (version !== undefined && version.itemId !== own) return version;
  }
  return undefined;
}

/** The live items of the pool, drawn one after another. */
function* takeFrom(pool: readonly ItemId[], purpose: 'slate' | 'shown', rules: DrawRules): Generator<Candidate> {
  const { seed, key, opening, items } = rules;
  const left = pool.map((itemId) => live(items.seen(itemId, opening.t))).filter((version) => version !== undefined);
  for (let taken = 0; left.length > 0; taken++) {
    const at = draw(seed, purpose, [...key, String(taken)]) % left.length;
    for (const version of left.splice(at, 1)) yield { version, reason: purpose };
  }
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
export function inDrawnOrder(candidates: readonly Candidate[], rules: Pick<DrawRules, 'seed' | 'key'>): Candidate[] {
  const { seed, key } = rules;
  return inDrawOrder(candidates, ({ version }) => [...key, version.itemId], { seed, purpose: 'order' });
}
