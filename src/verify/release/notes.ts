/** The notes of a release, worked out again: the table of notes in docs/release.md (PUBLISH-3). */
import type { CheckedEvent } from '../events/checked-event.ts';
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import type { Corpus } from '../reference/tasks.ts';
import { asText } from './card-phrases.ts';
import { SPLITS } from './manifest.ts';

/** Events that came in later than their time by more than the longest label window. */
export interface LateEvents {
  readonly versions: number;
  readonly interactions: number;
}

/** The late ones of the events that are used, as of `until`; none with `known: ingest_time`. */
export function lateOf(used: readonly CheckedEvent[], { tasks, section }: Corpus, until: number): LateEvents {
  const longest = Math.max(...tasks.map(({ window }) => window));
  const isLate = ({ at, until: end, ingestedAt = end }: CheckedEvent) =>
    at !== TIME_UNKNOWN && at < until && ingestedAt - end > longest;
  const late = section.known === 'ingest_time' ? [] : used.filter(isLate);
  const interactions = late.filter(({ type }) => type === 'interaction').length;
  return { versions: late.length - interactions, interactions };
}

/** What decides which notes there are; tasks and keys by name. */
export interface NoteFacts {
  /** Tasks with rows that have a drawn share above 0 (CAND-3). */
  readonly drawn: readonly string[];
  /** Tasks with rows of which all wrong candidates or drawn items are random. */
  readonly random: readonly string[];
  /** Tasks with rows that draw (ASOF-4). */
  readonly drawing: readonly string[];
  /** Whether a task draws, with rows or without. */
  readonly draws: boolean;
  /**
   * As the card writes them: keys of `at_exposure` but those measured of the item, `value` and
   * `position` (OPEN-7).
   */
  readonly momentKeys: readonly string[];
  readonly itemsWithoutTime: number;
  /** What was ingested late (ASOF-1). */
  readonly late: LateEvents;
  readonly assumes: boolean;
}

/** The notes, in order. */
export function notesOf(facts: NoteFacts): string[] {
  const { drawn, random, drawing, draws, momentKeys, itemsWithoutTime, late, assumes } = facts;
  const all: (readonly [applies: boolean, note: string])[] = [
    [true, 'Members who were erased are missing from all times.'],
    [true, 'Nothing is promised on how far apart rows of one member lie.'],
    [true, 'Rows of tables that became no event are counted in lineage.json, by reason.'],
    [
      drawn.length > 0,
      'Negatives are drawn: the domain records no exposures, so "did not interact" is said of items drawn from ' +
        'those known at the time.',
    ],
    [
      random.length > 0,
      `Popularity may tell the right one in ${random.join(', ')}: all other items are drawn at random.`,
    ],
    [
      drawing.length > 0,
      `Serving a brand-new item is outside what was trained in ${drawing.join(', ')}: every item asked about was ` +
        'known before.',
    ],
    [draws, 'Which questions were lost, and with which labels, is counted in lineage.json.'],
    [
      momentKeys.length > 0,
      `Of the moment of a question, and not of its item, are by the word of the domain: ${momentKeys.join(', ')}.`,
    ],
    [
      itemsWithoutTime > 0,
      `${itemsWithoutTime} items have no time: they are assumed to have been there from the beginning, and are ` +
        'never drawn as candidates; random candidates of early days are biased.',
    ],
    [
      late.versions + late.interactions > 0,
      `${late.versions} versions and ${late.interactions} interactions were ingested later than their time by more ` +
        'than the longest label window, and are taken for known at their time; `known: ingest_time` hides each until ' +
        'it was there.',
    ],
    [assumes, 'Some attributes are taken on trust to have been known all along: see `assumed` in the manifest.'],
  ];
  return all.flatMap(([applies, note]) => (applies ? [note] : []));
}

/**
 * What says nothing of the item by the word of the domain; value and position always may (OPEN-7).
 */
function isOfMoment({ key, ofItem }: { readonly key: string; readonly ofItem: boolean }): boolean {
  return !ofItem && key !== 'value' && key !== 'position';
}

/** The facts of a corpus and of its rows by task and end (LEDGER-2). */
export function noteFactsOf(
  { tasks, identity }: Corpus,
  fates: ReadonlyMap<string, ReadonlyMap<string, number>>,
  said: Pick<NoteFacts, 'itemsWithoutTime' | 'late' | 'assumes'>,
): NoteFacts {
  const hasRows = ({ name }: (typeof tasks)[number]) => SPLITS.some((split) => fates.get(name)?.has(split));
  const all = tasks.filter(({ rules }) => rules.draws);
  const drawing = all.filter(hasRows);
  const drawn = drawing.filter(({ rules }) => rules.block !== 'candidates');
  const random = tasks.filter(hasRows).filter(({ rules }) => rules.othersRandom);
  const names = (of: typeof tasks) => of.map(({ name }) => name);
  return {
    ...{ drawing: names(drawing), drawn: names(drawn), random: names(random), draws: all.length > 0 },
    momentKeys: identity.domain.at_exposure.filter(isOfMoment).map(({ key }) => asText(key)),
    ...said,
  };
}
