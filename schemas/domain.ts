/** The domain file: how one member/item/action vocabulary is spoken. */
import { z } from 'zod';

const Phrase = z.string().min(1);

/** `{attribute}`, as src/prompt/line-pattern.ts finds them. */
const SLOT = /\{[A-Za-z_][A-Za-z0-9_.-]*\}/g;

/** One line with `{attribute}` slots; begins with a letter, a digit or `[`. */
const Line = z
  .string()
  .regex(/^[[\p{L}\p{N}]/u, 'must begin with [, a letter or a digit')
  .refine(
    (line) => !/[{}]/.test(line.replace(SLOT, '')),
    'a brace is no part of a slot; write slots as {attribute}, of letters, digits, _, . and -',
  );

/** One action, as the domain speaks it; the list is strongest first. */
export const DomainAction = z.strictObject({
  name: Phrase,
  /** After "The member will": `apply`. */
  will: Phrase,
  /** After "Member has": `applied to`. */
  past: Phrase,
  /** Before the item in a question: `apply to`. Default: `will` and what `past` says behind `name`. */
  ask: Phrase.optional(),
  positive: z.boolean().default(false),
});
export type DomainAction = z.infer<typeof DomainAction>;

export const Domain = z.strictObject({
  name: Phrase,
  item: z.strictObject({
    one: Phrase,
    many: Phrase,
    line: Line,
  }),
  profile: Line,
  /** Actions that only say that an item was shown. */
  exposures: z.array(Phrase).default([]),
  actions: z.array(DomainAction).min(1),
  /** What having no action is called; `past` defaults to `name` + ` with`. */
  none: z.strictObject({ name: Phrase, will: Phrase, past: Phrase.optional() }),
  /** Actions that are known and not spoken. */
  ignored: z.array(Phrase).default([]),
  /** Context keys of the opening event (also `value`, `position`) that a prompt may show. */
  at_exposure: z.array(Phrase).default([]),
});
export type Domain = z.infer<typeof Domain>;
