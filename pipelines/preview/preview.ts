/**
 * The first rows of a recipe, on real events and without a lake: what a build would render for a
 * few members, text for text.
 */
import { ownValue } from '../../schemas/names.ts';
import { last, nth } from '../../src/checked.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { BrewhouseError, nearestRemedy } from '../../src/errors.ts';
import { type AskScope, askMember, type TaskOutcome } from '../../src/forms/ask-member.ts';
import { contextLadder } from '../../src/forms/identity.ts';
import type { RenderPlan, TaskPlan } from '../../src/prompt/plan.ts';
import type { EventSource } from '../../src/sources/event-source.ts';
import { addTo } from '../../src/tally.ts';
import { createItemTable } from '../../src/timeline/item-table.ts';
import { createMemberTimeline } from '../../src/timeline/member-timeline.ts';
import { buildWarnings, requireKnownActions } from '../build-warnings.ts';
import { type CorpusInputs, namingFiles, readRenderPlan } from '../corpus-inputs.ts';
import { timelineOptions } from '../render/partition.ts';
import { type Example, renderExamples } from '../render/render-question.ts';
import { type ReadAhead, readAhead } from './read-ahead.ts';
import type { SomeMembers } from './some-members.ts';

/** What is shown, of which events. */
export interface PreviewOptions extends CorpusInputs {
  readonly events: EventSource;
  /** Rows of each task. */
  readonly rows: number;
  /** Name of the one task that is shown; undefined: all. */
  readonly task: string | undefined;
  /** With two, events are read while the plan is made. */
  readonly cores: number;
}

/** A row as a build would render it. */
export interface PreviewRow {
  readonly outcome: TaskOutcome;
  readonly label: string;
  readonly example: Example;
}

/** What a task comes to. */
export interface PreviewTask {
  readonly name: string;
  /** Questions of the members that were looked at, by fate. */
  readonly questions: Readonly<Record<string, number>>;
  /** Those that would be rendered, by label. */
  readonly labels: Readonly<Record<string, number>>;
  readonly rows: readonly PreviewRow[];
}

/** The first rows of a recipe. */
export interface Preview {
  readonly plan: RenderPlan;
  /** How many members were looked at. */
  readonly members: number;
  readonly tasks: readonly PreviewTask[];
}

/** Enough to meet every task of a recipe that asks one opening in eight. */
const MEMBERS_MAX = 100;

/**
 * Reads all events, since any item may be a candidate, and asks a few members; the longest context
 * of a ladder. Throws `recipe_invalid`, `domain_invalid` and their kin with the file before an
 * event is read; `not_found` where the recipe has no such task; `input_unreadable`,
 * `action_unknown`.
 */
export function preview(options: PreviewOptions, effects = PROCESS_EFFECTS): Promise<Preview> {
  return namingFiles(options, async () => {
    const reading = readAhead({ events: options.events, count: MEMBERS_MAX }, options.cores, effects);
    try {
      return await previewOf(options, reading, effects);
    } finally {
      await reading.end();
    }
  });
}

/** RECIPE FIRST: what is wrong with it is said before what is wrong with the events. */
async function previewOf(options: PreviewOptions, reading: ReadAhead, effects: Effects): Promise<Preview> {
  const { recipe, domain, events, rows } = options;
  const section = recipe.recipe.corpus;
  const plan = await readRenderPlan(recipe, domain.domain, last(contextLadder(section)));
  const tasks = plan.tasks.filter(({ rules }) => options.task === undefined || rules.name === options.task);
  if (tasks.length === 0) throw noTask(plan, options.task ?? '');
  const found = await reading.found();
  requireKnownActions(found.stats, domain.domain);
  const records = { read: found.read, used: found.stats.interactions, dead: found.dead };
  const facts = { records, stats: found.stats, section, domain: domain.domain, events: events.location };
  for (const message of buildWarnings({ ...facts, passedOver: [], tasks: [] }))
    effects.observe({ kind: 'warning', message });

  const asked = askAll(plan, found);
  await plan.tokenizer.judged();
  const shown: PreviewTask[] = [];
  for (const task of tasks) shown.push(await showTask(plan, task, { ...asked, rows }));
  return { plan, members: found.members.length, tasks: shown };
}

function noTask({ tasks }: RenderPlan, name: string): BrewhouseError {
  const names = tasks.map(({ rules }) => rules.name);
  return new BrewhouseError('not_found', `the recipe has no task ${name}`, {
    remedy: nearestRemedy(name, names, 'it has'),
  });
}

/** What the members are asked. */
interface AllAsked {
  readonly outcomes: readonly TaskOutcome[];
  /** By name of the task, then by fate. */
  readonly questions: Record<string, Record<string, number>>;
}

function askAll(plan: RenderPlan, { members, items }: SomeMembers): AllAsked {
  const { rules, vocabulary, texts } = plan;
  const table = createItemTable(items, plan.section.known);
  const questions: AllAsked['questions'] = {};
  const lost: AskScope['lost'] = ({ task }, fate) => addTo(questions, [task.name, fate], 1);
  const scope = { rules, vocabulary, items: table, says: texts.says, from: null, until: null, lost };
  const outcomes: TaskOutcome[] = [];
  for (const { memberId, records } of members) {
    for (const outcome of askMember(createMemberTimeline(memberId, records, timelineOptions(plan)), scope)) {
      addTo(questions, [outcome.task.name, 'rendered'], 1);
      outcomes.push(outcome);
    }
  }
  return { outcomes, questions };
}

async function showTask(
  plan: RenderPlan,
  task: TaskPlan,
  { outcomes, questions, rows: most }: AllAsked & { readonly rows: number },
): Promise<PreviewTask> {
  const { name } = task.rules;
  const labels = new Map<string, number>();
  const asked: TaskOutcome[] = [];
  for (const outcome of outcomes.filter((each) => each.task === task.rules)) {
    const { label } = outcome.label;
    labels.set(label, (labels.get(label) ?? 0) + 1);
    asked.push(outcome);
  }
  const rows: PreviewRow[] = [];
  for (const outcome of chooseRows(asked, most)) {
    // The first row of a question is the ordinary one.
    const example = nth(await renderExamples(plan, task, outcome), 0);
    rows.push({ outcome, label: outcome.label.label, example });
  }
  return { name, questions: ownValue(questions, name) ?? {}, labels: Object.fromEntries(labels), rows };
}

/** By a hash too: a member's first questions have no history yet. */
function chooseRows(asked: readonly TaskOutcome[], most: number): TaskOutcome[] {
  const hashed = asked.map((each) => ({ each, hash: sha256Hex(each.question.key) }));
  const ranked = hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  return ranked.slice(0, most).map(({ each }) => each);
}
