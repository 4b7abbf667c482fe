/**
 * The identity of a corpus: all that its rows depend on. It is stored without what equals a default
 * and read with the defaults filled in; src/forms/identity.ts reads it, since a form says which
 * options its tasks have.
 */
import { z } from 'zod';
import { Domain } from './domain.ts';
import { Sha256 } from './ids.ts';
import { commonSectionFields, commonTaskFields, releaseFields, SESSION_GAP_MS, TaskName } from './recipe.ts';
import { Template } from './template.ts';
import { withoutDefaults } from './without-defaults.ts';

/** Raised when identities of before can no longer be read; those of 0.1.0 had no such number. */
export const IDENTITY_FORMAT = 2;

const Milliseconds = z.number().int();
const TokenId = z.number().int().nonnegative().nullable();

/**
 * What decides the special tokens of a row, beside the tokenizer.json that its hash names; ids,
 * null where there is none.
 */
export const TokenizerFacts = z.strictObject({
  /** Package name, or last name of the folder. */
  id: z.string(),
  sha256: Sha256,
  chat_template_sha256: Sha256.nullable(),
  bos: TokenId,
  eos: TokenId,
  pad: TokenId,
  /** What follows an answer (FRAME-3). */
  end: TokenId,
  /** Whether a raw text begins with the bos token. */
  add_bos: z.boolean(),
});
export type TokenizerFacts = z.infer<typeof TokenizerFacts>;

/** Fields of an identity's task that all forms share: name and label window are always there. */
export function storedTaskFields(strategy: z.ZodType<string, string>) {
  return { name: TaskName, ...commonTaskFields(strategy), label_window: Milliseconds.nonnegative() };
}

/** Fields of an identity; `task` is the schema of a task. */
export function identityFields<Task extends z.ZodType>(task: Task) {
  const context = z.number().int().positive();
  return {
    format: z.literal(IDENTITY_FORMAT),
    /** The recipe's section with everything resolved, but for the lengths of its ladder. */
    section: z.strictObject(
      commonSectionFields({
        task,
        sessionGap: Milliseconds.nonnegative().default(SESSION_GAP_MS),
        labelLateness: Milliseconds.nonnegative().default(0),
      }),
    ),
    context,
    /** The least length of the ladder. */
    context_min: context,
    domain: Domain,
    /** All templates that the tasks may use, in order of form and id. */
    templates: z.array(Template),
    tokenizer: TokenizerFacts,
    render_version: z.number().int(),
  };
}

/** As far as all forms share it. */
const AnyIdentity = z.strictObject(
  identityFields(z.looseObject({ form: z.string(), ...storedTaskFields(z.string()) })),
);

/**
 * An identity as it is stored and named: the value stays as it is, and is looked at as far as all
 * forms share it.
 */
export const StoredIdentity = z.custom<z.input<typeof AnyIdentity>>(
  (value) => AnyIdentity.safeParse(value).success,
  'is not the identity of a corpus',
);
export type StoredIdentity = z.infer<typeof StoredIdentity>;

const Release = z.strictObject(releaseFields({ duration: Milliseconds, moment: Milliseconds, profile: z.string() }));

/**
 * A release section as it is stored and named: times in epoch milliseconds, and no option that
 * equals its default.
 */
export const StoredRelease = z.custom<z.input<typeof Release>>(
  (value) => Release.safeParse(value).success,
  'is not a release section',
);
export type StoredRelease = z.infer<typeof StoredRelease>;

/** The stored form of a release section. */
export function storedRelease(section: z.output<typeof Release>): StoredRelease {
  return StoredRelease.parse(withoutDefaults(Release, section));
}
