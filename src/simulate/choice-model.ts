/** How a member chooses: interests that last, the odds of each action given them, and how long actions take. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from './durations.ts';
import { THEME_COUNT } from './families.ts';

/** A member's interest in a theme is one of these: hot, warm or cold. The states are independent between themes. */
export const STATE_COUNT = 3;

/** Probability of hot, warm, cold for a theme of the member's own family, and for every other theme. */
const PRIOR_HOME = [0.35, 0.25, 0.4];
const PRIOR_AWAY = [0.12, 0.2, 0.68];

/** Of an interest, the share that is still the same a day later; else it is drawn anew. Half are the same after 138 days. */
const KEPT_PER_DAY = 0.995;

/** The longest simulation, in days. */
export const DAYS_MAX = 3_650;

const KEPT = new Float64Array(DAYS_MAX + 1).fill(1);
for (let day = 1; day <= DAYS_MAX; day++) KEPT[day] = KEPT[day - 1]! * KEPT_PER_DAY;

/** Utility is a sum of logarithms; written here as factors on the odds against doing nothing, so that no logarithm is needed. */
const VIEW = { base: 0.24, state: [6, 1.1, 0.25], place: [1.4, 1.1, 1.2, 0.8], seniority: [1.3, 1, 0.7, 0.5] };
const DISMISS = { base: 0.1, state: [0.25, 0.8, 1.8], place: [0.8, 1, 0.9, 1.2], seniority: [0.8, 1, 1.2, 1.4] };
const APPLY = { base: 0.3, state: [2.5, 0.9, 0.4], place: [1.8, 1.2, 1.3, 0.5], seniority: [1.6, 1, 0.5, 0.2] };

/** Probability that a place of the slate is looked at at all; positions run from 0. */
const LOOKED_AT = [0.98, 0.95, 0.92, 0.88, 0.84, 0.8, 0.77, 0.74];

/** The most items that a slate shows. */
export const SLATE_MAX = LOOKED_AT.length;

/** What an oracle that ignores position takes for the chance of being looked at. */
export const LOOKED_AT_MEAN = 0.9;

/** How item and profile fit in what both say openly; `place`: 0 same city, 1 same country, 2 remote elsewhere, 3 elsewhere. */
export interface Fit {
  readonly place: number;
  /** Steps of seniority between item and member, 0 to 3. */
  readonly seniorityGap: number;
}

/** Chances of one look at an item: view and dismiss exclude each other; `apply` is the chance of applying after a view. */
export interface Chances {
  readonly view: number;
  readonly dismiss: number;
  readonly apply: number;
}

const CHANCES: readonly Chances[] = Array.from({ length: 4 * 4 * STATE_COUNT }, (_, code) => {
  const state = code % STATE_COUNT;
  const gap = Math.floor(code / STATE_COUNT) % 4;
  const place = Math.floor(code / (STATE_COUNT * 4));
  const view = VIEW.base * VIEW.state[state]! * VIEW.place[place]! * VIEW.seniority[gap]!;
  const dismiss = DISMISS.base * DISMISS.state[state]! * DISMISS.place[place]! * DISMISS.seniority[gap]!;
  const apply = APPLY.base * APPLY.state[state]! * APPLY.place[place]! * APPLY.seniority[gap]!;
  return { view: view / (1 + view + dismiss), dismiss: dismiss / (1 + view + dismiss), apply: apply / (1 + apply) };
});

/** The chances of an item that is looked at, by fit and state of interest (multinomial logit). */
export function chancesOf(fit: Fit, state: number): Chances {
  return CHANCES[(fit.place * 4 + fit.seniorityGap) * STATE_COUNT + state]!;
}

/** The chance that the item at `position` (from 0) of a slate is looked at. */
export function lookedAt(position: number): number {
  return LOOKED_AT[position]!;
}

/** Probabilities of hot, warm, cold before anything is known but the member's family. */
export function priorOf(home: boolean): readonly number[] {
  return home ? PRIOR_HOME : PRIOR_AWAY;
}

/**
 * The share of interests that are the same `days` (whole, 0 to DAYS_MAX) later. Without memory it is 0 even within a day: each
 * choice then comes from an interest drawn for it alone, so that the history tells nothing and all rates stay the same.
 */
export function keptAfter(days: number, memory: boolean): number {
  return memory ? KEPT[days]! : 0;
}

/** A distribution of delays: from each point's time to the next the share grows evenly up to the next point's. */
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
  for (let i = 1; i < delays.length; i++) {
    const [from, low] = delays[i - 1]!;
    const [to, high] = delays[i]!;
    if (unit < high) return Math.floor(from + ((to - from) * (unit - low)) / (high - low));
  }
  return delays[delays.length - 1]![0];
}

/** The share of delays below `ms`. */
export function shareWithin(delays: Delays, ms: number): number {
  if (ms <= delays[0]![0]) return 0;
  for (let i = 1; i < delays.length; i++) {
    const [from, low] = delays[i - 1]!;
    const [to, high] = delays[i]!;
    if (ms < to) return low + ((high - low) * (ms - from)) / (to - from);
  }
  return 1;
}

/** A member's interests, one state a theme, that are redrawn as days pass; `unit` numbers come from the member's stream. */
export interface Interests {
  /** The state of `theme` on `day`; days must not run backwards for a theme. Takes two draws. */
  stateAt(theme: number, day: number, keptUnit: number, stateUnit: number): number;
}

/** Fresh interests of a member whose family is told by `isHome`. */
export function createInterests(isHome: (theme: number) => boolean, memory: boolean): Interests {
  const states = new Int8Array(THEME_COUNT).fill(-1);
  const days = new Int32Array(THEME_COUNT);
  return {
    stateAt(theme, day, keptUnit, stateUnit) {
      const standing = states[theme]!;
      const kept = standing >= 0 && keptUnit < keptAfter(day - days[theme]!, memory);
      const state = kept ? standing : stateFrom(priorOf(isHome(theme)), stateUnit);
      states[theme] = state;
      days[theme] = day;
      return state;
    },
  };
}

function stateFrom(prior: readonly number[], unit: number): number {
  if (unit < prior[0]!) return 0;
  return unit < prior[0]! + prior[1]! ? 1 : 2;
}
