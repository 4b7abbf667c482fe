/** What the slots of a template say in a domain: lists of actions, questions, groups, ages, answers. */
import { DAY_MS } from '../../schemas/event-time.ts';
import type { Form } from '../../schemas/recipe.ts';
import type { Template } from '../../schemas/template.ts';
import { BrewhouseError, nearestName } from '../errors.ts';
import { NOTHING_MORE } from '../timeline/labels.ts';
import type { TaskRules } from '../timeline/questions.ts';
import { letterOf } from '../timeline/questions.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';

/** One answer of a form: the label's name and the text that the template makes of it. */
export interface Answer {
  readonly label: string;
  readonly text: string;
}

/** `a`, `a or b`, `a, b, or c`. */
export function orList(words: readonly string[]): string {
  if (words.length < 3) return words.join(' or ');
  return `${words.slice(0, -1).join(', ')}, or ${words[words.length - 1]}`;
}

/** How an action is asked for before an item: `apply to`, from `will: apply`, `past: applied to` of the action `applied`. */
export function askPhrase(action: { name: string; will: string; past: string; ask?: string | undefined }): string {
  if (action.ask !== undefined) return action.ask;
  return action.past.startsWith(`${action.name} `) ? action.will + action.past.slice(action.name.length) : action.will;
}

/** Labels that a task's answers can have, in the order in which they are listed. */
export function labelsOf(task: TaskRules, vocabulary: Vocabulary): string[] {
  const actions = vocabulary.displayOrder.map((rank) => vocabulary.nameOf(rank));
  switch (task.form) {
    case 'ranking.pointwise':
      return hasNone(task, vocabulary) ? [...actions, vocabulary.domain.none.name] : actions;
    case 'ranking.binary':
      return ['Yes', 'No'];
    case 'retrieval.choose':
      return Array.from({ length: 1 + task.shown + task.random }, (_, i) => letterOf(i));
    case 'next-action.action':
      return [...actions, NOTHING_MORE];
  }
}

/** Every answer of a task in a template's words. */
export function answersOf(template: Template, task: TaskRules, vocabulary: Vocabulary): Answer[] {
  const { domain } = vocabulary;
  const will = (label: string) => {
    if (label === NOTHING_MORE && task.form === 'next-action.action') return template.nothing_more ?? NOTHING_MORE;
    return domain.actions.find((action) => action.name === label)?.will ?? domain.none.will;
  };
  return labelsOf(task, vocabulary).map((label) => ({
    label,
    text: fillSlots(template, template.answer, { will: () => will(label), yes_no: () => label, letter: () => label }),
  }));
}

/** The slots that do not depend on the question. */
export function fixedSlots(
  task: TaskRules,
  vocabulary: Vocabulary,
  note: string | undefined,
): Record<string, () => string> {
  const { domain, displayOrder } = vocabulary;
  const actions = displayOrder.map((rank) => domain.actions[rank]!);
  const positive = domain.actions.filter((action) => action.positive);
  const labels = labelsOf(task, vocabulary);
  return {
    item: () => domain.item.one,
    items: () => domain.item.many,
    actions_past: () =>
      orList([...actions.map((a) => a.name), ...(hasNone(task, vocabulary) ? [domain.none.name] : [])]),
    actions_will: () => orList(actions.map((a) => a.will)),
    ask: () => askPhrase(domain.actions[0]!),
    ask_positive: () => orList(positive.map(askPhrase)),
    note: () => note ?? '',
    letters: () => `${labels[0]} to ${labels[labels.length - 1]}`,
  };
}

/** Whether "did not interact" can be an answer or a history line's action. */
function hasNone(task: TaskRules, vocabulary: Vocabulary): boolean {
  return vocabulary.hasExposures || task.drawn > 0;
}

/** `has applied to`, `did not interact with`. */
export function groupPhrase(rank: number, vocabulary: Vocabulary): string {
  const { actions, none } = vocabulary.domain;
  return rank < actions.length ? `has ${actions[rank]!.past}` : (none.past ?? `${none.name} with`);
}

/** Coarse age of an event at T, both epoch ms, in the template's words; nothing under a day (UTC). */
export function agePhrase(template: Template, t: number, at: number): string {
  const days = Math.floor(t / DAY_MS) - Math.floor(at / DAY_MS);
  const { ages } = template;
  const many = (words: string, n: number) => words.replace('{n}', String(n));
  if (days <= 0) return ages.today;
  if (days === 1) return ages.yesterday;
  if (days < 7) return many(ages.days, days);
  if (days < 14) return ages.week;
  if (days < 30) return many(ages.weeks, Math.floor(days / 7));
  if (days < 60) return ages.month;
  return many(ages.months, Math.floor(days / 30));
}

/** Replaces `{slot}`s; throws `template_invalid` naming the slot and the nearest known. */
export function fillSlots(template: Template, line: string, slots: Readonly<Record<string, () => string>>): string {
  return line.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    const slot = slots[name];
    if (slot !== undefined) return slot();
    const near = nearestName(name, Object.keys(slots));
    throw new BrewhouseError(
      'template_invalid',
      `the template ${template.id} (${template.form satisfies Form}) uses {${name}}, which it cannot have there`,
      {
        remedy: near === undefined ? `known here: ${Object.keys(slots).join(', ')}` : `did you mean {${near}}?`,
      },
    );
  });
}
