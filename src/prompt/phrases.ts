/**
 * What the slots of a template say in a domain: lists of actions, questions, groups, ages, answers.
 */

import type { DomainAction } from '../../schemas/domain.ts';
import { DAY_MS } from '../../schemas/durations.ts';
import { ownValue } from '../../schemas/names.ts';
import type { Template } from '../../schemas/template.ts';
import { last, nth } from '../checked.ts';
import { BrewhouseError, nearestName } from '../errors.ts';
import type { Slots } from '../forms/form.ts';
import type { TaskRules } from '../forms/task-rules.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';

/** One answer of a form: the label's name and the text that the template makes of it. */
export interface Answer {
  readonly label: string;
  readonly text: string;
}

/** `a`, `a or b`, `a, b, or c`. */
export function orList(words: readonly string[]): string {
  if (words.length < 3) return words.join(' or ');
  return `${words.slice(0, -1).join(', ')}, or ${last(words)}`;
}

/**
 * How an action is asked for before an item: `apply to`, from `will: apply` and `past: applied to`
 * of what is spoken as `applied` (TEMPLATE-2).
 */
export function askPhrase({ name, spoken = name, will, past, ask }: Omit<DomainAction, 'positive'>): string {
  return ask ?? (past.startsWith(`${spoken} `) ? will + past.slice(spoken.length) : will);
}

/** Every answer of a task in a template's words, in display order (TEMPLATE-3). */
export function answersOf(template: Template, task: TaskRules): Answer[] {
  return task.labels.map((label) => ({
    label,
    text: fillSlots(template, template.answer, task.answerSlots(label, template)),
  }));
}

/** The slots that do not depend on the question (TEMPLATE-2). */
export function fixedSlots(task: TaskRules, vocabulary: Vocabulary, note: string | undefined): Slots {
  const { domain, displayOrder, noneRank, spokenOf } = vocabulary;
  const actions = displayOrder.map((rank) => nth(domain.actions, rank));
  const answered = vocabulary.hasExposures || task.drawsItems ? [...displayOrder, noneRank] : displayOrder;
  return {
    item: () => domain.item.one,
    items: () => domain.item.many,
    actions_past: () => orList(answered.map(spokenOf)),
    actions_will: () => orList(actions.map((a) => a.will)),
    ask: () => askPhrase(nth(domain.actions, 0)),
    ask_positive: () => orList(domain.actions.filter((action) => action.positive).map(askPhrase)),
    note: () => note ?? '',
    ...task.slots,
  };
}

/** `has applied to`, `did not interact with` (TEMPLATE-3). */
export function groupPhrase(rank: number, vocabulary: Vocabulary): string {
  const { actions, none } = vocabulary.domain;
  const action = actions[rank];
  return action === undefined ? (none.past ?? `${vocabulary.spokenOf(rank)} with`) : `has ${action.past}`;
}

/**
 * Coarse age of an event at T, both epoch ms, as a number: what has one number is told alike, and
 * an age under a day is not told at all (HIST-6).
 */
export function coarseAge(t: number, at: number): number {
  const days = Math.floor(t / DAY_MS) - Math.floor(at / DAY_MS);
  if (days <= 0) return 0;
  if (days < 7) return days;
  if (days < 14) return WEEK;
  if (days < 30) return WEEK - 1 + Math.floor(days / 7);
  if (days < 60) return MONTH;
  return MONTH - 1 + Math.floor(days / 30);
}

const WEEK = 7;
const MONTH = 11;

/** A coarse age of each kind that has a phrase. */
export const AGE_EXAMPLES = [0, 1, 2, WEEK, WEEK + 1, MONTH, MONTH + 1] as const;

/** A coarse age in the template's words (HIST-6). */
export function agePhrase({ ages }: Template, age: number): string {
  const many = (words: string, n: number) => words.replaceAll('{n}', String(n));
  if (age === 0) return ages.today;
  if (age === 1) return ages.yesterday;
  if (age < WEEK) return many(ages.days, age);
  if (age === WEEK) return ages.week;
  if (age < MONTH) return many(ages.weeks, age - WEEK + 1);
  return age === MONTH ? ages.month : many(ages.months, age - MONTH + 1);
}

/** Replaces `{slot}`s; throws `template_invalid` naming the slot and the nearest known. */
export function fillSlots(template: Template, line: string, slots: Slots): string {
  return line.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    const slot = ownValue(slots, name);
    if (slot !== undefined) return slot();
    const near = nearestName(name, Object.keys(slots));
    const message = `the template ${template.id} (${template.form}) uses {${name}}, which it cannot have there`;
    throw new BrewhouseError('template_invalid', message, {
      remedy: near === undefined ? `known here: ${Object.keys(slots).join(', ')}` : `did you mean {${near}}?`,
    });
  });
}
