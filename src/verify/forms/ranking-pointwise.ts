/** ranking.pointwise: what will the member do with this item (POINT-1)? */
import { closed, orElse, share } from '../shapes.ts';
import { type Outcome, outcomeOf } from '../world/outcomes.ts';
import { type Form, plainRules, TASK_OPTIONS } from './form.ts';
import { askOne, drawnShareIn } from './one-item.ts';

const options = closed({ ...TASK_OPTIONS, drawn: orElse(share, 0) });

/** The form ranking.pointwise. */
export const rankingPointwise: Form = {
  name: 'ranking.pointwise',
  rulesOf({ options: written, field, vocabulary }) {
    const drawnShare = drawnShareIn(vocabulary, options(written, field).drawn);
    const { domain, actions, names } = vocabulary;
    const answersNone = domain.exposures.length > 0 || drawnShare > 0;
    const labelOf = ({ rank }: Outcome) => actions[rank]?.name ?? domain.none.name;
    return {
      ...plainRules(vocabulary),
      rule: ['POINT-1', 'CAND-3'],
      labels: answersNone ? [...names, domain.none.name] : names,
      answersNone,
      hidesAsked: drawnShare > 0,
      outcome: (moment) => outcomeOf(moment, moment.opening.event.item),
      labelOf,
      ask: (moment, outcome) => askOne(moment, outcome, { drawnShare, labelOf }),
    };
  },
};
