/**
 * What a user's own recipe and domain make of a release's identity, for the checker to compare: it
 * reads no file of theirs itself.
 */

import { Domain } from '../schemas/domain.ts';
import { type StoredIdentity, storedRelease, TokenizerFacts } from '../schemas/identity.ts';
import { Manifest } from '../schemas/manifest.ts';
import { withoutDefaults } from '../schemas/without-defaults.ts';
import { last, nth } from '../src/checked.ts';
import { BrewhouseError } from '../src/errors.ts';
import { contextLadder, corpusIdentity, type IdentityInputs, storedIdentity } from '../src/forms/identity.ts';
import { isOfStore, type Reader, readWhole } from '../src/verify/reader.ts';
import { readDomain, readRecipe, readTemplates } from './corpus-inputs.ts';

/** Parts of an identity and of a release section as they are stored. */
export interface PinnedParts {
  readonly recipe?: { readonly corpus: object; readonly release: object; readonly templates: object };
  readonly domain?: unknown;
}

/**
 * Resolves the files as `build` does (PUBLISH-1). A recipe alone is resolved with the release's own
 * domain. Throws `recipe_invalid`, `domain_invalid`, and where a store does not answer; where the
 * manifest cannot be read, or the recipe cannot be asked of its domain, no release is of that
 * recipe.
 */
export async function pinnedParts(
  files: Reader,
  named: { readonly recipe: string | undefined; readonly domain: string | undefined },
): Promise<PinnedParts> {
  const domain = named.domain === undefined ? undefined : await readDomain(named.domain);
  const read = named.recipe === undefined ? undefined : await readRecipe(named.recipe);
  const stored = domain === undefined ? {} : { domain: withoutDefaults(Domain, domain) };
  if (read === undefined) return stored;
  const told = await toldBy(files);
  const [own, tokenizer] = [domain ?? Domain.safeParse(told?.domain).data, TokenizerFacts.safeParse(told?.tokenizer)];
  // Of what cannot be read nothing is like the recipe.
  if (told === undefined || own === undefined || !tokenizer.success) return { recipe: UNLIKE, ...stored };
  const { corpus: section, release } = read.recipe;
  const ladder = contextLadder(section);
  const context = ladder.find((rung) => rung === told.context) ?? last(ladder);
  const templates = await readTemplates();
  const inputs = { section, context, domain: own, templates, tokenizer: tokenizer.data };
  const identity = identityOf(inputs, domain === undefined);
  if (identity === undefined) return { recipe: UNLIKE, ...stored };
  return {
    recipe: {
      corpus: { ...identity.section, context, context_min: nth(ladder, 0) },
      release: storedRelease(release),
      templates: identity.templates,
    },
    ...stored,
  };
}

/** What no release is of. */
const UNLIKE = { corpus: {}, release: {}, templates: [] };

/** Undefined where the recipe cannot be asked of a domain that the release says itself. */
function identityOf(inputs: IdentityInputs, isTold: boolean): StoredIdentity | undefined {
  try {
    return storedIdentity(corpusIdentity(inputs));
  } catch (error) {
    if (isTold && error instanceof BrewhouseError) return undefined;
    throw error;
  }
}

async function toldBy(files: Reader): Promise<Manifest['identity'] | undefined> {
  try {
    const bytes = await readWhole(files, 'manifest.json');
    return Manifest.parse(JSON.parse(String(bytes))).identity;
  } catch (error) {
    if (isOfStore(error)) throw error;
    return undefined;
  }
}
