/** Which rows a release holds: borders of the splits, budgets in whole numbers, no empty split. */
import { describe, expect, it } from 'vitest';
import { FILLED_SPLITS } from '../../schemas/ledger.ts';
import { BrewhouseError, EXIT } from '../../src/errors.ts';
import { ReleaseSection } from '../../src/forms/recipe.ts';
import { requireFilledSplits } from '../../src/release/empty-splits.ts';
import { decideSection } from '../../src/release/release-section.ts';
import { type SelectableRow, selectRows } from '../../src/release/selection.ts';
import { endsOf, passOf } from './rows-in-memory.ts';

const at = (text: string) => Date.parse(text);
const DAY = 86_400_000;
/** The example of SPLIT-2: gap = W = 7d. */
const SPLITS = { t1: '2026-05-01T00:00:00Z', t2: '2026-05-15T00:00:00Z', gap: '7d' };
const until = at('2026-07-01T00:00:00Z');
const section = (more: object = {}) => ReleaseSection.parse({ splits: SPLITS, ...more });

const row = (askedAt: number, more: Partial<SelectableRow> = {}): SelectableRow => ({
  key: `event\u001fm\u001f${askedAt}`,
  variant: '',
  task: 'rank',
  label: 'viewed',
  askedAt,
  closesAt: askedAt + 7 * DAY,
  tokens: 100,
  heldOutMember: false,
  heldOutSurface: false,
  ...more,
});
const select = async (rows: readonly SelectableRow[], more: object = {}, limit = until) => {
  const selection = await selectRows(passOf(rows), { seed: 7, release: section(more), until: limit });
  return { ...selection, ends: endsOf(rows, selection) };
};

describe('splits by time (SPLIT-2)', () => {
  const splitOf = async (time: string, more: Partial<SelectableRow> = {}) =>
    (await select([row(at(time), more)])).ends[0];

  it('begin and end as in the example', async () => {
    expect(await splitOf('2026-04-24T00:00:00Z')).toBe('train');
    expect(await splitOf('2026-04-24T00:00:00.001Z')).toBe('in_gap');
    expect(await splitOf('2026-05-07T23:59:59.999Z')).toBe('in_gap');
    expect(await splitOf('2026-05-08T00:00:00Z')).toBe('validation');
    expect(await splitOf('2026-05-14T23:59:59.999Z')).toBe('validation');
    expect(await splitOf('2026-05-15T00:00:00Z')).toBe('in_gap');
    expect(await splitOf('2026-05-22T00:00:00Z')).toBe('test');
  });

  it('are by closes_at, so that no label known after t1 is in train', async () => {
    const t1 = at('2026-05-01T00:00:00Z');
    expect(await splitOf('2026-04-01T00:00:00Z', { closesAt: t1 })).toBe('train');
    expect(await splitOf('2026-04-01T00:00:00Z', { closesAt: t1 + 1 })).toBe('in_gap');
  });

  it('hold nothing that closes after until (SPLIT-1)', async () => {
    const closing = row(at('2026-04-01T00:00:00Z'));
    expect((await select([closing], {}, closing.closesAt)).ends).toEqual(['train']);
    expect((await select([closing], {}, closing.closesAt - 1)).ends).toEqual(['after_until']);
  });
});

describe('a token budget (RELEASE-3)', () => {
  it('is shared by whole millionths, where doubles would round (floor(B x w / sum of w))', async () => {
    // In doubles 0.1 of 0.1 + 0.2 is less than a third, and a token is lost.
    const rows = Array.from({ length: 60 }, (_, i) =>
      row(at('2026-01-01T00:00:00Z') + i, { task: i % 2 === 0 ? 'a' : 'b', tokens: 1 }),
    );
    for (const budget of [3, 6, 9, 12, 15, 18, 21]) {
      const { ends } = await select(rows, { token_budget: budget, weights: { a: 0.1, b: 0.2 } });
      const kept = (task: string) => ends.filter((end, i) => rows[i]!.task === task && end !== 'thinned').length;
      expect([kept('a'), kept('b')]).toEqual([budget / 3, (2 * budget) / 3]);
    }
  });

  it('is exact where budget times weight passes 2^53', async () => {
    const great = 2 ** 52;
    const rows = ['a', 'b'].map((task, i) => row(at('2026-01-01T00:00:00Z') + i, { task, tokens: great / 2 }));
    const { ends } = await select(rows, {
      token_budget: great,
      weights: { a: 123_456_789.000001, b: 123_456_789.000001 },
    });
    expect(ends).not.toContain('thinned');
    const less = await select(rows, { token_budget: great - 1, weights: { a: 7.000001, b: 7.000001 } });
    expect(less.ends.filter((end) => end === 'thinned')).toHaveLength(2);
  });
});

