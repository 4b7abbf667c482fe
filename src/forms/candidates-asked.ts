/** What a serving system may ask, read by a schema: what no event may say no question may say. */
import { z } from 'zod';
import { InteractionEvent } from '../../schemas/event.ts';
import { TIME_MAX, TIME_MIN } from '../../schemas/event-time.ts';
import { ItemId } from '../../schemas/ids.ts';
import { BrewhouseError, quotedName, spellPath } from '../errors.ts';
import { exposureKey, exposureValue, isOfItem } from '../timeline/exposure.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import type { TaskRules } from './task-rules.ts';

/** How the items are met: what of an interaction a prompt may say at all (OPEN-7). */
const Met = InteractionEvent.pick({ surface: true, context: true, value: true, position: true });

const CandidatesAsked = z.strictObject({
  ...Met.shape,
  t: z.number().int().min(TIME_MIN).max(TIME_MAX),
  candidates: z.array(ItemId),
});

/** What is asked, and how the items are met. */
export interface CandidatesAsked extends z.infer<typeof Met> {
  /** The moment of the question, epoch ms: nothing known at it or later is in the prompt. */
  readonly t: number;
  /** Item ids; where a prompt lists several, in that order. */
  readonly candidates: readonly string[];
}

/** The same, read. */
export type ReadAsked = z.infer<typeof CandidatesAsked>;

/** Reads what is asked. Throws `usage` naming what cannot be. */
export function readAsked(asked: CandidatesAsked, task: TaskRules, vocabulary: Vocabulary): ReadAsked {
  const result = CandidatesAsked.safeParse(asked);
  if (!result.success) throw unreadable(asked, result.error.issues);
  requireDistinct(asked.candidates);
  if (task.block === 'candidates') requireCount(task, asked.candidates);
  else requireOwnMeasures(asked, vocabulary);
  return result.data;
}

function unreadable(asked: CandidatesAsked, [issue]: readonly z.core.$ZodIssue[]): BrewhouseError {
  const field = spellPath(issue?.path ?? []);
  if (field === 't') {
    return new BrewhouseError('usage', `t is ${quotedName(String(asked.t))}, and a moment is epoch milliseconds`, {
      place: { field },
      remedy: "as Date.parse('2026-02-01T12:00:00Z') makes them",
    });
  }
  return new BrewhouseError('usage', issue?.message ?? 'nothing is asked', {
    ...(field === '' ? {} : { place: { field } }),
    remedy: `a question has ${Object.keys(CandidatesAsked.shape).join(', ')}; what at_exposure lists is in context`,
  });
}

function requireDistinct(candidates: readonly string[]): void {
  const twice = candidates.find((id, i) => candidates.indexOf(id) < i);
  if (twice === undefined) return;
  throw new BrewhouseError('usage', `${quotedName(twice)} is among the candidates twice`, {
    place: { field: 'candidates' },
    remedy: 'name each item once',
  });
}

function requireCount({ name, labels }: TaskRules, candidates: readonly string[]): void {
  if (candidates.length === labels.length) return;
  throw new BrewhouseError('usage', `the task ${name} lists ${labels.length} candidates, not ${candidates.length}`, {
    place: { field: 'candidates' },
    remedy: `name ${labels.length} items, in the order in which the prompt lists them`,
  });
}

/** ONE PRICE FOR ALL WOULD BE A LIE: what was measured of an item is said of that item alone. */
function requireOwnMeasures(asked: CandidatesAsked, { domain }: Vocabulary): void {
  const { candidates } = asked;
  if (candidates.length < 2) return;
  const measures = domain.at_exposure.filter(isOfItem).map(exposureKey);
  const said = measures.find((key) => exposureValue(asked, key) !== undefined);
  if (said === undefined) return;
  throw new BrewhouseError('usage', `${quotedName(said)} is that of one item, and ${candidates.length} are asked`, {
    place: { field: 'candidates' },
    remedy: 'ask about each by itself, with its own',
  });
}
