/** The mapping file: how the rows of any tables become events, as data that people edit. */

import { z } from 'zod';
import { described } from './described.ts';
import { named } from './named.ts';

const Name = z.string().min(1);
const Because = z.string().min(1, 'say why');
const Constant = z.union([z.string(), z.number(), z.boolean()]);
const column = Name.describe(
  'The column that holds the value; a.b is the key b inside column a, where no column has that name.',
).meta({ examples: ['title'] });

/** How a cell spells a list. */
const listKeys = {
  spelling: described(
    z.enum(['separated', 'json', 'python']).default('separated'),
    'How a list is written in a text: with a separator, as JSON, or as Python prints lists.',
    'json',
  ),
  separator: described(Name.default(','), 'What separates the texts of a list.', ';'),
};

/** A number's place on a scale: the value of the highest step that it reaches. */
const Step = z.strictObject({
  at_least: z
    .number()
    .describe('The least number that reaches the step.')
    .meta({ examples: [4] }),
  value: Constant.describe('What a number of this step becomes.').meta({ examples: ['liked'] }),
});

/** What is done to a cell, in the order in which it is done. */
const changes = {
  after: Name.optional().describe('Takes the text after the first of this: with -, 101-7 becomes 7.'),
  before: described(Name.optional(), 'Takes the text before the first of this: with -, 101-7 becomes 101.', '-'),
  map: named(Constant)
    .optional()
    .describe('Renames values; a value that is not listed stays.')
    .meta({ examples: [{ click: 'viewed' }] }),
  steps: z
    .array(Step)
    .min(1)
    .optional()
    .describe('A number becomes the value of the highest step that it reaches; below all of them it is missing.')
    .meta({ examples: [[{ at_least: 4, value: 'liked' }]] }),
  default: described(Constant.optional(), 'The value where the cell is empty.', 'unknown'),
  as: z
    .enum(['text', 'number', 'boolean', 'list'])
    .optional()
    .describe('What the value is read as; by default what the field needs, else what it is.')
    .meta({ examples: ['number'] }),
  ...listKeys,
};

/** Where a field's value comes from; an empty value counts as missing. */
export const FieldSource = z
  .union([
    Name,
    z.strictObject({ value: Constant.describe('The same value for every row.').meta({ examples: ['viewed'] }) }),
    z.strictObject({
      flags: z
        .array(Name)
        .min(1)
        .describe('Columns of 0 and 1, or other words for no and yes: the value is the list of those that say yes.')
        .meta({ examples: [['Comedy', 'Drama', 'War']] }),
    }),
    z.strictObject({ column, ...changes }),
    z.strictObject({
      columns: z
        .array(Name)
        .min(2)
        .describe('Columns whose texts are joined; without one of them the value is missing.')
        .meta({ examples: [['shop', 'number']] }),
      with: described(z.string().default('-'), 'What is between the joined texts.', ':'),
      ...changes,
    }),
  ])
  .meta({
    id: 'FieldSource',
    description: 'A column by its name, a constant, columns of flags, or columns that are changed on the way.',
  });
export type FieldSource = z.infer<typeof FieldSource>;
const Optional = FieldSource.optional();

const TimeColumn = z.strictObject({
  column: Name.describe('The column that holds the time.'),
  epoch: described(z.enum(['s', 'ms', 'us', 'ns']).optional(), 'The times are numbers since 1970 in this unit.', 's'),
  format: described(
    Name.optional(),
    'How the times are written, in the letters of strptime: %Y %m %d %H %M %S %f %p %b %z and others.',
    '%m/%d/%Y %I:%M:%S %p',
  ),
  precision: described(z.literal('day').optional(), 'Times are written in full and mean their day alone.', 'day'),
  empty: described(
    z.enum(['dead', 'unknown']).default('dead'),
    'What an empty time means: a dead row, or an unknown time.',
  ),
});

/** A column of times. */
export const TimeSource = z.union([Name, TimeColumn]).meta({
  id: 'TimeSource',
  description:
    'A column of ISO 8601 date-times, days, months, years or epoch numbers; by its name, or with how it is read.',
});
export type TimeSource = z.infer<typeof TimeSource>;

