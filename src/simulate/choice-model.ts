/**
 * How a member chooses: interests that last, the odds of each action, and how long actions take.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/durations.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import { THEME_COUNT } from './families.ts';

/** A member's interest in a theme: 0 hot, 1 warm, 2 cold, independent of the other themes. */
export const STATE_COUNT = 3;

/**
 * Probability of hot, warm, cold for a theme of the member's own family, and for every other theme.
 */
const PRIOR_HOME = [0.35, 0.25, 0.4] as const;
const PRIOR_AWAY = [0.12, 0.2, 0.68] as const;

/**
 * Share of interests that a day leaves as they are; the others are drawn anew. Half are left after
 * 138 days.
 */
const KEPT_PER_DAY = 0.995;

/** The longest simulation, in days. */
export const DAYS_MAX = 3_650;

const KEPT = new Float64Array(DAYS_MAX + 1).fill(1);
for (let day = 1; day <= DAYS_MAX; day++) KEPT[day] = floatAt(KEPT, day - 1) * KEPT_PER_DAY;

/**
 * Factors on the odds of an action against doing nothing, by state of interest, distance and gap of
 * seniority: the exponential of a sum of utilities, so that no logarithm is needed.
 */
interface Odds {
  readonly base: number;
  readonly state: readonly number[];
  readonly distance: readonly number[];
  readonly seniority: readonly number[];
}

const VIEW: Odds = { base: 0.24, state: [6, 1.1, 0.25], distance: [1.4, 1.1, 1.2, 0.8], seniority: [1.3, 1, 0.7, 0.5] };
const DISMISS: Odds = {
  base: 0.1,
  state: [0.25, 0.8, 1.8],
  distance: [0.8, 1, 0.9, 1.2],
  seniority: [0.8, 1, 1.2, 1.4],
};
const APPLY: Odds = {
  base: 0.3,
  state: [2.5, 0.9, 0.4],
  distance: [1.8, 1.2, 1.3, 0.5],
  seniority: [1.6, 1, 0.5, 0.2],
};

/** Probability that a position of the slate, from 0, is looked at at all. */
const LOOKED_AT = [0.98, 0.95, 0.92, 0.88, 0.84, 0.8, 0.77, 0.74];

/** The most items that a slate shows. */
export const SLATE_MAX = LOOKED_AT.length;

/** The chance of being looked at for an oracle that does not know the position. */
export const LOOKED_AT_MEAN = 0.9;

/** How well item and profile fit in what both say openly. */
export interface Fit {
  /** 0 same city, 1 same country, 2 remote work elsewhere, 3 elsewhere. */
  readonly distance: number;
  /** Steps of seniority between item and member, 0 to 3. */
  readonly seniorityGap: number;
}

/** Chances of one look at an item; a view and a dismissal exclude each other. */
export interface Chances {
  readonly view: number;
  readonly dismiss: number;
  /** Given a view. */
  readonly apply: number;
}

const CHANCES: readonly Chances[] = Array.from({ length: 4 * 4 * STATE_COUNT }, (_, code) => {
  const state = code % STATE_COUNT;
  const gap = Math.floor(code / STATE_COUNT) % 4;
  const distance = Math.floor(code / (STATE_COUNT * 4));
  const odds = (of: Odds) => of.base * nth(of.state, state) * nth(of.distance, distance) * nth(of.seniority, gap);
  const [view, dismiss, apply] = [odds(VIEW), odds(DISMISS), odds(APPLY)];
  return { view: view / (1 + view + dismiss), dismiss: dismiss / (1 + view + dismiss), apply: apply / (1 + apply) };
});

/** The chances of an item that is looked at, by fit and state of interest (multinomial logit). */
export function chancesOf(fit: Fit, state: number): Chances {
  return nth(CHANCES, (fit.distance * 4 + fit.seniorityGap) * STATE_COUNT + state);
}

/** The chance that the item at `position` (from 0) of a slate is looked at. */
export function lookedAt(position: number): number {
  return nth(LOOKED_AT, position);
}

/** Probabilities of hot, warm and cold before anything is known but the member's family. */
export function priorOf(home: boolean): readonly [hot: number, warm: number, cold: number] {
  return home ? PRIOR_HOME : PRIOR_AWAY;
}

/**
 * Share of interests that are the same `days` (whole, 0 to DAYS_MAX) later. Without memory it is 0
 * even within a day: each choice then comes from an interest drawn for it alone, so that the
 * history tells nothing and all rates stay the same.
 */
export function keptAfter(days: number, memory: boolean): number {
  return memory ? floatAt(KEPT, days) : 0;
}

/**
 * A distribution function of delays, linear between its points; it begins at share 0 and ends at 1.
 */
export type Delays = ReadonlyArray<readonly [ms: number, share: number]>;

/** From the impression to the view. */
export const VIEW_DELAYS: Delays = [
  [3_000, 0],
  [MINUTE_MS, 0.6],
  [10 * MINUTE_MS, 0.95],
  [15 * MINUTE_MS, 1],
];
/** From the impression to the dismissal. */
export const DISMISS_DELAYS: Delays = [
  [2_000, 0],
  [10 * MINUTE_MS, 0.7],
  [DAY_MS, 0.95],
  [6 * DAY_MS, 1],
];
/** From the impression to the application; always after the view. */
export const APPLY_DELAYS: Delays = [
  [16 * MINUTE_MS, 0],
  [2 * HOUR_MS, 0.6],
  [DAY_MS, 0.8],
  [7 * DAY_MS, 0.98],
  [10 * DAY_MS, 1],
];

/** No action comes later than this many days after the impression. */
export const ACTION_DAYS_MAX = 10;

/** The delay in whole milliseconds at the point `unit` (in [0, 1)) of a distribution. */
export function delayAt(delays: Delays, unit: number): number {
  let [from, low] = nth(delays, 0);
  for (const [to, high] of delays) {
    if (unit < high) return Math.floor(from + ((to - from) * (unit - low)) / (high - low));
    [from, low] = [to, high];
  }
  return from;
}

/** The share of delays below `ms`. */
export function shareWithin(delays: Delays, ms: number): number {
  let [from, low] = nth(delays, 0);
  if (ms <= from) return 0;
  for (const [to, high] of delays) {
    if (ms < to) return low + ((high - low) * (ms - from)) / (to - from);
    [from, low] = [to, high];
  }
  return 1;
}

/** A member's interests, one state a theme, drawn anew as days pass. */
export interface Interests {
  /**
   * The state of `theme` on `day`; the days of a theme must not run backwards. `units` are two
   * numbers in [0, 1) of the member's stream: whether the state is kept, and which comes in its
   * stead.
   */
  stateAt(theme: number, day: number, units: readonly [kept: number, state: number]): number;
}

/** Fresh interests of a member; `isHome` tells the themes of its own family. */
export function createInterests(isHome: (theme: number) => boolean, memory: boolean): Interests {
  const states = new Int32Array(THEME_COUNT).fill(-1);
  const days = new Int32Array(THEME_COUNT);
  return {
    stateAt(theme, day, [keptUnit, stateUnit]) {
      const before = intAt(states, theme);
      const kept = before >= 0 && keptUnit < keptAfter(day - intAt(days, theme), memory);
      const state = kept ? before : stateFrom(priorOf(isHome(theme)), stateUnit);
      states[theme] = state;
      days[theme] = day;
      return state;
    },
  };
}

function stateFrom([hot, warm]: readonly [number, number, number], unit: number): number {
  if (unit < hot) return 0;
  return unit < hot + warm ? 1 : 2;
}
