/**
 * A member's time in the marketplace: when it begins and ends, how active it is, and its profile
 * versions.
 */

import { DAY_MS, HOUR_MS } from '../../schemas/durations.ts';
import type { MemberEvent } from '../../schemas/event.ts';
import type { EventId, MemberId } from '../../schemas/ids.ts';
import { nth } from '../checked.ts';
import { CITIES, COMPANY_COUNT, companyName } from './cities.ts';
import { FAMILIES } from './families.ts';
import { composePosition, drawSome, SENIORITY_COUNT } from './item-text.ts';
import type { Calendar } from './items.ts';
import { type Random, randomFor } from './random.ts';

/** Share of the members that join in the second hour; the others come day by day. */
const FOUNDER_SHARE = 0.65;
const STOPS_SHARE = 0.25;
const CHANGES_SHARE = 0.3;
const SENIORITY_WEIGHTS = [0.25, 0.4, 0.25, 0.1];
/** Least years of experience at each step of seniority. */
const YEARS_FROM = [0, 3, 6, 11];
const SKILLS_MIN = 3;
const SKILLS_MAX = 6;

/** Shares of the members by sessions a day: many look in a few times, a few never leave. */
const ACTIVITY: ReadonlyArray<readonly [share: number, sessionsPerDay: number]> = [
  [0.52, 0.02],
  [0.27, 0.05],
  [0.12, 0.13],
  [0.06, 0.35],
  [0.022, 0.9],
  [0.008, 3.4],
];

const GOLDEN_RATIO = 0.618_033_988_749_894_9;

/** A profile in the terms that choices use. */
export interface ProfileVersion {
  /** Its first moment, UTC ms. */
  readonly from: number;
  readonly seniority: number;
  /** Index in CITIES. */
  readonly city: number;
}

/** A member's life: when it may look in, its profile versions, and the events that tell of them. */
export interface MemberProfile {
  readonly memberId: MemberId;
  /** Index in FAMILIES. */
  readonly family: number;
  readonly sessionsPerDay: number;
  /** UTC ms of the first moment at which the member may look in. */
  readonly from: number;
  /** UTC ms of the first moment after the last. */
  readonly until: number;
  /** Oldest first. */
  readonly versions: readonly [ProfileVersion, ...ProfileVersion[]];
  readonly events: readonly MemberEvent[];
}

/** The id of member `index`. */
export function memberId(index: number): MemberId {
  return `m-${String(index).padStart(7, '0')}` as MemberId;
}

/** The life of member `index`: one or two profile versions, all inside the calendar. */
export function memberProfile(seed: string, index: number, calendar: Calendar): MemberProfile {
  const random = randomFor(seed, 'member', index);
  const span = calendar.end - calendar.start;
  const founder = random.chance(FOUNDER_SHARE);
  const joins = random.next();
  const joinedAt =
    calendar.start +
    (founder ? HOUR_MS + Math.floor(joins * HOUR_MS) : 2 * HOUR_MS + Math.floor(joins * (span - 2 * HOUR_MS)));
  const stops = random.chance(STOPS_SHARE);
  const until = joinedAt + Math.floor((stops ? random.next() : 1) * (calendar.end - joinedAt));
  const sessionsPerDay = activityOf(seed, index);
  const family = random.below(FAMILIES.length);
  const seniority = random.weighted(SENIORITY_WEIGHTS);
  const first = { from: joinedAt, seniority, city: random.below(CITIES.length) };
  const versions: [ProfileVersion, ...ProfileVersion[]] = [first];
  const changes = random.chance(CHANGES_SHARE);
  const changedAt = joinedAt + 1 + Math.floor(random.next() * (calendar.end - joinedAt - 1));
  if (changes && changedAt < calendar.end) versions.push(nextVersion(first, changedAt, random));
  const base = { memberId: memberId(index), family, sessionsPerDay, from: joinedAt + 1, until, versions };
  return { ...base, events: profileEvents(seed, index, base) };
}

/**
 * Members take the classes of activity by turns of the golden ratio (Weyl's sequence) instead of by
 * lot, so that a few hundred already hold their share of the very active ones, from whom half of
 * all events come.
 */
function activityOf(seed: string, index: number): number {
  let rest = (randomFor(seed, 'activity', 'all').next() + index * GOLDEN_RATIO) % 1;
  for (const [share, sessionsPerDay] of ACTIVITY) {
    rest -= share;
    if (rest < 0) return sessionsPerDay;
  }
  return nth(ACTIVITY, 0)[1];
}

/** Whole days from the calendar's start to `at` (UTC ms), rounded down. */
export function dayOf(at: number, calendar: Calendar): number {
  return Math.floor((at - calendar.start) / DAY_MS);
}

/** A promotion, a move, both, or another company alone. Takes three draws. */
function nextVersion(before: ProfileVersion, from: number, random: Random): ProfileVersion {
  const promoted = random.chance(0.6);
  const moved = random.chance(0.4);
  const city = random.below(CITIES.length);
  const seniority = promoted ? Math.min(before.seniority + 1, SENIORITY_COUNT - 1) : before.seniority;
  return { from, seniority, city: moved ? city : before.city };
}

/** Each version names a company of its own: a change of profile is a new position. */
function profileEvents(seed: string, index: number, life: Omit<MemberProfile, 'events'>): MemberEvent[] {
  const random = randomFor(seed, 'member text', index);
  const skillCount = SKILLS_MIN + random.below(SKILLS_MAX - SKILLS_MIN + 1);
  const skills = drawSome(nth(FAMILIES, life.family).skills, SKILLS_MAX, random);
  const spread = random.below(3);
  return life.versions.map((version, n) => ({
    type: 'member',
    event_id: `p-${life.memberId}-${n}` as EventId,
    event_time: version.from,
    member_id: life.memberId,
    op: 'upsert',
    attributes: {
      position: composePosition(life.family, version.seniority, random),
      company: companyName(random.below(COMPANY_COUNT)),
      location: nth(CITIES, version.city).city,
      country: nth(CITIES, version.city).country,
      skills: skills.slice(0, skillCount + n),
      years: nth(YEARS_FROM, version.seniority) + spread,
    },
  }));
}
