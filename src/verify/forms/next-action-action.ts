/** next-action.action: which stronger action on this item comes next (NEXT-1)? */
import { closed } from '../shapes.ts';
import { followUpOf, type Outcome } from '../world/outcomes.ts';
import { type Form, plainRules, TASK_OPTIONS } from './form.ts';
import { askOne } from './one-item.ts';

const options = closed(TASK_OPTIONS);
const NOTHING_MORE = 'nothing more';

/** The form next-action.action. */
export const nextAction: Form = {
  name: 'next-action.action',
  rulesOf({ options: written, field, vocabulary }) {
    options(written, field);
    const { actions, names, domain } = vocabulary;
    const labelOf = ({ rank }: Outcome) => actions[rank]?.name ?? NOTHING_MORE;
    return {
      ...plainRules(vocabulary),
      rule: ['NEXT-1'],
      labels: [...names, NOTHING_MORE],
      openings: ({ action }) => action,
      outcome: followUpOf,
      labelOf,
      ask: (moment, outcome) => askOne(moment, outcome, { drawnShare: 0, labelOf }),
      willOf: (_, { nothing_more }) => nothing_more ?? domain.none.will,
    };
  },
};
