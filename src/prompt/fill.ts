/** Filling the room that is left with history: integers only, token counts known beforehand. */
import type { Order } from '../../schemas/recipe.ts';
import { LEVELS } from '../../schemas/rows.ts';
import { byteAt, intAt } from '../checked.ts';

/** What filling goes by; entries have numbers from 0 in strategy order. */
export interface FillRules {
  /** Tokens that the history may take (FILL-1). */
  readonly room: number;
  readonly order: Order;
  /** Percent of the room up to which full, then short, is tried first. */
  readonly shares: { readonly full: number; readonly short: number };
  /** Tokens of the block's own heading lines: paid by the first entry. */
  readonly blockTokens: number;
  /** Entries that there are. */
  readonly count: number;
  /** Position of an entry in the timeline: the order of time. */
  eventOf(entry: number): number;
  /** Number of an entry's group in the order of display. */
  groupOf(entry: number): number;
  /** The heading an entry comes under: equal numbers are equal texts; -1: not known yet. */
  headingOf(entry: number): number;
  headingTokens(heading: number): number;
  /** Tokens of the line at a level, a number into LEVELS; -1: not known yet. */
  lineTokens(entry: number, level: number): number;
}

/**
 * What fitted, in the order of display, and what the ledger says of it; used again for each row.
 */
export interface Filling {
  /** How many fitted. */
  count: number;
  /** Of each that fitted: its entry, its level (a number into LEVELS) and its heading. */
  entries: Int32Array;
  levels: Uint8Array;
  headings: Int32Array;
  /** Groups of those that fitted. */
  groups: Int32Array;
  used: number;
  /** Fitted at a level below full. */
  lowered: number;
  /** The entry that did not fit even at `title`; -1 where all fitted. */
  stoppedAt: number;
  /** The entry whose texts are not known yet, where filling ended; -1: none. */
  unknownAt: number;
}

/** Nothing filled yet. Bound: the entries of the longest prompt. */
export function createFilling(): Filling {
  const size = 256;
  return {
    count: 0,
    entries: new Int32Array(size),
    levels: new Uint8Array(size),
    headings: new Int32Array(size),
    groups: new Int32Array(size),
    used: 0,
    lowered: 0,
    stoppedAt: -1,
    unknownAt: -1,
  };
}

/**
 * Takes entries in strategy order until the first that does not fit at `title` (FILL-2, FILL-4).
 * CONTEXT NEVER EXCEEDED (FILL-6): used <= room, headings included. O(n) an entry at worst, for its
 * position in the order of display.
 */
export function fillHistory(filling: Filling, rules: FillRules): void {
  Object.assign(filling, { count: 0, used: 0, lowered: 0, stoppedAt: -1, unknownAt: -1 });
  const { room } = rules;
  for (let entry = 0; entry < rules.count; entry++) {
    const heading = rules.headingOf(entry);
    if (heading < 0 || rules.lineTokens(entry, 0) < 0) {
      filling.unknownAt = entry;
      return;
    }
    const group = rules.groupOf(entry);
    const position = positionOf(filling, { entry, group }, rules);
    const growth = headingGrowth(filling, { position, heading }, rules) + (filling.count === 0 ? rules.blockTokens : 0);
    const used = filling.used + growth;
    let level = firstLevel(filling.used, rules);
    while (level < LEVELS.length && used + rules.lineTokens(entry, level) > room) level++;
    if (level === LEVELS.length) {
      filling.stoppedAt = entry;
      return;
    }
    filling.used = used + rules.lineTokens(entry, level);
    if (level > 0) filling.lowered++;
    insert(filling, position, { entry, level, heading, group });
  }
}

/** Index into LEVELS of the level tried first. */
function firstLevel(used: number, { room, shares }: Pick<FillRules, 'room' | 'shares'>): number {
  if (used * 100 < room * shares.full) return 0;
  return used * 100 < room * shares.short ? 1 : 2;
}

/** Where the entry comes among those that fitted: by group, then by time, oldest first (FILL-3). */
function positionOf(
  { entries, groups, count }: Filling,
  { entry, group }: { readonly entry: number; readonly group: number },
  { eventOf, order }: Pick<FillRules, 'eventOf' | 'order'>,
): number {
  const at = eventOf(entry);
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const byGroup = order === 'by_action' ? intAt(groups, middle) - group : 0;
    if (byGroup < 0 || (byGroup === 0 && eventOf(intAt(entries, middle)) < at)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Tokens of all headings with `heading` between the two beside it minus those without: a
 * heading comes wherever it differs from the one before.
 */
function headingGrowth(
  { headings, count }: Filling,
  { position, heading }: { readonly position: number; readonly heading: number },
  rules: Pick<FillRules, 'headingTokens'>,
): number {
  const before = position > 0 ? intAt(headings, position - 1) : -1;
  const own = heading === before ? 0 : rules.headingTokens(heading);
  if (position === count) return own;
  const after = intAt(headings, position);
  const cost = rules.headingTokens(after);
  return own + (after === heading ? 0 : cost) - (after === before ? 0 : cost);
}

interface Fitted {
  readonly entry: number;
  readonly level: number;
  readonly heading: number;
  readonly group: number;
}

function insert(filling: Filling, position: number, { entry, level, heading, group }: Fitted): void {
  if (filling.count === filling.entries.length) grow(filling);
  const { entries, levels, headings, groups, count } = filling;
  // Some thirty numbers: `copyWithin` takes longer to be called than they take to be moved.
  for (let at = count; at > position; at--) {
    entries[at] = intAt(entries, at - 1);
    levels[at] = byteAt(levels, at - 1);
    headings[at] = intAt(headings, at - 1);
    groups[at] = intAt(groups, at - 1);
  }
  entries[position] = entry;
  levels[position] = level;
  headings[position] = heading;
  groups[position] = group;
  filling.count++;
}

function grow(filling: Filling): void {
  const size = 2 * filling.entries.length;
  const larger = <A extends Int32Array | Uint8Array>(made: A, old: A): A => {
    made.set(old);
    return made;
  };
  filling.entries = larger(new Int32Array(size), filling.entries);
  filling.headings = larger(new Int32Array(size), filling.headings);
  filling.groups = larger(new Int32Array(size), filling.groups);
  filling.levels = larger(new Uint8Array(size), filling.levels);
}
