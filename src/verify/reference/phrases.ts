/** The words that a template's slots stand for. */
import type { DomainAction } from '../../../schemas/domain.ts';
import type { Template } from '../../../schemas/template.ts';
import { DAY_MS, TIME_UNKNOWN } from '../events/raw-times.ts';
import { letterOf, NOTHING_MORE, type TaskRule, type Vocabulary } from './tasks.ts';

export type Slots = Readonly<Record<string, string>>;

/** Puts words in place of `{slot}`s, once; unknown slots stay. */
export function fillTemplate(text: string, slots: Slots): string {
  return text.replace(/\{([a-z_]+)\}/g, (slot, name: string) => (Object.hasOwn(slots, name) ? slots[name]! : slot));
}

/** `a`, `a or b`, `a, b, or c`. */
export function orList(words: readonly string[]): string {
  if (words.length < 3) return words.join(' or ');
  return `${words.slice(0, -1).join(', ')}, or ${words.at(-1)}`;
}

/** What stands before the item in a question. */
export function askPhrase(action: DomainAction): string {
  if (action.ask !== undefined) return action.ask;
  const start = `${action.name} `;
  return action.past.startsWith(start) ? `${action.will} ${action.past.slice(start.length)}` : action.will;
}

/** The slots of a prompt's fixed lines. */
export function promptSlots(task: TaskRule, vocabulary: Vocabulary): Slots {
  const { domain, actions } = vocabulary;
  const shown = vocabulary.display.map((rank) => actions[rank]!);
  const past = shown.map(({ name }) => name);
  return {
    item: domain.item.one,
    items: domain.item.many,
    actions_past: orList(task.answersNone ? [...past, domain.none.name] : past),
    actions_will: orList(shown.map(({ will }) => will)),
    ask: askPhrase(actions[0]!),
    ask_positive: orList(actions.filter(({ positive }) => positive).map(askPhrase)),
    note: task.spec.note ?? '',
    letters: `A to ${letterOf(task.candidates - 1)}`,
  };
}

/** What the member did, in a group's heading. */
export function groupPhrase(vocabulary: Vocabulary, rank: number): string {
  const { none } = vocabulary.domain;
  const action = vocabulary.actions[rank];
  return action === undefined ? (none.past ?? `${none.name} with`) : `has ${action.past}`;
}

/** What the member did, in a dated heading. */
export function actionPhrase(vocabulary: Vocabulary, rank: number): string {
  return vocabulary.actions[rank]?.name ?? vocabulary.domain.none.name;
}

/** How long ago an event was, in whole UTC days and coarser; undefined where its time is unknown. */
export function agePhrase(template: Template, at: number, t: number): string | undefined {
  if (at === TIME_UNKNOWN) return undefined;
  const { ages } = template;
  const days = Math.floor(t / DAY_MS) - Math.floor(at / DAY_MS);
  const counted = (text: string, n: number) => fillTemplate(text, { n: String(n) });
  if (days <= 0) return ages.today;
  if (days === 1) return ages.yesterday;
  if (days < 7) return counted(ages.days, days);
  if (days < 14) return ages.week;
  if (days < 30) return counted(ages.weeks, Math.floor(days / 7));
  if (days < 60) return ages.month;
  return counted(ages.months, Math.floor(days / 30));
}

/** The answer's text for a label. */
export function answerText(template: Template, vocabulary: Vocabulary, label: string): string {
  const { domain, actions } = vocabulary;
  const action = actions.find(({ name }) => name === label);
  let will = action?.will ?? domain.none.will;
  if (action === undefined && label === NOTHING_MORE) will = template.nothing_more ?? domain.none.will;
  return fillTemplate(template.answer, {
    ...{ item: domain.item.one, items: domain.item.many },
    will,
    yes_no: label,
    letter: label,
  });
}