/** One time for all items of a table that dates none. */
export const ConstantTime = z
  .strictObject({
    value: Name.describe('An ISO 8601 date-time, day, month or year.').meta({ examples: ['2010-12-01'] }),
    because: Because.describe('Why the items are taken to have been there since.').meta({
      examples: ['the first sale of the shop'],
    }),
  })
  .meta({ id: 'ConstantTime', description: 'One time for all items of a table; every card says why.' });
export type ConstantTime = z.infer<typeof ConstantTime>;

/** A condition that a row must meet to be mapped. */
export const Condition = z
  .union([
    z.strictObject({
      column,
      is: z
        .array(Constant)
        .min(1)
        .describe('The cell is one of these.')
        .meta({ examples: [['view', 'click']] }),
    }),
    z.strictObject({
      column,
      is_not: z
        .array(Constant)
        .min(1)
        .describe('The cell is none of these.')
        .meta({ examples: [[0]] }),
    }),
    z.strictObject({
      column,
      at_least: z
        .number()
        .describe('The cell is a number, this or more.')
        .meta({ examples: [3] }),
    }),
    z.strictObject({
      column,
      below: z
        .number()
        .describe('The cell is a number below this.')
        .meta({ examples: [3] }),
    }),
    z.strictObject({
      column,
      empty: z
        .boolean()
        .describe('Whether the cell is empty.')
        .meta({ examples: [false] }),
    }),
  ])
  .meta({ id: 'Condition', description: 'A condition on one column.' });
export type Condition = z.infer<typeof Condition>;

/** A list in a cell, each of whose parts becomes a row. */
export const Explosion = z.strictObject({
  column: Name.describe('The column that holds the list; in each row it is one part.').meta({
    examples: ['impressions'],
  }),
  ...listKeys,
  names: z
    .array(Name)
    .min(2)
    .optional()
    .describe('Names of what is in one part: column.name is read from then on.')
    .meta({ examples: [['item', 'clicked']] }),
  between: described(Name.default('-'), 'What is between them in a part.', ':'),
});
export type Explosion = z.infer<typeof Explosion>;

/** `before 1981`: earlier times are placeholders, and unknown. */
export const TimeUnknown = z.string().regex(/^before \d{4}(-\d\d(-\d\d)?)?$/, 'is written as: before 1981');

/**
 * The sequence inside one time; `time_unknown` numbers only rows without a time.
 */
export const SequenceSource = z.union([
  FieldSource,
  z.strictObject({
    row_number: z
      .enum(['always', 'time_unknown'])
      .describe('The number of the row in its file: always, or only where the time is unknown.'),
  }),
]);
export type SequenceSource = z.infer<typeof SequenceSource>;

/**
 * Attributes that share one answer to "since when could this be known?"; a group with no answer is
 * left out, and named.
 */
export const AttributeGroup = z.strictObject({
  fields: named(FieldSource, Name).describe('The attributes by name, each with where it comes from.'),
  time: described(TimeSource.optional(), 'Since when these attributes are known.', 'awarded_at'),
  assume_known: Because.optional().describe(
    "Why they are taken on trust to be known from the entity's own time on; every card lists it.",
  ),
});
export type AttributeGroup = z.infer<typeof AttributeGroup>;

const tableBase = {
  name: Name.describe('Names the table in messages; unique.'),
  files: Name.describe('Files below the folder, by relative path; * stands for any letters but /.'),
  format: described(
    z.enum(['csv', 'ndjson', 'json']).optional(),
    "How the files are written (json: one list of objects); by default what the name's ending says.",
    'csv',
  ),
  delimiter: described(Name.default(','), 'What separates the columns of a CSV file.', '::'),
  quotes: described(
    z.enum(['"', "'", 'none']).default('"'),
    'What encloses fields of a CSV file; none: quotes are letters like others.',
    'none',
  ),
  escape: described(
    z.string().length(1).optional(),
    'What is before a quote inside a field; by default the quote itself.',
    '\\',
  ),
  columns: described(z.array(Name).min(1).optional(), 'Names of the columns of a CSV file whose first line is a row.', [
    'user',
    'item',
    'rating',
    'at',
  ]),
  encoding: described(Name.default('utf-8'), 'The encoding of the text, by its name in browsers.', 'windows-1252'),
  empty_words: described(
    z.array(z.union([Name, z.null()])).default([]),
    'Words that mean that a cell is empty; null stands for null, Null and NULL.',
    ['NULL', '\\N'],
  ),
  where: described(
    z.array(Condition).default([]),
    'Conditions that a row meets, all of them; other rows are counted, and left out.',
    [{ column: 'is_product', is: [1] }],
  ),
  explode: Explosion.optional().describe('A list in a cell whose parts become a row each.'),
  equal_rows: described(
    z.enum(['keep', 'drop']).default('keep'),
    'Whether a row that equals one before it in its file is an event of its own, or is counted and left out.',
    'drop',
  ),
  event_id: described(
    Optional,
    'By default made from the mapped row and the number of equal rows before it.',
    'vote_id',
  ),
  ingest_time: described(TimeSource.optional(), 'When the event came in.', 'received_at'),
  sequence: SequenceSource.optional().describe('The order inside one time (EVENT-4).'),
  time_unknown: TimeUnknown.optional().describe('Earlier times are placeholders and count as unknown.'),
  left_out: named(Because, Name)
    .default({})
    .describe('Columns that are not taken, and why.')
    .meta({ examples: [{ rating: 'is as of today' }] }),
};

