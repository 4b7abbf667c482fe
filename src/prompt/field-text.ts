/** How the value of an attribute is spoken: cleaned text, empty where there is none. */
import type { Attributes } from '../../schemas/event.ts';
import { cleanField } from '../tokenize/clean-field.ts';
import { unitsOf } from '../tokenize/text-spans.ts';

type Value = Attributes[string];

/** Comes after what is kept of a text that was cut. */
export const ELLIPSIS = '…';

/** Code points of a field for each token of the greatest level. */
const POINTS_A_TOKEN = 64;

/** Code points that a field has at most, of a recipe's levels in tokens (CUT-1). */
export function fieldPointsMax(levels: Readonly<Record<string, number>>): number {
  return POINTS_A_TOKEN * Math.max(...Object.values(levels));
}

/**
 * Lists joined by `, `, booleans as yes or no, numbers as ECMAScript prints them; white space
 * folded, control look-alikes escaped (TEXT-1); of more than `pointsMax` code points the first so
 * many and `…` (CUT-1).
 */
export function fieldText(value: Value | undefined, pointsMax: number): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const text = cleanField(Array.isArray(value) ? value.join(', ') : String(value), pointsMax).text;
  if (text.length <= pointsMax) return text;
  const kept = unitsOf(text, pointsMax);
  return kept === text.length ? text : text.slice(0, kept) + ELLIPSIS;
}
