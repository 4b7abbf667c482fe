/** `ranking.pairwise`: which of two items of one slate gets the stronger action? */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { ItemId } from '../../schemas/ids.ts';
import { intAt, nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { inDisplayOrder, slateExposures } from '../timeline/candidates.ts';
import { draw, keyWith } from '../timeline/draws.ts';
import type { ItemVersion } from '../timeline/item-table.ts';
import { decidingEvent, settledAt } from '../timeline/labels.ts';
import { openingsWhere } from '../timeline/openings.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import { letterOf, lettersOf, lettersSlot, requireWindow } from './answers.ts';
import { type Asking, rankOf } from './asking.ts';
import { type Asked, defineForm, type FormScope, type LostFate, type OpeningLists } from './form.ts';
import { ownDrawable } from './own-item.ts';

const NAME = 'ranking.pairwise';

/** PAIR-1. */
export const rankingPairwise = defineForm({
  name: NAME,
  about: 'Which of two items of one slate gets the stronger action? (PAIR-1)',
  options: {},
  rules(_options, scope) {
    requireSlates(scope);
    const { vocabulary } = scope;
    const { noneRank } = vocabulary;
    const labels = lettersOf(2);
    return {
      block: 'candidates',
      labels,
      positive: [],
      drawsItems: false,
      choosesItems: true,
      randomAlone: false,
      isSparse: true,
      slots: { ...lettersSlot(labels), actions_by_strength: () => byStrength(vocabulary) },
      answerSlots: (label) => ({ letter: () => label }),
      openings: (lists) => openingsWhere(lists.sessions(), (event) => isOfSlate(lists, event, noneRank)),
      ask: askPair,
      settle(asking, { items }) {
        const ranks = items.map(({ version }) => rankOn(asking, version.itemId));
        // Whether there is a pair at all is not known before the question closes.
        const settled = settledAt(asking.window, -1);
        return { label: letterOf(nth(ranks, 0) < nth(ranks, 1) ? 0 : 1), settledAt: settled };
      },
      lostLabel: (asking) => vocabulary.nameOf(asking.strongestRank()),
    };
  },
});

function isOfSlate({ timeline }: OpeningLists, event: number, noneRank: number): boolean {
  return timeline.rank[event] === noneRank && nth(timeline.events, event).slate_id !== undefined;
}

/** The opening's own item and one drawn from its slate, in drawn order (PAIR-2). */
function askPair(asking: Asking): Asked | LostFate {
  const { seed, key } = asking;
  const own = ownDrawable(asking);
  if (own === undefined) return 'item_unknown';
  const others = othersOf(asking, own);
  if (others.length === 0) return 'too_few_candidates';
  const other = nth(others, draw(seed, 'pair', keyWith(key, 0)) % others.length);
  const pair = [
    { version: own, reason: 'own' },
    { version: other, reason: 'pair' },
  ];
  return { items: inDisplayOrder(pair, asking), measured: 'slate' };
}

/**
 * Items of the slate that opened before this opening, so that each pair is asked once, with another
 * line than `own` and another strength; in order of their ids.
 */
function othersOf(asking: Asking, own: ItemVersion): ItemVersion[] {
  const { timeline, event, items, says, past, t, item } = asking;
  const { slate_id: slateId } = nth(timeline.events, event);
  const openers = asking.openers();
  const ids = new Set<ItemId>();
  for (const i of slateId === undefined ? [] : slateExposures(past, slateId, t)) {
    const other = intAt(past.events.item, i);
    if (intAt(openers, intAt(past.events.positions, i)) < event && other !== item)
      ids.add(nth(timeline.itemIds, other));
  }
  const strength = asking.strongestRank();
  return [...ids]
    .sort(compareUtf8)
    .filter((itemId) => rankOn(asking, itemId) !== strength)
    .map((itemId) => items.drawable(itemId, t))
    .filter((version) => version !== undefined)
    .filter((version) => says(version) !== says(own));
}

/** The strongest rank on an item of the member's in the label window (LABEL-2). */
function rankOn({ timeline, window }: Asking, itemId: ItemId): number {
  return rankOf(window.events, decidingEvent(window, timeline.itemNumbers.get(itemId) ?? -1));
}

/** `applied, then dismissed, then viewed, then did not interact`. */
function byStrength({ noneRank, spokenOf }: Vocabulary): string {
  return Array.from({ length: noneRank + 1 }, (_, rank) => spokenOf(rank)).join(', then ');
}

/**
 * Throws `domain_invalid` where nothing is ever shown, `recipe_invalid` where nothing can follow.
 */
function requireSlates(scope: FormScope): void {
  if (!scope.vocabulary.hasExposures) {
    throw new BrewhouseError('domain_invalid', `${NAME} needs exposures, and the domain lists none`, {
      place: { field: 'exposures' },
      remedy: `list the actions that only say that an item was shown, or leave ${NAME} out of the recipe`,
    });
  }
  requireWindow(NAME, scope);
}
