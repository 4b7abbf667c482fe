/** The domain file: how one member/item/action vocabulary is spoken. */
import { z } from 'zod';

const isOneLine = (text: string) => !/[\n\r]/.test(text);
const ONE_LINE = 'must be one line';

/** Words that prompts say: part of one line. */
const Phrase = z.string().min(1).refine(isOneLine, ONE_LINE);

/** What events call something: any text. */
const Name = z.string().min(1);

/** `{attribute}`, as src/prompt/line-pattern.ts finds them. */
const SLOT = /\{[A-Za-z_][A-Za-z0-9_.-]*\}/g;

/** One line with `{attribute}` slots; begins with a letter, a digit or `[`. */
const Line = z
  .string()
  .regex(/^[[\p{L}\p{N}]/u, 'must begin with [, a letter or a digit')
  .refine(isOneLine, ONE_LINE)
  .refine(
    (line) => !/[{}]/.test(line.replace(SLOT, '')),
    'a brace is no part of a slot; write slots as {attribute}, of letters, digits, _, . and -',
  );

/** One action, as the domain speaks it; the list is strongest first. */
export const DomainAction = z.strictObject({
  name: Name.describe('What events call the action.'),
  spoken: Phrase.optional()
    .describe('What a prompt calls it in lists and above history lines; by default `name`.')
    .meta({ examples: ['did not vote'] }),
  will: Phrase.describe('What follows "The member will".'),
  past: Phrase.describe('What follows "Member has".'),
  ask: Phrase.optional()
    .describe('What comes before the item in a question; by default `will` and what `past` says after `spoken`.')
    .meta({ examples: ['vote for'] }),
  positive: z.boolean().default(false).describe('Whether it is good news: what retrieval and yes/no ask for.'),
});
export type DomainAction = z.infer<typeof DomainAction>;

/** A context key that was measured of the item, and not of the moment (OPEN-7). */
const MeasuredKey = z.strictObject({
  key: Phrase.describe('The context key.').meta({ examples: ['price'] }),
  of: z.literal('item').describe('What it was measured of; tasks that draw items cannot say it.'),
});

/** The domain file. */
export const Domain = z
  .strictObject({
    name: Phrase.describe('The name of the domain.'),
    item: z
      .strictObject({
        one: Phrase.describe('The word for one item.'),
        many: Phrase.describe('The word for several.'),
        line: Line.describe('The line of an item, with {attribute} slots (TEXT-3).'),
        title: Line.optional()
          .describe('Its line at the level `title` (CUT-1), of what tells items apart; by default `line`.')
          .meta({ examples: ['[{title}, {company}]'] }),
      })
      .describe('How items are spoken.'),
    profile: Line.optional().describe(
      'The line of a member, with {attribute} slots (TEXT-3); left out where members have no profile.',
    ),
    exposures: z.array(Name).default([]).describe('Actions that only say that an item was shown.'),
    actions: z.array(DomainAction).min(1).describe('The actions, strongest first (LABEL-1).'),
    none: z
      .strictObject({
        name: Name.describe('What having no action is called, as a label.'),
        spoken: Phrase.optional()
          .describe('What a prompt calls it; by default `name`.')
          .meta({ examples: ['passed by'] }),
        will: Phrase.describe('What follows "The member will" then.'),
        past: Phrase.optional()
          .describe('What follows "Member" in a heading; by default `spoken` and "with".')
          .meta({ examples: ['did not look at'] }),
      })
      .describe('How having no action is spoken.'),
    ignored: z.array(Name).default([]).describe('Actions that are known and not spoken.'),
    at_exposure: z
      .array(z.union([Phrase, MeasuredKey]))
      .default([])
      .describe('Context keys of the opening event, also value and position, that a prompt may say (OPEN-7).')
      .meta({ examples: [['device', { key: 'price', of: 'item' }]] }),
  })
  .describe('Says how one vocabulary of members, items and actions is spoken; `build` and `check` read it.');
export type Domain = z.infer<typeof Domain>;
