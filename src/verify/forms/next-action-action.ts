/** next-action.action: which stronger action on this item comes next (NEXT-1)? */
import { z } from 'zod';
import { followUpOf } from '../world/outcomes.ts';
import { type Flaw, formOf, goodNews, TASK_OPTIONS } from './form.ts';
import { oneItemRules } from './one-item.ts';

const options = z.strictObject(TASK_OPTIONS);
const NOTHING_MORE = 'nothing more';

/** The form next-action.action. */
export const nextAction = formOf('next-action.action', options, (_, vocabulary) => {
  const { actions, names } = vocabulary;
  return {
    ...oneItemRules(vocabulary, 0, ({ rank }) => actions[rank]?.name ?? NOTHING_MORE),
    rule: ['NEXT-1'],
    labels: [...names, NOTHING_MORE],
    positive: goodNews(vocabulary),
    flaws: (window) => [...(window === 0 ? [NO_WINDOW] : []), ...(names.includes(NOTHING_MORE) ? [SAME_NAME] : [])],
    openings: ({ action }) => action,
    outcome: followUpOf,
    willOf: (_label, { nothing_more }) => nothing_more ?? NOTHING_MORE,
  };
});

const NO_WINDOW: Flaw = { rule: 'NEXT-1', detail: 'what comes next is asked with a label window of 0' };
const SAME_NAME: Flaw = { rule: 'NEXT-1', detail: 'an action is named as the answer that nothing more comes' };
