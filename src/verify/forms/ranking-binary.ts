/** ranking.binary: will the member take a positive action on this item (BINARY-1)? */
import { closed, orElse, share } from '../shapes.ts';
import { type Outcome, outcomeOf } from '../world/outcomes.ts';
import { type Form, plainRules, TASK_OPTIONS } from './form.ts';
import { askOne, drawnShareIn } from './one-item.ts';

const options = closed({ ...TASK_OPTIONS, drawn: orElse(share, 0.5) });

/** The form ranking.binary. */
export const rankingBinary: Form = {
  name: 'ranking.binary',
  rulesOf({ options: written, field, vocabulary }) {
    const drawnShare = drawnShareIn(vocabulary, options(written, field).drawn);
    const labelOf = ({ rank }: Outcome) => (vocabulary.actions[rank]?.positive ? 'Yes' : 'No');
    return {
      ...plainRules(vocabulary),
      rule: ['BINARY-1', 'CAND-3'],
      labels: ['Yes', 'No'],
      hidesAsked: drawnShare > 0,
      outcome: (moment) => outcomeOf(moment, moment.opening.event.item),
      labelOf,
      ask: (moment, outcome) => askOne(moment, outcome, { drawnShare, labelOf }),
    };
  },
};
