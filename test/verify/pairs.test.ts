/**
 * Pairs: which openings ask about two items, which the other one is, and what the prompt leaves
 * out.
 */
import { describe, expect, test } from 'vitest';
import { pastOf } from '../../src/verify/reference/history.ts';
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import { referencePrompt } from '../../src/verify/reference/rows.ts';
import { act, DAY, HOUR, item, NOON, promptText, toyWorld } from './toy-world.ts';

const tasks = [{ form: 'ranking.pairwise' }];
const slate = (id: string, n: number, more: object = {}) =>
  act(id, 'impression', NOON, { slate_id: 's', sequence: n, event_id: `x${n}`, ...more });
const shown = ['x', 'y', 'z'].map((id, n) => slate(id, n));
const items = ['x', 'y', 'z', 'h'].map((id) => item(id));
const asked = (records: object[], section: object = {}, known: object[] = items) =>
  referenceQuestions(toyWorld([...known, ...records], { section: { tasks, ...section } }), 'm');
const told = (...options: Parameters<typeof asked>) =>
  asked(...options).map(({ fate, opening, itemIds, candidates, label }) => {
    if (fate !== 'rendered') return `${opening.event.item} ${fate}`;
    const right = candidates['AB'.indexOf(label)]!;
    const reasons = candidates.map(({ item: id, reason }) => `${id} ${reason}`).sort();
    expect(itemIds).toEqual(candidates.map((one) => one.item));
    return `${opening.event.item}: ${reasons.join(', ')}: ${right.item}`;
  });
const viewed = (id: string, more: object = {}) => act(id, 'viewed', NOON + HOUR, more);

describe('a pair (PAIR-1, PAIR-2)', () => {
  test('has items that differ in strength, and is asked at the later opening', () => {
    const [x, y, z] = told([...shown, viewed('z')]);
    expect([x, y]).toEqual(['x too_few_candidates', 'y too_few_candidates']);
    expect(['z: x pair, z own: z', 'z: y pair, z own: z']).toContain(z);
  });
  test('is counted under the action on its own item where there is none', () => {
    expect(asked([...shown, viewed('x')]).map(({ ledgerLabel }) => ledgerLabel)[0]).toBe('viewed');
  });
  test('is settled when the question closes', () => {
    const section = { label_lateness: '1d' };
    const last = asked([...shown, act('z', 'applied', NOON + HOUR)], section).at(-1)!;
    expect([last.settledAt, last.closesAt]).toEqual([NOON + 8 * DAY, NOON + 8 * DAY]);
  });
  test('looks at no label that is known too late', () => {
    const late = viewed('z', { ingest_time: NOON + 8 * DAY });
    expect(told([...shown, late], { known: 'ingest_time' }).at(-1)).toBe('z too_few_candidates');
    expect(told([...shown, late]).at(-1)).toMatch(/^z: /);
  });
  test('has no item that reads as the own one does (CAND-9)', () => {
    const twins = [item('x', { title: 'Same' }), item('y'), item('z', { title: 'Same' })];
    expect(told([...shown, viewed('z')], {}, twins).at(-1)).toBe('z: y pair, z own: z');
    const two = [shown[0]!, shown[2]!];
    expect(told([...two, viewed('z')], {}, twins).at(-1)).toBe('z too_few_candidates');
    // What a twin said before T counts, not what it says from T on.
    expect(told([...two, viewed('z')], {}, [...twins, item('x', { title: 'Other' }, NOON)]).at(-1)).toMatch(/too_few/);
    expect(told([...two, viewed('z')], {}, [...twins, item('x', { title: 'Other' }, NOON - 1)]).at(-1)).toMatch(/^z: /);
  });
  test('has items that could have been drawn: of a time, known before T, and live (ASOF-4, CAND-1)', () => {
    const two = [shown[0]!, shown[2]!, viewed('z')];
    const fates = (x: object, z: object) => told(two, {}, [x, z]).at(-1)!;
    expect(fates(item('x'), item('z'))).toMatch(/^z: /);
    expect(fates(item('x'), item('z', {}, NOON))).toBe('z item_unknown');
    expect(fates(item('x'), item('z', {}, null))).toBe('z item_unknown');
    expect(fates(item('x', { title: 'T' }, NOON), item('z'))).toBe('z too_few_candidates');
    expect(fates(item('x', { title: 'T' }, null), item('z'))).toBe('z too_few_candidates');
  });
  test('takes the other one at the draw modulo those that could be it (PAIR-2)', () => {
    const many = Array.from({ length: 9 }, (_, n) => `i${n}`);
    const world = toyWorld(
      [...many, 'z'].flatMap((id, n) => [item(id), slate(id, n)]).concat([viewed('z'), viewed('i4')]),
      { section: { tasks } },
    );
    const { key, candidates } = referenceQuestions(world, 'm').at(-1)!;
    const eligible = many.filter((id) => id !== 'i4');
    const wanted = eligible[world.draws.number('pair', [...key, 0]) % eligible.length];
    expect(candidates.find(({ reason }) => reason === 'pair')!.item).toBe(wanted);
  });
  test('is of one slate and one surface (ASOF-6)', () => {
    const other = act('x', 'impression', NOON, { slate_id: 't', sequence: 0 });
    expect(told([other, slate('z', 2), viewed('z')]).at(-1)).toBe('z too_few_candidates');
    const holdout = { holdout: { surfaces: ['mail'] } };
    const mailed = slate('x', 0, { surface: 'mail' });
    expect(told([mailed, slate('z', 2), viewed('z')], holdout).at(-1)).toBe('z too_few_candidates');
    expect(told([mailed, slate('z', 2), viewed('z')]).at(-1)).toMatch(/^z: /);
  });
});

test('events on both items, and on items that read like them, are left out of the history (HIST-3)', () => {
  const known = [...items, item('t', { title: 'Job x' })];
  const before = ['x', 'z', 't', 'h'].map((id, n) => act(id, 'applied', NOON - (n + 1) * DAY));
  const question = asked([...before, shown[0]!, shown[2]!, viewed('z')], {}, known).at(-1)!;
  expect([...question.itemIds].sort()).toEqual(['x', 'z']);
  expect(pastOf(question).entries.map(({ event }) => event.item)).toEqual(['h']);
  expect(pastOf(question).actionsBefore).toBe(4);
});

test('PAIR LAW: swap the labels of the two items and no id of the prompt changes (PAIR-2)', () => {
  const versions = ['x', 'z'].map((id) => item(id, { title: `At T ${id}` }, NOON));
  const two = [shown[0]!, shown[2]!, act('h', 'viewed', NOON - DAY), ...versions];
  const texts = ['x', 'z'].map((id) => {
    const question = asked([...two, viewed(id, { event_id: 'label' })]).find(
      ({ opening }) => opening.event.id === 'x2',
    )!;
    expect(question.fate).toBe('rendered');
    return { label: question.label, text: promptText(referencePrompt(question, question.task.templates[0]!).pieces) };
  });
  expect(texts[0]!.text).toBe(texts[1]!.text);
  expect(texts[0]!.text).toContain('Job x');
  expect(texts[0]!.label).not.toBe(texts[1]!.label);
});
