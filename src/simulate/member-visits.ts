/**
 * What a member is exposed to and does: sessions, slates, impressions and the actions that follow.
 */

import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/durations.ts';
import { byteAt, intAt, nth } from '../checked.ts';
import * as model from './choice-model.ts';
import { CITIES } from './cities.ts';
import { familyOfTheme, SPECIALITIES_EACH, specialityOf, THEME_COUNT } from './families.ts';
import { SENIORITY_COUNT } from './item-text.ts';
import type { Calendar, Items } from './items.ts';
import { dayOf, type MemberProfile, type ProfileVersion } from './member-profile.ts';
import { type Random, randomFor } from './random.ts';

/**
 * The most impressions of one member. They bound a run's memory, since members are made one after
 * another.
 */
export const MEMBER_IMPRESSIONS_MAX = 6_000;

/**
 * Draws for one position of a slate; where all hit items that the member met before, it is left
 * out.
 */
const DRAWS_MAX = 30;
const SLATE_MIN = 3;
const SESSION_GAP_MS = 31 * MINUTE_MS;
/** Chance of one more slate in a session. */
const MORE_SLATES = 0.3;
/** The most slates of a session. */
const SLATES_MAX = 4;
/** Share of positions in the feed, and of searches, that go to the member's own family. */
const HOME_SHARE = 0.35;
const SURFACES = ['feed', 'search', 'mail'] as const;
const SURFACE_WEIGHTS = [0.6, 0.22, 0.18];
const POLICIES = { feed: 'profile-blend-2', search: 'query-match-1', mail: 'explore-uniform-1' } as const;
const DEVICES = ['phone', 'phone', 'desktop', 'tablet'];

/** The items that are exposed together at one moment. */
export interface Slate {
  /** UTC ms. */
  readonly at: number;
  /** Number among the member's sessions, from 0. */
  readonly session: number;
  /** Number among the member's slates, from 0. */
  readonly number: number;
  readonly surface: (typeof SURFACES)[number];
  readonly policy: string;
  readonly device: string;
  /** What was searched for; on the surface `search` alone. */
  readonly query: string | undefined;
}

/**
 * One impression with all that follows from it; times are UTC ms, undefined where the action never
 * comes.
 */
export interface Exposure {
  readonly slate: Slate;
  /** In the slate, from 0. */
  readonly position: number;
  readonly item: number;
  readonly theme: number;
  /** The theme is one of the member's own family. */
  readonly home: boolean;
  /** Day of the calendar, from 0. */
  readonly day: number;
  /**
   * The policy's chance to draw this item for this position, before items met earlier are passed
   * over.
   */
  readonly propensity: number;
  readonly fit: model.Fit;
  /** The interest that the choice came from; no observer can see it. */
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
 * All exposures of member `index` in order of time and position, at most MEMBER_IMPRESSIONS_MAX, no
 * item twice. What a member is exposed to depends on the profile alone, never on choices, so it is
 * the same with and without memory and tells no interest.
 */
export function memberExposures(market: Marketplace, index: number, profile: MemberProfile): Exposure[] {
  const visits = randomFor(market.seed, 'visits', index);
  const choices = randomFor(market.seed, 'choices', index);
  const interests = model.createInterests((theme) => familyOfTheme(theme) === profile.family, market.memory);
  const met = new Set<number>();
  const exposures: Exposure[] = [];
  for (const slate of slatesOf(visits, profile, market.calendar)) {
    const day = dayOf(slate.at, market.calendar);
    const searched = slate.surface === 'search' ? drawTheme(visits, profile.family, HOME_SHARE) : undefined;
    const asked = searched === undefined ? slate : { ...slate, query: specialityOf(searched).name.toLowerCase() };
    const size = SLATE_MIN + visits.below(model.SLATE_MAX - SLATE_MIN + 1);
    let position = 0;
    for (let slot = 0; slot < size && exposures.length < MEMBER_IMPRESSIONS_MAX; slot++) {
      const theme = searched ?? drawTheme(visits, profile.family, slate.surface === 'feed' ? HOME_SHARE : 0);
      const isFree = (each: number) => isExposable(market.items, each, day) && !met.has(each);
      const item = drawItem(visits, nth(market.items.ofTheme, theme), isFree);
      if (item === undefined) continue;
      met.add(item);
      const home = familyOfTheme(theme) === profile.family;
      const live = intAt(market.items.exposable, theme * market.calendar.days + day);
      const propensity = roundedShare(themeShare(slate.surface, home) / live);
      const fit = fitOf(market.items, item, versionAt(profile, slate.at));
      const state = interests.stateAt(theme, day, [choices.next(), choices.next()]);
      const acted = act(choices, model.chancesOf(fit, state), { look: model.lookedAt(position), at: slate.at });
      exposures.push({ slate: asked, position, item, theme, home, day, propensity, fit, state, ...acted });
      position++;
    }
  }
  return exposures;
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
        const surface = nth(SURFACES, random.weighted(SURFACE_WEIGHTS));
        const device = random.pick(DEVICES);
        if (at >= profile.from && at < Math.min(profile.until, dayStart + DAY_MS)) {
          const policy = POLICIES[surface];
          slates.push({ at, session, number: slates.length, surface, policy, device, query: undefined });
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

/** The policy's chance of one theme at a position; a search has fixed its theme before. */
function themeShare(surface: Slate['surface'], home: boolean): number {
  if (surface === 'search') return 1;
  if (surface === 'mail') return 1 / THEME_COUNT;
  return (1 - HOME_SHARE) / THEME_COUNT + (home ? HOME_SHARE / SPECIALITIES_EACH : 0);
}

function roundedShare(share: number): number {
  return Math.max(1, Math.round(share * 1e8)) / 1e8;
}

function drawItem(random: Random, items: readonly number[], isFree: (item: number) => boolean): number | undefined {
  for (let draw = 0; draw < DRAWS_MAX && items.length > 0; draw++) {
    const item = random.pick(items);
    if (isFree(item)) return item;
  }
  return undefined;
}

function isExposable(items: Items, item: number, day: number): boolean {
  return intAt(items.firstDay, item) <= day && day <= intAt(items.lastDay, item);
}

function versionAt(profile: MemberProfile, at: number): ProfileVersion {
  return profile.versions.findLast((version) => version.from < at) ?? profile.versions[0];
}

function fitOf(items: Items, item: number, version: ProfileVersion): model.Fit {
  const city = byteAt(items.city, item);
  const gap = Math.abs(byteAt(items.seniority, item) - version.seniority);
  const isSameCountry = nth(CITIES, city).country === nth(CITIES, version.city).country;
  const distance = city === version.city ? 0 : isSameCountry ? 1 : items.remote[item] === 1 ? 2 : 3;
  return { distance, seniorityGap: Math.min(gap, SENIORITY_COUNT - 1) };
}

/** Takes four draws whatever happens, so that one outcome moves no other. */
function act(random: Random, chances: model.Chances, { look, at }: { look: number; at: number }) {
  const [first, second, delay, applyDelay] = [random.next(), random.next(), random.next(), random.next()] as const;
  const viewed = first < look * chances.view;
  const dismissed = !viewed && first < look * (chances.view + chances.dismiss);
  return {
    viewedAt: viewed ? at + model.delayAt(model.VIEW_DELAYS, delay) : undefined,
    dismissedAt: dismissed ? at + model.delayAt(model.DISMISS_DELAYS, delay) : undefined,
    appliedAt: viewed && second < chances.apply ? at + model.delayAt(model.APPLY_DELAYS, applyDelay) : undefined,
  };
}