const entityBase = {
  ...tableBase,
  event_time: TimeSource.optional().describe('Without one the entity is known from the beginning.'),
  op: FieldSource.default({ value: 'upsert' })
    .describe('upsert or delete.')
    .meta({ examples: [{ column: 'removed', map: { yes: 'delete', no: 'upsert' } }] }),
  attributes: z.array(AttributeGroup).default([]).describe('Groups of attributes, each with its time.'),
};

const memberId = FieldSource.describe("The member's id.");
const itemId = FieldSource.describe("The item's id.");

/** A table whose rows are members. */
export const MemberTable = z.strictObject({
  emit: z.literal('member').describe('Each row is a version of a member.'),
  ...entityBase,
  member_id: memberId,
});

/** A table whose rows are items. */
export const ItemTable = z.strictObject({
  emit: z.literal('item').describe('Each row is a version of an item.'),
  ...entityBase,
  event_time: z
    .union([TimeSource, ConstantTime])
    .optional()
    .describe('Since when the item is there; without one from the beginning, and no task that draws asks about it.'),
  item_id: itemId,
  kind: described(Optional, 'What kind of item it is.', 'type'),
});

/** A table whose rows are interactions. */
export const InteractionTable = z.strictObject({
  emit: z.literal('interaction').describe('Each row is something that a member did.'),
  ...tableBase,
  event_time: TimeSource.describe('When it happened.'),
  member_id: memberId,
  item_id: itemId,
  action: FieldSource.describe("What was done; the domain's actions, exposures and ignored names."),
  surface: described(Optional, 'Where the item was shown.', 'page'),
  session_id: described(Optional, 'The session; without one, sessions are made by time (OPEN-1).', 'visit'),
  slate_id: described(Optional, 'Names the items that were shown together.', 'list'),
  position: described(Optional, 'Where in the slate the item stood, from 0.', 'rank'),
  policy: described(Optional, 'What chose the item.', 'model'),
  propensity: described(Optional, 'The probability with which the item was shown, 0 to 1.', 'probability'),
  value: Optional.describe('A number or text of the action, as a rating.'),
  context: named(FieldSource, Name)
    .optional()
    .describe('More of the moment; a prompt says of it what the domain lists under at_exposure.')
    .meta({ examples: [{ device: 'device' }] }),
});

/** A table by what its rows become. */
export const MappingTable = z.discriminatedUnion('emit', [MemberTable, ItemTable, InteractionTable]);
export type MappingTable = z.infer<typeof MappingTable>;

/** The mapping file. */
export const Mapping = z
  .strictObject({
    name: Name.describe('The name of the source.'),
    credit: described(Name.optional(), 'Whom to credit; goes into every card.', 'example.org, CC BY 4.0'),
    licence: described(Name.optional(), 'The licence of the data, by its name on the Hub.', 'cc-by-4.0'),
    zone: z
      .union([
        Name,
        z.strictObject({
          name: Name.describe('The zone.'),
          because: Because.describe('Why this zone was chosen.').meta({ examples: ['the source gives no zone'] }),
        }),
      ])
      .optional()
      .describe('Zone of times that are written without one: UTC, +02:00, or a name as Europe/Berlin.'),
    tables: z.array(MappingTable).min(1).describe('The tables, each with what its rows become.'),
  })
  .describe('Says how the rows of tables become events; `brewhouse import` reads it.');
export type Mapping = z.infer<typeof Mapping>;
