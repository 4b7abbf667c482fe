/**
 * Selection: splits, label caps, the token budget, shards and the remainder; and the certificate's
 * sentence.
 */
import { describe, expect, test } from 'vitest';
import { certificateOf } from '../../src/verify/certificate.ts';
import { createFaultList } from '../../src/verify/fault-list.ts';
import { hf } from '../../src/verify/profiles/hf.ts';
import { mapOf, readAs, share, weight } from '../../src/verify/read-json.ts';
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import { templatesOf } from '../../src/verify/reference/rows.ts';
import { shareFinding } from '../../src/verify/release/check-sidecar.ts';
import type { ReleaseSection } from '../../src/verify/release/manifest.ts';
import { pseudonymsOf } from '../../src/verify/release/pseudonyms.ts';
import {
  capLabels,
  emptySplits,
  expectedRow,
  gapFault,
  type RowEnd,
  shardCount,
  splitOf,
  takeRemainder,
  thin,
  variantSplit,
} from '../../src/verify/release/selection.ts';
import { compareTallies, countUp, tallyOf } from '../../src/verify/release/tallies.ts';
import { drawsOf } from '../../src/verify/world/draws.ts';
import { act, DAY, item, NOON, shippedTemplates, toyWorld } from './toy-world.ts';

const section = (more: Partial<ReleaseSection> = {}): ReleaseSection => ({
  ...{ splits: { t1: NOON + 10 * DAY, t2: NOON + 30 * DAY, gap: 7 * DAY }, weights: new Map(), label_caps: new Map() },
  ...{ until: undefined, token_budget: 'none', holdout_tasks: [], allow_empty: [], profile: hf },
  ...more,
});

function world(days: readonly number[], corpus: object = {}, more: object = {}) {
  const records = days.flatMap((d) => [
    item(`i${d}`),
    act(`i${d}`, d % 2 ? 'viewed' : 'dismissed', NOON + d * DAY, more),
  ]);
  return toyWorld(records, { section: { ...corpus } });
}

describe('splits (SPLIT-1)', () => {
  const ends = (days: number[], rules: Partial<ReleaseSection> = {}, corpus: object = {}, more: object = {}) => {
    const made = world(days, corpus, more);
    return referenceQuestions(made, 'm').map((question) =>
      splitOf(question, { release: section(rules), until: NOON + 60 * DAY }),
    );
  };
  test('no train label looks over t1, and a gap lies before validation and test (SPLIT-2)', () => {
    expect(ends([3, 4, 16, 17, 29, 30, 36, 37, 53, 54])).toEqual([
      ...['train', 'in_gap', 'in_gap', 'validation', 'validation', 'in_gap', 'in_gap', 'test', 'test', 'after_until'],
    ]);
  });
  test('what is held out is in its own test split after the gap, and nowhere before (SPLIT-3)', () => {
    const heldTask = { holdout_tasks: ['ranking.pointwise'] };
    expect(ends([3, 17, 37], heldTask)).toEqual(['held_out', 'held_out', 'test_task']);
    expect(ends([3, 17, 37], {}, { holdout: { members: 1 } })).toEqual(['held_out', 'test_members', 'test_members']);
    const surfaces = { holdout: { surfaces: ['mail'] } };
    expect(ends([3, 37], {}, surfaces, { surface: 'mail' })).toEqual(['held_out', 'test_surface']);
  });
});

test('a variant is tested where its ordinary row would be, and is left out elsewhere (SPLIT-4)', () => {
  expect((['train', 'test', 'test_members', 'after_until'] as const).map(variantSplit)).toEqual([
    ...['variant_left_out', 'test_template', 'variant_left_out', 'after_until'],
  ]);
});
test('a question has one ordinary template, and a held-out one in the share of variants (TEMPLATE-1)', () => {
  const templates = shippedTemplates().map((template, n) => ({ ...template, held_out: n % 2 === 0 }));
  const chosen = (variants: number) => {
    const made = toyWorld([item('a'), ...days.map((d) => act('a', 'viewed', NOON + d * DAY))], {
      ...{ templates, section: { variants, tasks: [{ form: 'ranking.pointwise' }] } },
    });
    return referenceQuestions(made, 'm').map((question) => templatesOf(question).map(({ variant }) => variant));
  };
  expect(chosen(0).every((variants) => variants.join() === '')).toBe(true);
  expect(chosen(1).every(([first, second]) => first === '' && second?.startsWith('template:'))).toBe(true);
  expect(new Set(chosen(0.5).map(({ length }) => length))).toEqual(new Set([1, 2]));
});

