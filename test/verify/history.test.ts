/** History: which items it holds, in which order, how much of them fits, and what is said of it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import { referencePrompt } from '../../src/verify/reference/rows.ts';
import { referenceMember } from './reference-member.ts';
import { act, DAY, HOUR, item, NOON, profile, promptText, type ToyOptions, toyWorld } from './toy-world.ts';

const journal = { form: 'ranking.pointwise', templates: ['journal'] };
const lastRow = (records: object[], options: ToyOptions = {}) =>
  referenceMember(toyWorld(records, { section: { tasks: [journal] }, ...options }), 'm').at(-1)!.rows[0]!;
const history = (row: ReturnType<typeof lastRow>) =>
  promptText(row.pieces.filter(({ role }) => role === 'history'))
    .trimEnd()
    .split('\n');

describe('entries', () => {
  test('each item is there once, under its strongest action, at the time of the newest of them (HIST-1)', () => {
    const row = lastRow([
      ...[item('a'), item('q')],
      act('a', 'applied', NOON - 9 * DAY),
      act('a', 'applied', NOON - 5 * DAY),
      act('a', 'viewed', NOON - DAY),
      act('q', 'impression', NOON),
    ]);
    expect(history(row)).toEqual(['Activity so far:', '5 days ago, applied:', '[Title: Job a]']);
  });
  test('what happens at T is not seen, what happened a millisecond before is (ASOF-2)', () => {
    const records = (at: number) => [item('a'), item('q'), act('q', 'impression', NOON), act('a', 'viewed', at)];
    expect(lastRow(records(NOON - 1)).ledger.shown).toBe(1);
    const asked = referenceMember(toyWorld(records(NOON), { section: { tasks: [journal] } }), 'm');
    expect(asked.map(({ rows }) => rows[0]!.ledger.shown)).toEqual([0, 0]);
  });
  test('an exposure shows only when its window ended before T (HIST-2)', () => {
    const records = (at: number) => [item('a'), item('q'), act('a', 'impression', at), act('q', 'impression', NOON)];
    expect(lastRow(records(NOON - 7 * DAY)).ledger.shown).toBe(1);
    expect(lastRow(records(NOON - 7 * DAY + 1)).ledger.shown).toBe(0);
  });
  test('an item is told with its newest version seen, and a deleted one not at all (ASOF-3)', () => {
    const gone = { type: 'item', event_id: 'g', event_time: NOON - DAY, item_id: 'b', op: 'delete' };
    const row = lastRow([
      ...[item('a'), item('a', { title: 'Newer' }, NOON - DAY), item('a', { title: 'Newest' }, NOON), item('b'), gone],
      ...[
        item('q'),
        act('a', 'viewed', NOON - 2 * DAY),
        act('b', 'viewed', NOON - 2 * DAY),
        act('q', 'impression', NOON),
      ],
    ]);
    expect(history(row).slice(-1)).toEqual(['[Title: Newer]']);
    expect(row.ledger.available).toBe(1);
  });
  test('events without a time come first and have no age (EVENT-4, FILL-3)', () => {
    const row = lastRow([
      ...[item('a'), item('b'), item('q')],
      ...[act('a', 'viewed', null), act('b', 'viewed', NOON - DAY), act('q', 'impression', NOON)],
    ]);
    expect(history(row)).toEqual([
      'Activity so far:',
      ...['Some time ago, viewed:', '[Title: Job a]', 'Yesterday, viewed:', '[Title: Job b]'],
    ]);
  });
  test('a maximum of events keeps the newest before T (ASOF-7)', () => {
    const records = [
      item('a'),
      item('b'),
      item('q'),
      act('a', 'viewed', NOON - 2 * DAY),
      act('b', 'viewed', NOON - DAY),
    ];
    const row = lastRow([...records, act('q', 'impression', NOON)], { section: { tasks: [journal], max_events: 1 } });
    expect(history(row).slice(-1)).toEqual(['[Title: Job b]']);
    expect(row.prompt.past.actionsBefore).toBe(1);
  });
  test('with ingest_time an event is seen only once it had arrived (ASOF-1)', () => {
    const late = act('a', 'viewed', NOON - DAY, { ingest_time: NOON });
    const records = [item('a'), item('q'), late, act('q', 'impression', NOON)];
    expect(lastRow(records).ledger.shown).toBe(1);
    expect(lastRow(records, { section: { tasks: [journal], known: 'ingest_time' } }).ledger.shown).toBe(0);
  });
});

test('ages are coarse: today, yesterday, days, weeks, months of UTC days (HIST-6)', () => {
  const days = [0, 1, 2, 6, 7, 13, 14, 29, 30, 59, 60, 100];
  const records = days.flatMap((d) => [item(`i${d}`), act(`i${d}`, 'viewed', NOON - d * DAY - HOUR)]);
  const row = lastRow([...records, item('q'), act('q', 'impression', NOON)]);
  const ages = history(row).filter((line) => line.endsWith('viewed:'));
  expect(ages.map((line) => line.split(',')[0])).toEqual([
    ...['3 months ago', '2 months ago', '1 month ago', '4 weeks ago', '2 weeks ago', '1 week ago'],
    ...['6 days ago', '2 days ago', 'Yesterday', 'Today'],
  ]);
});

describe('filling', () => {
  const words = (n: number) => Array.from({ length: n }, (_, i) => `w${i}`).join(' ');
  const long = (count: number) =>
    Array.from({ length: count }, (_, n) => [
      item(`i${n}`, { title: `T${n}`, description: words(60) }),
      act(`i${n}`, n % 3 === 0 ? 'applied' : 'viewed', NOON - (n + 1) * DAY),
    ]).flat();
  const ask = [item('q'), act('q', 'impression', NOON)];

  test('the newest goes in at full length, later ones shorter, until one does not fit (FILL-2, HIST-4)', () => {
    const row = lastRow([...long(40), ...ask], { context: 600 });
    expect(row.ids.length).toBeLessThanOrEqual(600);
    expect(row.ledger.used).toBeLessThanOrEqual(row.ledger.room);
    expect(row.ledger.shown).toBeLessThan(row.ledger.available);
    const levels = row.pieces.filter(({ role, level }) => role === 'history' && level !== '').map(({ level }) => level);
    expect(levels.toReversed()).toEqual(
      [...levels].toReversed().sort((a, b) => a.length - b.length || (a < b ? -1 : 1)),
    );
    expect(row.ledger.lowered).toBe(levels.filter((level) => level !== 'full').length);
    expect(row.prompt.filling.stoppedAt).not.toBe('');
  });
  test('balanced takes one of each action in turn (HIST-5)', () => {
    const tasks = [{ ...journal, strategy: 'balanced' }];
    const row = lastRow([...long(40), ...ask], { context: 420, section: { tasks } });
    const shown = history(row).filter((line) => line.endsWith(':'));
    expect(shown.filter((line) => line.includes('applied')).length).toBeGreaterThan(1);
  });

  test('USED IS COUNTED: what filling counts is what the history takes, however it is ordered (FILL-4, FILL-1)', () => {
    const event = fc.record({
      n: fc.nat(11),
      action: fc.constantFrom('applied', 'viewed', 'dismissed', 'impression'),
      d: fc.nat(80),
    });
    const shape = fc.record({
      events: fc.array(event, { maxLength: 25 }),
      order: fc.constantFrom('by_action', 'chronological'),
      strategy: fc.constantFrom('chronological', 'balanced'),
      context: fc.integer({ min: 300, max: 900 }),
    });
    const items = Array.from({ length: 12 }, (_, n) => item(`i${n}`, { title: `T${n}`, description: words(n * 6) }));
    fc.assert(
      fc.property(shape, ({ events, order, strategy, context }) => {
        const acts = events.map(({ n, action, d }) => act(`i${n}`, action, NOON - 8 * DAY - d * DAY));
        const tasks = [{ ...journal, order, strategy }];
        const row = lastRow([...items, ...acts, ...ask], { context, section: { tasks } });
        const taken = row.pieces.filter(({ role }) => role === 'history').reduce((sum, { ids }) => sum + ids.length, 0);
        expect(taken).toBe(row.ledger.used);
        expect(row.ids.length).toBeLessThanOrEqual(context);
      }),
      { numRuns: 40 },
    );
  });
});

test('NO FUTURE: whatever is planted at or after T changes no id of the prompt (ASOF-2, ASOF-3, ASOF-5)', () => {
  const base = [
    ...[item('a'), item('b'), item('q'), profile({ position: 'cook' })],
    ...[
      act('a', 'viewed', NOON - DAY),
      act('b', 'applied', NOON - 2 * DAY),
      act('q', 'impression', NOON, { event_id: 'open' }),
    ],
  ];
  const prompt = (records: object[]) => {
    const world = toyWorld(records, { section: { tasks: [journal] } });
    const asked = referenceQuestions(world, 'm').find(({ key }) => key.includes('open'))!;
    return promptText(referencePrompt(asked, asked.task.templates[0]!).pieces);
  };
  const plain = prompt(base);
  const planted = fc.record({
    after: fc.nat(3 * DAY),
    kind: fc.constantFrom('applied', 'viewed', 'impression', 'profile', 'item'),
    n: fc.constantFrom('a', 'b', 'new'),
  });
  fc.assert(
    fc.property(fc.array(planted, { maxLength: 6 }), (plants) => {
      const events = plants.map(({ after, kind, n }) => {
        const at = NOON + after;
        if (kind === 'profile') return profile({ position: 'king' }, at);
        return kind === 'item' ? item(n, { title: 'Future' }, at) : act(n, kind, at, { sequence: 1 });
      });
      expect(prompt([...base, ...events])).toBe(plain);
    }),
  );
});

test('LABEL LAW: another label leaves every id before the answer as it was (LABEL-5)', () => {
  const world = toyWorld([item('a'), item('q'), act('a', 'viewed', NOON - DAY), act('q', 'impression', NOON)]);
  const asked = referenceQuestions(world, 'm').at(-1)!;
  const template = asked.task.templates[0]!;
  const texts = ['applied', 'viewed', 'dismissed', 'did not interact'].map((label) =>
    promptText(referencePrompt({ ...asked, label } as typeof asked, template).pieces),
  );
  expect(new Set(texts).size).toBe(1);
});
