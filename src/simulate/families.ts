/**
 * Job families and their specialities: the words that titles, descriptions, positions and skills
 * are made of.
 */

import { nth } from '../checked.ts';
import words from './words.json' with { type: 'json' };

/** A narrow kind of work: titles hold its `name`, descriptions its two tasks ("You will ..."). */
export interface Speciality {
  readonly name: string;
  readonly tasks: readonly [string, string];
}

/** A family of work: the nouns of its titles, its skills and its specialities. */
export interface Family {
  readonly name: string;
  readonly roles: readonly string[];
  readonly skills: readonly string[];
  readonly specialities: readonly Speciality[];
}

/** Every family has this many specialities. */
export const SPECIALITIES_EACH = 8;

/** All families; a family is known by its index in this list. */
export const FAMILIES: readonly Family[] = words.families.map((family) => {
  if (family.specialities.length !== SPECIALITIES_EACH)
    throw new Error(`family ${family.name} needs ${SPECIALITIES_EACH} specialities`);
  const specialities = family.specialities.map(({ name, tasks: [first = '', second = ''] }) => {
    return { name, tasks: [first, second] as const };
  });
  return { ...family, specialities };
});

/** Number of themes: one for each speciality of each family. */
export const THEME_COUNT = FAMILIES.length * SPECIALITIES_EACH;

/** The index in FAMILIES of the family that a theme, 0 to THEME_COUNT - 1, belongs to. */
export function familyOfTheme(theme: number): number {
  return Math.floor(theme / SPECIALITIES_EACH);
}

/** The speciality that a theme is. */
export function specialityOf(theme: number): Speciality {
  return nth(nth(FAMILIES, familyOfTheme(theme)).specialities, theme % SPECIALITIES_EACH);
}
