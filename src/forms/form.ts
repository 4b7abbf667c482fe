/**
 * The face of a form. A form is one file in this folder with everything of it: the options of its
 * tasks, where its questions open, which items they ask about, how they are settled, which answers
 * there are, and what a template must have.
 */
import { z } from 'zod';
import type { Template } from '../../schemas/template.ts';
import type { Candidate } from '../timeline/candidates.ts';
import type { Measured } from '../timeline/exposure.ts';
import type { MemberTimeline } from '../timeline/member-timeline.ts';
import type { Openings } from '../timeline/openings.ts';
import type { SeenEvents } from '../timeline/seen.ts';
import type { Vocabulary } from '../timeline/vocabulary.ts';
import type { Asking } from './asking.ts';

/** What the options of a task are judged by. */
export interface FormScope {
  readonly vocabulary: Vocabulary;
  /** W in ms. */
  readonly windowMs: number;
  /** Where the task is in the recipe: `corpus.tasks[0]`. */
  readonly field: string;
}

/** Openings of one member, in order; each list is made when it is first asked for. */
export interface OpeningLists {
  readonly timeline: MemberTimeline;
  /** OPEN-1. */
  sessions(): Openings;
  /** OPEN-2. */
  actions(): Openings;
  /** For each event the position of the one that opened its session on the item, or -1 (OPEN-1). */
  openers(): Int32Array;
}

/** What a question asks about. */
export interface Asked {
  /** The one item, or the candidates in display order. */
  readonly items: readonly Candidate[];
  /**
   * What a row keeps of the opening event's measures: `nothing` where a drawn item is asked about.
   */
  readonly measured: Measured;
}

/** Why a question cannot be asked (OPEN-6). */
export type LostFate = 'item_unknown' | 'too_few_candidates';

/** A label, and when it was settled (epoch ms). */
export interface Settled {
  readonly label: string;
  readonly settledAt: number;
}

/** Words by the name of the slot that says them. */
export type Slots = Readonly<Record<string, () => string>>;

/** What a form does under the options of one task. */
export interface FormRules {
  /**
   * The block of a template that shows what is asked about; of `candidates` the labels are the
   * letters.
   */
  readonly block: 'item' | 'candidates';
  /** All labels that there can be, in display order. */
  readonly labels: readonly string[];
  /** Those of them that are good news; letters never are. */
  readonly positive: readonly string[];
  /** Those of them that some question may have (FORM-1); all where left out. */
  readonly possible?: readonly string[];
  /** Some questions ask about a drawn item in place of their own. */
  readonly drawsItems: boolean;
  /**
   * A task that draws (ASOF-4): some of what it asks about is chosen. Events on that are left out
   * of the history, and the row says why it was chosen.
   */
  readonly choosesItems: boolean;
  /** What is asked about beside the opening's own item is drawn at random alone. */
  readonly randomAlone: boolean;
  /**
   * Most openings have nothing to compare with: that they are `too_few_candidates` says nothing of
   * the data.
   */
  readonly isSparse?: boolean;
  /** Slots of fixed lines that only templates of this form have. */
  readonly slots: Slots;
  /** Slots of the answer with this label, in the words of a template. */
  answerSlots(label: string, template: Template): Slots;
  /**
   * Whether a question about the item, a member-local number, could have opened by the events that
   * are seen; left out where nothing of the member is needed.
   */
  mayOpen?(timeline: MemberTimeline, seen: SeenEvents, item: number): boolean;
  /** Where the task's questions open. */
  openings(lists: OpeningLists): Openings;
  /**
   * Whether a mature opening is a question at all; what is not is counted nowhere. Left out where
   * all are.
   */
  isAsked?(asking: Asking): boolean;
  /** What is asked about, or why nothing can be. */
  ask(asking: Asking): Asked | LostFate;
  /** The label of what is asked. */
  settle(asking: Asking, asked: Asked): Settled;
  /** The label that the question would have on the opening's own item, were it asked (LEDGER-1). */
  lostLabel(asking: Asking): string;
}

/** The options of a task of a form as they are read. */
type Read<Options extends z.ZodRawShape> = z.output<z.ZodObject<Options>>;

/**
 * A form as its file writes it: `options` are the zod fields that its tasks have beside those of
 * all tasks.
 */
export interface FormSpec<Name extends string, Options extends z.ZodRawShape> {
  readonly name: Name;
  /** What is asked, for the reference. */
  readonly about: string;
  readonly options: Options;
  /**
   * The options with dependent defaults filled in; done twice it changes nothing more. Throws
   * `recipe_invalid` or `domain_invalid` naming the field. Left out: nothing depends on anything.
   */
  readonly resolve?: (options: Read<Options>, scope: FormScope) => Read<Options>;
  /** `options` are resolved. */
  readonly rules: (options: Read<Options>, scope: FormScope) => FormRules;
}

/**
 * A form as the rest of the house sees it: a task is read by the form's own options before the form
 * sees it.
 */
export interface Form<Name extends string = string, Options extends z.ZodRawShape = z.ZodRawShape>
  extends Pick<FormSpec<Name, Options>, 'name' | 'about' | 'options'> {
  resolve(task: object, scope: FormScope): Readonly<Record<string, unknown>>;
  rules(task: object, scope: FormScope): FormRules;
}

/** Makes a form of what its file says. */
export function defineForm<const N extends string, O extends z.ZodRawShape>(spec: FormSpec<N, O>): Form<N, O> {
  const own = z.object(spec.options);
  const { resolve = (options) => options } = spec;
  return {
    ...spec,
    resolve: (task, scope) => resolve(own.parse(task), scope),
    rules: (task, scope) => spec.rules(own.parse(task), scope),
  };
}
