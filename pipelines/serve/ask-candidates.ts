/**
 * A serving system's questions: whose member, which items, by which task and template of a plan.
 */
import { nth } from '../../src/checked.ts';
import { BrewhouseError, nearestRemedy } from '../../src/errors.ts';
import { askCandidates as ask, type CandidatesQuestion } from '../../src/forms/ask-candidates.ts';
import type { CandidatesAsked } from '../../src/forms/candidates-asked.ts';
import type { RenderPlan, TaskPlan } from '../../src/prompt/plan.ts';
import type { TemplatePlan } from '../../src/prompt/template-plan.ts';
import type { ItemTable } from '../../src/timeline/item-table.ts';
import type { MemberTimeline } from '../../src/timeline/member-timeline.ts';

/** What is asked, in which words. */
export interface CandidatesWish extends CandidatesAsked {
  readonly plan: RenderPlan;
  /** Name of a task of the plan. */
  readonly task: string;
  /** Id of a template of the task, held out or not; by default its first ordinary one. */
  readonly template?: string;
}

/** A question, or why training would not have asked it, and the template that tells it. */
export type AskedCandidates = CandidatesQuestion & { readonly template: TemplatePlan };

/**
 * Questions as training asked them, for `renderPrompt`: one for each candidate, or one about all of
 * them where the form lists several. An item that is not there, or that the task would not ask
 * about, is refused in its own question alone. Throws `not_found` where the plan has no such task
 * or template, `usage` where what is asked is no such thing: a moment, an item named twice, another
 * number of candidates than the form lists.
 */
export function askCandidates(
  timeline: MemberTimeline,
  items: ItemTable,
  { plan, task, template, ...asked }: CandidatesWish,
): AskedCandidates[] {
  const chosen = named(plan.tasks, task, { what: 'task', nameOf: ({ rules }) => rules.name });
  const words = templateOf(chosen, template);
  const { rules, vocabulary, texts } = plan;
  const scope = { task: chosen.rules, rules, vocabulary, items, says: texts.says };
  return ask(timeline, scope, asked).map((question) => ({ ...question, template: words }));
}

function templateOf({ rules, ordinary, heldOut }: TaskPlan, id: string | undefined): TemplatePlan {
  if (id === undefined) return nth(ordinary, 0);
  const what = `template of ${rules.name}`;
  return named([...ordinary, ...heldOut], id, { what, nameOf: ({ template }) => template.id });
}

interface Naming<T> {
  readonly what: string;
  readonly nameOf: (value: T) => string;
}

function named<T>(values: readonly T[], name: string, { what, nameOf }: Naming<T>): T {
  const found = values.find((value) => nameOf(value) === name);
  if (found !== undefined) return found;
  throw new BrewhouseError('not_found', `there is no ${what} ${name}`, {
    remedy: nearestRemedy(name, values.map(nameOf), 'there are'),
  });
}
