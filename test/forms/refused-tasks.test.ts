/** Tasks that are refused before anything is asked: one answer, or one that a prompt would tell. */
import { describe, expect, it } from 'vitest';
import { Domain } from '../../schemas/domain.ts';
import { Duration, Share } from '../../schemas/recipe.ts';
import { BrewhouseError, EXIT } from '../../src/errors.ts';
import { CorpusSection, ReleaseSection } from '../../src/forms/recipe.ts';
import { corpusRules, resolveTasks } from '../../src/forms/task-rules.ts';
import { createVocabulary } from '../../src/timeline/vocabulary.ts';
import { ask, DAY, did, item, JOBS, NOON, questionAt, SHOP, task } from '../timeline/events.ts';

/** What the domain and the task come to: nothing, or code, message and remedy of the refusal. */
function refusal(domain: unknown, ...tasks: object[]): string | undefined {
  const section = CorpusSection.parse({
    seed: 7,
    tokenizer: { path: 'none', sha256: '0'.repeat(64) },
    context: 2048,
    label_window: '7d',
    tasks,
  });
  const vocabulary = createVocabulary(Domain.parse(domain));
  try {
    corpusRules({ ...section, tasks: resolveTasks(section, vocabulary) }, vocabulary);
    return undefined;
  } catch (error) {
    if (!(error instanceof BrewhouseError)) throw error;
    expect(error.exitCode).toBe(EXIT.usage);
    return `${error.code} ${error.place.field}: ${error.message}; ${error.remedy}`;
  }
}

describe('a task with one possible answer (FORM-1)', () => {
  const applied = JOBS.actions.slice(0, 1);
  const one = { ...SHOP, actions: applied };
  const pointwise = { form: 'ranking.pointwise', name: 'rank' };

  it('is refused by its name, with what to do', () => {
    expect(refusal(one, pointwise)).toMatch(
      /^recipe_invalid corpus.tasks\[0\]: the task rank has one possible answer, applied; leave the task out/,
    );
    const positive = { ...SHOP, actions: JOBS.actions.filter((action) => action.positive) };
    expect(refusal(positive, { form: 'ranking.binary', drawn: 0 })).toMatch(/ranking.binary has one .*, Yes;/);
  });

  it('is none where an item may have no action, or another one', () => {
    expect(refusal({ ...one, exposures: ['impression'], ignored: [] }, pointwise)).toBeUndefined();
    expect(refusal(one, { ...pointwise, drawn: 0.5 })).toBeUndefined();
    expect(refusal({ ...SHOP, actions: JOBS.actions.slice(0, 2) }, pointwise)).toBeUndefined();
    expect(refusal(SHOP, { form: 'ranking.binary', drawn: 0 })).toBeUndefined();
    expect(refusal(one, { form: 'ranking.binary' })).toBeUndefined();
    expect(
      refusal(JOBS, ...['retrieval.choose', 'ranking.pairwise', 'next-action.action'].map((form) => ({ form }))),
    ).toBe(undefined);
  });
});

describe('what was measured of the item (OPEN-7)', () => {
  const keys = ['value', 'position', { key: 'price', of: 'item' }];
  const saying = (domain: object, key: unknown) => ({ ...domain, at_exposure: ['device', key] });
  const ofMoment = [{ form: 'ranking.pointwise' }, { form: 'next-action.action' }];

  it.each(keys)('is refused in a task that draws: %j', (key) => {
    const name = typeof key === 'string' ? key : key.key;
    const told = new RegExp(
      `^domain_invalid at_exposure\\[1\\]: the task t draws items, so no prompt may say ${name};`,
    );
    expect(refusal(saying(JOBS, key), { form: 'retrieval.choose', name: 't' })).toMatch(told);
    expect(refusal(saying(JOBS, key), ...ofMoment, { form: 'ranking.pairwise', name: 't' })).toMatch(told);
    expect(refusal(saying(SHOP, key), { form: 'ranking.pointwise', name: 't', drawn: 0.1 })).toMatch(told);
    expect(refusal(saying(SHOP, key), { form: 'ranking.binary', name: 't' })).toMatch(/take \w+ out of at_exposure/);
  });

  it.each(keys)('may be said in all others, where it is listed: %j', (key) => {
    expect(refusal(saying(JOBS, key), ...ofMoment, { form: 'ranking.binary' })).toBeUndefined();
    expect(refusal(saying(SHOP, 'screen'), { form: 'retrieval.choose' })).toBeUndefined();
  });

  it('is said by its key, like what is of the moment', () => {
    const domain = Domain.parse(saying(JOBS, { key: 'price', of: 'item' }));
    const open = did('viewed', 'a', NOON, { event_id: 'open', context: { price: 9, device: 'phone', secret: 'x' } });
    const outcomes = ask([item('a'), open], { tasks: [task('ranking.pointwise', {}, domain)], domain });
    expect(questionAt(outcomes, 'open').exposure.pairs).toEqual([
      ['device', 'phone'],
      ['price', 9],
    ]);
  });
});

describe('a share or a weight (DRAW-2)', () => {
  const weights = (rank: number) =>
    ReleaseSection.safeParse({
      splits: { t1: '2026-01-01T00:00:00Z', t2: '2026-02-01T00:00:00Z', gap: '7d' },
      weights: { rank },
    });

  it.each([0.333333, 1, 0.000001, 0.1 + 0.7, 0])('has at most six decimals: %s', (share) => {
    expect(Share.safeParse(share).success).toBe(share !== 0.1 + 0.7);
  });

  it('of seven is refused, saying so', () => {
    expect(Share.safeParse(0.3333333).error?.issues[0]?.message).toMatch(/more than six decimals/);
    expect(weights(1 / 3).success).toBe(false);
    expect(weights(1e-7).success).toBe(false);
    expect(weights(3_000.000001).success).toBe(true);
  });
});

it('tasks of one corpus share its label_lateness, and each has its own window', () => {
  const late = task('ranking.pointwise', { latenessMs: DAY, windowMs: 0 });
  expect([late.windowMs, late.latenessMs]).toEqual([0, DAY]);
});

describe('a next action (NEXT-1)', () => {
  it('is refused where an action is named as the answer that none comes', () => {
    const [first, ...others] = JOBS.actions;
    const domain = { ...JOBS, actions: [first, { ...others[0], name: 'nothing more' }, ...others.slice(1)] };
    expect(refusal(domain, { form: 'next-action.action' })).toMatch(
      /^domain_invalid actions\[1\].name: next-action.action answers "nothing more" where no action comes; give/,
    );
    expect(refusal(domain, { form: 'ranking.pointwise' })).toBeUndefined();
  });
});

describe('a drawn share (CAND-3)', () => {
  it('above 0 is refused in a domain with exposures', () => {
    expect(refusal(JOBS, { form: 'ranking.binary', drawn: 0 })).toBeUndefined();
    expect(refusal(JOBS, { form: 'ranking.binary', drawn: 0.1 })).toMatch(/ cannot ask about drawn items here; /);
  });
});

describe('a length of time', () => {
  it('of more than ten thousand years is refused, with the longest that may be written', () => {
    for (const far of ['99999999999999d', '3652426d', '315569520000001ms', `${'9'.repeat(400)}d`])
      expect(() => Duration.parse(far)).toThrow('longer than ten thousand years; write at most 3652425d');
    expect(Duration.parse('3652425d')).toBe(3_652_425 * DAY);
    expect(Duration.parse('315569520000000ms')).toBe(3_652_425 * DAY);
  });
});
