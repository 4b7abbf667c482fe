/** The schema of a task: one kind a form, told apart by its name. */
import { z } from 'zod';
import { present } from '../checked.ts';
import type { Form } from './form.ts';
import { FORMS } from './forms.ts';

/**
 * A task of any form, with the fields that all have; an option that its form does not know is
 * refused (NAME-3).
 */
export function taskOfAnyForm<Common extends z.ZodRawShape>(common: Common) {
  const taskOf = <Name extends string, Options extends z.ZodRawShape>(form: Form<Name, Options>) =>
    z.strictObject({ form: z.literal(form.name).describe(form.about), ...common, ...form.options });
  const [first, ...others] = FORMS.map(taskOf);
  return z.discriminatedUnion('form', [present(first, 'form'), ...others]);
}
