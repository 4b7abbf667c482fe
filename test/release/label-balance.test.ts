/** Train rows by label, and what is said where one label is nearly all of a task's. */
import { describe, expect, it } from 'vitest';
import { labelLines } from '../../src/cli/label-lines.ts';
import { type LabelCounts, oneLabelWarnings, trainLabelsOf } from '../../src/release/label-balance.ts';

const rank = { name: 'rank', block: 'item' as const };
const choose = { name: 'choose', block: 'candidates' as const };
const said = (counts: LabelCounts) => oneLabelWarnings(counts, [rank, choose]);

describe('A task with one label', () => {
  it('in more than 95 % of its train rows is warned of by name, with what to do', () => {
    expect(said({ rank: { 'nothing more': 9_797 } })).toEqual([
      '9,797 of 9,797 train rows of rank (100.0 %) are labelled "nothing more": a model learns to answer that alone; ' +
        'cap the label with release.label_caps, give the task another label_window, or leave it out',
    ]);
    expect(said({ rank: { a: 951, b: 49 } })).toHaveLength(1);
    expect(said({ rank: { a: 950, b: 50 } })).toEqual([]);
  });

  it('is not spoken of where it has no train row, or is answered by letters', () => {
    expect(said({})).toEqual([]);
    expect(said({ choose: { A: 3 } })).toEqual([]);
  });

  it('is warned of whatever task and label are called', () => {
    for (const name of ['constructor', '__proto__']) {
      const labels = JSON.parse(`{ "${name}": { "${name}": 7 } }`) as LabelCounts;
      const [warning] = oneLabelWarnings(labels, [{ ...rank, name }]);
      expect(warning).toContain(`7 of 7 train rows of ${name} (100.0 %) are labelled "${name}"`);
    }
  });
});

it('Only rows in train count', () => {
  const labels = { rank: { applied: { train: 3, test: 9 }, viewed: { label_capped: 8 } }, choose: { A: { test: 1 } } };
  expect(trainLabelsOf({ labels })).toEqual({ rank: { applied: 3 } });
});

it('A person reads counts and shares, the most frequent first, and of letters how far they lie apart', () => {
  expect(labelLines({ rank: { viewed: 1, applied: 1_999 }, choose: { A: 30, B: 45, C: 25 } })).toEqual([
    '  rank    2,000 rows: applied 1,999 (100.0 %), viewed 1 (0.1 %)',
    '  choose  100 rows: 3 letters, each 25.0 % to 45.0 %',
  ]);
});
