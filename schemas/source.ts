/**
 * What a source says of itself: `source.yaml` beside its events, which `import` writes, or a
 * person.
 */
import { z } from 'zod';
import { DEAD_REASONS } from './event.ts';

/** An attribute whose time is taken on trust. */
export const AssumedAttribute = z.strictObject({
  type: z
    .string()
    .describe('member or item.')
    .meta({ examples: ['item'] }),
  attribute: z
    .string()
    .describe('The attribute.')
    .meta({ examples: ['title'] }),
  because: z
    .string()
    .describe('Why it is taken to be known from the beginning of its member or item on.')
    .meta({
      examples: ['titles do not change'],
    }),
});
export type AssumedAttribute = z.infer<typeof AssumedAttribute>;

/** A column or attribute that is in no event. */
export const LeftOut = z.strictObject({
  type: z
    .string()
    .describe('member, item or interaction.')
    .meta({ examples: ['item'] }),
  attribute: z
    .string()
    .describe('The column or attribute.')
    .meta({ examples: ['rating'] }),
  why: z
    .string()
    .describe('Why it is left out.')
    .meta({ examples: ['is as of today'] }),
});
export type LeftOut = z.infer<typeof LeftOut>;

/** Items that no row dates, and what dates them. */
export const DatedItems = z.strictObject({
  by: z
    .enum(['constant', 'first_seen'])
    .describe('constant: one time for all items of a table; first_seen: the first interaction with each.')
    .meta({ examples: ['constant'] }),
  because: z
    .string()
    .describe('Why that is taken to be true.')
    .meta({ examples: ['the first sale of the shop'] }),
});
export type DatedItems = z.infer<typeof DatedItems>;

/** All of it: part of every manifest and card, and of no corpus's name. */
export const SourceFacts = z
  .strictObject({
    name: z
      .string()
      .optional()
      .describe('The name of the source.')
      .meta({ examples: ['ifdb'] }),
    credit: z
      .string()
      .optional()
      .describe('Whom to credit.')
      .meta({ examples: ['example.org, CC BY 4.0'] }),
    licence: z
      .string()
      .optional()
      .describe('The licence of the data, by its name on the Hub.')
      .meta({ examples: ['cc-by-4.0'] }),
    assumed: z.array(AssumedAttribute).default([]).describe('Attributes whose time is taken on trust.'),
    dated: z.array(DatedItems).default([]).describe('Items that no row dates.'),
    left_out: z.array(LeftOut).default([]).describe('What is in no event, and why.'),
  })
  .describe('What a source says of itself: it lies beside the events, and every card repeats it.');
export type SourceFacts = z.infer<typeof SourceFacts>;

/** Rows of tables that became no event, by reason; beside the byte identity. */
export const DeadRows = z.partialRecord(z.enum(DEAD_REASONS), z.number().int().positive());
export type DeadRows = z.infer<typeof DeadRows>;
