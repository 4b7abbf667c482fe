/** ranking.pointwise: what will the member do with this item (POINT-1)? */
import { closed, orElse, share } from '../shapes.ts';
import { type Form, TASK_OPTIONS } from './form.ts';
import { drawnShareIn, oneItemRules } from './one-item.ts';

const options = closed({ ...TASK_OPTIONS, drawn: orElse(share, 0) });

/** The form ranking.pointwise. */
export const rankingPointwise: Form = {
  name: 'ranking.pointwise',
  rulesOf({ options: written, field, vocabulary }) {
    const { domain, actions, names } = vocabulary;
    const drawnShare = drawnShareIn(vocabulary, options(written, field).drawn);
    const answersNone = domain.exposures.length > 0 || drawnShare > 0;
    return {
      ...oneItemRules(vocabulary, drawnShare, ({ rank }) => actions[rank]?.name ?? domain.none.name),
      rule: ['POINT-1', 'CAND-3'],
      labels: answersNone ? [...names, domain.none.name] : names,
      answersNone,
    };
  },
};
