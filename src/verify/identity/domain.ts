/** The domain and the templates as an identity holds them, defaults left out. */
import { z } from 'zod';

const text = z.string();
/** Not empty and on one line: what is part of a line of the card. */
export const oneLine = text.regex(/^[^\r\n]+$/, 'is not one line');
const names = z.array(text).default([]);
const flag = z.boolean().default(false);
const spoken = text.optional();
const actionSchema = z.strictObject({
  name: text,
  spoken,
  will: text,
  past: text,
  ask: text.optional(),
  positive: flag,
});

/** A key of the opening event's context, and whether it was measured of the item (OPEN-7). */
const exposedSchema = z.union([
  text.transform((key) => ({ key, ofItem: false })),
  z.strictObject({ key: text, of: z.literal('item') }).transform(({ key }) => ({ key, ofItem: true })),
]);

/** How members, items and actions are spoken. */
export const domainSchema = z.strictObject({
  name: oneLine,
  item: z.strictObject({ one: text, many: text, line: text, title: text.optional() }),
  profile: text.optional(),
  actions: z.array(actionSchema).min(1),
  none: z.strictObject({ name: text, spoken, will: text, past: text.optional() }),
  exposures: names,
  ignored: names,
  at_exposure: z.array(exposedSchema).default([]),
});

/** One action; a domain lists them strongest first. */
export type DomainAction = z.infer<typeof actionSchema>;
/** How members, items and actions are spoken. */
export type Domain = z.infer<typeof domainSchema>;

/** How an action, or having none, is spoken (TEMPLATE-2). */
export function spokenOf({ name, spoken }: { readonly name: string; readonly spoken?: string | undefined }): string {
  return spoken ?? name;
}

const lines = z.array(text).min(1);
const historySchema = z.strictObject({ heading: lines, group: text, dated: text, undated: text });

/** The headings of a history block. */
export type HistoryHeadings = z.infer<typeof historySchema>;

/** Lines of text, and those in their place in a domain without a profile (TEMPLATE-4). */
const textSchema = z.strictObject({ text: lines, without_profile: lines.optional() }).transform((block) => {
  return { kind: 'text' as const, lines: block.text, withoutProfile: block.without_profile ?? block.text };
});

/** A part of a prompt that is no text: an object with one key, which is its kind. */
const otherSchema = z
  .strictObject({
    note: lines.transform((own) => ({ kind: 'note' as const, lines: own })),
    profile: lines.transform((own) => ({ kind: 'profile' as const, lines: own })),
    history: historySchema.transform((headings) => ({ kind: 'history' as const, headings })),
    shown: text.transform((label) => ({ kind: 'shown' as const, label })),
    item: z.literal(true).transform(() => ({ kind: 'item' as const })),
    candidates: z.strictObject({ letter: text }).transform(({ letter }) => ({ kind: 'candidates' as const, letter })),
  })
  .partial()
  .transform((block, context) => {
    const [one, ...others] = Object.values(block);
    if (one !== undefined && others.length === 0) return one;
    context.addIssue('is not one block');
    return z.NEVER;
  });

const blockSchema = z.union([textSchema, otherSchema]);

/** One part of a prompt. */
export type Block = z.infer<typeof blockSchema>;

/** The first line and the last are fused with the frame, so they are text (FRAME-1). */
const blocksSchema = z
  .array(blockSchema)
  .refine((blocks) => blocks.length > 1 && blocks[0]?.kind === 'text' && blocks.at(-1)?.kind === 'text', {
    error: 'does not begin and end with text',
  });

const agesSchema = z.strictObject({
  today: text.default('Today'),
  yesterday: text.default('Yesterday'),
  days: text.default('{n} days ago'),
  week: text.default('1 week ago'),
  weeks: text.default('{n} weeks ago'),
  month: text.default('1 month ago'),
  months: text.default('{n} months ago'),
});

/** One phrasing of a form. */
export const templateSchema = z.strictObject({
  id: text,
  version: z.int().min(1),
  form: text,
  held_out: flag,
  blocks: blocksSchema,
  answer: text,
  nothing_more: text.optional(),
  ages: agesSchema.prefault({}),
});

/** One phrasing of a form. */
export type Template = z.infer<typeof templateSchema>;
