/**
 * The identity of a corpus: made of a recipe, read from a lake or a release, and stored without its
 * defaults.
 */
import { z } from 'zod';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { canonicalJson, halfPair } from '../../schemas/canonical-json.ts';
import type { Domain } from '../../schemas/domain.ts';
import {
  IDENTITY_FORMAT,
  identityFields,
  StoredIdentity,
  storedTaskFields,
  type TokenizerFacts,
} from '../../schemas/identity.ts';
import type { CorpusSection, TokenizerSpec } from '../../schemas/recipe.ts';
import type { Template } from '../../schemas/template.ts';
import { folderName } from '../../schemas/tokenizer.ts';
import { withoutDefaults } from '../../schemas/without-defaults.ts';
import { nth } from '../checked.ts';
import { BrewhouseError, type ErrorCode, type ErrorPlace, halfPairError, spellPath } from '../errors.ts';
import { STRATEGY_NAMES } from '../strategies/strategies.ts';
import { createVocabulary } from '../timeline/vocabulary.ts';
import { resolveTasks, taskTemplates } from './task-rules.ts';
import { taskOfAnyForm } from './tasks.ts';

/** Raised whenever the same identity would give other bytes. */
export const RENDER_VERSION = 2;

/** An identity as it is read, with its defaults filled in. */
export const CorpusIdentity = z.strictObject(identityFields(taskOfAnyForm(storedTaskFields(z.enum(STRATEGY_NAMES)))));
export type CorpusIdentity = z.infer<typeof CorpusIdentity>;

/** What an identity is made of. */
export interface IdentityInputs {
  readonly section: CorpusSection;
  /** One length of the ladder. */
  readonly context: number;
  readonly domain: Domain;
  /** All templates there are; a task takes those of its form, or those that it names. */
  readonly templates: readonly Template[];
  readonly tokenizer: TokenizerFacts;
}

/** The lengths of a recipe, shortest first. */
export function contextLadder(section: CorpusSection): number[] {
  const lengths = typeof section.context === 'number' ? [section.context] : section.context;
  return [...new Set(lengths)].sort((a, b) => a - b);
}

/**
 * All that the rows of a recipe's corpus depend on, resolved (NAME-2). Throws `recipe_invalid`,
 * `domain_invalid` and `template_invalid` naming the field.
 */
export function corpusIdentity(inputs: IdentityInputs): CorpusIdentity {
  const { section, context, domain, templates, tokenizer } = inputs;
  requireWellFormed('domain_invalid', domain);
  const used = section.tasks.flatMap((task, i) => taskTemplates(task, templates, `corpus.tasks[${i}]`));
  for (const template of used) requireWellFormed('template_invalid', { [template.id]: template });
  const byName = new Map(used.map((template) => [`${template.form}/${template.id}`, template]));
  const identity = {
    format: IDENTITY_FORMAT,
    section: resolveSection(section, domain),
    context,
    context_min: nth(contextLadder(section), 0),
    domain,
    templates: [...byName].sort(([a], [b]) => compareUtf8(a, b)).map(([, template]) => template),
    tokenizer,
    render_version: RENDER_VERSION,
  };
  // Through the stored form, so that an identity just made and one that was read are the same.
  return CorpusIdentity.parse(withoutDefaults(CorpusIdentity, identity));
}

/** Also of what was made in code and not read from a file, which would have refused it. */
function requireWellFormed(code: ErrorCode, value: object): void {
  const half = halfPair(value);
  if (half !== undefined) throw halfPairError(code, { field: spellPath(half) });
}

/**
 * What every other way of writing the same section comes to: the ladder and the window that tasks
 * inherit are elsewhere.
 */
function resolveSection(section: CorpusSection, domain: Domain): object {
  requireWellFormed('recipe_invalid', { corpus: section });
  const { context: _ladder, label_window: _inherited, tokenizer, holdout, ...rest } = section;
  return {
    ...rest,
    tokenizer: namedTokenizer(tokenizer),
    tasks: resolveTasks(section, createVocabulary(domain)),
    holdout: { ...holdout, surfaces: inByteOrder(holdout.surfaces) },
  };
}

/** WHERE A TOKENIZER LIES CHANGES NO ROW, its hash does: of a folder the last name stays. */
function namedTokenizer(spec: TokenizerSpec): TokenizerSpec {
  return 'path' in spec ? { ...spec, path: folderName(spec.path) } : spec;
}

/** The identity as it is stored and named: canonical JSON of it is `corpus.json`. */
export function storedIdentity(identity: CorpusIdentity): StoredIdentity {
  return StoredIdentity.parse(withoutDefaults(CorpusIdentity, identity));
}

/** Whether a recipe's section, with the identity's own domain, is the identity's. */
export function hasSection(identity: CorpusIdentity, section: CorpusSection): boolean {
  const { shape } = CorpusIdentity;
  const text = (value: unknown) => canonicalJson(withoutDefaults(shape.section, value));
  try {
    return text(resolveSection(section, identity.domain)) === text(identity.section);
  } catch (error) {
    // The recipe cannot be asked of that domain.
    if (error instanceof BrewhouseError) return false;
    throw error;
  }
}

/** Where an identity was read, and what is broken where it cannot be. */
export interface IdentitySource {
  readonly code: 'lake_broken' | 'release_broken';
  readonly place: ErrorPlace;
}

const Versioned = z.looseObject({
  section: z.looseObject({}),
  /** 0.1.0 wrote none. */
  format: z.number().default(1),
  render_version: z.number(),
});

/**
 * Whether another version stored the identity, which would give other bytes here or cannot be read.
 */
export function isOfAnotherVersion(stored: unknown): boolean {
  const { success, data } = Versioned.safeParse(stored);
  return success && (data.format !== IDENTITY_FORMAT || data.render_version !== RENDER_VERSION);
}

/**
 * Fills the defaults in. Throws the source's code where it is no identity of this version (NAME-3).
 */
export function readIdentity(stored: unknown, source: IdentitySource): CorpusIdentity {
  const refuse = (what: string, cause?: unknown) =>
    new BrewhouseError(source.code, `the identity of the corpus is ${what}`, {
      place: source.place,
      remedy: 'build the corpus again with this version',
      cause,
    });
  if (isOfAnotherVersion(stored)) throw refuse('of another version of Brewhouse, such as 0.1.0');
  const { data, error } = CorpusIdentity.safeParse(stored);
  if (error !== undefined) throw refuse(`broken: ${z.prettifyError(error).replace(/\s+/g, ' ')}`, error);
  const half = halfPair(data);
  if (half !== undefined) throw refuse(`broken: ${spellPath(half)} holds half of a surrogate pair`);
  return data;
}

function inByteOrder(names: readonly string[]): string[] {
  return [...new Set(names)].sort(compareUtf8);
}
