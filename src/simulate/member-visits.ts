/** What a member is shown and does: sessions, slates, impressions and the actions that follow them. */

import {
  APPLY_DELAYS,
  type Chances,
  chancesOf,
  createInterests,
  DISMISS_DELAYS,
  delayAt,
  type Fit,
  lookedAt,
  SLATE_MAX,
  VIEW_DELAYS,
} from './choice-model.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './durations.ts';
import { familyOfTheme, SPECIALITIES_EACH, specialityOf, THEME_COUNT } from './families.ts';
import { SENIORITY_COUNT } from './item-text.ts';
import type { Calendar, Items } from './items.ts';
import { dayOf, type MemberProfile, type ProfileVersion } from './member-profile.ts';
import { CITIES } from './places.ts';
import { type Random, randomFor } from './random.ts';

/** The most impressions of one member: what bounds the memory of a run, since members are made one after another. */
export const MEMBER_IMPRESSIONS_MAX = 6_000;

/** Draws for one place of a slate before it is left out because all items of its theme were shown already. */
const DRAWS_MAX = 30;
const SLATE_MIN = 3;
const SESSION_GAP_MS = 31 * MINUTE_MS;
/** Chance of one more slate in a session, and the most of them. */
const MORE_SLATES = 0.3;
const SLATES_MAX = 4;
/** Share of feed places and of searches that go to the member's own family. */
const HOME_SHARE = 0.35;
const SURFACES = ['feed', 'search', 'mail'] as const;
const SURFACE_WEIGHTS = [0.6, 0.22, 0.18];
const POLICIES = { feed: 'profile-blend-2', search: 'query-match-1', mail: 'explore-uniform-1' } as const;
const DEVICES = ['phone', 'phone', 'desktop', 'tablet'];

/** The items shown together at one moment. */
export interface Slate {
  readonly at: number;
  readonly session: number;
  readonly number: number;
  readonly surface: (typeof SURFACES)[number];
  readonly policy: string;
  readonly device: string;
  /** What was searched for, on the surface search alone. */
  readonly query: string | undefined;
}

/** One impression with all that follows from it; times are UTC ms, undefined where the action never comes. */
export interface Showing {
  readonly slate: Slate;
  /** Place in the slate, from 0. */
  readonly position: number;
  readonly item: number;
  readonly theme: number;
  /** Whether the theme is of the member's own family. */
  readonly home: boolean;
  readonly day: number;
  /** Chance of the policy to draw this item for this place, before items shown earlier are passed over. */
  readonly propensity: number;
  readonly fit: Fit;
  /** The interest that the choice came from: what no observer sees. */
  readonly state: number;
  readonly viewedAt: number | undefined;
  readonly dismissedAt: number | undefined;
  readonly appliedAt: number | undefined;
}

/** What a visit is drawn from. */
export interface Marketplace {
  readonly seed: string;
  readonly calendar: Calendar;
  readonly items: Items;
  /** False for the control world, in which interests are drawn anew for each choice. */
  readonly memory: boolean;
}

/**
 * All showings of member `index` in order of time and position, at most MEMBER_IMPRESSIONS_MAX; no item twice. What is
 * shown depends on the profile alone, never on choices, so it is the same with and without memory and tells no interest.
 */
export function memberShowings(market: Marketplace, index: number, profile: MemberProfile): Showing[] {
  const visits = randomFor(market.seed, 'visits', index);
  const choices = randomFor(market.seed, 'choices', index);
  const interests = createInterests((theme) => familyOfTheme(theme) === profile.family, market.memory);
  const shown = new Set<number>();
  const showings: Showing[] = [];
  for (const slate of slatesOf(visits, profile, market.calendar)) {
    const day = dayOf(slate.at, market.calendar);
    const searched = slate.surface === 'search' ? drawTheme(visits, profile.family, HOME_SHARE) : undefined;
    const told = searched === undefined ? slate : { ...slate, query: specialityOf(searched).name.toLowerCase() };
    const size = SLATE_MIN + visits.below(SLATE_MAX - SLATE_MIN + 1);
    let position = 0;
    for (let place = 0; place < size && showings.length < MEMBER_IMPRESSIONS_MAX; place++) {
      const theme = searched ?? drawTheme(visits, profile.family, slate.surface === 'feed' ? HOME_SHARE : 0);
      const item = drawItem(visits, market.items, { theme, day, shown });
      if (item === undefined) continue;
      shown.add(item);
      const home = familyOfTheme(theme) === profile.family;
      const live = market.items.showable[theme * market.calendar.days + day]!;
      const propensity = roundedShare(themeShare(slate.surface, home) / live);
      const fit = fitOf(market.items, item, versionAt(profile, slate.at));
      const state = interests.stateAt(theme, day, choices.next(), choices.next());
      const acted = act(choices, chancesOf(fit, state), { look: lookedAt(position), at: slate.at });
      showings.push({ slate: told, position, item, theme, home, day, propensity, fit, state, ...acted });
      position++;
    }
  }
  return showings;
}

