/** The notes of a release are the sentences of docs/release.md, where they apply (PUBLISH-3). */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type NotesFacts, notesOf } from '../../src/release/notes.ts';
import { SHOP, task } from '../timeline/events.ts';

const page = readFileSync(new URL('../../docs/release.md', import.meta.url), 'utf8');
/** The sentences of the table of notes, in its order. */
const SENTENCES = [...page.matchAll(/^\| `{1,2} ?([A-Z<][^\n]*?) ?`{1,2} \| [^|\n]+ \|$/gm)].map(
  ([, note = '']) => note,
);
const NONE = { versions: 0, interactions: 0 };
const notes = ({ tasks = [], ...more }: Partial<NotesFacts> = {}) =>
  notesOf({
    ...{ tasks, withRows: new Set(tasks.map(({ name }) => name)), domain: { at_exposure: [] } },
    ...{ itemsWithoutTime: 0, late: NONE, hasAssumed: false, ...more },
  });

const pointwise = task('ranking.pointwise');
const choose = (shown: number) => task('retrieval.choose', { name: `choose-${shown}`, shown, random: 2 - shown });
const binary = task('ranking.binary', { drawn: 0.5, name: 'yes' });
const price = { key: 'price', of: 'item' } as const;

it('are three where nothing else applies', () => {
  expect(notes({ tasks: [pointwise, task('next-action.action')], domain: { at_exposure: [price] } })).toEqual(
    SENTENCES.slice(0, 3),
  );
});

it('name the tasks that draw, and those in which popularity may tell the right one', () => {
  const told = (...tasks: NotesFacts['tasks']) => notes({ tasks }).slice(3);
  const popular = (names: string) => SENTENCES[4]!.replace('<tasks>', names);
  const brandNew = (names: string) => SENTENCES[5]!.replace('<tasks>', names);
  expect(told(choose(1), task('ranking.pairwise'))).toEqual([brandNew('choose-1, ranking.pairwise'), SENTENCES[6]]);
  expect(told(choose(0), pointwise)).toEqual([popular('choose-0'), brandNew('choose-0'), SENTENCES[6]]);
  const all = told(binary, choose(1), choose(0));
  expect(all).toEqual([SENTENCES[3], popular('yes, choose-0'), brandNew('yes, choose-1, choose-0'), SENTENCES[6]]);
  const unseen = task('retrieval.choose', { shown: 1, random: 1 }, SHOP);
  expect(told(unseen)[0]).toBe(popular('retrieval.choose'));
});

it('say nothing of the rows of a task that has none, and that its questions were lost', () => {
  const told = (...withRows: string[]) =>
    notes({ tasks: [binary, choose(0)], withRows: new Set(withRows), itemsWithoutTime: 9 }).slice(3, -1);
  expect(told()).toEqual([SENTENCES[6]]);
  expect(told('choose-0').join()).not.toMatch(/Negatives are drawn|yes/);
  expect(told('choose-0')).toHaveLength(3);
  expect(told('yes')[0]).toBe(SENTENCES[3]);
});

it('take value and position for what is measured of the item, however they are written', () => {
  expect(notes({ domain: { at_exposure: ['value', price, 'position'] } })).toEqual(SENTENCES.slice(0, 3));
});

it('are all of the page where all apply, in its order', () => {
  const domain = { at_exposure: ['device', price, 'hour'] };
  const late = { versions: 4, interactions: 0 };
  const all = notes({ tasks: [binary], domain, itemsWithoutTime: 3, late, hasAssumed: true });
  const filled = SENTENCES.map((note) =>
    note
      .replace('<tasks>', 'yes')
      .replace('<keys>', 'device, hour')
      .replace('<items>', '3')
      .replace('<versions>', '4')
      .replace('<interactions>', '0'),
  );
  expect(all).toHaveLength(11);
  expect(all).toEqual(filled);
});
