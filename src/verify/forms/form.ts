/** What a form of question decides; the rest of the reference knows no form by its name. */
import { z } from 'zod';
import type { RuleId } from '../fault-list.ts';
import type { Block, Template } from '../identity/domain.ts';
import { count, readAs } from '../read-json.ts';
import type { Candidate } from '../world/candidates.ts';
import type { MemberOpenings, Opening } from '../world/openings.ts';
import { type Outcome, outcomeOf } from '../world/outcomes.ts';
import { seen, type Version } from '../world/timeline.ts';
import { isThere, type Moment } from '../world/view.ts';
import type { Vocabulary } from '../world/vocabulary.ts';

/** Words by the slots of a template. */
export type Slots = Readonly<Record<string, string>>;

/**
 * Of what the opening event's measures tell: the item asked about, the slate that several share, or
 * nothing that is asked about, as where the item was drawn.
 */
export type Measured = 'item' | 'slate' | 'nothing';

/** What a question asks, and what the right answer is. */
export interface Answerable {
  /** Items in display order; one where nothing is chosen. */
  readonly itemIds: readonly string[];
  readonly measured: Measured;
  /**
   * With their reasons, in display order; of a task that draws its items the one asked about; else
   * none.
   */
  readonly candidates: readonly Candidate[];
  readonly label: string;
  /** Epoch milliseconds (LABEL-3). */
  readonly settledAt: number;
}

/** What is wrong with a task as a recipe writes it, and the rule that refuses it. */
export interface Flaw {
  readonly rule: RuleId;
  readonly detail: string;
}

/** The rules of one task, as its form and its options make them. */
export interface FormRules {
  /** What a fault of the form's own choices names. */
  readonly rule: readonly RuleId[];
  /** The labels that its questions can have, in the order of the form. */
  readonly labels: readonly string[];
  /** Those of them that are good news; letters never are. */
  readonly positive: readonly string[];
  /** Whether having no action is listed among the actions (TEMPLATE-2). */
  readonly answersNone: boolean;
  /** The block of a template that shows what is asked. */
  readonly block: Block['kind'];
  /**
   * Whether it draws items, by candidates, a pair or a drawn share above 0: then every item is read
   * by ASOF-3 (ASOF-4), and events on those asked about are left out of the history (HIST-3).
   */
  readonly draws: boolean;
  /** Whether all other items that it asks about are drawn, none taken of what was exposed. */
  readonly othersRandom: boolean;
  /** Slots of fixed lines that only this form has. */
  readonly slots: Slots;
  /** How a task with these options and a label window of so many milliseconds breaks the law. */
  flaws(window: number): readonly Flaw[];
  /** Where it may ask. */
  openings(openings: MemberOpenings): readonly Opening[];
  /** Whether a version of the opening's own item can be asked about at T (ASOF-3, ASOF-4). */
  isOwnSeen(version: Version, t: number): boolean;
  /** What followed on the opening's own item. */
  outcome(moment: Moment): Outcome;
  /** Whether an opening with this outcome is a question at all. */
  isAsked(outcome: Outcome): boolean;
  /**
   * The label of an outcome on one item, under which the ledger counts questions not rendered
   * (LEDGER-1).
   */
  labelOf(outcome: Outcome): string;
  /** What is asked, where `outcome` followed; undefined where there are too few candidates. */
  ask(moment: Moment, outcome: Outcome, openings: MemberOpenings): Answerable | undefined;
  /** What {will} says in an answer, where the label is no action (TEMPLATE-3). */
  willOf(label: string, template: Template): string;
}

/** A form: reads a task's options and makes its rules. */
export interface Form {
  /** As recipes write it. */
  readonly name: string;
  /** Reads its options, of which those that equal a default are written nowhere (NAME-2). */
  readonly schema: z.ZodType;
  /**
   * `field` says where the task is in the manifest. Throws `release_broken` for an option that the
   * form does not know (NAME-3).
   */
  rulesOf(options: object, field: string, vocabulary: Vocabulary): FormRules;
}

type RulesOf<T> = (options: T, vocabulary: Vocabulary) => FormRules;

/** The form of a name, whose options are read by a schema. */
export function formOf<S extends z.ZodType>(name: string, schema: S, rulesOf: RulesOf<z.infer<S>>): Form {
  return { name, schema, rulesOf: (options, field, vocabulary) => rulesOf(readAs(schema, options, field), vocabulary) };
}

/**
 * The options of every task, with their defaults; name and label window are always written out
 * (NAME-2).
 */
export const TASK_OPTIONS = {
  form: z.string(),
  name: z.string(),
  strategy: z.string().default('chronological'),
  order: z.enum(['by_action', 'chronological']).default('chronological'),
  note: z.string().optional(),
  label_window: count,
  templates: z.array(z.string()).optional(),
};

/** The letter of the candidate at an index: `A`, `B` ... (CHOOSE-1). */
export function letterOf(index: number): string {
  return String.fromCharCode(65 + index);
}

/** What a form has that says nothing else: one item of a session, shown as the item block. */
export function plainRules({ domain, nameOf }: Vocabulary, draws: boolean): PlainRules {
  return {
    answersNone: domain.exposures.length > 0,
    block: 'item',
    draws,
    othersRandom: false,
    positive: [],
    slots: {},
    flaws: () => [],
    openings: ({ session }) => session,
    isOwnSeen: draws ? seen : isThere,
    outcome: (moment) => outcomeOf(moment, moment.opening.event.item),
    isAsked: () => true,
    labelOf: ({ rank }) => nameOf(rank),
    willOf: () => domain.none.will,
  };
}

type PlainRules = Omit<FormRules, 'rule' | 'labels' | 'ask'>;

/** Actions that are good news. */
export function goodNews({ actions }: Vocabulary): string[] {
  return actions.filter(({ positive }) => positive).map(({ name }) => name);
}

/** The flaw of a task whose only possible answer is this one (FORM-1). */
export function onlyAnswer(answer: string): Flaw {
  return { rule: 'FORM-1', detail: `every answer is ${answer}` };
}
