/** The template file: one phrasing of a form, as data that people edit. */
import { z } from 'zod';
import { FORMS } from './recipe.ts';

const Lines = z.array(z.string().min(1)).min(1);

/**
 * The parts of a prompt in the order shown. Every string is one line (or a list of lines); slots are named in ARCHITECTURE.md.
 * The first block and the last must be `text`: they are fused with the chat template's control tokens.
 */
export const TemplateBlock = z.union([
  z.strictObject({ text: Lines }),
  /** Left out where the recipe's task has no note. */
  z.strictObject({ note: Lines }),
  /** Lines before the profile line; left out with it where no profile is seen. */
  z.strictObject({ profile: Lines }),
  z.strictObject({
    history: z.strictObject({
      /** Lines before the history; left out where nothing is shown. */
      heading: Lines,
      /** Heading of a group where the recipe orders by action: slots {group} {items}. */
      group: z.string().min(1),
      /** Heading where the recipe orders chronologically: slots {age} {action}. */
      dated: z.string().min(1),
      /** The same for an event whose time is unknown: slot {action}. */
      undated: z.string().min(1),
    }),
  }),
  /** One line on how the item is shown: surface and the domain's `at_exposure` keys; left out where there are none. */
  z.strictObject({ shown: z.string().min(1) }),
  /** The item in question, or each candidate behind a line of its letter: slot {letter}. */
  z.strictObject({ item: z.literal(true) }),
  z.strictObject({ candidates: z.strictObject({ letter: z.string().min(1) }) }),
]);
export type TemplateBlock = z.infer<typeof TemplateBlock>;

export const Template = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  version: z.number().int().positive(),
  form: z.enum(FORMS),
  held_out: z.boolean().default(false),
  blocks: z.array(TemplateBlock).min(2),
  /** Slots {will} (action phrases), {yes_no} or {letter}. */
  answer: z.string().min(1),
  /** next-action only: what stands for {will} where nothing more comes. */
  nothing_more: z.string().min(1).optional(),
  /** The words for coarse ages; {n} is a number of at least 2. */
  ages: z
    .strictObject({
      today: z.string(),
      yesterday: z.string(),
      days: z.string(),
      week: z.string(),
      weeks: z.string(),
      month: z.string(),
      months: z.string(),
    })
    .default({
      today: 'Today',
      yesterday: 'Yesterday',
      days: '{n} days ago',
      week: '1 week ago',
      weeks: '{n} weeks ago',
      month: '1 month ago',
      months: '{n} months ago',
    }),
});
export type Template = z.infer<typeof Template>;
