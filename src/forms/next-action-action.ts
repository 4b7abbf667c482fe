/**
 * `next-action.action`: which stronger action on the item comes next, after one that is not the
 * strongest?
 */
import { BrewhouseError } from '../errors.ts';
import { strongestSeen } from '../timeline/history.ts';
import { firstStronger, settledAt } from '../timeline/labels.ts';
import { actionNames, willSlot } from './answers.ts';
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
    if (scope.windowMs === 0) throw needsWindow(scope);
    const { vocabulary } = scope;
    const { noneRank } = vocabulary;
    return {
      block: 'item',
      labels: [...actionNames(vocabulary), NOTHING_MORE],
      drawsItems: false,
      choosesItems: false,
      slots: {},
      answerSlots: (label, template) =>
        label === NOTHING_MORE ? { will: () => template.nothing_more ?? NOTHING_MORE } : willSlot(label, vocabulary),
      openings: (lists) => lists.actions(),
      ask(asking) {
        const own = ownItem(asking);
        return own === undefined ? 'item_unknown' : askAbout(own);
      },
      settle(asking) {
        const { timeline, window } = asking;
        const seen = strongestSeen(timeline, asking.seen(), { item: window.item, noneRank });
        const settled = firstStronger(timeline, window, { strongestSeen: seen, noneRank });
        const label = settled.rank === noneRank ? NOTHING_MORE : vocabulary.nameOf(settled.rank);
        return { label, settledAt: settledAt(timeline, window, { ...settled, isFinal: true }) };
      },
    };
  },
});

function needsWindow({ field }: FormScope): BrewhouseError {
  return new BrewhouseError('recipe_invalid', 'the next action needs a label window', {
    place: { field: `${field}.label_window` },
    remedy: 'set label_window: 7d, say',
  });
}
