/** What a reader of a release must know: sentences of docs/release.md, in its order (PUBLISH-3). */
import type { Domain } from '../../schemas/domain.ts';
import type { TaskRules } from '../forms/task-rules.ts';
import { exposureKey, isOfItem } from '../timeline/exposure.ts';
import type { LateEvents } from '../timeline/lateness.ts';
import { plain } from './card/phrases.ts';

/** What of a release decides its notes. */
export interface NotesFacts {
  readonly tasks: readonly Pick<TaskRules, 'name' | 'drawsItems' | 'choosesItems' | 'randomAlone'>[];
  /** Names of the tasks that have a row: nothing is said of rows that there are not. */
  readonly withRows: ReadonlySet<string>;
  readonly domain: Pick<Domain, 'at_exposure'>;
  readonly itemsWithoutTime: number;
  /** What came in late by more than the longest label window, and is not waited for. */
  readonly late: LateEvents;
  /** Some attributes are taken on trust to have been known all along. */
  readonly hasAssumed: boolean;
}

/** The notes of manifest and card. */
export function notesOf({ tasks, withRows, domain, itemsWithoutTime, late, hasAssumed }: NotesFacts): string[] {
  const released = tasks.filter(({ name }) => withRows.has(name));
  const drawing = namesOf(released.filter((task) => task.choosesItems));
  const randomAlone = namesOf(released.filter((task) => task.randomAlone));
  const ofMoment = domain.at_exposure.filter((entry) => !isOfItem(entry)).map((entry) => plain(exposureKey(entry)));
  const notes: readonly (readonly [applies: boolean, note: string])[] = [
    [true, 'Members who were erased are missing from all times.'],
    [true, 'Nothing is promised on how far apart rows of one member lie.'],
    [true, 'Rows of tables that became no event are counted in lineage.json, by reason.'],
    [
      released.some((task) => task.drawsItems),
      'Negatives are drawn: the domain records no exposures, ' +
        'so "did not interact" is said of items drawn from those known at the time.',
    ],
    [randomAlone !== '', `Popularity may tell the right one in ${randomAlone}: all other items are drawn at random.`],
    [
      drawing !== '',
      `Serving a brand-new item is outside what was trained in ${drawing}: ` +
        'every item asked about was known before.',
    ],
    [
      // Those that lost every question, too.
      tasks.some((task) => task.choosesItems),
      'Which questions were lost, and with which labels, is counted in lineage.json.',
    ],
    [
      ofMoment.length > 0,
      `Of the moment of a question, and not of its item, are by the word of the domain: ${ofMoment.join(', ')}.`,
    ],
    [
      itemsWithoutTime > 0,
      `${itemsWithoutTime} items have no time: they are assumed to have been there from the beginning, ` +
        'and are never drawn as candidates; random candidates of early days are biased.',
    ],
    [
      late.versions > 0 || late.interactions > 0,
      `${late.versions} versions and ${late.interactions} interactions were ingested later than their time by more ` +
        'than the longest label window, and are taken for known at their time; `known: ingest_time` hides each ' +
        'until it was there.',
    ],
    [hasAssumed, 'Some attributes are taken on trust to have been known all along: see `assumed` in the manifest.'],
  ];
  return notes.filter(([applies]) => applies).map(([, note]) => note);
}

function namesOf(tasks: readonly { readonly name: string }[]): string {
  return tasks.map(({ name }) => name).join(', ');
}
