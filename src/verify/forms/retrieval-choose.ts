/** retrieval.choose: which of the candidates is the member's (CHOOSE-1)? */
import { z } from 'zod';
import { share } from '../read-json.ts';
import { candidatesOf } from '../world/candidates.ts';
import { type Flaw, formOf, letterOf, plainRules, TASK_OPTIONS } from './form.ts';

const options = z.strictObject({
  ...TASK_OPTIONS,
  candidates: z.int().min(2).max(26).default(8),
  // What a recipe leaves out depends on the other one, and is written out (NAME-2).
  shown: share.optional(),
  random: share.optional(),
});

/**
 * How many of the wrong candidates are to be shown ones, rounded half up; shares in whole
 * millionths (CAND-4).
 */
function exposedWanted(wrong: number, shown: number, random: number): number {
  const sum = shown + random;
  return sum === 0 ? 0 : Math.floor((2 * wrong * shown + sum) / (2 * sum));
}

/** The form retrieval.choose. */
export const retrievalChoose = formOf('retrieval.choose', options, (own, vocabulary) => {
  const { candidates: count, shown = 0, random = 0 } = own;
  const exposed = exposedWanted(count - 1, shown, random);
  return {
    ...plainRules(vocabulary, true),
    rule: ['CHOOSE-1', 'CAND-1', 'CAND-2', 'CAND-4', 'CAND-5', 'CAND-6', 'CAND-7', 'CAND-9'],
    labels: Array.from({ length: count }, (_, index) => letterOf(index)),
    block: 'candidates',
    othersRandom: exposed === 0 || vocabulary.domain.exposures.length === 0,
    slots: { letters: `A to ${letterOf(count - 1)}` },
    flaws: () => (vocabulary.actions.some(({ positive }) => positive) ? [] : [NOT_POSITIVE]),
    isAsked: ({ rank }) => vocabulary.actions[rank]?.positive ?? false,
    ask(moment, { settledAt }) {
      const candidates = candidatesOf(moment, count, exposed);
      if (candidates === undefined) return undefined;
      const label = letterOf(candidates.findIndex(({ reason }) => reason === 'right'));
      return { itemIds: candidates.map(({ item }) => item), measured: 'item', candidates, label, settledAt };
    },
  };
});

const NOT_POSITIVE: Flaw = { rule: 'FORM-1', detail: 'no action of the domain is positive' };
