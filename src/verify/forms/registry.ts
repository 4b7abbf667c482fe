/** The forms that the checker knows: one line each. */
import type { Form } from './form.ts';
import { nextAction } from './next-action-action.ts';
import { rankingBinary } from './ranking-binary.ts';
import { rankingPairwise } from './ranking-pairwise.ts';
import { rankingPointwise } from './ranking-pointwise.ts';
import { retrievalChoose } from './retrieval-choose.ts';

const ALL: readonly Form[] = [rankingPointwise, rankingBinary, rankingPairwise, retrievalChoose, nextAction];

/** Every form by its name. */
export const FORMS: ReadonlyMap<string, Form> = new Map(ALL.map((form) => [form.name, form]));
