/**
 * What footers, page headers and page indexes of the format may say (parquet.thrift): nothing that
 * is not read here.
 */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import type { ThriftStruct } from './thrift.ts';

const whole = z.int().min(0);
/** Of 16 bits. */
const short = z
  .string()
  .regex(/^s\d+$/)
  .transform((digits) => Number(digits.slice(1)));
/** Of 64 bits. */
const long = z.bigint().min(0n).transform(Number);
const flag = z.boolean();
const bytes = z.instanceof(Uint8Array);
const text = bytes.refine(isUtf8, 'is no UTF-8').transform((own) => Buffer.from(own).toString('utf8'));
const nothing = z.strictObject({});

/** Exact statistics; deprecated and new ends of a range side by side. */
const statistics = z
  .strictObject({
    ...{ 1: bytes.optional(), 2: bytes.optional(), 3: long.optional() },
    ...{ 5: bytes.optional(), 6: bytes.optional(), 7: z.literal(true).optional(), 8: z.literal(true).optional() },
  })
  .transform((own) => ({ nulls: own[3], least: [own[2], own[6]], most: [own[1], own[5]] }));

/** Statistics of a page or of a column chunk. */
export type Statistics = z.infer<typeof statistics>;

const logicalType = z.union([
  z.strictObject({ 1: nothing }).transform(() => 'STRING'),
  z.strictObject({ 3: nothing }).transform(() => 'LIST'),
  z
    .strictObject({ 10: z.strictObject({ 1: z.string(), 2: flag }) })
    .transform(({ 10: { 1: bits, 2: signed } }) => `${signed ? 'INT' : 'UINT'}_${bits}`),
]);

/** One element in one text: `name type repetition converted logical children`, `-` for none. */
const schemaElement = z
  .strictObject({
    ...{ 1: whole.optional(), 3: whole.optional(), 4: text, 5: whole.optional() },
    ...{ 6: whole.optional(), 10: logicalType.optional() },
  })
  .transform((own) => [own[4], own[1], own[3], own[6], own[10], own[5]].map((part) => part ?? '-').join(' '));

const sizes = z.strictObject({ 1: long.optional(), 2: z.array(long).optional(), 3: z.array(long).optional() });
const encodingCount = z.strictObject({ 1: whole, 2: whole, 3: whole });

const columnMetadata = z
  .strictObject({
    ...{ 1: whole, 2: z.array(whole.max(9)).max(10), 3: z.array(text), 4: whole, 5: long, 6: long, 7: long },
    ...{ 9: long, 11: long.optional() },
    ...{ 12: statistics.optional(), 13: z.array(encodingCount).optional(), 16: sizes.optional() },
  })
  .transform((own) => ({
    ...{ type: own[1], encodings: own[2], path: own[3].join('.'), codec: own[4], values: own[5] },
    ...{ plainBytes: own[6], bytes: own[7], dataOffset: own[9], dictionaryOffset: own[11] },
    ...{ statistics: own[12], encodingStats: own[13], histograms: own[16] },
  }));

const columnChunk = z
  .strictObject({
    ...{ 2: long, 3: columnMetadata },
    ...{ 4: long.optional(), 5: whole.optional(), 6: long.optional(), 7: whole.optional() },
  })
  .transform((own) => ({
    ...{ fileOffset: own[2], meta: own[3] },
    offsetIndex: own[4] === undefined ? undefined : { offset: own[4], bytes: own[5] ?? 0 },
    columnIndex: own[6] === undefined ? undefined : { offset: own[6], bytes: own[7] ?? 0 },
  }));

/** A column chunk as the footer describes it. */
export type ColumnChunk = z.infer<typeof columnChunk>;

const rowGroup = z
  .strictObject({
    ...{ 1: z.array(columnChunk), 2: long, 3: long, 5: long.optional(), 6: long.optional(), 7: short.optional() },
  })
  .transform((own) => ({
    ...{ chunks: own[1], plainBytes: own[2], rows: own[3], offset: own[5], bytes: own[6], ordinal: own[7] },
  }));

/** A row group as the footer describes it. */
export type RowGroup = z.infer<typeof rowGroup>;

const keyValue = z.strictObject({ 1: text, 2: text }).transform((own) => [own[1], own[2]] as const);

