/** Titles, positions and descriptions, put together from the word lists by draws. */
import { nth } from '../checked.ts';
import { FAMILIES, familyOfTheme, specialityOf } from './families.ts';
import { listOf } from './family-words.ts';
import type { Random } from './random.ts';

/** Steps of seniority, 0 to 3; members and items name them in front of the role. */
export const SENIORITY_COUNT = 4;
const SENIORITY_WORDS: ReadonlyArray<readonly string[]> = [
  ['Junior', 'Graduate'],
  [''],
  ['Senior'],
  ['Lead', 'Principal'],
];
const EXPERIENCE: ReadonlyArray<readonly string[]> = [
  [
    'No long record is needed; we teach on the job.',
    'Your first position after training is welcome here.',
    'Up to two years of experience is what we look for.',
  ],
  [
    'You bring three to five years of practice.',
    'Some years in a similar post have made you independent.',
    'We ask for about four years of experience.',
  ],
  [
    'You bring at least six years of practice and like to mentor.',
    'Long experience lets you decide alone when it matters.',
    'Seven or more years in the field are expected.',
  ],
  [
    'You have led teams for ten years or more.',
    'You set direction for several groups and answer for results.',
    'A decade of experience and calm leadership are expected.',
  ],
];

/** The fewest words of a description. */
export const DESCRIPTION_WORDS_MIN = 25;
/** The most words of a description. */
export const DESCRIPTION_WORDS_MAX = 90;

const OPENERS = [
  '{company} is looking for someone to join its {topic} team.',
  'Our {topic} group in {city} is growing.',
  'Do you care about {topic}? So do we at {company}.',
  'For our office in {city} we seek a colleague in {topic}.',
  '{company} has worked in {topic} for over twenty years.',
  'A small, steady team for {topic} needs a new hand.',
  'After a busy year we are adding to our {topic} unit in {city}.',
  'This is a new position within {topic} at {company}.',
];
const TASK_FORMS = [
  'You will {a} and {b}.',
  'Your days: {a}, then {b}.',
  'The work is to {a}; you also {b}.',
  'Together with two colleagues you {a} and {b}.',
];
const SKILL_FORMS = [
  'You know {x}, {y} and {z}.',
  'Solid {x} and {y} are a must, {z} is welcome.',
  'We expect {x}, {y} and some {z}.',
  'Helpful: {x}, {y}, {z}.',
];
const ON_SITE = [
  'The post is on site.',
  'You work with us in {city} every day.',
  'Presence in {city} is part of the work.',
  'Two days a week from home are possible.',
];
const REMOTE = [
  'Fully remote within the country.',
  'Work from anywhere; we meet twice a year.',
  'The position is remote, with travel to {city} once a quarter.',
];
const PERKS = listOf(
  `thirty days of leave|a paid training week|a job ticket|a subsidised canteen
  |flexible hours|a pension plan|parental leave at full pay|an indoor bicycle garage|profit sharing
  |language lessons|a sabbatical after five years|health checks|a small gym|moving costs covered
  |a four-day week in summer|company shares`,
);
const PERK_FORMS = ['We offer {p} and {q}.', 'On top: {p}, {q}.', 'You get {p} as well as {q}.'];
const CLOSERS = [
  'Write to us even if you do not tick every box.',
  'We answer within ten days.',
  'A short letter is enough; no photograph, please.',
  'The first talk is by telephone, the second on site.',
  'Start date is open.',
  'References are asked for only at the end.',
  'People from all walks of life are welcome.',
  'Part-time is possible from eighty per cent.',
];

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
  const step = random.pick(nth(SENIORITY_WORDS, subject.seniority));
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
  const step = random.pick(nth(SENIORITY_WORDS, seniority));
  return `${step} ${random.pick(nth(FAMILIES, family).roles)}`.trim();
}

/**
 * A description of tasks, skills, experience and where the work is done, of DESCRIPTION_WORDS_MIN
 * to DESCRIPTION_WORDS_MAX words.
 */
export function composeDescription(subject: Subject, random: Random): string {
  const { name, tasks } = specialityOf(subject.theme);
  const [x = '', y = '', z = ''] = drawSome(nth(FAMILIES, familyOfTheme(subject.theme)).skills, 3, random);
  const [p = '', q = ''] = drawSome(PERKS, 2, random);
  const [a, b] = random.chance(0.5) ? tasks : [tasks[1], tasks[0]];
  const { company, city } = subject;
  const words: Record<string, string> = { company, city, topic: name.toLowerCase(), a, b, x, y, z, p, q };
  const sentences = [
    random.pick(OPENERS),
    random.pick(TASK_FORMS),
    random.pick(SKILL_FORMS),
    random.pick(nth(EXPERIENCE, subject.seniority)),
    random.pick(subject.remote ? REMOTE : ON_SITE),
  ];
  if (random.chance(0.6)) sentences.push(random.pick(PERK_FORMS));
  if (random.chance(0.5)) sentences.push(random.pick(CLOSERS));
  return sentences.map((sentence) => sentence.replace(/\{(\w+)\}/g, (_, key: string) => words[key] ?? '')).join(' ');
}

/** `count` of `values`, none twice, in the order in which they are drawn; takes `count` draws. */
export function drawSome(values: readonly string[], count: number, random: Random): string[] {
  const rest = [...values];
  return Array.from({ length: Math.min(count, rest.length) }, () => nth(rest.splice(random.below(rest.length), 1), 0));
}
