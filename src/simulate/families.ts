/** Job families and their specialities: the words that titles, descriptions, positions and skills are made of. */

import { FIELD_FAMILIES } from './families-field.ts';
import { OFFICE_FAMILIES } from './families-office.ts';
import type { FamilyWords } from './family-words.ts';

/** A narrow kind of work inside a family: `name` stands in titles, the two tasks in descriptions ("You will ..."). */
export interface Speciality {
  readonly name: string;
  readonly tasks: readonly [string, string];
}

/** A family of work: the nouns of its titles and its skills, with its specialities. */
export interface Family {
  readonly name: string;
  readonly roles: readonly string[];
  readonly skills: readonly string[];
  readonly specialities: readonly Speciality[];
}

/** Every family has this many specialities. */
export const SPECIALITIES_EACH = 8;

/** All families; a family is known by its place in this list. */
export const FAMILIES: readonly Family[] = [...OFFICE_FAMILIES, ...FIELD_FAMILIES].map(toFamily);

/** Number of themes: one for each speciality of each family. */
export const THEME_COUNT = FAMILIES.length * SPECIALITIES_EACH;

/** The family's place of a theme, 0 to THEME_COUNT - 1. */
export function familyOfTheme(theme: number): number {
  return Math.floor(theme / SPECIALITIES_EACH);
}

/** The speciality that a theme is. */
export function specialityOf(theme: number): Speciality {
  return FAMILIES[familyOfTheme(theme)]!.specialities[theme % SPECIALITIES_EACH]!;
}

function toFamily(words: FamilyWords): Family {
  const specialities = words.specialities.map((line) => {
    const [name = '', first = '', second = ''] = line.split(' | ');
    return { name, tasks: [first, second] as const };
  });
  if (specialities.length !== SPECIALITIES_EACH)
    throw new Error(`family ${words.name} needs ${SPECIALITIES_EACH} specialities`);
  return { name: words.name, roles: words.roles.split('|'), skills: words.skills.split('|'), specialities };
}
