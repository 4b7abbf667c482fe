/** Candidates: where they come from, who is barred, and that their order tells nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import { referencePrompt } from '../../src/verify/reference/rows.ts';
import { compareBytes } from '../../src/verify/world/draws.ts';
import { populationOf } from '../../src/verify/world/population.ts';
import type { Version } from '../../src/verify/world/timeline.ts';
import { act, DAY, HOUR, item, NOON, promptText, toyWorld } from './toy-world.ts';

const choose = (more: object = {}) => ({ tasks: [{ form: 'retrieval.choose', candidates: 4, ...more }] });
const many = Array.from({ length: 12 }, (_, n) => item(`i${n}`));
const ask = (records: object[], more: object = {}) =>
  referenceQuestions(toyWorld([...many, ...records], { section: choose(more) }), 'm').at(-1)!;

test('the right one is among random others, each once, and its letter is the label (CHOOSE-1, CAND-2)', () => {
  const asked = ask([act('i3', 'viewed', NOON)]);
  expect(new Set(asked.itemIds).size).toBe(4);
  expect(asked.label).toBe('ABCD'[asked.itemIds.indexOf('i3')]);
  expect(asked.candidates.map(({ reason }) => reason).sort()).toEqual(['random', 'random', 'random', 'right']);
});
test('items that the member acts on within the window are barred (CAND-7)', () => {
  const acted = Array.from({ length: 9 }, (_, n) => act(`i${n}`, 'viewed', NOON + n * HOUR));
  const asked = referenceQuestions(toyWorld([...many, ...acted], { section: choose() }), 'm')[0]!;
  expect([...asked.itemIds].sort()).toEqual(['i0', 'i10', 'i11', 'i9']);
});
test('wrong candidates are those known before T: an item of that very moment is none (CAND-1)', () => {
  const fresh = Array.from({ length: 40 }, (_, n) => item(`z${n}`, { title: 'New' }, NOON));
  expect(ask([...fresh, act('i3', 'viewed', NOON)]).itemIds.some((id) => id.startsWith('z'))).toBe(false);
});
test('shown ones come from the slate first, then from what was shown before, then by chance (CAND-5, CAND-6)', () => {
  const slate = { slate_id: 's' };
  const records = [
    act('i5', 'impression', NOON - DAY),
    act('i1', 'impression', NOON, { ...slate, sequence: 1 }),
    act('i2', 'impression', NOON, { ...slate, sequence: 2 }),
    act('i3', 'impression', NOON, { ...slate, sequence: 3 }),
    act('i3', 'viewed', NOON + 5),
  ];
  const reasons = (shown: number, random: number) =>
    ask(records, { shown, random })
      .candidates.map(({ item: id, reason }) => `${id} ${reason}`)
      .sort();
  expect(reasons(1, 0)).toEqual(['i1 slate', 'i2 slate', 'i3 right', 'i5 shown']);
  expect(reasons(0.5, 0.5).filter((one) => one.endsWith('slate'))).toHaveLength(2);
});
test('the shown ones among the wrong candidates are rounded half up (CAND-4)', () => {
  const records = [
    ...Array.from({ length: 9 }, (_, n) => act(`i${n}`, 'impression', NOON - DAY - n * HOUR)),
    act('i9', 'viewed', NOON),
  ];
  const shown = (more: object) => ask(records, more).candidates.filter(({ reason }) => reason === 'shown').length;
  expect(shown({ candidates: 8, shown: 0.5, random: 0.5 })).toBe(4);
  expect(shown({ candidates: 8, shown: 0.1 })).toBe(7);
  expect(shown({ candidates: 8, random: 0.1 })).toBe(0);
});
test('shown before T means among the newest max_events, as everything that is seen (ASOF-7)', () => {
  const records = [
    act('i5', 'impression', NOON - 3 * DAY),
    act('i6', 'impression', NOON - 2 * DAY),
    act('i7', 'impression', NOON - DAY),
    act('i3', 'viewed', NOON),
  ];
  const shownOf = (most: object) => {
    const section = { ...choose({ shown: 1, random: 0 }), ...most };
    const asked = referenceQuestions(toyWorld([...many, ...records], { section }), 'm').at(-1)!;
    return asked.candidates.filter(({ reason }) => reason === 'shown').map(({ item: id }) => id);
  };
  expect(shownOf({}).sort()).toEqual(['i5', 'i6', 'i7']);
  expect(shownOf({ max_events: 2 }).sort()).toEqual(['i6', 'i7']);
});
test('the right one is left out of the history, and so are the wrong ones (HIST-3)', () => {
  const before = Array.from({ length: 12 }, (_, n) => act(`i${n}`, 'viewed', NOON - 30 * DAY + n * HOUR));
  const world = toyWorld([...many, ...before, act('i3', 'viewed', NOON)], { section: choose() });
  const asked = referenceQuestions(world, 'm').at(-1)!;
  const { past } = referencePrompt(asked, asked.task.templates[0]!);
  expect(past.entries).toHaveLength(8);
  expect(past.actionsBefore).toBe(12);
});

test('PERMUTE LAW: which of the candidates is right changes no line of the prompt (CAND-8)', () => {
  const world = toyWorld(
    [
      ...many,
      ...Array.from({ length: 6 }, (_, n) => act(`i${n}`, 'viewed', NOON - n * DAY)),
      act('i3', 'viewed', NOON),
    ],
    { section: choose() },
  );
  const asked = referenceQuestions(world, 'm').at(-1)!;
  fc.assert(
    fc.property(fc.nat(3), (right) => {
      const other = { ...asked, label: 'ABCD'[right]!, candidates: [], settledAt: 0 };
      const [a, b] = [asked, other].map((one) => promptText(referencePrompt(one, one.task.templates[0]!).pieces));
      expect(b).toBe(a);
    }),
  );
});

test('the population at T are the items known before T, in an order in which no place ever moves (CAND-1)', () => {
  const times = fc.record({ at: fc.nat(30), later: fc.nat(10) });
  fc.assert(
    fc.property(fc.array(times, { maxLength: 20 }), fc.array(fc.nat(45), { maxLength: 6 }), (versions, moments) => {
      const items = new Map(
        versions.map(({ at, later }, n) => [`i${n}`, [{ at, knownAt: at + later }] as unknown as Version[]]),
      );
      const population = populationOf(items);
      const all = [...items].map(([id, [version]]) => ({ id, knownAt: version!.knownAt }));
      all.sort((a, b) => a.knownAt - b.knownAt || compareBytes(a.id, b.id));
      for (const t of moments) {
        const seen = all.filter(({ knownAt }) => knownAt < t).map(({ id }) => id);
        expect(Array.from({ length: population.sizeAt(t) }, (_, place) => population.itemAt(place))).toEqual(seen);
        expect([...items.keys()].filter((id) => population.holds(id, t)).sort()).toEqual(seen.sort());
      }
    }),
  );
});