function slatesOf(random: Random, profile: MemberProfile, calendar: Calendar): Slate[] {
  const slates: Slate[] = [];
  let session = 0;
  let last = 0;
  for (let day = dayOf(profile.from, calendar); day <= dayOf(profile.until - 1, calendar); day++) {
    const dayStart = calendar.start + day * DAY_MS;
    const sessions = Math.floor(profile.sessionsPerDay + random.next());
    const starts = Array.from({ length: sessions }, () => dayStart + Math.floor((5 + 18 * random.next()) * HOUR_MS));
    for (const start of starts.sort((a, b) => a - b)) {
      let at = Math.max(start, last + SESSION_GAP_MS);
      for (let n = 0; n < SLATES_MAX; n++) {
        const surface = SURFACES[random.weighted(SURFACE_WEIGHTS)]!;
        const device = random.pick(DEVICES);
        if (at >= profile.from && at < Math.min(profile.until, dayStart + DAY_MS)) {
          slates.push({
            at,
            session,
            number: slates.length,
            surface,
            policy: POLICIES[surface],
            device,
            query: undefined,
          });
          last = at;
        }
        at += MINUTE_MS + Math.floor(random.next() * 6 * MINUTE_MS);
        if (!random.chance(MORE_SLATES)) break;
      }
      session++;
    }
  }
  return slates;
}

function drawTheme(random: Random, family: number, homeShare: number): number {
  const home = random.chance(homeShare);
  return home ? family * SPECIALITIES_EACH + random.below(SPECIALITIES_EACH) : random.below(THEME_COUNT);
}

/** How often the policy gives a place to one theme; a search fixed its theme before. */
function themeShare(surface: Slate['surface'], home: boolean): number {
  if (surface === 'search') return 1;
  if (surface === 'mail') return 1 / THEME_COUNT;
  return (1 - HOME_SHARE) / THEME_COUNT + (home ? HOME_SHARE / SPECIALITIES_EACH : 0);
}

function roundedShare(share: number): number {
  return Math.max(1, Math.round(share * 1e8)) / 1e8;
}

function drawItem(
  random: Random,
  items: Items,
  { theme, day, shown }: { theme: number; day: number; shown: ReadonlySet<number> },
): number | undefined {
  const candidates = items.ofTheme[theme]!;
  for (let draw = 0; draw < DRAWS_MAX && candidates.length > 0; draw++) {
    const item = random.pick(candidates);
    if (items.firstDay[item]! <= day && day <= items.lastDay[item]! && !shown.has(item)) return item;
  }
  return undefined;
}

function versionAt(profile: MemberProfile, at: number): ProfileVersion {
  return profile.versions.findLast((version) => version.from < at) ?? profile.versions[0]!;
}

function fitOf(items: Items, item: number, version: ProfileVersion): Fit {
  const city = items.city[item]!;
  const gap = Math.abs(items.seniority[item]! - version.seniority);
  const sameCountry = CITIES[city]!.country === CITIES[version.city]!.country;
  const place = city === version.city ? 0 : sameCountry ? 1 : items.remote[item] === 1 ? 2 : 3;
  return { place, seniorityGap: Math.min(gap, SENIORITY_COUNT - 1) };
}

/** Takes four draws whatever happens, so that one outcome moves no other. */
function act(random: Random, chances: Chances, { look, at }: { look: number; at: number }) {
  const [first, second, delay, applyDelay] = [random.next(), random.next(), random.next(), random.next()] as const;
  const viewed = first < look * chances.view;
  const dismissed = !viewed && first < look * (chances.view + chances.dismiss);
  return {
    viewedAt: viewed ? at + delayAt(VIEW_DELAYS, delay) : undefined,
    dismissedAt: dismissed ? at + delayAt(DISMISS_DELAYS, delay) : undefined,
    appliedAt: viewed && second < chances.apply ? at + delayAt(APPLY_DELAYS, applyDelay) : undefined,
  };
}
