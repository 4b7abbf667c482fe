/** Titles, positions and descriptions, put together from the word lists by draws. */
import { nth } from '../checked.ts';
import { FAMILIES, familyOfTheme, specialityOf } from './families.ts';
import type { Random } from './random.ts';
import words from './words.json' with { type: 'json' };

/** Steps of seniority, 0 to 3; members and items name them in front of the role. */
export const SENIORITY_COUNT = 4;
/** The fewest words of a description. */
export const DESCRIPTION_WORDS_MIN = 25;
/** The most words of a description. */
export const DESCRIPTION_WORDS_MAX = 90;

/** What a text is about. */
export interface Subject {
  readonly theme: number;
  /** 0 to SENIORITY_COUNT - 1. */
  readonly seniority: number;
  readonly company: string;
  readonly city: string;
  readonly remote: boolean;
}

/**
 * An item's title, such as `Senior Data Engineer, Fraud Detection`; it always names the speciality.
 */
export function composeTitle(subject: Subject, random: Random): string {
  const role = random.pick(nth(FAMILIES, familyOfTheme(subject.theme)).roles);
  const step = random.pick(nth(words.seniority, subject.seniority));
  const { name } = specialityOf(subject.theme);
  const forms = [
    `${step} ${role}, ${name}`,
    `${step} ${role} - ${name}`,
    `${name}: ${step} ${role}`,
    `${step} ${role} (${name})`,
  ];
  return random.pick(forms).replace(/\s+/g, ' ').trim();
}

/**
 * A member's position, such as `Senior Data Engineer`: family and seniority, never a speciality.
 */
export function composePosition(family: number, seniority: number, random: Random): string {
  const step = random.pick(nth(words.seniority, seniority));
  return `${step} ${random.pick(nth(FAMILIES, family).roles)}`.trim();
}

/**
 * A description of tasks, skills, experience and where the work is done, of DESCRIPTION_WORDS_MIN
 * to DESCRIPTION_WORDS_MAX words.
 */
export function composeDescription(subject: Subject, random: Random): string {
  const { name, tasks } = specialityOf(subject.theme);
  const [x = '', y = '', z = ''] = drawSome(nth(FAMILIES, familyOfTheme(subject.theme)).skills, 3, random);
  const [p = '', q = ''] = drawSome(words.perks, 2, random);
  const [a, b] = random.chance(0.5) ? tasks : [tasks[1], tasks[0]];
  const { company, city } = subject;
  const slots: Record<string, string> = { company, city, topic: name.toLowerCase(), a, b, x, y, z, p, q };
  const sentences = [
    random.pick(words.openers),
    random.pick(words.taskForms),
    random.pick(words.skillForms),
    random.pick(nth(words.experience, subject.seniority)),
    random.pick(subject.remote ? words.remote : words.onSite),
  ];
  if (random.chance(0.6)) sentences.push(random.pick(words.perkForms));
  if (random.chance(0.5)) sentences.push(random.pick(words.closers));
  return sentences.map((sentence) => sentence.replace(/\{(\w+)\}/g, (_, key: string) => slots[key] ?? '')).join(' ');
}

/** `count` of `values`, none twice, in the order in which they are drawn; takes `count` draws. */
export function drawSome(values: readonly string[], count: number, random: Random): string[] {
  const rest = [...values];
  return Array.from({ length: Math.min(count, rest.length) }, () => nth(rest.splice(random.below(rest.length), 1), 0));
}