const footer = z
  .strictObject({
    ...{ 1: whole.min(1).max(2), 2: z.array(schemaElement), 3: long, 4: z.array(rowGroup) },
    ...{ 5: z.array(keyValue).default([]), 6: text, 7: z.array(z.strictObject({ 1: nothing })) },
  })
  .transform((own) => ({
    ...{ schema: own[2], rows: own[3], groups: own[4], keyValues: own[5], createdBy: own[6], orders: own[7].length },
  }));

/** What a file says of itself. */
export type Footer = z.infer<typeof footer>;

const dataHeader = z
  .strictObject({ 1: whole, 2: whole, 3: whole, 4: whole, 5: statistics.optional() })
  .transform((own) => ({ levels: own[1], encoding: own[2], levelEncodings: [own[3], own[4]], statistics: own[5] }));
const dictionaryHeader = z
  .strictObject({ 1: whole, 2: whole, 3: flag.optional() })
  .transform((own) => ({ entries: own[1], encoding: own[2] }));
const dataHeaderV2 = z
  .strictObject({
    ...{ 1: whole, 2: z.literal(0), 3: whole, 4: whole, 5: whole, 6: whole },
    ...{ 7: flag.optional(), 8: statistics.optional() },
  })
  .transform((own) => ({
    ...{ levels: own[1], rows: own[3], encoding: own[4], definitionBytes: own[5], repetitionBytes: own[6] },
    ...{ isCompressed: own[7] ?? true, statistics: own[8] },
  }));

const page = z
  .strictObject({
    ...{ 1: whole, 2: whole, 3: whole, 4: z.int().optional() },
    ...{ 5: dataHeader.optional(), 7: dictionaryHeader.optional(), 8: dataHeaderV2.optional() },
  })
  .transform((own) => ({
    ...{ type: own[1], plainBytes: own[2], bytes: own[3], checkSum: own[4] },
    ...{ data: own[5], dictionary: own[7], dataV2: own[8] },
  }));

/** The header of a page. */
export type PageHeader = z.infer<typeof page>;

const offsetIndex = z
  .strictObject({ 1: z.array(z.strictObject({ 1: long, 2: whole, 3: long })) })
  .transform((own) => own[1].map((location) => [location[1], location[2], location[3]]));
const columnIndex = z
  .strictObject({
    ...{ 1: z.array(flag), 2: z.array(bytes), 3: z.array(bytes), 4: whole.max(2), 5: z.array(long) },
    ...{ 6: z.array(long).optional(), 7: z.array(long).optional() },
  })
  .transform((own) => ({
    ...{ isEmpty: own[1], least: own[2], most: own[3], order: own[4], nulls: own[5] },
    ...{ repetitions: own[6], definitions: own[7] },
  }));

/** A path of fields in words, as far as a footer's have one. */
function whereOf([first, number, inner, column, ...rest]: readonly string[]): string {
  if (first === '2') return `, columns, element ${number}`;
  const fields = (path: readonly (string | undefined)[]) => path.flatMap((part) => part ?? []).join('.');
  if (first !== '4') return `, field ${fields([first, number, inner, column, ...rest])}`;
  const chunk = inner === '1' ? `, column ${column}, field ${fields(rest)}` : `, field ${fields([inner, column])}`;
  return `, row group ${number}${chunk}`;
}

const reader =
  <S extends z.ZodType>(schema: S, what: string) =>
  (fields: ThriftStruct): z.infer<S> => {
    const read = schema.safeParse(fields);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    throw new RangeError(`${what}${whereOf(issue?.path.map(String) ?? [])}: ${issue?.message}`);
  };

/** Reads a footer. Throws RangeError where it says anything that it need not. */
export const readFooter = reader(footer, 'footer');
/** Reads a page header. Throws RangeError as `readFooter` does. */
export const readPageHeader = reader(page, 'page header');
/** Offset, bytes and first row of each page of a chunk. Throws RangeError as `readFooter` does. */
export const readOffsetIndex = reader(offsetIndex, 'offset index');
/** Ranges of the pages of a chunk. Throws RangeError as `readFooter` does. */
export const readColumnIndex = reader(columnIndex, 'column index');
