/**
 * The items of the marketplace: how many there are, when each can be exposed, and the events of
 * each.
 */

import { DAY_MS, HOUR_MS } from '../../schemas/durations.ts';
import type { ItemEvent } from '../../schemas/event.ts';
import type { EventId, ItemId } from '../../schemas/ids.ts';
import { intAt, nth } from '../checked.ts';
import { ACTION_DAYS_MAX } from './choice-model.ts';
import { CITIES, COMPANY_COUNT, companyName } from './cities.ts';
import { THEME_COUNT } from './families.ts';
import { composeDescription, composeTitle, SENIORITY_COUNT, type Subject } from './item-text.ts';
import { type Random, randomFor } from './random.ts';

/** The time of a simulation. */
export interface Calendar {
  /** UTC milliseconds. */
  readonly start: number;
  /** The first moment after it, UTC milliseconds. */
  readonly end: number;
  /** Whole days from `start` to `end`. */
  readonly days: number;
}

/**
 * Items grow with the square root of the members up to here, so that what is held of them stays
 * small.
 */
const ITEMS_MAX = 24_000;
const ITEMS_MIN = 300;
const ITEMS_PER_ROOT_MEMBER = 300;

/** Share of the items that are posted in the first hour; the others follow day by day. */
const STOCK_SHARE = 0.55;
const REMOTE_SHARE = 0.2;
const CLOSED_SHARE = 0.35;
const REVISED_SHARE = 0.15;
const SENIORITY_WEIGHTS = [0.2, 0.4, 0.28, 0.12];

/** Number of items for a whole number of members, at least 1. */
export function itemCount(members: number): number {
  let root = 1;
  while (root * root < members) root++;
  return Math.min(ITEMS_MAX, Math.max(ITEMS_MIN, ITEMS_PER_ROOT_MEMBER * root));
}

/** What is held of all items: columns with one entry an item. */
export interface Items {
  readonly count: number;
  readonly theme: Uint8Array;
  readonly seniority: Uint8Array;
  readonly city: Uint8Array;
  readonly remote: Uint8Array;
  /** First day of the calendar on which the item can be exposed. */
  readonly firstDay: Int32Array;
  /** Last such day; before `firstDay` where the item never can. */
  readonly lastDay: Int32Array;
  /** Indexes of the items of each theme. */
  readonly ofTheme: ReadonlyArray<readonly number[]>;
  /** How many items of a theme can be exposed on a day: entry `theme * days + day`. */
  readonly exposable: Int32Array;
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
export function itemId(index: number): ItemId {
  return `job-${String(index).padStart(6, '0')}` as ItemId;
}

/** All items of a seed. Bound: ITEMS_MAX entries a column, and one count a theme and day. */
export function createItems(seed: string, members: number, calendar: Calendar): Items {
  const count = itemCount(members);
  const column = () => new Uint8Array(count);
  const items = { theme: column(), seniority: column(), city: column(), remote: column() };
  const firstDay = new Int32Array(count);
  const lastDay = new Int32Array(count);
  const ofTheme: number[][] = Array.from({ length: THEME_COUNT }, () => []);
  const exposable = new Int32Array(THEME_COUNT * calendar.days);
  for (let index = 0; index < count; index++) {
    const traits = traitsOf(randomFor(seed, 'item', index), calendar);
    items.theme[index] = traits.theme;
    items.seniority[index] = traits.seniority;
    items.city[index] = traits.cityIndex;
    items.remote[index] = traits.remote ? 1 : 0;
    const [first, last] = exposableDays(traits, calendar);
    firstDay[index] = first;
    lastDay[index] = last;
    nth(ofTheme, traits.theme).push(index);
    for (let day = first; day <= last; day++) {
      const entry = traits.theme * calendar.days + day;
      exposable[entry] = intAt(exposable, entry) + 1;
    }
  }
  return { count, ...items, firstDay, lastDay, ofTheme, exposable };
}

/**
 * The events of item `index` inside the calendar, in order of time: posted, perhaps revised,
 * perhaps closed.
 */
export function itemEvents(seed: string, index: number, calendar: Calendar): ItemEvent[] {
  const traits = traitsOf(randomFor(seed, 'item', index), calendar);
  const random = randomFor(seed, 'item text', index);
  const title = composeTitle(traits, random);
  const { country } = nth(CITIES, traits.cityIndex);
  const { city: location, company } = traits;
  const told = () => ({ title, location, country, company, description: composeDescription(traits, random) });
  const item_id = itemId(index);
  const event = (version: number, event_time: number) => ({
    type: 'item' as const,
    event_id: `e-${item_id}-${version}` as EventId,
    event_time,
    item_id,
  });
  const events: ItemEvent[] = [{ ...event(0, traits.postedAt), op: 'upsert', attributes: told() }];
  if (traits.revisedAt !== undefined) events.push({ ...event(1, traits.revisedAt), op: 'upsert', attributes: told() });
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
  const happens = (share: number, daysMin: number, daysMore: number): number | undefined => {
    const isDrawn = random.chance(share);
    const at = postedAt + Math.floor((daysMin + daysMore * random.next()) * DAY_MS);
    return isDrawn && at < calendar.end ? at : undefined;
  };
  const closedAt = happens(CLOSED_SHARE, 20, 40);
  const revisedAt = happens(REVISED_SHARE, 1, 17);
  const { city } = nth(CITIES, cityIndex);
  return { theme, seniority, cityIndex, city, company, remote, postedAt, closedAt, revisedAt };
}

/**
 * From the day after posting (the stock from the first day) until so long before closing that no
 * action comes after it.
 */
function exposableDays(traits: Traits, calendar: Calendar): readonly [number, number] {
  const stock = traits.postedAt < calendar.start + HOUR_MS;
  const posted = Math.floor((traits.postedAt - calendar.start) / DAY_MS);
  const closed = traits.closedAt === undefined ? undefined : Math.floor((traits.closedAt - calendar.start) / DAY_MS);
  return [stock ? 0 : posted + 1, closed === undefined ? calendar.days - 1 : closed - ACTION_DAYS_MAX - 1];
}
