/**
 * The identity of a corpus: all that its rows depend on, with the defaults that the stored form
 * leaves out.
 */
import { z } from 'zod';
import { count, mapOf, share } from '../read-json.ts';
import { domainSchema, oneLine, templateSchema } from './domain.ts';

const text = z.string();
const positive = z.int().min(1);

/** Whether there is a chat template, and the arguments that it takes. */
const chatSchema = z
  .union([z.boolean(), mapOf(z.union([text, z.boolean(), z.number()]))])
  .default(true)
  .transform((chat) => ({
    isUsed: chat !== false,
    args: typeof chat === 'boolean' ? new Map<string, unknown>() : chat,
  }));

const tokens = z.int().min(8);
const levelsSchema = z.strictObject({
  full: tokens.default(120),
  short: tokens.default(48),
  title: tokens.default(16),
  question: tokens.default(120),
  profile: tokens.default(160),
  shown: tokens.default(32),
});

const percent = count.max(100);

/** Each text once, in the order of their UTF-8 bytes. */
function isSet(texts: readonly string[]): boolean {
  const bytes = texts.map((one) => Buffer.from(one));
  return bytes.every((one, index) => index === 0 || Buffer.compare(bytes[index - 1] ?? one, one) < 0);
}

/** As npm has names: in a scope or in none, and no way to another folder. */
const PACKAGE = /^(@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;

/**
 * The corpus section; durations in milliseconds. Tasks are read by their forms, and each has its
 * own label window.
 */
const sectionSchema = z.strictObject({
  seed: count,
  tokenizer: z.union([
    z.strictObject({ package: text.regex(PACKAGE, 'is no name of a package'), sha256: text }),
    // Of a folder the last name alone: where it lies changes no row (NAME-2).
    z.strictObject({ path: oneLine.regex(/^[^/\\]+$/, 'is not the last name of a folder'), sha256: text }),
  ]),
  chat_template: chatSchema,
  known: z.enum(['event_time', 'ingest_time']).default('event_time'),
  session_gap: count.default(1_800_000),
  label_lateness: count.default(0),
  max_events: positive.optional(),
  ask: z.strictObject({ share: share.prefault(1), per_member_day: positive.optional() }).prefault({}),
  levels: levelsSchema.prefault({}),
  shares: z.strictObject({ full: percent.default(40), short: percent.default(70) }).prefault({}),
  variants: share.prefault(0.1),
  // As written: a loose object would lose a key `__proto__`, which no form knows.
  tasks: z.array(z.custom<object>((task) => z.core.util.isPlainObject(task), 'is no object')),
  holdout: z
    .strictObject({ members: share.prefault(0), surfaces: z.array(text).refine(isSet, 'are not in order').default([]) })
    .prefault({}),
});

const tokenId = count.nullable();
const specialTokens = { bos: tokenId, eos: tokenId, pad: tokenId, end: tokenId };
const tokenizerSchema = z.strictObject({
  id: text,
  sha256: text,
  chat_template_sha256: text.nullable(),
  ...specialTokens,
  add_bos: z.boolean(),
});

/** An identity; what is read of it has its defaults written out (NAME-2, NAME-3). */
export const identitySchema = z
  .strictObject({
    format: z.literal(2),
    section: sectionSchema,
    context: positive,
    context_min: positive,
    render_version: positive,
    domain: domainSchema,
    templates: z.array(templateSchema),
    tokenizer: tokenizerSchema,
  })
  .refine(({ context, context_min: least }) => least <= context, {
    path: ['context_min'],
    error: 'is over the context',
  });

/** All that the rows of a corpus depend on. */
export type Identity = z.infer<typeof identitySchema>;
