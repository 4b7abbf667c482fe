/** Forms by name. */
import { present } from '../checked.ts';
import type { Form } from './form.ts';
import * as registry from './registry.ts';

/** Every form. */
export const FORMS = Object.values(registry);

/** What a recipe and a template may name, in order of name. */
export const FORM_NAMES: readonly string[] = FORMS.map(({ name }) => name).sort();

/** The form of that name. Throws Error where there is none: recipes were checked before. */
export function formNamed(name: string): Form {
  return present<Form>(
    FORMS.find((form) => form.name === name),
    `form ${name}`,
  );
}
