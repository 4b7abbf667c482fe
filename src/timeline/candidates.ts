/** Candidates of a question: the right one and wrong ones drawn from what was seen at T. */
import type { ItemId } from '../../schemas/ids.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import { draw, inDrawOrder, keyWith } from './draws.ts';
import { type ItemPool, poolOf } from './exposed-items.ts';
import { type ItemVersion, live } from './item-table.ts';
import { jump } from './jump.ts';
import { isActedOn, type LabelWindow } from './labels.ts';
import type { MemberPast } from './member-past.ts';
import type { SeenEvents } from './seen.ts';

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
  readonly key: string;
  readonly past: MemberPast;
  /** Of the opening: an action of the member in it bars an item (CAND-7). */
  readonly window: LabelWindow;
}

/** How many wrong candidates are wanted, and where they come from. */
export interface CandidateRules extends DrawRules {
  readonly right: ItemVersion;
  /** Wrong candidates from slates and exposures, and from all items. */
  readonly shown: number;
  readonly random: number;
  readonly seen: SeenEvents;
  /** Of the opening event, where it has one. */
  readonly slateId: string | undefined;
}

/**
 * All candidates in display order, or undefined where too few can be found (CAND-5, CAND-6,
 * CAND-8).
 */
export function chooseCandidates(rules: CandidateRules): Candidate[] | undefined {
  const { past, shown, random, seen, slateId } = rules;
  const taken = beginTaking(rules);
  if (shown > 0 && slateId !== undefined) {
    const slate = slateExposures(past, slateId, seen.t);
    takeFromPool(taken, poolOf(itemsOf(past, slate), past.timeline.itemIds), 'slate');
  }
  if (taken.chosen.length <= shown) takeFromPool(taken, past.shown(seen), 'shown');
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
  const { right, past } = rules;
  const chosen: Candidate[] = [];
  const ids = new Set<ItemId>();
  const said = new Set<string>();
  const take = (version: ItemVersion, reason: string) => {
    ids.add(version.itemId);
    said.add(past.says(version));
    chosen.push({ version, reason });
  };
  take(right, 'right');
  const isTaken = (version: ItemVersion) => ids.has(version.itemId) || said.has(past.says(version));
  const isFree = (version: ItemVersion) => {
    return !isTaken(version) && !isBarred(rules, version) && actedSaying(rules, version).length === 0;
  };
  return { rules, chosen, take, isFree };
}

/** The member has an action on the item in the label window (CAND-7). */
function isBarred({ past, window }: DrawRules, { itemId }: ItemVersion): boolean {
  const item = past.timeline.itemNumbers.get(itemId);
  return item !== undefined && isActedOn(window, item);
}

/** The items with an action in the label window that say at T what the version says (CAND-9). */
function actedSaying({ past, window }: DrawRules, version: ItemVersion): ItemId[] {
  const alike = past.saying(past.says(version), window.t).filter((item) => isActedOn(window, item));
  return alike.map((item) => nth(past.timeline.itemIds, item));
}

/** Misses after which it is looked whether anything is left to be taken. */
const PATIENCE = 8;

/**
 * Takes shown candidates from the pool until there are enough or it is used up (CAND-6). That it is
 * used up is seen after some misses alone: until then nothing is taken either.
 */
function takeFromPool({ rules, chosen, isFree, take }: Taking, pool: ItemPool, purpose: 'slate' | 'shown'): void {
  const { seed, key, past, shown, window } = rules;
  const versionOf = (k: number) => past.items.drawable(pool.idAt(k), window.t);
  const isLeft = (k: number) => {
    const version = versionOf(k);
    return version !== undefined && isFree(version);
  };
  let misses = 0;
  for (let counter = 0; counter < COUNTERS_MAX && chosen.length < 1 + shown && pool.size > 0; counter++) {
    const version = versionOf(draw(seed, purpose, keyWith(key, counter)) % pool.size);
    if (version !== undefined && isFree(version)) {
      take(version, purpose);
      misses = 0;
    } else if (++misses % PATIENCE === 0 && !isAnyLeft(pool, isLeft)) return;
  }
}

function isAnyLeft({ size }: ItemPool, isLeft: (k: number) => boolean): boolean {
  for (let k = 0; k < size; k++) if (isLeft(k)) return true;
  return false;
}

/**
 * The items drawn from the population at T, counter by counter: undefined where the one drawn is
 * not live (CAND-2). None where the population is empty.
 */
function* drawPopulation(rules: DrawRules, purpose: 'random' | 'drawn_item'): Generator<ItemVersion | undefined> {
  const { seed, key, past, window } = rules;
  const { items } = past;
  const size = items.population.sizeAt(window.t);
  for (let counter = 0; counter < COUNTERS_MAX && size > 0; counter++) {
    const number = jump(draw(seed, purpose, keyWith(key, counter)), size);
    yield live(items.seen(items.population.at(number), window.t));
  }
}

/**
 * The item drawn in place of the opening's own, or undefined where none can be: none that says what
 * the own one says, or another of the items with an action in the label window (CAND-3, CAND-9).
 */
export function drawOtherItem(rules: DrawRules, own: ItemVersion): ItemVersion | undefined {
  const { says } = rules.past;
  const isAlike = (version: ItemVersion) =>
    says(version) === says(own) || actedSaying(rules, version).some((itemId) => itemId !== version.itemId);
  for (const version of drawPopulation(rules, 'drawn_item')) {
    if (version !== undefined && version.itemId !== own.itemId && !isAlike(version)) return version;
  }
  return undefined;
}

/**
 * The exposures in a slate, in order: the slate is what was put before the member at T, so T itself
 * counts (CAND-5).
 */
export function slateExposures(past: MemberPast, slateId: string, t: number): number[] {
  return past.slate(slateId).filter((event) => floatAt(past.events.at, event) <= t);
}

/** The items of these events, member-local, each once. */
function itemsOf({ events }: MemberPast, numbers: readonly number[]): Set<number> {
  return new Set(numbers.map((event) => intAt(events.item, event)));
}

/** Display order is a draw over the item alone, so it cannot tell which one is right (CAND-8). */
export function inDisplayOrder(candidates: readonly Candidate[], rules: Pick<DrawRules, 'seed' | 'key'>): Candidate[] {
  const { seed, key } = rules;
  return inDrawOrder(candidates, ({ version }) => keyWith(key, version.itemId), { seed, purpose: 'order' });
}
