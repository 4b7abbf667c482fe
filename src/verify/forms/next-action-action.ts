/** next-action.action: which stronger action on this item comes next (NEXT-1)? */
import { closed } from '../shapes.ts';
import { followUpOf } from '../world/outcomes.ts';
import { type Form, TASK_OPTIONS } from './form.ts';
import { oneItemRules } from './one-item.ts';

const options = closed(TASK_OPTIONS);
const NOTHING_MORE = 'nothing more';

/** The form next-action.action. */
export const nextAction: Form = {
  name: 'next-action.action',
  rulesOf({ options: written, field, vocabulary }) {
    options(written, field);
    const { actions, names, domain } = vocabulary;
    return {
      ...oneItemRules(vocabulary, 0, ({ rank }) => actions[rank]?.name ?? NOTHING_MORE),
      rule: ['NEXT-1'],
      labels: [...names, NOTHING_MORE],
      openings: ({ action }) => action,
      outcome: followUpOf,
      willOf: (_, { nothing_more }) => nothing_more ?? domain.none.will,
    };
  },
};
