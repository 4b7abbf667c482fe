/**
 * What could be known of each question: the probability from which the simulator drew, and the best
 * prediction from a member's last 10, 100, 1,000 and all events. Interests in different themes are
 * independent and have three states, so Bayes' rule is exact: a forward pass (Rabiner 1989, III.A)
 * over those exposures of the theme that have an event among them.
 */

import { DAY_MS } from '../../schemas/durations.ts';
import { nth } from '../checked.ts';
import * as model from './choice-model.ts';
import type { EventNumbers, MemberInteractions, Sight } from './member-interactions.ts';
import type { Exposure } from './member-visits.ts';

/** The label window of the oracle's questions: 7 days, as in the demo recipe. */
export const LABEL_WINDOW_MS = 7 * DAY_MS;

/** How many of the newest events a prediction may use, by name. */
export const HISTORY_LENGTHS = { last_10: 10, last_100: 100, last_1000: 1_000, all: Number.POSITIVE_INFINITY } as const;
/** Names of HISTORY_LENGTHS. */
export type HistoryLength = keyof typeof HISTORY_LENGTHS;
type Label = 'applied' | 'dismissed' | 'viewed' | 'none';
const LENGTHS = Object.entries(HISTORY_LENGTHS) as ReadonlyArray<[HistoryLength, number]>;

/**
 * What the oracle says of one question; its label is that of the LABEL_WINDOW_MS from the
 * impression on.
 */
export interface OracleAnswer {
  /** Number of the impression that opens the question, among the member's interactions. */
  readonly opening: number;
  readonly exposure: Exposure;
  readonly label: Label;
  /** Probabilities from which the label was drawn. */
  readonly truth: Readonly<Record<Label, number>>;
  /**
   * Probability of a positive label (viewed or applied) to an observer of the profile, the item and
   * so many events before the question.
   */
  readonly positive: Readonly<Record<HistoryLength, number>>;
}

/** The answers for all exposures of one member, in their order. */
export function answerQuestions({ exposures, events, numbers }: MemberInteractions, memory: boolean): OracleAnswer[] {
  const ofTheme = new Map<number, Past[]>();
  let firstOfSlate = 0;
  return exposures.map((exposure, index) => {
    const own = nth(numbers, index);
    if (exposure.position === 0) firstOfSlate = countBefore(events, exposure.slate.at);
    const past = ofTheme.get(exposure.theme) ?? [];
    const positive = { last_10: 0, last_100: 0, last_1000: 0, all: 0 };
    for (const [name, length] of LENGTHS) {
      const from = Math.max(0, firstOfSlate - length);
      const belief = believe(past, exposure, { from, to: firstOfSlate, memory });
      for (const [state, weight] of belief.entries()) {
        positive[name] += weight * model.LOOKED_AT_MEAN * model.chancesOf(exposure.fit, state).view;
      }
    }
    past.push({ exposure, numbers: own });
    ofTheme.set(exposure.theme, past);
    return { opening: own.impression, exposure, label: labelOf(exposure), truth: truthOf(exposure, memory), positive };
  });
}

interface Past {
  readonly exposure: Exposure;
  readonly numbers: EventNumbers;
}

/**
 * What a prediction sees: events number `from` to before `to`, in a world with or without memory.
 */
interface Seen {
  readonly from: number;
  readonly to: number;
  readonly memory: boolean;
}

/** Number of events with a time before `at`: what is seen at T. */
function countBefore(events: MemberInteractions['events'], at: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(nth(events, middle).event_time) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Probability of each state of interest, given what is seen of the theme's earlier exposures. */
function believe(past: readonly Past[], question: Exposure, seen: Seen): readonly number[] {
  const prior = model.priorOf(question.home);
  let belief: readonly number[] = prior;
  let day: number | undefined;
  for (const { exposure, numbers } of past) {
    const sight = sightOf(numbers, seen);
    if (sight === undefined) continue;
    if (day !== undefined) belief = passed(belief, prior, model.keptAfter(exposure.day - day, seen.memory));
    day = exposure.day;
    const age = question.slate.at - exposure.slate.at;
    const look = model.lookedAt(exposure.position);
    const joint = belief.map(
      (weight, state) => weight * likelihood(sight, model.chancesOf(exposure.fit, state), { age, look }),
    );
    const total = joint.reduce((sum, weight) => sum + weight, 0);
    belief = joint.map((weight) => weight / total);
  }
  return day === undefined ? belief : passed(belief, prior, model.keptAfter(question.day - day, seen.memory));
}

/**
 * The last that is seen of an exposure: an impression alone may still be followed by an action.
 * Undefined where no event of it is among those seen.
 */
function sightOf(numbers: EventNumbers, { from, to }: Seen): Sight | undefined {
  for (const sight of ['applied', 'viewed', 'dismissed', 'impression'] as const) {
    if (numbers[sight] >= from && numbers[sight] < to) return sight;
  }
  return undefined;
}

/** The belief after a while: what is not kept is the prior again. */
function passed(belief: readonly number[], prior: readonly number[], kept: number): readonly number[] {
  return belief.map((weight, state) => kept * weight + (1 - kept) * nth(prior, state));
}

/**
 * Of a sight `age` ms after the impression; an action that may still come counts with the share
 * that comes later.
 */
function likelihood(sight: Sight, chances: model.Chances, { age, look }: { age: number; look: number }): number {
  if (sight === 'applied') return chances.view * chances.apply;
  if (sight === 'viewed') return chances.view * (1 - chances.apply * model.shareWithin(model.APPLY_DELAYS, age));
  if (sight === 'dismissed') return chances.dismiss;
  const come =
    chances.view * model.shareWithin(model.VIEW_DELAYS, age) +
    chances.dismiss * model.shareWithin(model.DISMISS_DELAYS, age);
  return 1 - look * come;
}

function truthOf(exposure: Exposure, memory: boolean): OracleAnswer['truth'] {
  // Without memory the drawn state is noise that nothing tells of: the choice follows the mixture
  // over it.
  const prior = model.priorOf(exposure.home);
  const weights = memory ? prior.map((_, state) => Number(state === exposure.state)) : prior;
  const look = model.lookedAt(exposure.position);
  const inWindow = model.shareWithin(model.APPLY_DELAYS, LABEL_WINDOW_MS);
  let [viewed, applied, dismissed] = [0, 0, 0];
  for (const [state, weight] of weights.entries()) {
    const chances = model.chancesOf(exposure.fit, state);
    applied += weight * look * chances.view * chances.apply * inWindow;
    viewed += weight * look * chances.view * (1 - chances.apply * inWindow);
    dismissed += weight * look * chances.dismiss;
  }
  return { applied, dismissed, viewed, none: 1 - applied - dismissed - viewed };
}

function labelOf({ slate, viewedAt, dismissedAt, appliedAt }: Exposure): OracleAnswer['label'] {
  const inWindow = (at: number | undefined) => at !== undefined && at < slate.at + LABEL_WINDOW_MS;
  if (inWindow(appliedAt)) return 'applied';
  if (inWindow(dismissedAt)) return 'dismissed';
  return inWindow(viewedAt) ? 'viewed' : 'none';
}
