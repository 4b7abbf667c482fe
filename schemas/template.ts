/** The template file: one phrasing of a form, as data that people edit. */
import { z } from 'zod';
import { described } from './described.ts';

const Line = z.string().min(1);
const Lines = z.array(Line).min(1);

/**
 * One part of a prompt; TEMPLATE-2 and TEMPLATE-3 name the slots. The first block and the last of a
 * template must be `text`: they are fused with the chat template's control tokens.
 */
export const TemplateBlock = z.union([
  z.strictObject({
    text: Lines.describe('Lines of your own words; slots of TEMPLATE-2.'),
    without_profile: described(Lines.optional(), 'Used in their place in a domain without `profile` (TEMPLATE-4).', [
      'Task:',
    ]),
  }),
  z.strictObject({ note: Lines.describe('Lines around the {note} of the task; left out where it has none.') }),
  z.strictObject({
    profile: Lines.describe('Lines before the profile line; left out with it where no profile is seen.'),
  }),
  z.strictObject({
    history: z
      .strictObject({
        heading: Lines.describe('Lines before the history; left out where no entry is shown.'),
        group: Line.describe('Heading of a group where the task orders by action: slots {group}, {items}.'),
        dated: Line.describe('Heading where the task orders by time: slots {age}, {action}.'),
        undated: Line.describe('The same for an event of unknown time: slot {action}.'),
      })
      .describe('Where the history goes; exactly once.'),
  }),
  z.strictObject({
    shown: described(Line, 'Label of the exposure line (TEXT-6); left out where there is nothing to say.'),
  }),
  z.strictObject({ item: z.literal(true).describe('Where the item in question goes.') }),
  z.strictObject({
    candidates: z
      .strictObject({ letter: Line.describe('The line before each candidate: slot {letter}.') })
      .describe('Where the candidates go.'),
  }),
]);
export type TemplateBlock = z.infer<typeof TemplateBlock>;

const Age = z.string();

/** The template file. */
export const Template = z
  .strictObject({
    id: described(z.string().regex(/^[a-z][a-z0-9-]*$/), 'Names the template within its form.'),
    version: z.number().int().positive().describe('Raised when its words change.'),
    form: z.string().describe('The form whose questions it phrases.'),
    held_out: z.boolean().default(false).describe('Kept from training: only test_template shows it (TEMPLATE-1).'),
    blocks: z
      .array(TemplateBlock)
      .min(2)
      .refine((blocks) => blocks.filter((block) => 'shown' in block).length < 2, 'two blocks are `shown`; keep one')
      .describe('The parts in order; the first and the last are text, which is fused with the chat frame.'),
    answer: Line.describe('The answer: slots {will}, {yes_no} or {letter}.'),
    nothing_more: described(
      z.string().min(1).optional(),
      'What {will} says where the answer is that nothing more comes.',
    ),
    ages: z
      .strictObject({
        today: Age.describe('The same UTC day.'),
        yesterday: Age.describe('The day before.'),
        days: Age.describe('2 to 6 days; {n} is how many.'),
        week: Age.describe('7 to 13 days.'),
        weeks: Age.describe('2 to 4 weeks; {n} is how many.'),
        month: Age.describe('30 to 59 days.'),
        months: Age.describe('2 months or more; {n} is how many.'),
      })
      .default({
        today: 'Today',
        yesterday: 'Yesterday',
        days: '{n} days ago',
        week: '1 week ago',
        weeks: '{n} weeks ago',
        month: '1 month ago',
        months: '{n} months ago',
      })
      .describe('The words for coarse ages (HIST-6).'),
  })
  .describe('One phrasing of a form; every string is one line of the prompt.');
export type Template = z.infer<typeof Template>;