function rows(days: number[]) {
  const made = world(days);
  const list = referenceQuestions(made, 'm').map((question) => {
    return expectedRow(question, { template: question.task.templates[0]!, variant: '' }, 'train');
  });
  return list;
}
const days = Array.from({ length: 40 }, (_, n) => n);

test('label caps keep those with the least draw and say which share was kept (RELEASE-2)', () => {
  const list = rows(days);
  const caps = new Map([['ranking.pointwise', new Map([['viewed', 5]])]]);
  capLabels(list, { release: section({ label_caps: caps }), until: 0 });
  const kept = list.filter(({ end, question }) => end === 'train' && question.label === 'viewed');
  expect(kept).toHaveLength(5);
  expect(kept.every(({ keepShare }) => keepShare === 0.25)).toBe(true);
  expect(list.filter(({ end }) => end === 'label_capped')).toHaveLength(15);
  expect(shareFinding(0.25, 0.25)).toBeUndefined();
  expect(shareFinding(0.5, 0.25)).toMatchObject({ check: 'sidecar', rule: ['RELEASE-2'] });
});

test("a smaller budget takes a subset of a larger one's rows, up to the first that does not fit (RELEASE-3)", () => {
  const list = rows(days);
  const taken = (budget: number) => {
    for (const row of list) row.end = 'train';
    const asked = new Set<string>();
    thin(list, { release: section({ token_budget: budget }), until: 0 }, (row) => {
      asked.add(row.id);
      return 10;
    });
    return { ids: list.filter(({ end }) => end === 'train').map(({ id }) => id), asked: asked.size };
  };
  const [small, large] = [taken(105), taken(255)];
  expect(small.ids).toHaveLength(10);
  expect(small.asked).toBe(11);
  expect(large.ids).toHaveLength(25);
  expect(small.ids.every((id) => large.ids.includes(id))).toBe(true);
});

