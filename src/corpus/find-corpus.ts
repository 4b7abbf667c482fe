/** Which corpus of a lake a recipe speaks of, and how far it is rendered. */

import type { CorpusId } from '../../schemas/ids.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import { last, nth } from '../checked.ts';
import { BrewhouseError } from '../errors.ts';
import { contextLadder, hasSection } from '../forms/identity.ts';
import type { CorpusPartition, NamedCorpus } from '../lake/corpus-records.ts';
import type { RecordRef } from '../lake/read-record.ts';
import type { Timelines } from '../lake/timeline-records.ts';

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

/** How far a corpus has to be for a release. */
export interface WantedRows {
  readonly timelines: Timelines;
  /** Epoch milliseconds. */
  readonly until: number;
}

/**
 * Throws `not_found` where a partition is not rendered as far as `until`, or not from all that was
 * taken in: a release looks at nothing half done.
 */
export function requireRendered(
  corpus: CorpusId,
  partitions: readonly CorpusPartition[],
  { timelines, until }: WantedRows,
): void {
  for (const { partition, state } of partitions) {
    const fault = notRendered(state, { timeline: nth(timelines.members, partition), items: timelines.items, until });
    if (fault === undefined) continue;
    throw new BrewhouseError('not_found', `partition ${partition} of the corpus ${corpus} is ${fault.what}`, {
      remedy: `run brewhouse build${fault.how} first, then release again`,
    });
  }
}

interface WantedPartition {
  readonly timeline: RecordRef;
  readonly items: RecordRef;
  readonly until: number;
}

function notRendered(state: CorpusPartition['state'], { timeline, items, until }: WantedPartition) {
  if (state === undefined) return { what: 'not rendered yet', how: '' };
  const far = state.until;
  if (far !== null && far < until)
    return { what: `rendered up to ${new Date(far).toISOString()} alone`, how: ' with a later --until' };
  if (state.timeline.sha256 === timeline.sha256 && state.items[0]?.sha256 === items.sha256) return undefined;
  return { what: 'rendered from fewer events than were taken in since', how: ' with its recipe' };
}
