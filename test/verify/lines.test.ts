/** Lines: patterns with missing fields, safe texts, long fields, and what a line says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { present } from '../../src/verify/checked.ts';
import { identitySchema } from '../../src/verify/identity/identity.ts';
import { readAs } from '../../src/verify/read-json.ts';
import { fieldRuns } from '../../src/verify/reference/cutting.ts';
import { lineBookOf } from '../../src/verify/reference/line-book.ts';
import {
  cleanText,
  fieldText,
  fillSlots,
  itemLines,
  itemTexts,
  lineOf,
  longestField,
  patternOf,
} from '../../src/verify/reference/lines.ts';
import type { Version } from '../../src/verify/world/timeline.ts';
import { item, jobs, storedIdentity, toyWorld, wordTokenizer } from './toy-world.ts';
import { buildWorld } from './whole-world.ts';

const pattern = patternOf('[Title: {title}, by {author}; Genre: {genre}]');
const spoken = (attributes: Record<string, string>) => lineOf(pattern, fillSlots(pattern, attributes)).text;

test('a missing field takes label and separator with it, and the first there has no separator (TEXT-3, TEXT-4)', () => {
  expect(spoken({ title: 'A', author: 'B', genre: 'C' })).toBe('[Title: A, by B; Genre: C]');
  expect(spoken({ author: 'B', genre: 'C' })).toBe('[by B; Genre: C]');
  expect(spoken({ title: 'A', genre: 'C' })).toBe('[Title: A; Genre: C]');
  expect(spoken({ title: '  ' })).toBe('[]');
});
test('attributes are spoken as JavaScript prints them, booleans as yes and no, lists joined (TEXT-1)', () => {
  expect([1.5, true, false, ['a', 'b'], undefined].map((value) => fieldText(value))).toEqual([
    '1.5',
    'yes',
    'no',
    'a, b',
    '',
  ]);
});
test('white space is folded, half pairs replaced, look-alikes of control tokens broken up (TEXT-1, TEXT-2)', () => {
  expect(cleanText(' a\n\u00a0 b\t')).toBe('a b');
  expect(cleanText('x\ud800')).toBe('x\ufffd');
  expect(cleanText('<|im_end|> [INST] </s>')).toBe('< |im_end|> [ INST] < /s>');
  expect(cleanText('<|im\u200b_end|> ＜|eot_id|＞')).toBe('< |im\u200b_end|> ＜ |eot_id|＞');
  expect(cleanText('<|[INST]|>')).toBe('< |[ INST]|>');
  expect(cleanText('a < b and [x]')).toBe('a < b and [x]');
});
test('a text of half a million combining marks, whose normal form sorts them, is cleaned as any other (TEXT-1)', () => {
  for (const begin of ['a', '<', '<|im_end|>']) {
    const text = begin + '\u0301\u0316'.repeat(250_000);
    expect(cleanText(text) === text.replace('<|', '< |')).toBe(true);
  }
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
  expect(lineOf(joined, fillSlots(joined, attributes))).toEqual({
    text: '[ INST]',
    fields: [
      { field: 'title', from: 2, to: 4 },
      { field: 'author', from: 4, to: 6 },
    ],
  });
});
test('a line that is empty or would begin with white space or a slash begins with a dash (TEXT-5)', () => {
  const empty = patternOf('Title: {title}');
  expect(lineOf(empty, fillSlots(empty, {})).text).toBe('- ');
  const bare = patternOf('{title}.');
  expect(lineOf(bare, fillSlots(bare, { title: '/etc' }))).toEqual({
    text: '- /etc.',
    fields: [{ field: 'title', from: 2, to: 6 }],
  });
});

const levels = { full: 40, short: 14, title: 8, question: 40, profile: 40, shown: 32 };
const line = (attributes: object, level: 'full' | 'short' | 'title') => {
  const world = toyWorld([item('a', attributes)], { section: { levels } });
  return lineBookOf(world).item(world.items.get('a')![0] as Version, level);
};

test('a text that fits is whole; one that does not ends at a word with an ellipsis (CUT-2)', () => {
  expect(line({ title: 'one two' }, 'short').text).toBe('[Title: one two]');
  // Of the words' tokens: [ Title : one two ... ] and the line end.
  expect(line({ title: 'one two three four five six seven eight nine ten' }, 'short').text).toBe(
    '[Title: one two three four five six seven …]',
  );
});
test('a field none of whose words are kept is left out with its label (CUT-2)', () => {
  expect(line({ title: 'one', company: 'two three four five six' }, 'title').text).not.toContain('Company');
});

test('a token belongs to a field when it overlaps its value, ellipsis and split characters included (ORIGIN-3)', () => {
  const cut = line({ title: 'one two three four five six seven eight nine ten', company: 'X' }, 'short');
  // [ Title : one two three four five six seven  … ]
  expect(cut.fields).toBe('title 3 12');
  expect(line({ title: 'one two', company: 'X' }, 'full').fields).toBe('title 3 5;company 8 9');
  const fields = [{ field: 'title', from: 3, to: 5 }];
  expect(fieldRuns(fields, [0, 2, 2, 4, 3, 4, 4, 6, 6, 7])).toBe('title 1 4');
  expect(fieldRuns(fields, [0, 3, 3, 4, 5, 6])).toBe('title 1 2');
  // What no token claims, as of letters that a normalizer joins, is the one's before it, or its
  // pieces'.
  expect(fieldRuns(fields, [0, 3, 5, 6])).toBe('title 0 1');
  expect(fieldRuns(fields, [0, 2, 2, 3, 2, 3, 5, 6])).toBe('title 1 3');
  expect(fieldRuns([{ field: 'a; 5%é', from: 0, to: 1 }], [0, 1])).toBe('a%3B%205%25é 0 1');
});
test('a key of a shown line that reads as a control token is broken up, as a label of any line is (TEXT-5)', () => {
  const book = lineBookOf(toyWorld([], { section: { levels: { ...levels, shown: 32 } } }));
  expect(book.shown('Shown:', [['<|im_end|>', 'a']])!.text).toBe('Shown: < |im_end|>: a.');
  expect(book.shown('Shown:', [['</s', '>b']])!.text).toBe('Shown: </s: >b.');
  const pattern = patternOf('[[INST] {title}<|x|>]');
  expect(lineOf(pattern, fillSlots(pattern, { title: 'a' })).text).toBe('[[ INST] a< |x|>]');
});

test('a shown line has values as fields and keys as labels, and what is empty is missing (TEXT-6)', () => {
  const bookOf = (shown: number) => lineBookOf(toyWorld([], { section: { levels: { ...levels, shown } } }));
  const said = [['surface', ' '] as const, ['paid', false] as const, ['device', 'phone'] as const];
  // Shown : paid : no , device : phone . and the line end: eleven.
  expect(bookOf(12).shown('Shown:', said)).toMatchObject({
    text: 'Shown: paid: no, device: phone.',
    fields: 'paid 4 5;device 8 9',
  });
  expect(bookOf(12).shown('Shown:', [['surface', '\n']])).toBeUndefined();
  // Cut as any line: at a word's end, with the closing.
  expect(bookOf(9).shown('Shown:', [...said, ['page', 'a b c d e']])!.text).toBe('Shown: paid: no ….');
});
test('a field longer than 64 code points a token of the greatest level ends with an ellipsis there (CUT-1)', () => {
  expect(
    longestField(toyWorld([], { section: { levels: { full: 9, short: 8, profile: 10, shown: 32 } } }).identity),
  ).toBe(64 * 120);
  const most = 64;
  for (const letter of ['a', '\u{20000}', 'e\u0301']) {
    const points = [...letter.repeat(most + 1)];
    expect(fieldText(points.slice(0, most).join(''), most)).toBe(points.slice(0, most).join(''));
    expect(fieldText(points.slice(0, most + 1).join(''), most)).toBe(`${points.slice(0, most).join('')}…`);
  }
});
test('what an item says is its whole line, of its version, with long fields as they are cut (CAND-9)', () => {
  const small = { section: { levels: { ...levels, full: 41 } } };
  const world = toyWorld([item('a', { title: 'x '.repeat(64 * 41), company: 'C' }), item('b', { title: '' })], small);
  const says = (id: string) => itemLines(world.identity)(world.items.get(id)![0]!);
  const digest = (id: string) => itemTexts(world.identity)(world.items.get(id)![0]!);
  expect(digest('a')).toBe(digest('a'));
  expect(digest('a')).not.toBe(digest('b'));
  expect(says('a') === `[Title: ${'x '.repeat(32 * 41)}…, Company: C]`).toBe(true);
  expect(says('b')).toBe('[]');
});
test('at the level title the line is made by the pattern of titles, where there is one (CUT-1)', () => {
  const domain = { ...jobs, item: { ...jobs.item, title: '[{company}: {title}]' } };
  const identity = { ...storedIdentity({ section: { levels } }), domain };
  const world = buildWorld(
    [],
    readAs(identitySchema, JSON.parse(JSON.stringify(identity)), 'identity'),
    wordTokenizer(),
  );
  const version = { ...present(toyWorld([item('a', { title: 'one', company: 'C' })]).items.get('a'), 'a')[0]! };
  const book = lineBookOf(world);
  expect(book.item(version, 'short').text).toBe('[Title: one, Company: C]');
  expect(book.item(version, 'title').text).toBe('[C: one]');
});
test('lines that are cut side by side are those that are cut one by one', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 30 });
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
