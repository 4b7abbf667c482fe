/** ranking.pointwise: what will the member do with this item (POINT-1)? */
import { z } from 'zod';
import { share } from '../read-json.ts';
import { formOf, goodNews, onlyAnswer, TASK_OPTIONS } from './form.ts';
import { drawnFlaws, drawnShareIn, OF_THE_ITEM, oneItemRules } from './one-item.ts';

const options = z.strictObject({ ...TASK_OPTIONS, drawn: share.optional() });

/** The form ranking.pointwise. */
export const rankingPointwise = formOf('ranking.pointwise', options, ({ drawn: written }, vocabulary) => {
  const { domain, names, nameOf } = vocabulary;
  const drawnShare = drawnShareIn(vocabulary, { written, byDefault: 0 });
  const rules = oneItemRules(vocabulary, drawnShare, ({ rank }) => nameOf(rank));
  const labels = rules.answersNone ? [...names, domain.none.name] : names;
  return {
    ...rules,
    rule: ['POINT-1', ...OF_THE_ITEM],
    labels,
    positive: goodNews(vocabulary),
    flaws: (window) => [
      ...rules.flaws(window),
      ...drawnFlaws(vocabulary, { written }),
      ...(labels.length < 2 ? [onlyAnswer(labels.join())] : []),
    ],
  };
});
