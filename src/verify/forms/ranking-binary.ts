/** ranking.binary: will the member take a positive action on this item (BINARY-1)? */
import { z } from 'zod';
import { share } from '../read-json.ts';
import { formOf, onlyAnswer, TASK_OPTIONS } from './form.ts';
import { drawnFlaws, drawnShareIn, OF_THE_ITEM, oneItemRules } from './one-item.ts';

const options = z.strictObject({ ...TASK_OPTIONS, drawn: share.optional() });

/** The form ranking.binary. */
export const rankingBinary = formOf('ranking.binary', options, ({ drawn: written }, vocabulary) => {
  const { actions, domain } = vocabulary;
  const isPositive = (rank: number) => actions[rank]?.positive ?? false;
  const share = drawnShareIn(vocabulary, { written, byDefault: 500_000 });
  const rules = oneItemRules(vocabulary, share, ({ rank }) => (isPositive(rank) ? 'Yes' : 'No'));
  return {
    ...rules,
    rule: ['BINARY-1', ...OF_THE_ITEM],
    labels: ['Yes', 'No'],
    positive: ['Yes'],
    flaws: (window) => [
      ...rules.flaws(window),
      ...drawnFlaws(vocabulary, { written }),
      ...(actions.some(({ positive }) => positive) ? [] : [onlyAnswer('No')]),
      ...(rules.draws || domain.exposures.length > 0 || actions.some(({ positive }) => !positive)
        ? []
        : [onlyAnswer('Yes')]),
    ],
  };
});
