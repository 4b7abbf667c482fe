/** Filling: takes history entries, one by one, into the room that the fixed parts leave. */
import type { Template } from '../../../schemas/template.ts';
import { type HistoryEntry, strategyOrder } from './history.ts';
import type { CutLine, LevelName, LineBook } from './levels.ts';
import { actionPhrase, agePhrase, fillTemplate, groupPhrase, type Slots } from './phrases.ts';
import type { Asked } from './questions.ts';
import type { World } from './world.ts';
import { inOrder } from './world.ts';

/** Best first (repeated from schemas/rows.ts: the checker imports types alone). */
const LEVELS: readonly LevelName[] = ['full', 'short', 'title'];

type HistoryBlock = Extract<Template['blocks'][number], { history: unknown }>['history'];

export interface PlacedEntry extends HistoryEntry {
  readonly level: LevelName;
  readonly line: CutLine;
  /** The heading that stands before the entry where it differs from that of the entry before. */
  readonly heading: string;
}

export interface Filling {
  /** In the order shown. */
  readonly placed: readonly PlacedEntry[];
  readonly used: number;
  readonly lowered: number;
  /** Id of the event at which filling stopped; empty: none. */
  readonly stoppedAt: string;
}

export interface FillingOptions {
  readonly asked: Asked;
  readonly template: Template;
  readonly block: HistoryBlock;
  readonly slots: Slots;
  readonly entries: readonly HistoryEntry[];
  readonly room: number;
}

/** The heading above an entry: its group's, or its age and action. */
function headingOf(world: World, options: FillingOptions, entry: HistoryEntry): string {
  const { asked, template, block, slots } = options;
  const { vocabulary } = world;
  if (asked.task.spec.order === 'by_action') {
    return fillTemplate(block.group, { ...slots, group: groupPhrase(vocabulary, entry.rank) });
  }
  const action = actionPhrase(vocabulary, entry.rank);
  const age = agePhrase(template, entry.event.at, asked.askedAt);
  return age === undefined
    ? fillTemplate(block.undated, { ...slots, action })
    : fillTemplate(block.dated, { ...slots, age, action });
}

/** The place of a rank among the groups shown; none stands last. */
function groupPlace(world: World, rank: number): number {
  const place = world.vocabulary.display.indexOf(rank);
  return place < 0 ? world.vocabulary.display.length : place;
}

export function fillHistory(world: World, book: LineBook, options: FillingOptions): Filling {
  const { asked, block, slots, entries, room } = options;
  const { spec } = asked.task;
  const shares = world.section.shares;
  const tokens = (heading: string) => book.fixed(heading).length;
  const byAction = spec.order === 'by_action';
  const blockHeading = block.heading.reduce((sum, line) => sum + tokens(fillTemplate(line, slots)), 0);
  const placed: PlacedEntry[] = [];
  let used = 0;
  let stoppedAt = '';

  const comesBefore = (a: HistoryEntry, b: HistoryEntry) =>
    ((byAction ? groupPlace(world, a.rank) - groupPlace(world, b.rank) : 0) || inOrder(a.event, b.event)) < 0;
  for (const entry of strategyOrder(entries, spec.strategy)) {
    const heading = headingOf(world, options, entry);
    const index = placeOf(placed, (other) => comesBefore(other, entry));
    const growth = headingGrowth(placed, index, heading, tokens) + (placed.length === 0 ? blockHeading : 0);
    let first = 2;
    if (used * 100 < room * shares.full) first = 0;
    else if (used * 100 < room * shares.short) first = 1;
    const fitting = LEVELS.slice(first)
      .map((level) => ({ level, line: book.item(entry.version, level) }))
      .find(({ line }) => used + line.ids.length + growth <= room);
    if (fitting === undefined) {
      stoppedAt = entry.event.id;
      break;
    }
    placed.splice(index, 0, { ...entry, ...fitting, heading });
    used += fitting.line.ids.length + growth;
  }
  return { placed, used, lowered: placed.filter(({ level }) => level !== 'full').length, stoppedAt };
}

/** How many placed entries stand before a new one: they are in order, so by bisection. */
function placeOf(placed: readonly PlacedEntry[], isBefore: (entry: PlacedEntry) => boolean): number {
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(placed[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Tokens of all headings with a new entry at `index`, less those without it: only its neighbours matter. */
function headingGrowth(
  placed: readonly PlacedEntry[],
  index: number,
  heading: string,
  tokens: (heading: string) => number,
): number {
  const before = placed[index - 1]?.heading;
  const after = placed[index]?.heading;
  let growth = before === heading ? 0 : tokens(heading);
  if (after !== undefined) {
    if (after !== before) growth -= tokens(after);
    if (after !== heading) growth += tokens(after);
  }
  return growth;
}
