/** `retrieval.choose`: which of these items is the member's? */
import { z } from 'zod';
import { Share } from '../../schemas/recipe.ts';
import { nth } from '../checked.ts';
import { chooseCandidates } from '../timeline/candidates.ts';
import { millionths } from '../timeline/draws.ts';
import { letterOf, lettersOf, lettersSlot, requirePositive } from './answers.ts';
import type { Asking } from './asking.ts';
import { type Asked, defineForm, type LostFate } from './form.ts';
import { ownDrawable, strongestSettledAt } from './own-item.ts';

const NAME = 'retrieval.choose';

/** CHOOSE-1. */
export const retrievalChoose = defineForm({
  name: NAME,
  about: "Which of these items is the member's? (CHOOSE-1)",
  options: {
    candidates: z
      .number()
      .int()
      .min(2)
      .max(26)
      .default(8)
      .describe('How many candidates there are, the right one included.'),
    shown: Share.optional().describe('Share of the wrong candidates that the member was shown (CAND-4).'),
    random: Share.optional().describe(
      'Share of the wrong candidates that may be any item; alone where neither is given.',
    ),
  },
  resolve: ({ candidates, shown, random }) => ({
    candidates,
    shown: shown ?? 0,
    random: random ?? (shown === undefined ? 1 : 0),
  }),
  rules({ candidates, shown = 0, random = 0 }, scope) {
    requirePositive(NAME, scope);
    const { vocabulary } = scope;
    const labels = lettersOf(candidates);
    const counts = countWrong({ candidates, shown, random });
    return {
      block: 'candidates',
      labels,
      positive: [],
      drawsItems: false,
      choosesItems: true,
      randomAlone: counts.shown === 0 || !vocabulary.hasExposures,
      slots: lettersSlot(labels),
      answerSlots: (label) => ({ letter: () => label }),
      openings: (lists) => lists.sessions(),
      // Whether a choice is asked at all is not known before its label is mature.
      isAsked: (asking) => vocabulary.isPositive(asking.strongestRank()),
      ask: (asking) => askChoice(asking, counts),
      settle(asking, { items }) {
        const right = items.findIndex(({ reason }) => reason === 'right');
        return { label: letterOf(right), settledAt: strongestSettledAt(asking, asking.strongest()) };
      },
      // The letter is not known without candidates: a lost choice is counted under its action.
      lostLabel: (asking) => vocabulary.nameOf(asking.strongestRank()),
    };
  },
});

interface Counts {
  readonly shown: number;
  readonly random: number;
}

/**
 * How many wrong candidates there are of each kind: half up, in integers of a millionth (CAND-4).
 */
export function countWrong(options: Counts & { readonly candidates: number }): Counts {
  const wrong = options.candidates - 1;
  const share = millionths(options.shown);
  const all = share + millionths(options.random);
  const shown = all === 0 ? 0 : Math.floor((2 * wrong * share + all) / (2 * all));
  return { shown, random: wrong - shown };
}

function askChoice(asking: Asking, counts: Counts): Asked | LostFate {
  const { timeline, event, seed, key, past, window } = asking;
  const right = ownDrawable(asking);
  if (right === undefined) return 'item_unknown';
  const { slate_id: slateId } = nth(timeline.events, event);
  const chosen = chooseCandidates({ seed, key, past, window, ...counts, right, seen: asking.seen(), slateId });
  return chosen === undefined ? 'too_few_candidates' : { items: chosen, measured: 'item' };
}
