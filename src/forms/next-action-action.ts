/**
 * `next-action.action`: which stronger action on the item comes next, after one that is not the
 * strongest?
 */
import { intAt, nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { nextStronger, settledAt } from '../timeline/labels.ts';
import { isOpenAction } from '../timeline/openings.ts';
import { actionNames, positiveNames, requireWindow, willSlot } from './answers.ts';
import { type Asking, defineForm, type FormScope } from './form.ts';
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
    const { noneRank } = vocabulary;
    requireOtherNames(scope);
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
      mayOpen: (timeline, known, itemId) =>
        known.some((i) => nth(timeline.events, i).item_id === itemId && isOpenAction(timeline, i, vocabulary)),
      openings: (lists) => lists.actions(),
      ask(asking) {
        const own = ownItem(asking);
        return own === undefined ? 'item_unknown' : askAbout(own);
      },
      settle(asking) {
        const { timeline, window } = asking;
        const stronger = nextStronger(timeline, window, strongestSeen(asking, noneRank));
        const label = stronger === undefined ? NOTHING_MORE : vocabulary.nameOf(stronger.rank);
        return { label, settledAt: settledAt(timeline, window, stronger?.decidedBy ?? -1) };
      },
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

/** The strongest rank seen on the item; the none rank where no action was seen. */
function strongestSeen({ timeline, window, seen }: Asking, noneRank: number): number {
  const onItem = seen().filter((i) => timeline.item[i] === window.item);
  return onItem.reduce((strongest, i) => Math.min(strongest, intAt(timeline.rank, i)), noneRank);
}
