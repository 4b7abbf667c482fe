/** What a lake holds of its corpora: their identities, and the corpus records of each partition. */

import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { CorpusRecord } from '../../schemas/commit.ts';
import { CorpusId } from '../../schemas/ids.ts';
import { CorpusIdentity } from '../../schemas/manifest.ts';
import { BrewhouseError } from '../errors.ts';
import type { Committed } from './commit-log.ts';
import { sha256Hex } from './content-hash.ts';
import type { ObjectStore } from './object-store.ts';

/** A corpus of a lake and all that its rows depend on. */
export interface NamedCorpus {
  readonly corpus: CorpusId;
  readonly identity: CorpusIdentity;
}

/** One partition's corpus records, oldest first. */
export interface CorpusPartition {
  readonly partition: number;
  readonly records: readonly Committed<CorpusRecord>[];
  /** Undefined where nothing was rendered yet. */
  readonly newest: Committed<CorpusRecord> | undefined;
}

/** The folder of a partition's corpus chain and of its files. */
export function corpusFolder(corpus: CorpusId, partition: number): string {
  return `corpora/${corpus}/${partition}`;
}

/** A corpus is named by all that its rows depend on (NAME-1). */
export function corpusName(identity: CorpusIdentity): CorpusId {
  return sha256Hex(canonicalJson(identity)).slice(0, 16) as CorpusId;
}

/** Says in the lake what the corpus of this name is; returns the name. */
export async function addCorpus(store: ObjectStore, identity: CorpusIdentity): Promise<CorpusId> {
  const corpus = corpusName(identity);
  // The name says the bytes: who was first does not matter.
  await store.putIfAbsent(identityKey(corpus), Buffer.from(canonicalJson(identity), 'utf8'));
  return corpus;
}

/** All corpora, in order of their names. Throws `lake_broken` where an identity does not read. */
export async function readCorpora(store: ObjectStore): Promise<NamedCorpus[]> {
  const found: NamedCorpus[] = [];
  for (const folder of await store.list('corpora/')) {
    const { data: corpus } = CorpusId.safeParse(folder.replace(/\/$/, ''));
    if (corpus === undefined) continue;
    const bytes = await store.get(identityKey(corpus));
    if (bytes !== null) found.push({ corpus, identity: parseIdentity(corpus, bytes) });
  }
  return found;
}

function parseIdentity(corpus: CorpusId, bytes: Uint8Array): CorpusIdentity {
  try {
    return CorpusIdentity.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    throw new BrewhouseError('lake_broken', `the identity of the corpus ${corpus} does not read`, {
      place: { file: identityKey(corpus) },
      remedy: 'remove the folder of this corpus and render it again',
      cause,
    });
  }
}

function identityKey(corpus: CorpusId): string {
  return `corpora/${corpus}/corpus.json`;
}
