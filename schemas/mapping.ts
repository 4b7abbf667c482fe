/** The mapping file: how the rows of any tables become events, as data that people edit. */

import { z } from 'zod';
import { described } from './described.ts';
import { named } from './names.ts';

const Name = z.string().min(1);
const Because = z.string().min(1, 'say why');
const Constant = z.union([z.string(), z.number(), z.boolean()]);

/** Where a field's value comes from; an empty value counts as missing. */
export const FieldSource = z
  .union([
    Name,
    z.strictObject({ value: Constant.describe('The same value for every row.').meta({ examples: ['viewed'] }) }),
    z.strictObject({
      column: Name.describe('The column that holds the value.'),
      after: Name.optional().describe('Takes the text after the first of this: with -, 101-7 becomes 7.'),
      map: named(Constant)
        .optional()
        .describe('Renames values; a value that is not listed stays.')
        .meta({ examples: [{ click: 'viewed' }] }),
      as: z
        .enum(['text', 'number', 'boolean', 'list'])
        .optional()
        .describe('What the text is read as; by default what the field needs, else a text.')
        .meta({ examples: ['number'] }),
      separator: described(Name.default(','), 'What separates the texts of a list.', ';'),
    }),
  ])
  .meta({
    id: 'FieldSource',
    description: 'A column by its name, a constant, or a column that is changed on the way.',
  });
export type FieldSource = z.infer<typeof FieldSource>;
const Optional = FieldSource.optional();

/** A column of times. */
export const TimeSource = z
  .union([
    Name,
    z.strictObject({
      column: Name.describe('The column that holds the time.'),
      epoch: described(z.enum(['ms', 's']).optional(), 'The times are numbers since 1970 in this unit.', 's'),
      precision: described(z.literal('day').optional(), 'Times are written in full and mean their day alone.', 'day'),
      empty: described(
        z.enum(['dead', 'unknown']).default('dead'),
        'What an empty time means: a dead row, or an unknown time.',
      ),
    }),
  ])
  .meta({
    id: 'TimeSource',
    description:
      'A column of ISO 8601 date-times, days, months, years or epoch numbers; by its name, or with how it is read.',
  });
export type TimeSource = z.infer<typeof TimeSource>;

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
      .describe('The number of the row in its table: always, or only where the time is unknown.'),
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
    z.enum(['csv', 'ndjson']).optional(),
    "How the files are written; by default what the name's ending says.",
    'csv',
  ),
  delimiter: described(z.string().length(1).default(','), 'What separates the columns of a CSV file.', ';'),
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
