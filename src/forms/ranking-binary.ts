/** `ranking.binary`: will the member take a positive action on this item? */
import { requirePositive } from './answers.ts';
import { defineRanking } from './ranking-item.ts';

const NAME = 'ranking.binary';

/** BINARY-1. */
export const rankingBinary = defineRanking({
  name: NAME,
  about: 'Will the member take a positive action on this item? (BINARY-1)',
  drawnDefault: 0.5,
  requireDomain: (scope) => requirePositive(NAME, scope),
  answers: () => ({ labels: ['Yes', 'No'], positive: ['Yes'], answerSlots: (label) => ({ yes_no: () => label }) }),
  labelOf: (rank, { vocabulary }) => (vocabulary.isPositive(rank) ? 'Yes' : 'No'),
});
