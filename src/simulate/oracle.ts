/**
 * What could be known of each question: the probability that the simulator drew from, and the best prediction from a member's
 * last 10, 100, 1,000 and all events. Interests in different themes are independent and have three states, so Bayes' rule is
 * exact: a forward pass over the theme's showings (Rabiner 1989, III.A) of which an event is among those events.
 */

import {
  APPLY_DELAYS,
  type Chances,
  chancesOf,
  DISMISS_DELAYS,
  keptAfter,
  LOOKED_AT_MEAN,
  lookedAt,
  priorOf,
  STATE_COUNT,
  shareWithin,
  VIEW_DELAYS,
} from './choice-model.ts';
import { DAY_MS } from './durations.ts';
import type { MemberInteractions, Places } from './member-interactions.ts';
import type { Showing } from './member-visits.ts';

/** The label window of the oracle's questions: 7 days, as in the demo recipe. */
export const LABEL_WINDOW_MS = 7 * DAY_MS;

/** How many of the newest events a prediction may use, by name. */
export const HISTORY_LENGTHS = { last_10: 10, last_100: 100, last_1000: 1_000, all: Number.POSITIVE_INFINITY } as const;
export type HistoryLength = keyof typeof HISTORY_LENGTHS;
const LENGTHS = Object.entries(HISTORY_LENGTHS) as ReadonlyArray<[HistoryLength, number]>;

/** What the oracle says of one question; probabilities are of the label in LABEL_WINDOW_MS after `at`. */
export interface OracleAnswer {
  /** The place of the opening impression in the member's interactions. */
  readonly opening: number;
  readonly showing: Showing;
  readonly label: 'applied' | 'dismissed' | 'viewed' | 'none';
  readonly truth: {
    readonly applied: number;
    readonly dismissed: number;
    readonly viewed: number;
    readonly none: number;
  };
  /** Probability of a positive label (viewed or applied) for whoever sees the profile, the item and so many events before. */
  readonly positive: Readonly<Record<HistoryLength, number>>;
}

/** The answers for all showings of one member, in their order. */
export function answerQuestions(
  showings: readonly Showing[],
  { events, places }: MemberInteractions,
  memory: boolean,
): OracleAnswer[] {
  const ofTheme = new Map<number, Past[]>();
  let firstOfSlate = 0;
  return showings.map((showing, index) => {
    const place = places[index]!;
    if (showing.position === 0) firstOfSlate = countBefore(events, showing.slate.at);
    const past = ofTheme.get(showing.theme) ?? [];
    const positive = { last_10: 0, last_100: 0, last_1000: 0, all: 0 };
    for (const [name, length] of LENGTHS) {
      const from = Math.max(0, firstOfSlate - length);
      const belief = believe(past, showing, { from, to: firstOfSlate, memory });
      for (let state = 0; state < STATE_COUNT; state++) {
        positive[name] += belief[state]! * LOOKED_AT_MEAN * chancesOf(showing.fit, state).view;
      }
    }
    past.push({ showing, place });
    ofTheme.set(showing.theme, past);
    return { opening: place.impression, showing, label: labelOf(showing), truth: truthOf(showing, memory), positive };
  });
}

interface Past {
  readonly showing: Showing;
  readonly place: Places;
}

/** What a prediction sees: the events at places `from` to before `to`, in a world with or without memory. */
interface Seen {
  readonly from: number;
  readonly to: number;
  readonly memory: boolean;
}

/** The last that is seen of a showing: an impression alone may still be followed by an action. */
type Sight = 'impression' | 'viewed' | 'dismissed' | 'applied';

/** Number of events with a time before `at`: what is seen at T (rules.md 2). */
function countBefore(events: MemberInteractions['events'], at: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(events[middle]!.event_time) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function believe(past: readonly Past[], question: Showing, seen: Seen): Float64Array {
  const prior = priorOf(question.home);
  const belief = Float64Array.from(prior);
  let day: number | undefined;
  for (const { showing, place } of past) {
    const sight = sightOf(place, seen);
    if (sight === undefined) continue;
    if (day !== undefined) pass(belief, prior, keptAfter(showing.day - day, seen.memory));
    day = showing.day;
    const age = question.slate.at - showing.slate.at;
    let total = 0;
    for (let state = 0; state < STATE_COUNT; state++) {
      belief[state]! *= likelihood(sight, chancesOf(showing.fit, state), { age, look: lookedAt(showing.position) });
      total += belief[state]!;
    }
    for (let state = 0; state < STATE_COUNT; state++) belief[state]! /= total;
  }
  if (day !== undefined) pass(belief, prior, keptAfter(question.day - day, seen.memory));
  return belief;
}

/** Undefined: none of the showing's events is among those seen. */
function sightOf(place: Places, { from, to }: Seen): Sight | undefined {
  for (const sight of ['applied', 'viewed', 'dismissed', 'impression'] as const) {
    if (place[sight] >= from && place[sight] < to) return sight;
  }
  return undefined;
}

/** Time goes by: what is not kept is the prior again. */
function pass(belief: Float64Array, prior: readonly number[], kept: number): void {
  for (let state = 0; state < STATE_COUNT; state++) belief[state] = kept * belief[state]! + (1 - kept) * prior[state]!;
}

/** Of a sight `age` ms after the impression; what may still come counts with the share that comes later. */
function likelihood(sight: Sight, chances: Chances, { age, look }: { age: number; look: number }): number {
  if (sight === 'applied') return chances.view * chances.apply;
  if (sight === 'viewed') return chances.view * (1 - chances.apply * shareWithin(APPLY_DELAYS, age));
  if (sight === 'dismissed') return chances.dismiss;
  const come = chances.view * shareWithin(VIEW_DELAYS, age) + chances.dismiss * shareWithin(DISMISS_DELAYS, age);
  return 1 - look * come;
}

function truthOf(showing: Showing, memory: boolean): OracleAnswer['truth'] {
  // Without memory the drawn state is noise that nothing tells of: the choice follows the mixture over it.
  const weights = memory ? undefined : priorOf(showing.home);
  const look = lookedAt(showing.position);
  const inWindow = shareWithin(APPLY_DELAYS, LABEL_WINDOW_MS);
  let [viewed, applied, dismissed] = [0, 0, 0];
  for (let state = 0; state < STATE_COUNT; state++) {
    const weight = weights === undefined ? Number(state === showing.state) : weights[state]!;
    const chances = chancesOf(showing.fit, state);
    applied += weight * look * chances.view * chances.apply * inWindow;
    viewed += weight * look * chances.view * (1 - chances.apply * inWindow);
    dismissed += weight * look * chances.dismiss;
  }
  return { applied, dismissed, viewed, none: 1 - applied - dismissed - viewed };
}

function labelOf({ slate, viewedAt, dismissedAt, appliedAt }: Showing): OracleAnswer['label'] {
  const inWindow = (at: number | undefined) => at !== undefined && at < slate.at + LABEL_WINDOW_MS;
  if (inWindow(appliedAt)) return 'applied';
  if (inWindow(dismissedAt)) return 'dismissed';
  return inWindow(viewedAt) ? 'viewed' : 'none';
}
