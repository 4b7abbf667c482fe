/**
 * The recipe's schema: what schemas/recipe.ts says of all recipes, with one kind of task a form,
 * and the profiles there are.
 */
import { z } from 'zod';
import { releaseFields, sectionFields, taskFields } from '../../schemas/recipe.ts';
import { present } from '../checked.ts';
import { PROFILE_NAMES } from '../profiles/profiles.ts';
import { STRATEGY_NAMES } from '../strategies/strategies.ts';
import type { Form } from './form.ts';
import { FORMS } from './forms.ts';

const COMMON = taskFields(STRATEGY_NAMES);

/** The tasks of one form: options that it does not know are refused (NAME-3). */
function taskOf<Name extends string, Options extends z.ZodRawShape>(form: Form<Name, Options>) {
  return z.strictObject({ form: z.literal(form.name).describe(form.about), ...COMMON, ...form.options });
}

const [first, ...others] = FORMS.map(taskOf);

/** A task of any form. */
export const RecipeTask = z.discriminatedUnion('form', [present(first, 'form'), ...others]);

/** The corpus section of a recipe. */
export const CorpusSection = z.strictObject(sectionFields(RecipeTask));
export type CorpusSection = z.infer<typeof CorpusSection>;

/** The release section of a recipe. */
export const ReleaseSection = z.strictObject(releaseFields(PROFILE_NAMES));

/** A whole recipe. */
export const Recipe = z.strictObject({
  corpus: CorpusSection.describe('All that a rendered row depends on.'),
  release: ReleaseSection.describe('All that chooses among rendered rows.'),
});
export type Recipe = z.infer<typeof Recipe>;
