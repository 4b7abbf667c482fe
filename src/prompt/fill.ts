/** Filling the room that is left with history: integers only, token counts known beforehand. */
import type { Order } from '../../schemas/recipe.ts';
import { LEVELS, type Level } from '../../schemas/rows.ts';
import { nth } from '../checked.ts';

/** One event that filling may take. */
export interface FillEntry {
  /** Position in the timeline: the order of time. */
  readonly event: number;
  /** Number of its group in the order of display. */
  readonly group: number;
  /** The heading it comes under: equal numbers are equal texts. */
  readonly heading: number;
}

/** What filling goes by. */
export interface FillRules<E extends FillEntry> {
  /** Tokens that the history may take (FILL-1). */
  readonly room: number;
  readonly order: Order;
  /** Percent of the room up to which full, then short, is tried first. */
  readonly shares: { readonly full: number; readonly short: number };
  /** Tokens of the block's own heading lines: paid by the first entry. */
  readonly blockTokens: number;
  lineTokens(entry: E, level: Level): number;
  headingTokens(heading: number): number;
}

/** An entry that made it into the prompt. */
export interface FittedEntry<E extends FillEntry> {
  readonly entry: E;
  readonly level: Level;
}

/** What fitted, in the order of display, and what the ledger says of it. */
export interface Filling<E extends FillEntry> {
  readonly fitted: readonly FittedEntry<E>[];
  readonly used: number;
  /** Fitted at a level below full. */
  readonly lowered: number;
  /** The entry that did not fit even at `title`; undefined where all fitted. */
  readonly stoppedAt: E | undefined;
}

/**
 * Takes entries in strategy order until the first that does not fit at `title` (FILL-2, FILL-4).
 * CONTEXT NEVER EXCEEDED (FILL-6): used <= room, headings included. O(n) an entry at worst, for its
 * position in the order of display.
 */
export function fillHistory<E extends FillEntry>(entries: Iterable<E>, rules: FillRules<E>): Filling<E> {
  const fitted: FittedEntry<E>[] = [];
  let used = 0;
  let lowered = 0;
  for (const entry of entries) {
    const position = positionOf(fitted, entry, rules.order);
    const beside = { before: fitted[position - 1]?.entry.heading, after: fitted[position]?.entry.heading };
    const growth = headingGrowth(entry.heading, beside, rules) + (fitted.length === 0 ? rules.blockTokens : 0);
    const level = LEVELS.slice(firstLevel(used, rules)).find(
      (each) => used + growth + rules.lineTokens(entry, each) <= rules.room,
    );
    if (level === undefined) return { fitted, used, lowered, stoppedAt: entry };
    used += growth + rules.lineTokens(entry, level);
    if (level !== 'full') lowered++;
    fitted.splice(position, 0, { entry, level });
  }
  return { fitted, used, lowered, stoppedAt: undefined };
}

/** Index into LEVELS of the level tried first. */
function firstLevel(used: number, { room, shares }: Pick<FillRules<FillEntry>, 'room' | 'shares'>): number {
  if (used * 100 < room * shares.full) return 0;
  return used * 100 < room * shares.short ? 1 : 2;
}

/** Where the entry comes among those fitted: by group, then by time, oldest first (FILL-3). */
function positionOf<E extends FillEntry>(fitted: readonly FittedEntry<E>[], entry: E, order: Order): number {
  let low = 0;
  let high = fitted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = nth(fitted, middle).entry;
    const byGroup = order === 'by_action' ? other.group - entry.group : 0;
    if (byGroup < 0 || (byGroup === 0 && other.event < entry.event)) low = middle + 1;
    else high = middle;
  }
  return low;
}

type HeadingCosts = Pick<FillRules<FillEntry>, 'headingTokens'>;
/** Undefined where there is none. */
type Beside = Readonly<Record<'before' | 'after', number | undefined>>;

/**
 * Tokens of all headings with `heading` between the two beside it minus those without: a heading
 * comes wherever it differs from the one before.
 */
function headingGrowth(heading: number, { before, after }: Beside, costs: HeadingCosts): number {
  const own = heading === before ? 0 : costs.headingTokens(heading);
  if (after === undefined) return own;
  const cost = costs.headingTokens(after);
  return own + (after === heading ? 0 : cost) - (after === before ? 0 : cost);
}
