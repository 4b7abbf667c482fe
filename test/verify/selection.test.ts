/** Selection: splits, label caps, the token budget, shards and the remainder; and the certificate's sentence. */
import { describe, expect, test } from 'vitest';
import { certificateOf } from '../../src/verify/certificate.ts';
import { createFaultList } from '../../src/verify/fault-list.ts';
import { hf } from '../../src/verify/profiles/hf.ts';
import { referenceQuestions } from '../../src/verify/reference/questions.ts';
import type { ReleaseSection } from '../../src/verify/release/manifest.ts';
import { pseudonymsOf } from '../../src/verify/release/pseudonyms.ts';
import {
  capLabels,
  expectedRow,
  shardCount,
  splitOf,
  takeRemainder,
  thin,
} from '../../src/verify/release/selection.ts';
import { act, DAY, item, NOON, toyWorld } from './toy-world.ts';

const section = (more: Partial<ReleaseSection> = {}): ReleaseSection => ({
  ...{ splits: { t1: NOON + 10 * DAY, t2: NOON + 30 * DAY, gap: 7 * DAY }, weights: new Map(), label_caps: new Map() },
  ...{ until: undefined, token_budget: 'none', holdout_tasks: [], profile: hf },
  ...more,
});

function world(days: readonly number[], corpus: object = {}, more: object = {}) {
  const records = days.flatMap((d) => [
    item(`i${d}`),
    act(`i${d}`, d % 2 ? 'viewed' : 'dismissed', NOON + d * DAY, more),
  ]);
  return toyWorld(records, { section: { ...corpus } });
}

describe('splits', () => {
  const ends = (days: number[], rules: Partial<ReleaseSection> = {}, corpus: object = {}, more: object = {}) => {
    const made = world(days, corpus, more);
    return referenceQuestions(made, 'm').map((question) =>
      splitOf(question, { section: section(rules), until: NOON + 60 * DAY }),
    );
  };
  test('no train label looks over t1, and a gap lies before validation and test', () => {
    expect(ends([3, 4, 16, 17, 29, 30, 36, 37, 53, 54])).toEqual([
      ...['train', 'in_gap', 'in_gap', 'validation', 'validation', 'in_gap', 'in_gap', 'test', 'test', 'after_until'],
    ]);
  });
  test('what is held out is in its own test split after the gap, and nowhere before', () => {
    const heldTask = { holdout_tasks: ['ranking.pointwise'] };
    expect(ends([3, 17, 37], heldTask)).toEqual(['held_out', 'held_out', 'test_task']);
    expect(ends([3, 17, 37], {}, { holdout: { members: 1 } })).toEqual(['held_out', 'test_members', 'test_members']);
    const surfaces = { holdout: { surfaces: ['mail'] } };
    expect(ends([3, 37], {}, surfaces, { surface: 'mail' })).toEqual(['held_out', 'test_surface']);
  });
});

function rows(days: number[]) {
  const made = world(days);
  const list = referenceQuestions(made, 'm').map((question) => {
    return expectedRow(question, { template: question.task.templates[0]!, variant: '' }, 'train');
  });
  return list;
}
const days = Array.from({ length: 40 }, (_, n) => n);

test('label caps keep those with the least draw and say which share was kept', () => {
  const list = rows(days);
  const caps = new Map([['ranking.pointwise', new Map([['viewed', 5]])]]);
  capLabels(list, { section: section({ label_caps: caps }), until: 0 });
  const kept = list.filter(({ end, question }) => end === 'train' && question.label === 'viewed');
  expect(kept).toHaveLength(5);
  expect(kept.every(({ keepShare }) => keepShare === 0.25)).toBe(true);
  expect(list.filter(({ end }) => end === 'label_capped')).toHaveLength(15);
});

test('a smaller budget takes a subset of the rows of a larger one and stops at the first row that does not fit', () => {
  const list = rows(days);
  const taken = (budget: number) => {
    for (const row of list) row.end = 'train';
    const asked = new Set<string>();
    thin(list, { section: section({ token_budget: budget }), until: 0 }, (row) => {
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

test('shards are powers of two by tokens, multiples of 64 above that, with a thousand rows each', () => {
  expect(shardCount(64_000_000, 100_000)).toBe(1);
  expect(shardCount(64_000_001, 100_000)).toBe(2);
  expect(shardCount(64_000_000 * 5, 100_000)).toBe(8);
  expect(shardCount(64_000_000 * 65, 1_000_000)).toBe(128);
  expect(shardCount(64_000_000 * 65, 100_000)).toBe(64);
  expect(shardCount(64_000_000 * 5, 7_000)).toBe(4);
  expect(shardCount(64_000_000 * 5, 10)).toBe(1);
});
test('rows that do not divide into shards are those with the greatest draw thin', () => {
  const list = rows(days);
  expect(takeRemainder(list, () => 10)).toBe(1);
  expect(list.every(({ end }) => end === 'train')).toBe(true);
});

test('a pseudonym is 32 digits of an HMAC over kind and id, and depends on the key', () => {
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
    manifestSha256: '',
    rows: 1_204_331,
    tokens: 5,
    sample: undefined,
    list,
    assumed,
    itemsWithoutTime: 0,
  };
  expect(certificateOf(options)).toMatchObject({
    ok: true,
    sentence: '0 of 1,204,331 rows look into the future, assuming that title, author and genre never changed.',
  });
  const sampled = certificateOf({ ...options, rows: 50, sample: { every: 3, total: 148 }, assumed: [] });
  expect(sampled.sampled).toBe(true);
  expect(sampled.sentence).toBe(
    '0 of 50 rows look into the future (a sample: row 0 and every 3rd after it of 148 were made anew, of the others only ' +
      'their place, length, mask and digest were checked).',
  );
  for (let i = 0; i < 25; i++)
    list.add({ split: 'train', row: i }, { check: 'label', rule: ['LABEL-2'], detail: 'wrong' });
  const faulty = certificateOf(options);
  expect(faulty.ok).toBe(false);
  expect(faulty.faults).toHaveLength(20);
  expect(faulty.fault_counts).toEqual({ label: 25 });
});