describe('the token budget in whole numbers (RELEASE-3)', () => {
  /** Tokens that tasks keep of rows of one token, by what they need and weigh. */
  const taken = (budget: number, tasks: Readonly<Record<string, readonly [need: number, weight: number]>>) => {
    const [first] = rows(days);
    const of = (name: string, need: number) =>
      Array.from({ length: need }, (_, n) => {
        return { ...first!, task: name, id: `${name} ${n}`, thin: n, end: 'train' as RowEnd };
      });
    const all = Object.entries(tasks).flatMap(([name, [need]]) => of(name, need));
    const given = Object.fromEntries(Object.entries(tasks).map(([name, [, own]]) => [name, own]));
    const weights = readAs(mapOf(weight), given, 'weights');
    thin(all, { release: section({ token_budget: budget, weights }), until: 0 }, () => 1);
    return Object.keys(tasks).map((name) => all.filter(({ end, task }) => end === 'train' && task === name).length);
  };
  test('is shared again among those that need more than their allowance', () => {
    expect(taken(1_000, { a: [100, 1], b: [400, 1], c: [900, 2] })).toEqual([100, 300, 600]);
  });
  test('lets a task that needs its allowance to the token leave, and share no more', () => {
    // Allowances 5 and 5: the first leaves with 5, and the other has the 5 that are left.
    expect(taken(10, { a: [5, 1], b: [9, 1] })).toEqual([5, 5]);
    // Allowances floor(11 / 2): the first leaves with 5, and the other has the 6 that are left.
    expect(taken(11, { a: [5, 1], b: [9, 1] })).toEqual([5, 6]);
    expect(taken(11, { a: [6, 1], b: [9, 1] })).toEqual([5, 5]);
  });
  test('knows weights as millionths, which no double rounds', () => {
    // In doubles 0.1 + 0.2 is more than 0.3, and 10 x 0.3 / (0.1 + 0.2 + 0.3) less than 5.
    expect(taken(10, { a: [9, 0.1], b: [9, 0.2], c: [9, 0.3] })).toEqual([1, 3, 5]);
    expect(() => taken(1, { a: [1, 0.1234567] })).toThrow('weights.a: has more than six decimals');
    const names = Object.fromEntries(['constructor', 'length'].map((name) => [name, [9, 1] as const]));
    expect(taken(10, names)).toEqual([5, 5]);
  });
});
test('a share takes what is below so many millionths of 2^48, in whole numbers (DRAW-2)', () => {
  const draws = drawsOf(7);
  expect(draws.number('holdout', ['m1'])).toBe(40_953_053_938_382);
  const within = (written: number) => draws.within(readAs(share, written, 'share'), 'holdout', ['m1']);
  expect([0.2, 0.02, 0, 1].map(within)).toEqual([true, false, false, true]);
  // The draw is 145,494.47 millionths of 2^48.
  expect([0.145494, 0.145495].map(within)).toEqual([false, true]);
  for (const fine of [0.1234567, 1e-7]) expect(() => within(fine)).toThrow('has more than six decimals');
});
test('a gap covers the longest window and its lateness (SPLIT-2)', () => {
  const gap = (label_lateness: string) => gapFault(world([1], { label_lateness }), section());
  expect(gap('0')).toBeUndefined();
  expect(gap('1ms')).toContain('shorter than the longest window');
});
test('train, validation and test have a row each, unless they are named (RELEASE-7)', () => {
  const list = rows(days.slice(0, 3));
  list[0]!.end = 'test';
  list[1]!.end = 'thinned';
  expect(emptySplits(list, section())).toEqual(['validation']);
  expect(emptySplits([], section({ allow_empty: ['validation'] }))).toEqual(['train', 'test']);
});

test('shards are powers of two by tokens, multiples of 64 above that, with a thousand rows each (RELEASE-4)', () => {
  expect(shardCount(64_000_000, 100_000)).toBe(1);
  expect(shardCount(64_000_001, 100_000)).toBe(2);
  expect(shardCount(64_000_000 * 5, 100_000)).toBe(8);
  expect(shardCount(64_000_000 * 65, 1_000_000)).toBe(128);
  expect(shardCount(64_000_000 * 65, 100_000)).toBe(64);
  expect(shardCount(64_000_000 * 5, 7_000)).toBe(4);
  expect(shardCount(64_000_000 * 5, 10)).toBe(1);
});
test('rows that do not divide into shards are those with the greatest draw thin (RELEASE-4)', () => {
  const list = rows(days);
  expect(takeRemainder(list, () => 10)).toBe(1);
  expect(list.every(({ end }) => end === 'train')).toBe(true);
});

test('caps come before the budget, the budget before the remainder, and all touch train alone (RELEASE-1)', () => {
  const list = rows(days);
  for (const row of list.slice(0, 10)) row.end = 'test';
  const caps = new Map([['ranking.pointwise', new Map([['viewed', 5]])]]);
  const rules = { release: section({ label_caps: caps, token_budget: 120 }), until: 0 };
  capLabels(list, rules);
  thin(list, rules, () => 10);
  takeRemainder(list, () => 10);
  const ends = Map.groupBy(list, ({ end }) => end);
  expect(ends.get('test')).toHaveLength(10);
  expect(ends.get('train')).toHaveLength(12);
  expect(ends.get('label_capped')).toHaveLength(10);
  expect(ends.get('thinned')).toHaveLength(8);
});

