/** The forms there are, one line each; src/forms/forms.ts reads them. */
export { nextActionAction } from './next-action-action.ts';
export { rankingBinary } from './ranking-binary.ts';
export { rankingPairwise } from './ranking-pairwise.ts';
export { rankingPointwise } from './ranking-pointwise.ts';
export { retrievalChoose } from './retrieval-choose.ts';
