/**
 * Item lines are compared as prompts hold them, level by level, with those of items that say
 * something else.
 */
import { describe, expect, it } from 'vitest';
import { alikeLineWarnings, COMPARED_MAX, comparedOf, ENCODED_MAX } from '../../pipelines/item-lines.ts';
import { EventId, ItemId } from '../../schemas/ids.ts';
import { compareItemLines } from '../../src/prompt/item-lines.ts';
import { createSegmentStore } from '../../src/prompt/segments.ts';
import { createPromptTexts } from '../../src/prompt/texts.ts';
import type { ItemVersion } from '../../src/timeline/item-table.ts';
import { createToyEncoder } from './toy-encoder.ts';

/** `[Title: The long beginning that all of them have, number 1]` and so on. */
const titled = (title: string, i: number): ItemVersion => ({
  ...{ itemId: ItemId.parse(`i${i}`), eventId: EventId.parse(`e${i}`), at: 0, knownAt: 0, deleted: false },
  number: i,
  attributes: { title, number: `no ${i}` },
});
const LONG = 'the very long beginning that all of them have';

function compared(titles: readonly string[], title?: string) {
  const texts = createPromptTexts({
    tokenizer: 'toy',
    levels: { full: 60, short: 24, title: 10, question: 60, profile: 20, shown: 20 },
    domain: { item: { one: 'job', many: 'jobs', line: '[Title: {title}]', ...(title === undefined ? {} : { title }) } },
  });
  return createToyEncoder().find(compareItemLines(texts, createSegmentStore(), titles.map(titled))).result;
}

describe('Item lines', () => {
  it('that differ at every level read like no other', () => {
    const levels = ['full', 'short', 'title'].map((level) => ({ level, distinct: 2, alike: 0 }));
    expect(compared(['cook', 'nurse'])).toEqual({ distinct: 2, levels });
  });

  it('with one long beginning read alike where a level cuts off what tells them apart', () => {
    const { distinct, levels } = compared(['cook', ...['cook', 'nurse', 'baker'].map((end) => `${LONG}: ${end}`)]);
    expect(distinct).toBe(4);
    expect(levels).toEqual([
      { level: 'full', distinct: 4, alike: 0 },
      { level: 'short', distinct: 2, alike: 3 },
      { level: 'title', distinct: 2, alike: 3 },
    ]);
  });

  it('that say the same before cutting are one text, and not taken for alike', () => {
    const { distinct, levels } = compared(['cook', 'cook', 'nurse']);
    expect([distinct, ...levels.map(({ alike }) => alike)]).toEqual([2, 0, 0, 0]);
  });

  it('are told apart by a title line of what is their own', () => {
    const ends = ['cook', 'nurse', 'baker'].map((end) => `${LONG}: ${end}`);
    expect(compared(ends, '[{number}, Title: {title}]').levels.map(({ alike }) => alike)).toEqual([0, 3, 0]);
  });
});

describe('The warning of lines that read alike', () => {
  const lines = (alike: number, of = { compared: 100, items: 100 }) =>
    alikeLineWarnings({
      ...{ ...of, distinct: 100 },
      levels: [
        { level: 'short', distinct: 90, alike: 20 },
        { level: 'title', distinct: 50, alike },
      ],
    });

  it('names each level at which more than a fifth do, and the remedy', () => {
    expect(lines(20)).toEqual([]);
    expect(lines(21)).toEqual([
      '21.0 % of the item lines read at the level title like that of an item which says something else: give the ' +
        'domain an item.title line that begins with what tells items apart, or raise levels.title in the recipe',
    ]);
  });

  it('says where it is of a sample', () => {
    expect(lines(100, { compared: 100, items: 9_000 })[0]).toMatch(/^100.0 % of the item lines of a sample of 100 /);
  });
});

it('Of very many items those with the least hash are compared, and few of those that no prompt needed', () => {
  const items = Array.from({ length: COMPARED_MAX + 5 }, (_, i) => ({ itemId: ItemId.parse(`i${i}`) }));
  const some = comparedOf(items, () => true);
  expect(some).toHaveLength(COMPARED_MAX);
  expect(comparedOf(items.toReversed(), () => true)).toEqual(some);
  const ofPrompts = new Set(some.slice(0, 100));
  const more = comparedOf(items, (item) => ofPrompts.has(item));
  expect(more).toHaveLength(100 + ENCODED_MAX);
  expect(more).toEqual(some.slice(0, more.length));
  expect(comparedOf(items.slice(0, ENCODED_MAX), () => false)).toHaveLength(ENCODED_MAX);
});
