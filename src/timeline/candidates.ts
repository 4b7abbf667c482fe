/** Candidates of a question: the right one and wrong ones drawn from what was seen at T (rules.md 4). */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { type DrawPurpose, draw } from './draws.ts';
import { type ItemTable, type ItemVersion, live } from './item-table.ts';
import { existsFor, hasTime, type MemberTimeline } from './member-timeline.ts';
import { compareKeys } from './openings.ts';

/** Most draws for the wrong candidates of one question; beyond it the question is `too_few_candidates`. */
export const CANDIDATE_DRAWS_MAX = 1_000;

export type CandidateReason = 'right' | 'slate' | 'shown' | 'random';

export interface Candidate {
  readonly version: ItemVersion;
  readonly reason: CandidateReason;
}

export interface CandidateRules {
  readonly seed: number;
  readonly key: readonly string[];
  readonly t: number;
  readonly right: ItemVersion;
  readonly openingEvent: number;
  readonly shown: number;
  readonly random: number;
  /** Items with an action of this member in the label window. */
  readonly barred: ReadonlySet<string>;
  /** Positions of events seen at T. */
  readonly seen: Int32Array;
  readonly noneRank: number;
}

/** All candidates in the order shown, or undefined where too few can be found. */
export function chooseCandidates(
  timeline: MemberTimeline,
  items: ItemTable,
  rules: CandidateRules,
): Candidate[] | undefined {
  const taken = new Set([rules.right.itemId]);
  const wrong: Candidate[] = [];
  const pools: [CandidateReason & DrawPurpose, readonly string[]][] = [
    ['slate', slateItems(timeline, rules)],
    ['shown', shownItems(timeline, rules)],
  ];
  for (const [purpose, pool] of pools) {
    if (wrong.length < rules.shown)
      wrong.push(...takeFrom(pool, purpose, rules.shown - wrong.length, { items, rules, taken }));
  }
  const wanted = rules.shown + rules.random;
  for (let counter = 0; wrong.length < wanted; counter++) {
    if (counter === CANDIDATE_DRAWS_MAX) return undefined;
    const version = drawItem(items, rules, 'random', counter);
    if (version === undefined || taken.has(version.itemId) || rules.barred.has(version.itemId)) continue;
    taken.add(version.itemId);
    wrong.push({ version, reason: 'random' });
  }
  return inOrder([{ version: rules.right, reason: 'right' }, ...wrong], rules);
}

/** One item drawn from the population at T by purpose and counter; undefined where the one drawn is not live. */
export function drawItem(
  items: ItemTable,
  rules: { seed: number; key: readonly string[]; t: number },
  purpose: 'random' | 'drawn_item',
  counter: number,
): ItemVersion | undefined {
  const size = items.population.sizeAt(rules.t);
  if (size === 0) return undefined;
  const rank = draw(rules.seed, purpose, [...rules.key, String(counter)]) % size;
  return live(items.seen(items.population.at(rules.t, rank), rules.t));
}

/** The first drawn item that is live and not the opening's own. */
export function drawOtherItem(
  items: ItemTable,
  rules: { seed: number; key: readonly string[]; t: number },
  own: string,
): ItemVersion | undefined {
  if (items.population.sizeAt(rules.t) === 0) return undefined;
  for (let counter = 0; counter < CANDIDATE_DRAWS_MAX; counter++) {
    const version = drawItem(items, rules, 'drawn_item', counter);
    if (version !== undefined && version.itemId !== own) return version;
  }
  return undefined;
}

function takeFrom(
  pool: readonly string[],
  purpose: CandidateReason & DrawPurpose,
  wanted: number,
  state: { items: ItemTable; rules: CandidateRules; taken: Set<string> },
): Candidate[] {
  const { items, rules, taken } = state;
  const eligible = pool
    .filter((itemId) => !taken.has(itemId) && !rules.barred.has(itemId))
    .map((itemId) => live(items.seen(itemId, rules.t)))
    .filter((version) => version !== undefined);
  const candidates: Candidate[] = [];
  while (candidates.length < wanted && eligible.length > 0) {
    const at = draw(rules.seed, purpose, [...rules.key, String(candidates.length)]) % eligible.length;
    const [version] = eligible.splice(at, 1);
    taken.add(version!.itemId);
    candidates.push({ version: version!, reason: purpose });
  }
  return candidates;
}

/** Items of the opening's slate: the slate is what was put before the member at T, so T itself counts. */
function slateItems(timeline: MemberTimeline, rules: CandidateRules): string[] {
  const { slate_id: slate, surface } = timeline.events[rules.openingEvent]!;
  if (slate === undefined) return [];
  const ids = new Set<string>();
  for (let i = 0; i < timeline.size && timeline.at[i]! <= rules.t; i++) {
    const isShown = timeline.rank[i] === rules.noneRank && hasTime(timeline, i) && existsFor(timeline, i, surface);
    if (isShown && timeline.events[i]!.slate_id === slate) ids.add(timeline.events[i]!.item_id);
  }
  return [...ids].sort(compareUtf8);
}

function shownItems(timeline: MemberTimeline, rules: CandidateRules): string[] {
  const ids = new Set<string>();
  for (const i of rules.seen) if (timeline.rank[i] === rules.noneRank) ids.add(timeline.itemIds[timeline.item[i]!]!);
  return [...ids].sort(compareUtf8);
}

/** The order shown is a draw over the item alone, so it cannot tell which one is right. */
function inOrder(candidates: readonly Candidate[], rules: CandidateRules): Candidate[] {
  return candidates
    .map((candidate) => ({ candidate, drawn: draw(rules.seed, 'order', [...rules.key, candidate.version.itemId]) }))
    .sort((a, b) => a.drawn - b.drawn || compareKeys([a.candidate.version.itemId], [b.candidate.version.itemId]))
    .map(({ candidate }) => candidate);
}
