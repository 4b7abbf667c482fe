/** Cities with their countries, and the names of companies. */
import { listOf } from './family-words.ts';

/** A city with the country that items and members name beside it. */
export interface City {
  readonly city: string;
  readonly country: string;
}

const CITIES_OF: ReadonlyArray<readonly [country: string, cities: string]> = [
  [
    'USA',
    'Seattle, Washington|Austin, Texas|Denver, Colorado|Chicago, Illinois|Boston, Massachusetts|Atlanta, Georgia',
  ],
  ['Canada', 'Toronto|Vancouver|Montreal'],
  ['United Kingdom', 'London|Manchester|Leeds|Glasgow'],
  ['Germany', 'Berlin|Hamburg|Munich|Leipzig'],
  ['France', 'Paris|Lyon|Toulouse'],
  ['Spain', 'Madrid|Valencia|Bilbao'],
  ['Netherlands', 'Amsterdam|Utrecht|Eindhoven'],
  ['Poland', 'Warsaw|Krakow|Gdansk'],
  ['Sweden', 'Stockholm|Gothenburg'],
  ['India', 'Bengaluru|Pune|Hyderabad|Chennai'],
  ['Australia', 'Melbourne|Brisbane|Perth'],
  ['Brazil', 'Recife|Curitiba'],
];

/** All cities; a city is known by its index in this list. */
export const CITIES: readonly City[] = CITIES_OF.flatMap(([country, cities]) =>
  cities.split('|').map((city) => ({ city, country })),
);

const STEMS = listOf(
  `Alder|Birchwood|Copperfield|Drumlin|Eastbrook|Fernhill|Granary|Harbourline|Ironbridge
  |Juniper|Kestrel|Lanternfish|Millrace|Northgate|Oakmere|Pinecrest|Quayside|Ridgeway|Saltmarsh|Thornbury
  |Umber|Vantage Hill|Westerly|Yarrow|Zephyr|Bluestone|Clearwater|Daybreak|Emberly|Foxglove`,
);
const TAILS = listOf(
  `Group|Labs|Partners|Works|Systems|Collective|and Sons|Holdings|Co-operative|Services
  |Studio|International`,
);

/** Number of company names. */
export const COMPANY_COUNT = STEMS.length * TAILS.length;

/** The name of company `index`, 0 to COMPANY_COUNT - 1. */
export function companyName(index: number): string {
  return `${STEMS[index % STEMS.length]} ${TAILS[Math.floor(index / STEMS.length) % TAILS.length]}`;
}
