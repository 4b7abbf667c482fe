/** The items of the marketplace: how many there are, what each is, when it can be shown, and the events that tell of it. */

import type { ItemEvent } from '../../schemas/event.ts';
import { ACTION_DAYS_MAX } from './choice-model.ts';
import { DAY_MS, HOUR_MS } from './durations.ts';
import { THEME_COUNT } from './families.ts';
import { composeDescription, composeTitle, SENIORITY_COUNT, type Subject } from './item-text.ts';
import { CITIES, COMPANY_COUNT, companyName } from './places.ts';
import { type Random, randomFor } from './random.ts';

/** The span of a simulation: UTC milliseconds of its first moment and of the first moment after it, and whole days. */
export interface Calendar {
  readonly start: number;
  readonly end: number;
  readonly days: number;
}

/** Items grow with the square root of the members and stop here, so that what is held of them stays small. */
const ITEMS_MAX = 24_000;
const ITEMS_MIN = 300;
const ITEMS_PER_ROOT_MEMBER = 300;

/** Share of the items that stand from the first hour on; the others are posted day by day. */
const STOCK_SHARE = 0.55;
const REMOTE_SHARE = 0.2;
const CLOSED_SHARE = 0.35;
const REVISED_SHARE = 0.15;
const SENIORITY_WEIGHTS = [0.2, 0.4, 0.28, 0.12];

/** Number of items for a number of members (whole, at least 1). */
export function itemCount(members: number): number {
  let root = 1;
  while (root * root < members) root++;
  return Math.min(ITEMS_MAX, Math.max(ITEMS_MIN, ITEMS_PER_ROOT_MEMBER * root));
}

/** What is held of all items: one entry an item in each column, and for each theme the items that belong to it. */
export interface Items {
  readonly count: number;
  readonly theme: Uint8Array;
  readonly seniority: Uint8Array;
  readonly city: Uint8Array;
  readonly remote: Uint8Array;
  /** First and last day of the calendar on which the item can be shown; last < first: never. */
  readonly firstDay: Int32Array;
  readonly lastDay: Int32Array;
  readonly ofTheme: ReadonlyArray<readonly number[]>;
  /** How many items of a theme can be shown on a day: entry `theme * days + day`. */
  readonly showable: Int32Array;
}

interface Traits extends Subject {
  readonly cityIndex: number;
  readonly postedAt: number;
  /** When the text changes, if it does. */
  readonly revisedAt: number | undefined;
  /** When the item is deleted, if it is. */
  readonly closedAt: number | undefined;
}

/** The id of item `index`. */
export function itemId(index: number): string {
  return `job-${String(index).padStart(6, '0')}`;
}

/** All items of a seed; memory is bounded by ITEMS_MAX and the days. */
export function createItems(seed: string, members: number, calendar: Calendar): Items {
  const count = itemCount(members);
  const column = () => new Uint8Array(count);
  const items = { theme: column(), seniority: column(), city: column(), remote: column() };
  const firstDay = new Int32Array(count);
  const lastDay = new Int32Array(count);
  const ofTheme: number[][] = Array.from({ length: THEME_COUNT }, () => []);
  const showable = new Int32Array(THEME_COUNT * calendar.days);
  for (let index = 0; index < count; index++) {
    const traits = traitsOf(randomFor(seed, 'item', index), calendar);
    items.theme[index] = traits.theme;
    items.seniority[index] = traits.seniority;
    items.city[index] = traits.cityIndex;
    items.remote[index] = traits.remote ? 1 : 0;
    const [first, last] = showDays(traits, calendar);
    firstDay[index] = first;
    lastDay[index] = last;
    ofTheme[traits.theme]!.push(index);
    for (let day = first; day <= last; day++) showable[traits.theme * calendar.days + day]! += 1;
  }
  return { count, ...items, firstDay, lastDay, ofTheme, showable };
}

/** The events of item `index` in order of time: posted, perhaps its text changed, perhaps closed; all inside the calendar. */
export function itemEvents(seed: string, index: number, calendar: Calendar): ItemEvent[] {
  const traits = traitsOf(randomFor(seed, 'item', index), calendar);
  const random = randomFor(seed, 'item text', index);
  const title = composeTitle(traits, random);
  const { country } = CITIES[traits.cityIndex]!;
  const told = (description: string) => ({
    title,
    location: traits.city,
    country,
    company: traits.company,
    description,
  });
  const item_id = itemId(index);
  const event = (version: number, event_time: number) => ({
    type: 'item' as const,
    event_id: `e-${item_id}-${version}`,
    event_time,
    item_id,
  });
  const events: ItemEvent[] = [
    { ...event(0, traits.postedAt), op: 'upsert', attributes: told(composeDescription(traits, random)) },
  ];
  if (traits.revisedAt !== undefined) {
    events.push({ ...event(1, traits.revisedAt), op: 'upsert', attributes: told(composeDescription(traits, random)) });
  }
  if (traits.closedAt !== undefined) events.push({ ...event(2, traits.closedAt), op: 'delete' });
  return events;
}

function traitsOf(random: Random, calendar: Calendar): Traits {
  const theme = random.below(THEME_COUNT);
  const seniority = Math.min(random.weighted(SENIORITY_WEIGHTS), SENIORITY_COUNT - 1);
  const cityIndex = random.below(CITIES.length);
  const company = companyName(random.below(COMPANY_COUNT));
  const remote = random.chance(REMOTE_SHARE);
  const stock = random.chance(STOCK_SHARE);
  const posted = random.next();
  const postedAt = calendar.start + Math.floor(posted * (stock ? HOUR_MS : calendar.end - calendar.start));
  const closedAt = closes(
    random.chance(CLOSED_SHARE),
    postedAt + Math.floor((20 + 40 * random.next()) * DAY_MS),
    calendar,
  );
  const revisedAt = closes(
    random.chance(REVISED_SHARE),
    postedAt + Math.floor((1 + 17 * random.next()) * DAY_MS),
    calendar,
  );
  return { theme, seniority, cityIndex, city: CITIES[cityIndex]!.city, company, remote, postedAt, closedAt, revisedAt };
}

function closes(happens: boolean, at: number, calendar: Calendar): number | undefined {
  return happens && at < calendar.end ? at : undefined;
}

/** Shown from the day after posting (the stock from the first), and so long before closing that no action comes after it. */
function showDays(traits: Traits, calendar: Calendar): readonly [number, number] {
  const stock = traits.postedAt < calendar.start + HOUR_MS;
  const posted = Math.floor((traits.postedAt - calendar.start) / DAY_MS);
  const closed = traits.closedAt === undefined ? undefined : Math.floor((traits.closedAt - calendar.start) / DAY_MS);
  return [stock ? 0 : posted + 1, closed === undefined ? calendar.days - 1 : closed - ACTION_DAYS_MAX - 1];
}
