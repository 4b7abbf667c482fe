/**
 * The template's schema: what schemas/template.ts says of all templates, with the forms that there
 * are.
 */
import { z } from 'zod';
import { Template as AnyTemplate } from '../../schemas/template.ts';
import { FORM_NAMES } from './forms.ts';

/** A template of a form that there is. */
export const Template = AnyTemplate.extend({
  form: z.enum(FORM_NAMES).describe('The form whose questions it phrases.'),
}).describe(AnyTemplate.description ?? '');
