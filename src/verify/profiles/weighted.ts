/** weighted: every label is its id, and the loss of each token has a weight (PROFILE-1). */
import { ATTENTION_MASK, areAll, areIds, type Profile, supervisedWhere, type TokenColumn } from './profile.ts';

const PROMPT = Math.fround(0.01);
const ANSWER = 1;

const ALL_LABELS: TokenColumn = {
  name: 'labels',
  type: 'int64',
  finding: { check: 'answer', rule: ['PROFILE-1'], detail: 'labels do not repeat the ids of the row' },
  isRight: (values, ids) => areIds(values, ids, 0),
};

const WEIGHTS_WRONG = 'loss_weights are not 0.01 in the prompt and 1 from the answer to the end of the row';

const LOSS_WEIGHTS: TokenColumn = {
  name: 'loss_weights',
  type: 'float',
  finding: { check: 'answer', rule: ['PROFILE-1'], detail: WEIGHTS_WRONG },
  isRight: (values, _, answerFrom) =>
    areAll(values.subarray(0, answerFrom), PROMPT) && areAll(values.subarray(answerFrom), ANSWER),
};

/** The profile weighted. */
export const weighted: Profile = {
  name: 'weighted',
  columns: [ATTENTION_MASK, ALL_LABELS, LOSS_WEIGHTS],
  words: new Map([
    ['input_ids', 'prompt, answer and end token'],
    ['attention_mask', 'ones'],
    ['labels', 'all ids; not shifted'],
    ['loss_weights', 'what the loss of each token counts: 1 in the answer and at the end token, 0.01 before them'],
  ]),
  training: [
    'Rows are not padded: let the collator pad `labels` with -100 and `loss_weights` with 0.',
    'Multiply the loss of each token by its weight. Trainers that know no weights, as those of transformers and TRL ' +
      'do not, would learn the prompt as much as the answer: for them there is the profile `hf`.',
  ],
  facts: { label_alignment: 'unshifted', ignore_index: '-100', loss_weights: 'prompt 0.01, answer 1' },
  supervised: ({ ids, columns: { loss_weights: weights } }) => supervisedWhere(ids, weights, (one) => one === ANSWER),
};
