/** Lines: patterns with missing fields, safe texts, and cuts at word boundaries. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldRuns } from '../../src/verify/reference/cutting.ts';
import { lineBookOf } from '../../src/verify/reference/line-book.ts';
import { cleanText, fieldText, fillSlots, lineOf, patternOf } from '../../src/verify/reference/lines.ts';
import type { Version } from '../../src/verify/world/timeline.ts';
import { item, toyWorld, wordTokenizer } from './toy-world.ts';

/** More words than there are. */
const WHOLE = { count: 99, ellipsis: '' };
const pattern = patternOf('[Title: {title}, by {author}; Genre: {genre}]');
const spoken = (attributes: Record<string, string>) => lineOf(pattern, fillSlots(pattern, attributes), WHOLE).text;

test('a missing field takes label and separator with it, and the first there has no separator (TEXT-3, TEXT-4)', () => {
  expect(spoken({ title: 'A', author: 'B', genre: 'C' })).toBe('[Title: A, by B; Genre: C]');
  expect(spoken({ author: 'B', genre: 'C' })).toBe('[by B; Genre: C]');
  expect(spoken({ title: 'A', genre: 'C' })).toBe('[Title: A; Genre: C]');
  expect(spoken({ title: '  ' })).toBe('[]');
});
test('attributes are spoken as JavaScript prints them, booleans as yes and no, lists joined (TEXT-1)', () => {
  expect([1.5, true, false, ['a', 'b'], undefined].map(fieldText)).toEqual(['1.5', 'yes', 'no', 'a, b', '']);
});
test('white space is folded, half pairs replaced, look-alikes of control tokens broken up (TEXT-1, TEXT-2)', () => {
  expect(cleanText(' a\n\u00a0 b\t')).toBe('a b');
  expect(cleanText('x\ud800')).toBe('x\ufffd');
  expect(cleanText('<|im_end|> [INST] </s>')).toBe('< |im_end|> [ INST] < /s>');
  expect(cleanText('<|im\u200b_end|> ＜|eot_id|＞')).toBe('< |im\u200b_end|> ＜ |eot_id|＞');
  expect(cleanText('<|[INST]|>')).toBe('< |[ INST]|>');
  expect(cleanText('a < b and [x]')).toBe('a < b and [x]');
});
test('cleaning twice changes nothing more (TEXT-2)', () => {
  const hard = fc.array(
    fc.constantFrom('<|', '|>', 'im_end', '[', 'INST', ']', '/', '<', 's>', ' ', '\u200d', '\n', 'ｘ'),
  );
  fc.assert(
    fc.property(hard, (parts) => {
      const once = cleanText(parts.join(''));
      expect(cleanText(once)).toBe(once);
    }),
  );
});

test('a look-alike that forms across fields is broken in the finished line (TEXT-5)', () => {
  const joined = patternOf('[{title}{author}]');
  const attributes = { title: 'IN', author: 'ST' };
  expect(lineOf(joined, fillSlots(joined, attributes), WHOLE)).toEqual({
    text: '[ INST]',
    fields: [
      { field: 'title', from: 2, to: 4 },
      { field: 'author', from: 4, to: 6 },
    ],
  });
});
test('a line that would begin with white space or a slash begins with a dash (TEXT-5)', () => {
  const bare = patternOf('{title}.');
  expect(lineOf(bare, fillSlots(bare, { title: '/etc' }), WHOLE)).toEqual({
    text: '- /etc.',
    fields: [{ field: 'title', from: 2, to: 6 }],
  });
});

const levels = { full: 40, short: 14, title: 8, question: 40, profile: 40, shown: 32 };
const tokens = (text: string) => wordTokenizer().encode(text).length;
const line = (attributes: object, level: 'full' | 'short' | 'title') => {
  const world = toyWorld([item('a', attributes)], { section: { levels } });
  return lineBookOf(world).item(world.items.get('a')![0] as Version, level);
};

test('a text that fits is whole; one that does not ends behind a word with an ellipsis (CUT-2)', () => {
  expect(line({ title: 'one two' }, 'short').text).toBe('[Title: one two]');
  // Of the words' tokens: [ Title : one two ... ] and the line end.
  expect(line({ title: 'one two three four five six seven eight nine ten' }, 'short').text).toBe(
    '[Title: one two three four five six seven …]',
  );
});
test('a field none of whose words are kept is left out with its label (CUT-2)', () => {
  expect(line({ title: 'one', company: 'two three four five six' }, 'title').text).not.toContain('Company');
});
test('a level is never exceeded, and the longest cut that fits is taken (CUT-1, CUT-2)', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z.]{1,12}$/), { minLength: 1, maxLength: 30 }), (words) => {
      for (const level of ['full', 'short', 'title'] as const) {
        const cut = line({ title: words.join(' ') }, level);
        if (!cut.text.includes('[Title: …')) expect(cut.ids.length).toBeLessThanOrEqual(levels[level]);
        const kept = cut.text.includes(' …') ? cut.text.slice(8, -3).split(' ').length : 0;
        if (kept > 0) {
          const next = kept + 1 < words.length ? `${words.slice(0, kept + 1).join(' ')} …` : words.join(' ');
          expect(tokens(`[Title: ${next}]\n`)).toBeGreaterThan(levels[level]);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('a token belongs to a field when it overlaps its value, ellipsis and split characters included (ORIGIN-3)', () => {
  const cut = line({ title: 'one two three four five six seven eight nine ten', company: 'X' }, 'short');
  // [ Title : one two three four five six seven  … ]
  expect(cut.fields).toBe('title 3 12');
  expect(line({ title: 'one two', company: 'X' }, 'full').fields).toBe('title 3 5;company 8 9');
  const fields = [{ field: 'title', from: 3, to: 5 }];
  expect(fieldRuns(fields, [0, 2, 2, 4, 3, 4, 4, 6, 6, 7])).toBe('title 1 4');
  expect(fieldRuns(fields, [0, 3, 5, 6])).toBe('');
});
test('the fields of a shown line are the values in it, as far as they are kept (TEXT-6)', () => {
  const book = lineBookOf(toyWorld([], { section: { levels: { ...levels, shown: 12 } } }));
  const fields = [
    { field: 'surface', from: 9, to: 13 },
    { field: 'device', from: 23, to: 28 },
  ];
  // Shown : surface : feed , device : phone . and the line end: eleven.
  expect(book.shown('Shown:', 'surface: feed, device: phone', fields)).toMatchObject({
    text: 'Shown: surface: feed, device: phone.',
    fields: 'surface 4 5;device 8 9',
  });
});
test('lines that are cut side by side are those that are cut one by one', () => {
  const words = fc.array(fc.stringMatching(/^[a-z.]{1,8}$/), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 6 }), (titles) => {
      const world = toyWorld(
        titles.map((title, n) => item(`i${n}`, { title: title.join(' ') })),
        { section: { levels } },
      );
      const versions = [...world.items.values()].flat() as Version[];
      const together = lineBookOf(world);
      together.prepare(versions);
      for (const version of versions) {
        const alone = lineBookOf(world);
        for (const level of ['full', 'short', 'title'] as const) {
          expect(together.item(version, level)).toEqual(alone.item(version, level));
        }
      }
    }),
    { numRuns: 20 },
  );
});
