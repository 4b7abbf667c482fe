/** Which corpus of a lake a recipe speaks of, and how far it is rendered. */
import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { CorpusRecord } from '../../schemas/commit.ts';
import { CorpusIdentity } from '../../schemas/manifest.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import { BrewhouseError } from '../errors.ts';
import { recordsOf } from '../lake/chain-records.ts';
import { openChain } from '../lake/commit-log.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { contextLadder, namedSection } from '../prompt/plan.ts';

export interface FoundCorpus {
  readonly corpus: string;
  readonly identity: CorpusIdentity;
}

/** Throws `not_found` where no corpus, or more than one, has this section; `context` picks a rung of a ladder, `corpus` one by name. */
export async function findCorpus(
  store: ObjectStore,
  section: CorpusSection,
  wish: { readonly context: number | undefined; readonly corpus: string | undefined },
): Promise<FoundCorpus> {
  const ladder = contextLadder(section);
  const wanted = wish.context ?? ladder[ladder.length - 1]!;
  if (!ladder.includes(wanted)) {
    throw new BrewhouseError('recipe_invalid', `the recipe has no context of ${wanted} tokens`, {
      place: { field: 'corpus.context' },
      remedy: `it has ${ladder.join(', ')}`,
    });
  }
  const text = canonicalJson(namedSection(section));
  const all = (await readCorpora(store)).filter(({ corpus }) => wish.corpus === undefined || corpus === wish.corpus);
  const found = all.filter(
    ({ identity }) =>
      canonicalJson(identity.section) === text && identity.context === wanted && identity.context_min === ladder[0],
  );
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new BrewhouseError(
      'not_found',
      `${found.length} corpora of this lake have the recipe's corpus section, with other domains or templates`,
      {
        remedy: `name the one that you mean: ${found.map((each) => `--corpus ${each.corpus}`).join(' or ')}`,
      },
    );
  }
  throw new BrewhouseError('not_found', `no corpus of this lake was rendered with the recipe's corpus section`, {
    remedy: `run brewhouse build with this recipe first${all.length === 0 ? '' : ` (the lake holds ${all.map((each) => each.corpus).join(', ')})`}`,
  });
}

async function readCorpora(store: ObjectStore): Promise<FoundCorpus[]> {
  const found: FoundCorpus[] = [];
  for (const folder of await store.list('corpora/')) {
    const name = /^([0-9a-f]{16})\/$/.exec(folder)?.[1];
    if (name === undefined) continue;
    const bytes = await store.get(`corpora/${name}/corpus.json`);
    if (bytes !== null)
      found.push({ corpus: name, identity: CorpusIdentity.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))) });
  }
  return found;
}

/** One partition's corpus records, in order, and how far they go. */
export interface CorpusPartition {
  readonly partition: number;
  readonly records: readonly CorpusRecord[];
  /** null: everything is rendered. */
  readonly until: number | null;
}

/** Throws `not_found` where a partition is not rendered as far as `until`: a release looks at nothing half done. */
export async function readCorpusPartitions(
  store: ObjectStore,
  corpus: string,
  partitions: number,
  until: number,
): Promise<CorpusPartition[]> {
  const read: CorpusPartition[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const records = recordsOf(await openChain(store, `corpora/${corpus}/${partition}`), 'corpus').map(
      (each) => each.record,
    );
    const newest = records[records.length - 1];
    if (newest === undefined || (newest.until !== null && newest.until < until)) {
      const far = newest?.until;
      throw new BrewhouseError(
        'not_found',
        `partition ${partition} of the corpus ${corpus} is ${far === undefined || far === null ? 'not rendered yet' : `rendered up to ${new Date(far).toISOString()} alone`}`,
        {
          remedy: `run brewhouse build${far === undefined ? '' : ' with a later --until'} first, then release again`,
        },
      );
    }
    read.push({ partition, records, until: newest.until });
  }
  return read;
}