test('counts are compared by name, and so are names of which there is nothing (LEDGER-1, LEDGER-2)', () => {
  const list = createFaultList();
  const wanted = new Map<string, number>();
  for (let n = 0; n < 3; n++) countUp(wanted, 'task', 'rendered', 'Yes');
  const compare = (...ends: [string, number][]) => {
    const told = tallyOf(new Map([['task', new Map([['rendered', new Map(ends)]])]]));
    compareTallies(list, 'LEDGER-1', { what: 'questions', told, wanted });
  };
  compare(['Yes', 3]);
  expect(list.faults).toEqual([]);
  compare(['Yes', 2]);
  compare(['Yes', 3], ['a@b.org', 0]);
  compare();
  expect(list.faults.map(({ rule, detail }) => `${rule[0]} ${detail}`)).toEqual([
    'LEDGER-1 questions: 2 instead of 3 for ["task","rendered","Yes"]',
    'LEDGER-1 questions: 0 instead of nothing for ["task","rendered","a@b.org"]',
    'LEDGER-1 questions: nothing instead of 3 for ["task","rendered","Yes"]',
    'LEDGER-1 questions: NaN instead of nothing for ["task","rendered"]',
  ]);
});

test('a pseudonym is 32 digits of an HMAC over kind and id, and depends on the key (PSEUDO-1)', () => {
  const key = 'ab'.repeat(32);
  const ids = pseudonymsOf(key);
  expect(ids.of('member', 'm')).toMatch(/^[0-9a-f]{32}$/);
  expect(ids.of('member', 'm')).not.toBe(ids.of('event', 'm'));
  expect(pseudonymsOf('cd'.repeat(32)).of('member', 'm')).not.toBe(ids.of('member', 'm'));
  expect(ids.of('event', '')).toBe('');
  expect(() => pseudonymsOf('secret')).toThrow('64 hexadecimal digits');
});

test('the certificate says how many rows look into the future and what that takes on trust', () => {
  const list = createFaultList();
  const assumed = ['title', 'author', 'genre'].map((attribute) => ({ type: 'item', attribute, because: 'no history' }));
  const options = {
    named: {
      ...{ manifest_sha256: '', events_sha256: '', recipe_sha256: '', domain_sha256: '', templates_sha256: '' },
      ...{ tokenizer_sha256: '', checker_version: '', taken_on_word: [] },
    },
    latestCloseMs: 0,
    rows: 1_204_331,
    tokens: 5,
    sample: undefined,
    list,
    assumed,
    dated: [],
    deadRows: {},
    deadRowsIn: '' as const,
    itemsWithoutTime: 0,
  };
  expect(certificateOf(options)).toMatchObject({
    ok: true,
    sentence: '0 of 1,204,331 rows look into the future, assuming that title, author and genre never changed.',
  });
  const dated = [{ by: 'first_seen' as const, because: 'nobody wrote it down' }];
  expect(certificateOf({ ...options, assumed: [], dated })).toMatchObject({
    dated,
    sentence:
      '0 of 1,204,331 rows look into the future, assuming that items that no row dates were there from the first ' +
      'interaction with each on.',
  });
  const constant = [...dated, { by: 'constant' as const, because: 'the first sale' }];
  expect(certificateOf({ ...options, dated: constant, itemsWithoutTime: 1 }).sentence).toContain(
    ' never changed and that items that no row dates were there from the first interaction with each on and that ' +
      'items that no row dates were there from the time on that the mapping says and that 1 item without a time was',
  );
  const sampled = certificateOf({ ...options, rows: 50, sample: { every: 3, total: 148 }, assumed: [] });
  expect(sampled.sampled).toBe(true);
  expect(sampled.sentence).toBe(
    '0 of 50 rows look into the future (a sample: row 0 and every 3rd after it of 148 were made anew, ' +
      'of the others only their place, length, mask and digest were checked).',
  );
  for (let i = 0; i < 25; i++)
    list.add({ split: 'train', row: i }, { check: 'label', rule: ['LABEL-2'], detail: 'wrong' });
  const lost = certificateOf({
    ...options,
    rows: 1,
    assumed: [],
    deadRows: { not_json: 2 },
    deadRowsIn: 'tables.json',
  });
  expect(lost).toMatchObject({ dead_rows: { not_json: 2 }, dead_rows_in: 'tables.json' });
  expect(lost.sentence).toBe('0 of 1 rows look into the future. 2 rows of tables became no event.');
  const faulty = certificateOf(options);
  expect(faulty.ok).toBe(false);
  expect(faulty.faults).toHaveLength(20);
  expect(faulty.fault_counts).toEqual({ label: 25 });
});
