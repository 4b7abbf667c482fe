/**
 * The recipe's schema: what schemas/recipe.ts says of all recipes, with one kind of task a form,
 * and the profiles there are.
 */
import { z } from 'zod';
import { Duration, Moment, releaseFields, sectionFields, taskFields } from '../../schemas/recipe.ts';
import { DEFAULT_PROFILE, PROFILE_NAMES } from '../profiles/profiles.ts';
import { STRATEGY_NAMES } from '../strategies/strategies.ts';
import { taskOfAnyForm } from './tasks.ts';

/** The corpus section of a recipe. */
export const CorpusSection = z.strictObject(sectionFields(taskOfAnyForm(taskFields(z.enum(STRATEGY_NAMES)))));
export type CorpusSection = z.infer<typeof CorpusSection>;

/** The release section of a recipe. */
export const ReleaseSection = z.strictObject(
  releaseFields({ duration: Duration, moment: Moment, profile: z.enum(PROFILE_NAMES).default(DEFAULT_PROFILE) }),
);

/** A whole recipe. */
export const Recipe = z.strictObject({
  corpus: CorpusSection.describe('All that a rendered row depends on.'),
  release: ReleaseSection.describe('All that chooses among rendered rows.'),
});
export type Recipe = z.infer<typeof Recipe>;
