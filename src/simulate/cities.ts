/** Cities with their countries, and the names of companies. */
import words from './words.json' with { type: 'json' };

/** A city with the country that items and members name beside it. */
export interface City {
  readonly city: string;
  readonly country: string;
}

/** All cities; a city is known by its index in this list. */
export const CITIES: readonly City[] = Object.entries(words.cities).flatMap(([country, cities]) =>
  cities.map((city) => ({ city, country })),
);

const { companyStems: STEMS, companyTails: TAILS } = words;

/** Number of company names. */
export const COMPANY_COUNT = STEMS.length * TAILS.length;

/** The name of company `index`, 0 to COMPANY_COUNT - 1. */
export function companyName(index: number): string {
  return `${STEMS[index % STEMS.length]} ${TAILS[Math.floor(index / STEMS.length) % TAILS.length]}`;
}
