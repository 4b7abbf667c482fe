/** What a build says of a corpus whose questions were lost unevenly. */
import { describe, expect, it } from 'vitest';
import { corpusWarnings } from '../../pipelines/corpus-warnings.ts';

const rank = { name: 'rank', block: 'item' as const, choosesItems: false };
const choose = { name: 'choose', block: 'candidates' as const, choosesItems: true };
const pair = { ...choose, name: 'pair', isSparse: true };
/** Questions of a task by fate and label. */
type Fates = Record<string, Record<string, number>>;
const said = (questions: Record<string, Fates>, alikeAfterCut: Record<string, number> = {}) =>
  corpusWarnings({ questions, alikeAfterCut }, [rank, choose, pair]);

describe('a corpus', () => {
  it('of which no question was lost is not spoken of', () => {
    expect(said({ rank: { rendered: { A: 90, viewed: 10 }, capped: { A: 5 }, pending: { '': 50 } } })).toEqual([]);
  });

  it('that loses more of one label than of another names both, whatever they are called', () => {
    for (const label of ['A', 'constructor', '__proto__', '10']) {
      const lost: Fates = { rendered: { viewed: 199 }, item_unknown: { viewed: 1 }, too_few_candidates: {} };
      for (const [fate, count] of [
        ['rendered', 90],
        ['too_few_candidates', 10],
      ] as const)
        Object.defineProperty(lost[fate], label, { value: count, enumerable: true });
      expect(said({ rank: lost })).toEqual([
        `rank loses 10.0 % of ${label} and 0.5 % of viewed: dropped rows differ by label`,
      ]);
    }
    const allOfOne = { rendered: { viewed: 200 }, too_few_candidates: { applied: 5 } };
    expect(said({ rank: allOfOne })[0]).toMatch(/^rank loses 100.0 % of applied and 0.0 % of viewed: /);
  });

  it('whose labels are letters is not compared by label', () => {
    expect(said({ choose: { rendered: { A: 10, B: 10 }, too_few_candidates: { applied: 9 } } })).toEqual([]);
  });

  it('with questions about items that nothing defines says which share they are', () => {
    const few = { rendered: { viewed: 1000 }, item_unknown: { viewed: 5 } };
    expect(said({ rank: few })).toEqual([]);
    expect(said({ rank: { ...few, item_unknown: { viewed: 6 } } })).toEqual([
      expect.stringMatching(/^0.6 % of the questions that were not capped ask about items/),
    ]);
  });

  it('of which a task that draws loses most questions says which, and how items are dated', () => {
    const remedy = /never are; date items: event_time in the mapping .*, or --first-seen$/;
    const undated = { item_unknown: { applied: 900, viewed: 100 } };
    expect(said({ choose: undated })).toContainEqual(
      expect.stringMatching(/^choose loses 1,000 of 1,000 questions \(1,000 item_unknown, 0 too_few_candidates\): /),
    );
    expect(said({ choose: undated }).at(-1)).toMatch(remedy);
    const few = { rendered: { A: 49 }, too_few_candidates: { applied: 51 }, capped: { '': 900 }, pending: { '': 9 } };
    expect(said({ choose: few })).toEqual([
      expect.stringMatching(/^choose loses 51 of 100 questions .* ask for fewer candidates, or date items: /),
    ]);
    expect(said({ choose: { ...few, rendered: { A: 51 } } })).toEqual([]);
  });

  it('may have few pairs, whose items are dated, but not items without a time', () => {
    expect(said({ pair: { rendered: { A: 5, B: 5 }, too_few_candidates: { viewed: 990 } } })).toEqual([]);
    expect(said({ pair: { item_unknown: { viewed: 990 } } })).toContainEqual(
      expect.stringMatching(/^pair loses 990 of 990 questions/),
    );
    expect(said({ rank: { rendered: { viewed: 1 }, item_unknown: { viewed: 9 } } })).toHaveLength(1);
  });

  it('with candidates that read alike once cut says how many, and the remedy', () => {
    expect(said({}, { choose: 1234 })).toEqual([
      expect.stringMatching(/^choose has 1,234 questions .* alike once their lines are cut: raise levels.question/),
    ]);
  });
});
