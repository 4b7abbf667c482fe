/**
 * What a user's own recipe and domain make of a release's identity, for the checker to compare: it
 * reads no file of theirs itself.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Domain } from '../schemas/domain.ts';
import { storedRelease, TokenizerFacts } from '../schemas/identity.ts';
import { Manifest } from '../schemas/manifest.ts';
import { withoutDefaults } from '../schemas/without-defaults.ts';
import { last, nth } from '../src/checked.ts';
import { contextLadder, corpusIdentity, storedIdentity } from '../src/forms/identity.ts';
import { readDomain, readRecipe, readTemplates } from './corpus-inputs.ts';

/** Parts of an identity and of a release section as they are stored. */
export interface PinnedParts {
  readonly recipe?: { readonly corpus: object; readonly release: object; readonly templates: object };
  readonly domain?: unknown;
}

/**
 * Resolves the files as `build` does (PUBLISH-1). A recipe alone is resolved with the release's own
 * domain. Throws `recipe_invalid`, `domain_invalid`; nothing is pinned where the manifest of the
 * folder cannot be read, which the checker will say.
 */
export async function pinnedParts(
  folder: string,
  files: { readonly recipe: string | undefined; readonly domain: string | undefined },
): Promise<PinnedParts> {
  const domain = files.domain === undefined ? undefined : await readDomain(files.domain);
  const read = files.recipe === undefined ? undefined : await readRecipe(files.recipe);
  const stored = domain === undefined ? {} : { domain: withoutDefaults(Domain, domain) };
  const told = read === undefined && domain === undefined ? undefined : await toldBy(folder);
  if (told === undefined) return {};
  if (read === undefined) return stored;
  const { corpus: section, release } = read.recipe;
  const ladder = contextLadder(section);
  const context = ladder.find((rung) => rung === told.context) ?? last(ladder);
  const templates = await readTemplates();
  const inputs = {
    section,
    context,
    domain: domain ?? Domain.parse(told.domain),
    templates,
    tokenizer: TokenizerFacts.parse(told.tokenizer),
  };
  const identity = storedIdentity(corpusIdentity(inputs));
  return {
    recipe: {
      corpus: { ...identity.section, context, context_min: nth(ladder, 0) },
      ...{ release: storedRelease(release), templates: identity.templates },
    },
    ...stored,
  };
}

async function toldBy(folder: string): Promise<Manifest['identity'] | undefined> {
  try {
    return Manifest.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))).identity;
  } catch {
    return undefined;
  }
}
