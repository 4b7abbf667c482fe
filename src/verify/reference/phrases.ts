/** The words that a template's slots stand for. */
import { nth, remember } from '../checked.ts';
import { DAY_MS, TIME_UNKNOWN } from '../events/raw-times.ts';
import type { Slots } from '../forms/form.ts';
import { type DomainAction, spokenOf, type Template } from '../identity/domain.ts';
import type { Vocabulary } from '../world/vocabulary.ts';
import type { TaskRule } from './tasks.ts';

/** Puts words in place of `{slot}`s, once; unknown slots stay. */
export function fillTemplate(text: string, slots: Slots): string {
  return text.replace(/\{([a-z_]+)\}/g, (slot, name: string) =>
    Object.hasOwn(slots, name) ? (slots[name] ?? '') : slot,
  );
}

/** `a`, `a or b`, `a, b, or c`. */
export function orList(words: readonly string[]): string {
  if (words.length < 3) return words.join(' or ');
  return `${words.slice(0, -1).join(', ')}, or ${words.at(-1)}`;
}

/** What is said before the item in a question (TEMPLATE-2). */
export function askPhrase(action: DomainAction): string {
  if (action.ask !== undefined) return action.ask;
  const start = `${spokenOf(action)} `;
  return action.past.startsWith(start) ? `${action.will} ${action.past.slice(start.length)}` : action.will;
}

const slotsOfTasks = new WeakMap<TaskRule, Slots>();

/** The slots of a prompt's fixed lines (TEMPLATE-2); made once for each task. */
export function promptSlots(task: TaskRule, vocabulary: Vocabulary): Slots {
  return remember(slotsOfTasks, task, () => slotsOf(task, vocabulary));
}

function slotsOf({ rules, note }: TaskRule, vocabulary: Vocabulary): Slots {
  const { domain, actions, display } = vocabulary;
  const spoken = display.map((rank) => spokenOf(nth(actions, rank)));
  return {
    item: domain.item.one,
    items: domain.item.many,
    actions_past: orList(rules.answersNone ? [...spoken, spokenOf(domain.none)] : spoken),
    actions_will: orList(display.map((rank) => nth(actions, rank).will)),
    ask: askPhrase(nth(actions, 0)),
    ask_positive: orList(actions.filter(({ positive }) => positive).map(askPhrase)),
    note: note ?? '',
    ...rules.slots,
  };
}

/** How many UTC days later a moment is. */
export function daysBetween(at: number, t: number): number {
  return Math.floor(t / DAY_MS) - Math.floor(at / DAY_MS);
}

/** An action, or none, as it is spoken (TEMPLATE-3). */
export function actionPhrase({ actions, domain }: Vocabulary, rank: number): string {
  return spokenOf(actions[rank] ?? domain.none);
}

/** What the member did, in a group's heading (TEMPLATE-3). */
export function groupPhrase(vocabulary: Vocabulary, rank: number): string {
  const { none } = vocabulary.domain;
  const action = vocabulary.actions[rank];
  return action === undefined ? (none.past ?? `${spokenOf(none)} with`) : `has ${action.past}`;
}

/**
 * How long ago an event was, in whole UTC days and coarser (HIST-6); undefined where its time is
 * unknown.
 */
export function agePhrase({ ages }: Template, at: number, t: number): string | undefined {
  if (at === TIME_UNKNOWN) return undefined;
  const days = daysBetween(at, t);
  const counted = (text: string, n: number) => fillTemplate(text, { n: String(n) });
  if (days <= 0) return ages.today;
  if (days === 1) return ages.yesterday;
  if (days < 7) return counted(ages.days, days);
  if (days < 14) return ages.week;
  if (days < 30) return counted(ages.weeks, Math.floor(days / 7));
  if (days < 60) return ages.month;
  return counted(ages.months, Math.floor(days / 30));
}

/** An answer in words, and the label that it says. */
interface Answer {
  readonly label: string;
  readonly text: string;
}

const answersOfTasks = new WeakMap<TaskRule, WeakMap<Template, Answer[]>>();

/**
 * Every answer that a task can have under a template, with the label that it says, in the order of
 * its form (TEMPLATE-3); made once.
 */
export function answersOf(task: TaskRule, template: Template, vocabulary: Vocabulary): readonly Answer[] {
  const own = remember(answersOfTasks, task, () => new WeakMap<Template, Answer[]>());
  return remember(own, template, () => makeAnswers(task, template, vocabulary));
}

function makeAnswers({ rules }: TaskRule, template: Template, { domain, actions }: Vocabulary): Answer[] {
  return rules.labels.map((label) => {
    const will = actions.find(({ name }) => name === label)?.will ?? rules.willOf(label, template);
    const words = { item: domain.item.one, items: domain.item.many, will, yes_no: label, letter: label };
    return { label, text: fillTemplate(template.answer, words) };
  });
}
