/** Filling: takes history entries, one by one, into the room that the fixed parts leave. */
import { countBefore, nth, remember } from '../checked.ts';
import type { Slots } from '../forms/form.ts';
import type { HistoryHeadings, Template } from '../identity/domain.ts';
import { inOrder } from '../world/timeline.ts';
import type { CutLine } from './cutting.ts';
import type { HistoryEntry, PastActions } from './history.ts';
import type { LevelName, LineBook } from './line-book.ts';
import { actionPhrase, agePhrase, daysBetween, fillTemplate, groupPhrase } from './phrases.ts';
import type { Asked } from './questions.ts';

/** Best first. */
const LEVELS: readonly LevelName[] = ['full', 'short', 'title'];

/** An entry that found room. */
export interface PlacedEntry extends HistoryEntry {
  readonly level: LevelName;
  readonly line: CutLine;
  /** The heading of the entry, which is written where it differs from that of the entry before. */
  readonly heading: string;
}

/** What the history takes. */
export interface Filling {
  /** In display order. */
  readonly placed: readonly PlacedEntry[];
  /** Tokens of the room. */
  readonly used: number;
  readonly lowered: number;
  /** Id of the event at which filling stopped; empty where it did not. */
  readonly stoppedAt: string;
}

/** What filling needs beside the question. */
export interface FillingOptions {
  readonly book: LineBook;
  readonly template: Template;
  readonly headings: HistoryHeadings;
  readonly slots: Slots;
  readonly past: PastActions;
  readonly room: number;
}

/** Headings of a block that are remembered: few are said, of many days. */
const HEADINGS_MAX = 10_000;
const headingsOfBlocks = new WeakMap<HistoryHeadings, WeakMap<Slots, Map<number, string>>>();

/** The heading above an entry: its group's, or its age and action (FILL-3). */
function headingOf(asked: Asked, options: FillingOptions, entry: HistoryEntry): string {
  const { headings, slots } = options;
  const own = remember(headingsOfBlocks, headings, () => new WeakMap<Slots, Map<number, string>>());
  const known = remember(own, slots, () => new Map<number, string>());
  if (known.size > HEADINGS_MAX) known.clear();
  const days = asked.task.order === 'by_action' ? 0 : daysBetween(entry.event.at, asked.askedAt);
  const key = days * (asked.world.vocabulary.noneRank + 1) + entry.rank;
  const before = known.get(key);
  if (before !== undefined) return before;
  const heading = makeHeading(asked, options, entry);
  known.set(key, heading);
  return heading;
}

function makeHeading({ world, task, askedAt }: Asked, options: FillingOptions, entry: HistoryEntry): string {
  const { template, headings, slots } = options;
  if (task.order === 'by_action') {
    return fillTemplate(headings.group, { ...slots, group: groupPhrase(world.vocabulary, entry.rank) });
  }
  const action = actionPhrase(world.vocabulary, entry.rank);
  const age = agePhrase(template, entry.event.at, askedAt);
  if (age === undefined) return fillTemplate(headings.undated, { ...slots, action });
  return fillTemplate(headings.dated, { ...slots, age, action });
}

/**
 * Whether an entry is shown before another: in groups by display order, none last, or by time alone
 * (FILL-3).
 */
function displayedBefore({ world, task }: Asked): (a: HistoryEntry, b: HistoryEntry) => boolean {
  const { display, noneRank } = world.vocabulary;
  const groups = [...display, noneRank];
  const groupOf = ({ rank }: HistoryEntry) => groups.indexOf(rank);
  const byAction = task.order === 'by_action';
  return (a, b) => ((byAction ? groupOf(a) - groupOf(b) : 0) || inOrder(a.event, b.event)) < 0;
}

/** Places entries in the order of the strategy, until one does not fit even at `title` (FILL-2). */
export function fillHistory(asked: Asked, options: FillingOptions): Filling {
  const { book, headings, slots, past, room } = options;
  const { shares } = asked.world.section;
  const tokens = (heading: string) => book.fixed(heading).length;
  const blockHeading = headings.heading.reduce((sum, line) => sum + tokens(fillTemplate(line, slots)), 0);
  const isBefore = displayedBefore(asked);
  const placed: PlacedEntry[] = [];
  let used = 0;
  let stoppedAt = '';
  for (const entry of asked.task.strategy(past.entries)) {
    const heading = headingOf(asked, options, entry);
    const index = countBefore(placed.length, (i) => isBefore(nth(placed, i), entry));
    const neighbours: Neighbours = [placed[index - 1]?.heading, placed[index]?.heading];
    const growth = headingGrowth(heading, neighbours, tokens) + (placed.length === 0 ? blockHeading : 0);
    let first = 2;
    if (used * 100 < room * shares.full) first = 0;
    else if (used * 100 < room * shares.short) first = 1;
    const fitting = fittingLine(book, entry, { first, most: room - used - growth });
    if (fitting === undefined) {
      stoppedAt = entry.event.id;
      break;
    }
    placed.splice(index, 0, { ...entry, ...fitting, heading });
    used += fitting.line.ids.length + growth;
  }
  return { placed, used, lowered: placed.filter(({ level }) => level !== 'full').length, stoppedAt };
}

/** The line of an entry at the best level from one on at which it has at most so many tokens. */
function fittingLine(book: LineBook, { version }: HistoryEntry, { first, most }: { first: number; most: number }) {
  for (let index = first; index < LEVELS.length; index++) {
    const level = nth(LEVELS, index);
    const line = book.item(version, level);
    if (line.ids.length <= most) return { level, line };
  }
  return undefined;
}

type Neighbours = readonly [before: string | undefined, after: string | undefined];

/**
 * Tokens of all headings with a new entry, less those without it: only its neighbours matter
 * (FILL-4).
 */
function headingGrowth(heading: string, [before, after]: Neighbours, tokens: (heading: string) => number): number {
  let growth = before === heading ? 0 : tokens(heading);
  if (after !== undefined) {
    if (after !== before) growth -= tokens(after);
    if (after !== heading) growth += tokens(after);
  }
  return growth;
}
