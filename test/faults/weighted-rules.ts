/** Rules that rows of the profile `weighted` alone would break. */
import type { PlantedRule } from './planted-rule.ts';

/** What a profile writes of a row. */
export const WEIGHTED: readonly PlantedRule[] = [
  {
    builder: 'masks the labels of the prompt, so that they have no loss to weigh',
    check: 'answer',
    rule: 'PROFILE-1',
    file: 'src/profiles/weighted.ts',
    from: 'return [ids, mask, ids, weightsOf(rows)];',
    to: 'return [ids, mask, HF.chunks(rows)[2] ?? ids, weightsOf(rows)];',
  },
  {
    builder: 'weighs the first token of the answer like the prompt',
    check: 'answer',
    rule: 'FRAME-4',
    file: 'src/profiles/weighted.ts',
    from: 'values.fill(ANSWER_WEIGHT, start + intAt(spans, at),',
    to: 'values.fill(ANSWER_WEIGHT, start + intAt(spans, at) + 1,',
  },
];
