/** `ranking.pointwise`: what will the member do with this item? */
import { actionNames, positiveNames, willSlot } from './answers.ts';
import { defineRanking } from './ranking-item.ts';

/** POINT-1. */
export const rankingPointwise = defineRanking({
  name: 'ranking.pointwise',
  about: 'What will the member do with this item? (POINT-1)',
  drawnDefault: 0,
  answers({ vocabulary }, drawsItems) {
    const names = actionNames(vocabulary);
    const hasNone = vocabulary.hasExposures || drawsItems;
    return {
      labels: hasNone ? [...names, vocabulary.domain.none.name] : names,
      positive: positiveNames(vocabulary),
      answerSlots: (label) => willSlot(label, vocabulary),
    };
  },
  labelOf: (rank, { vocabulary }) => vocabulary.nameOf(rank),
});
