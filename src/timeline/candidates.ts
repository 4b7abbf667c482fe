/** Candidates of a question: the right one and wrong ones drawn from what was seen at T. */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { ItemId } from '../../schemas/ids.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import { draw } from './draws.ts';
import { type ItemTable, type ItemVersion, live } from './item-table.ts';
import { existsFor, hasTime, type MemberTimeline } from './member-timeline.ts';
import { compareKeys } from './openings.ts';

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
  readonly t: number;
}

/** How many wrong candidates are wanted, and which may not be. */
export interface CandidateRules extends DrawRules {
  readonly right: ItemVersion;
  readonly openingEvent: number;
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
export function chooseCandidates(
  timeline: MemberTimeline,
  items: ItemTable,
  rules: CandidateRules,
): Candidate[] | undefined {
  const taken = new Set([rules.right.itemId]);
  const wrong: Candidate[] = [];
  const pools: ['slate' | 'shown', readonly ItemId[]][] = [
    ['slate', itemsOf(timeline, slateExposures(timeline, rules))],
    ['shown', itemsOf(timeline, exposuresSeen(timeline, rules))],
  ];
  for (const [purpose, pool] of pools) {
    if (wrong.length < rules.shown)
      wrong.push(...takeFrom(pool, purpose, { wanted: rules.shown - wrong.length, items, rules, taken }));
  }
  const wanted = rules.shown + rules.random;
  for (let counter = 0; wrong.length < wanted; counter++) {
    if (counter === CANDIDATE_DRAWS_MAX) return undefined;
    const version = drawItem(items, rules, { purpose: 'random', counter });
    if (version === undefined || taken.has(version.itemId) || rules.barred.has(version.itemId)) continue;
    taken.add(version.itemId);
    wrong.push({ version, reason: 'random' });
  }
  return inDrawnOrder([{ version: rules.right, reason: 'right' }, ...wrong], rules);
}

/**
 * One item drawn from the population at T by purpose and counter; undefined where the one drawn is
 * not live (CAND-2).
 */
export function drawItem(
  items: ItemTable,
  rules: DrawRules,
  by: { readonly purpose: 'random' | 'drawn_item'; readonly counter: number },
): ItemVersion | undefined {
  const size = items.population.sizeAt(rules.t);
  if (size === 0) return undefined;
  const rank = draw(rules.seed, by.purpose, [...rules.key, String(by.counter)]) % size;
  return live(items.seen(items.population.at(rules.t, rank), rules.t));
}

/** The first drawn item that is live and not the opening's own (CAND-3). */
export function drawOtherItem(items: ItemTable, rules: DrawRules, own: ItemId): ItemVersion | undefined {
  if (items.population.sizeAt(rules.t) === 0) return undefined;
  for (let counter = 0; counter < CANDIDATE_DRAWS_MAX; counter++) {
    const version = drawItem(items, rules, { purpose: 'drawn_item', counter });
    if (version !== undefined && version.itemId !== own) return version;
  }
  return undefined;
}

function takeFrom(
  pool: readonly ItemId[],
  purpose: 'slate' | 'shown',
  state: { wanted: number; items: ItemTable; rules: CandidateRules; taken: Set<ItemId> },
): Candidate[] {
  const { wanted, items, rules, taken } = state;
  const eligible = pool
    .filter((itemId) => !taken.has(itemId) && !rules.barred.has(itemId))
    .map((itemId) => live(items.seen(itemId, rules.t)))
    .filter((version) => version !== undefined);
  const candidates: Candidate[] = [];
  while (candidates.length < wanted && eligible.length > 0) {
    const at = draw(rules.seed, purpose, [...rules.key, String(candidates.length)]) % eligible.length;
    for (const version of eligible.splice(at, 1)) {
      taken.add(version.itemId);
      candidates.push({ version, reason: purpose });
    }
  }
  return candidates;
}

/**
 * Positions of the exposures in the opening's slate, in order: the slate is what was put before the
 * member at T, so T itself counts (CAND-5).
 */
export function* slateExposures(
  timeline: MemberTimeline,
  rules: Pick<CandidateRules, 'openingEvent' | 't' | 'noneRank'>,
): Generator<number> {
  const { slate_id: slate, surface } = nth(timeline.events, rules.openingEvent);
  if (slate === undefined) return;
  for (let i = 0; i < timeline.size && floatAt(timeline.at, i) <= rules.t; i++) {
    const isExposure = timeline.rank[i] === rules.noneRank && hasTime(timeline, i) && existsFor(timeline, i, surface);
    if (isExposure && nth(timeline.events, i).slate_id === slate) yield i;
  }
}

function exposuresSeen(timeline: MemberTimeline, { seen, noneRank }: CandidateRules): Int32Array {
  return seen.filter((i) => timeline.rank[i] === noneRank);
}

/** The items of these events, each once, in order of their ids. */
function itemsOf(timeline: MemberTimeline, events: Iterable<number>): ItemId[] {
  const ids = new Set(Array.from(events, (i) => nth(timeline.itemIds, intAt(timeline.item, i))));
  return [...ids].sort(compareUtf8);
}

/** Display order is a draw over the item alone, so it cannot tell which one is right (CAND-8). */
export function inDrawnOrder(candidates: readonly Candidate[], rules: Omit<DrawRules, 't'>): Candidate[] {
  return candidates
    .map((candidate) => ({ candidate, drawn: draw(rules.seed, 'order', [...rules.key, candidate.version.itemId]) }))
    .sort((a, b) => a.drawn - b.drawn || compareKeys([a.candidate.version.itemId], [b.candidate.version.itemId]))
    .map(({ candidate }) => candidate);
}
