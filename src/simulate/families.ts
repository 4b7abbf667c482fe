/**
 * Job families and their specialities: the words that titles, descriptions, positions and skills
 * are made of.
 */
import { nth } from '../checked.ts';
import { FIELD_FAMILIES } from './families-field.ts';
import { OFFICE_FAMILIES } from './families-office.ts';
import { type FamilyWords, listOf } from './family-words.ts';

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
export const FAMILIES: readonly Family[] = [...OFFICE_FAMILIES, ...FIELD_FAMILIES].map(toFamily);

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

function toFamily(words: FamilyWords): Family {
  const specialities = words.specialities.map((line) => {
    const [name = '', first = '', second = ''] = listOf(line);
    return { name, tasks: [first, second] as const };
  });
  if (specialities.length !== SPECIALITIES_EACH)
    throw new Error(`family ${words.name} needs ${SPECIALITIES_EACH} specialities`);
  return { name: words.name, roles: listOf(words.roles), skills: listOf(words.skills), specialities };
}
