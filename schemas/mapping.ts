/** The mapping file: how the rows of any tables become events, as data that people edit. */
import { z } from 'zod';

const Name = z.string().min(1);
const Because = z.string().min(1, 'say why');
const Constant = z.union([z.string(), z.number(), z.boolean()]);

/** Where a field's value comes from: a column's name, a constant, or a column that is changed on the way. An empty value is none. */
export const FieldSource = z.union([
  Name,
  z.strictObject({ value: Constant }),
  z.strictObject({
    column: Name,
    /** Text behind the first of this: with `-`, `101-7` gives `7`. */
    after: Name.optional(),
    /** Renames values (actions); a value that is not listed stays. */
    map: z.record(z.string(), Constant).optional(),
    /** What the text is read as; default: text, or for the fields that the envelope types otherwise, their type. */
    as: z.enum(['text', 'number', 'boolean', 'list']).optional(),
    /** Between the texts of a list. */
    separator: Name.default(','),
  }),
]);
export type FieldSource = z.infer<typeof FieldSource>;

/**
 * A column of times: ISO 8601 date-times (where no zone is written, the mapping's `zone`), days, months, years, or numbers in the
 * unit that `epoch` names. An empty one makes the record dead unless `empty: unknown`.
 */
export const TimeSource = z.union([
  Name,
  z.strictObject({
    column: Name,
    epoch: z.enum(['ms', 's']).optional(),
    /** Times that are written in full and mean their day alone. */
    precision: z.literal('day').optional(),
    empty: z.enum(['dead', 'unknown']).default('dead'),
  }),
]);
export type TimeSource = z.infer<typeof TimeSource>;

/** `before 1981`: earlier times are placeholders, and unknown. */
export const TimeUnknown = z.string().regex(/^before \d{4}(-\d\d(-\d\d)?)?$/, 'is written as: before 1981');

/** The sequence inside one time: a number, or the row's number; `time_unknown` gives that only to rows without a time. */
export const SequenceSource = z.union([
  FieldSource,
  z.strictObject({ row_number: z.enum(['always', 'time_unknown']) }),
]);
export type SequenceSource = z.infer<typeof SequenceSource>;

/**
 * Attributes that share one answer to "since when could this be known?": a column of times, or `assume_known`, which takes it on
 * trust from the entity's own time on and is listed in every card. A group with neither is left out, and named.
 */
export const AttributeGroup = z.strictObject({
  fields: z.record(Name, FieldSource),
  time: TimeSource.optional(),
  assume_known: Because.optional(),
});
export type AttributeGroup = z.infer<typeof AttributeGroup>;

const tableBase = {
  /** Names the table in messages; unique. */
  name: Name,
  /** Files below the folder, by relative path; `*` stands for any letters but `/`. */
  files: Name,
  /** Default: by the name's ending. */
  format: z.enum(['csv', 'ndjson']).optional(),
  delimiter: z.string().length(1).default(','),
  /** Default: made from the mapped row and the number of equal rows before it. */
  event_id: FieldSource.optional(),
  ingest_time: TimeSource.optional(),
  sequence: SequenceSource.optional(),
  time_unknown: TimeUnknown.optional(),
  /** Columns that are not taken, and why. */
  left_out: z.record(Name, Because).default({}),
};

const entityBase = {
  ...tableBase,
  /** Without one the entity is known from the beginning. */
  event_time: TimeSource.optional(),
  op: FieldSource.default({ value: 'upsert' }),
  attributes: z.array(AttributeGroup).default([]),
};

export const MemberTable = z.strictObject({ emit: z.literal('member'), ...entityBase, member_id: FieldSource });
export const ItemTable = z.strictObject({
  emit: z.literal('item'),
  ...entityBase,
  item_id: FieldSource,
  kind: FieldSource.optional(),
});
export const InteractionTable = z.strictObject({
  emit: z.literal('interaction'),
  ...tableBase,
  event_time: TimeSource,
  member_id: FieldSource,
  item_id: FieldSource,
  action: FieldSource,
  surface: FieldSource.optional(),
  session_id: FieldSource.optional(),
  slate_id: FieldSource.optional(),
  position: FieldSource.optional(),
  policy: FieldSource.optional(),
  propensity: FieldSource.optional(),
  value: FieldSource.optional(),
  context: z.record(Name, FieldSource).optional(),
});

export const MappingTable = z.discriminatedUnion('emit', [MemberTable, ItemTable, InteractionTable]);
export type MappingTable = z.infer<typeof MappingTable>;

export const Mapping = z.strictObject({
  name: Name,
  /** Whom to credit; goes into every card. */
  credit: Name.optional(),
  /** Zone of times that have none: `UTC`, `+02:00`, or a name of the IANA database; in the doubled hour of autumn the first counts. */
  zone: z.union([Name, z.strictObject({ name: Name, because: Because })]).optional(),
  tables: z.array(MappingTable).min(1),
});
export type Mapping = z.infer<typeof Mapping>;
