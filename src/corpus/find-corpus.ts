/** Which corpus of a lake a recipe speaks of, and how far it is rendered. */

import type { CorpusId } from '../../schemas/ids.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import { last } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { contextLadder, hasSection } from '../forms/identity.ts';
import type { CorpusPartition, NamedCorpus } from '../lake/corpus-records.ts';

/** Which corpus is meant where a recipe has several. */
export interface CorpusWish {
  /** A rung of the recipe's ladder; default: the longest. */
  readonly context: number | undefined;
  /** Name of the corpus, where domain or templates changed between two builds of one recipe. */
  readonly corpus: string | undefined;
}

/**
 * Throws `not_found` where no corpus, or more than one, has this section; `context` picks a rung of
 * a ladder, `corpus` one by name.
 */
export function findCorpus(corpora: readonly NamedCorpus[], section: CorpusSection, wish: CorpusWish): NamedCorpus {
  const ladder = contextLadder(section);
  const wanted = wish.context ?? last(ladder);
  if (!ladder.includes(wanted)) {
    throw new BrewhouseError('recipe_invalid', `the recipe has no context of ${wanted} tokens`, {
      place: { field: 'corpus.context' },
      remedy: `it has ${ladder.join(', ')}`,
    });
  }
  const all = corpora.filter(({ corpus }) => wish.corpus === undefined || corpus === wish.corpus);
  const found = all.filter(
    ({ identity }) =>
      identity.context === wanted && identity.context_min === ladder[0] && hasSection(identity, section),
  );
  const [only, ...others] = found;
  if (only === undefined) {
    const held = all.length === 0 ? '' : ` (the lake holds ${all.map((each) => each.corpus).join(', ')})`;
    throw new BrewhouseError('not_found', `no corpus of this lake was rendered with the recipe's corpus section`, {
      remedy: `run brewhouse build with this recipe first${held}`,
    });
  }
  if (others.length === 0) return only;
  throw new BrewhouseError(
    'not_found',
    `${found.length} corpora of this lake have the recipe's corpus section, with other domains or templates`,
    { remedy: `name the one that you mean: ${found.map((each) => `--corpus ${each.corpus}`).join(' or ')}` },
  );
}

/**
 * Throws `not_found` where a partition is not rendered as far as `until` (epoch milliseconds): a
 * release looks at nothing half done.
 */
export function requireRendered(corpus: CorpusId, partitions: readonly CorpusPartition[], until: number): void {
  for (const { partition, newest } of partitions) {
    const far = newest?.record.until;
    if (far === null || (far !== undefined && far >= until)) continue;
    const what = far === undefined ? 'not rendered yet' : `rendered up to ${new Date(far).toISOString()} alone`;
    throw new BrewhouseError('not_found', `partition ${partition} of the corpus ${corpus} is ${what}`, {
      remedy: `run brewhouse build${far === undefined ? '' : ' with a later --until'} first, then release again`,
    });
  }
}
