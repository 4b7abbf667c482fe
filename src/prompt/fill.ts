/** Filling the room that is left with history: integers only, token counts known beforehand (rules.md 5). */
import type { Order } from '../../schemas/recipe.ts';
import { LEVELS, type Level } from '../../schemas/rows.ts';

/** One event that filling may take, in strategy order. */
export interface FillEntry {
  /** Position in the timeline: the order of time. */
  readonly event: number;
  /** Place of its group in the order shown. */
  readonly group: number;
  /** The heading it stands under: equal numbers are equal texts. */
  readonly heading: number;
}

export interface FillRules<E extends FillEntry> {
  /** Tokens that the history may take. */
  readonly room: number;
  readonly order: Order;
  /** Percent of the room up to which full, then short, is tried first. */
  readonly shares: { readonly full: number; readonly short: number };
  /** Tokens of the block's own heading lines: paid by the first entry. */
  readonly blockTokens: number;
  lineTokens(entry: E, level: Level): number;
  headingTokens(heading: number): number;
}

export interface FilledEntry<E extends FillEntry> {
  readonly entry: E;
  readonly level: Level;
}

/** What is shown, in the order shown, and the ledger's side of it. */
export interface Filling<E extends FillEntry> {
  readonly shown: readonly FilledEntry<E>[];
  readonly used: number;
  /** Shown at a level below full. */
  readonly lowered: number;
  /** The entry that did not fit even at `title`; undefined: all were shown. */
  readonly stoppedAt: E | undefined;
}

/**
 * Takes entries in the order given until the first that does not fit at `title`. CONTEXT NEVER EXCEEDED: used <= room, headings included.
 * O(n) per entry at worst, for the place in the order shown.
 */
export function fillHistory<E extends FillEntry>(entries: readonly E[], rules: FillRules<E>): Filling<E> {
  const shown: FilledEntry<E>[] = [];
  let used = 0;
  let lowered = 0;
  for (const entry of entries) {
    const place = placeOf(shown, entry, rules.order);
    const growth = headingGrowth(shown, entry, place, rules) + (shown.length === 0 ? rules.blockTokens : 0);
    const level = LEVELS.slice(firstLevel(used, rules)).find(
      (each) => used + growth + rules.lineTokens(entry, each) <= rules.room,
    );
    if (level === undefined) return { shown, used, lowered, stoppedAt: entry };
    used += growth + rules.lineTokens(entry, level);
    if (level !== 'full') lowered++;
    shown.splice(place, 0, { entry, level });
  }
  return { shown, used, lowered, stoppedAt: undefined };
}

/** Index into LEVELS of the level tried first. */
function firstLevel(used: number, { room, shares }: { room: number; shares: { full: number; short: number } }): number {
  if (used * 100 < room * shares.full) return 0;
  return used * 100 < room * shares.short ? 1 : 2;
}

/** Where the entry stands among those shown: by group, then by time, oldest first. */
function placeOf<E extends FillEntry>(shown: readonly FilledEntry<E>[], entry: E, order: Order): number {
  let low = 0;
  let high = shown.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = shown[middle]!.entry;
    const byGroup = order === 'by_action' ? other.group - entry.group : 0;
    if (byGroup < 0 || (byGroup === 0 && other.event < entry.event)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Tokens of all headings with the entry at `place` minus those without: a heading stands wherever it differs from the one before. */
function headingGrowth<E extends FillEntry>(
  shown: readonly FilledEntry<E>[],
  entry: E,
  place: number,
  rules: FillRules<E>,
): number {
  const before = shown[place - 1]?.entry.heading;
  const after = shown[place]?.entry.heading;
  const own = entry.heading === before ? 0 : rules.headingTokens(entry.heading);
  if (after === undefined) return own;
  const cost = rules.headingTokens(after);
  return own + (after === entry.heading ? 0 : cost) - (after === before ? 0 : cost);
}
