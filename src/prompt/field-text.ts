/** How the value of an attribute is spoken: cleaned text, empty where there is none. */
import type { Attributes } from '../../schemas/event.ts';
import { cleanField } from '../tokenize/clean-field.ts';

type Value = Attributes[string];

/**
 * Lists joined by `, `, booleans as yes or no, numbers as ECMAScript prints them; white space
 * folded, control look-alikes escaped (TEXT-1).
 */
export function fieldText(value: Value | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  return cleanField(text).text;
}