it('keep_share is kept of all rows with the label (RELEASE-2)', async () => {
  const rows = Array.from({ length: 1_000 }, (_, i) => row(at('2026-01-01T00:00:00Z') + i));
  const { keepShare, ends } = await select(rows, { label_caps: { rank: { viewed: 250 } } });
  expect(keepShare('rank', 'viewed')).toBe(0.25);
  expect(ends.filter((end) => end === 'label_capped')).toHaveLength(750);
});

describe('a release without a row in a split (RELEASE-7)', () => {
  const train = row(at('2026-04-20T00:00:00Z'));
  const validation = row(at('2026-05-10T00:00:00Z'));
  const test = row(at('2026-06-01T00:00:00Z'));
  const refusal = async (rows: readonly SelectableRow[], more: object = {}, limit = until) => {
    const pass = passOf(rows);
    const { counts } = await select(rows, more, limit);
    try {
      await requireFilledSplits({ counts, release: section(more), until: limit, pass });
      return '';
    } catch (error) {
      if (!(error instanceof BrewhouseError)) throw error;
      expect(error.exitCode).toBe(EXIT.usage);
      return `${error.message}; ${error.remedy}`;
    }
  };

  it('passes where each has one', async () => {
    expect(await refusal([train, validation, test])).toBe('');
  });

  it('is refused with the split and the time that would fill it', async () => {
    expect(await refusal([validation, test])).toMatch(
      /no row in train; train: set t1 to 2026-05-17T00:00:00.000Z or later/,
    );
    expect(await refusal([train, test])).toMatch(
      /in validation; validation: set t2 later than 2026-06-01T00:00:00.000Z/,
    );
    expect(await refusal([train, validation])).toMatch(/in test; test: set t2 to 2026-05-03T00:00:00.000Z or earlier/);
    expect(await refusal([train])).toMatch(/in validation and test; validation: set t1 to 2026-04-13T00:00:00.000Z/);
    expect(await refusal([train, validation, test], {}, validation.closesAt)).toMatch(
      /test: set until to 2026-06-08T00:00:00.000Z or later/,
    );
    expect(await refusal([])).toMatch(/in train and validation and test; train: no rendered row can be in it/);
    expect(await refusal([train, validation, test], { token_budget: 1 })).toMatch(
      /train: raise token_budget or label_caps/,
    );
  });

  it('passes where allow_empty names the split, and no other one', async () => {
    expect(await refusal([train, test], { allow_empty: ['validation'] })).toBe('');
    expect(await refusal([train], { allow_empty: ['validation'] })).toMatch(/no row in test; .*--allow-empty test$/);
    expect(await refusal([], { allow_empty: FILLED_SPLITS })).toBe('');
  });

  it('may be allowed by the command line beside the recipe, in one order', () => {
    const wishes = { newest: until, until, tokenBudget: undefined, profile: undefined };
    const allowed = (recipe: string[], allowEmpty?: 'train'[]) =>
      decideSection(section({ allow_empty: recipe }), { ...wishes, allowEmpty }).allow_empty;
    expect(allowed(['test', 'validation'], ['train'])).toEqual(['train', 'validation', 'test']);
    expect(allowed(['test'])).toEqual(['test']);
    expect(allowed([])).toEqual([]);
  });
});
