/**
 * `next-action.action`: which stronger action on the item comes next, after one that is not the
 * strongest?
 */
import { intAt } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { nextStronger, settledAt } from '../timeline/labels.ts';
import { isOpenAction } from '../timeline/openings.ts';
import { isCounted, strongestSeen } from '../timeline/seen.ts';
import { actionNames, positiveNames, requireWindow, willSlot } from './answers.ts';
import { type Asking, rankOf } from './asking.ts';
import { defineForm, type FormScope } from './form.ts';
import { askAbout, ownItem } from './own-item.ts';

const NAME = 'next-action.action';

/** The answer where nothing stronger comes. */
export const NOTHING_MORE = 'nothing more';

/** NEXT-1. */
export const nextActionAction = defineForm({
  name: NAME,
  about: 'Which stronger action on the item comes next, after one that is not the strongest? (NEXT-1)',
  options: {},
  rules(_options, scope) {
    requireWindow('the next action', scope);
    const { vocabulary } = scope;
    requireOtherNames(scope);
    const labelOf = (asking: Asking, stronger: number) =>
      stronger < 0 ? NOTHING_MORE : vocabulary.nameOf(rankOf(asking.past.events, stronger));
    return {
      block: 'item',
      labels: [...actionNames(vocabulary), NOTHING_MORE],
      positive: positiveNames(vocabulary),
      drawsItems: false,
      choosesItems: false,
      randomAlone: false,
      slots: {},
      answerSlots: (label, template) =>
        label === NOTHING_MORE ? { will: () => template.nothing_more ?? NOTHING_MORE } : willSlot(label, vocabulary),
      mayOpen(timeline, seen, item) {
        const { positions, item: items } = seen.events;
        const opens = (i: number) =>
          items[i] === item && isCounted(seen, i) && isOpenAction(timeline, intAt(positions, i), vocabulary);
        for (let i = seen.from; i < seen.to; i++) if (opens(i)) return true;
        return false;
      },
      openings: (lists) => lists.actions(),
      ask(asking) {
        const own = ownItem(asking);
        return own === undefined ? 'item_unknown' : askAbout(own);
      },
      settle(asking) {
        const stronger = strongerNext(asking);
        return { label: labelOf(asking, stronger), settledAt: settledAt(asking.window, stronger) };
      },
      lostLabel: (asking) => labelOf(asking, strongerNext(asking)),
    };
  },
});

/** Throws `domain_invalid` where an action has the name of the answer that no action comes. */
function requireOtherNames({ vocabulary: { domain } }: FormScope): void {
  const rank = domain.actions.findIndex(({ name }) => name === NOTHING_MORE);
  if (rank < 0) return;
  throw new BrewhouseError('domain_invalid', `${NAME} answers "${NOTHING_MORE}" where no action comes`, {
    place: { field: `actions[${rank}].name` },
    remedy: `give the action another name, or leave ${NAME} out of the recipe`,
  });
}

/** The stronger action that comes next, or -1. */
function strongerNext(asking: Asking): number {
  return nextStronger(asking.window, strongestSeen(asking.seen(), asking.item));
}
