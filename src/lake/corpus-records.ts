/** What a lake holds of its corpora: their identities, and the corpus records of each partition. */

import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { StoredIdentity } from '../../schemas/identity.ts';
import { CorpusId } from '../../schemas/ids.ts';
import { KeptLabels, type LabelTable } from '../../schemas/manifest.ts';
import { sha256Hex } from '../content-hash.ts';
import { type CorpusIdentity, isOfAnotherVersion, readIdentity, storedIdentity } from '../forms/identity.ts';
import { parsedJson } from '../parsed-json.ts';
import type { CorpusState } from './chain-state.ts';
import type { ObjectStore } from './object-store.ts';

/** A corpus of a lake and all that its rows depend on. */
export interface NamedCorpus {
  readonly corpus: CorpusId;
  readonly identity: CorpusIdentity;
}

/** One partition of a corpus. */
export interface CorpusPartition {
  readonly partition: number;
  /** Undefined where nothing was rendered yet. */
  readonly state: CorpusState | undefined;
}

/** The folder of a partition's corpus chain and of its files. */
export function corpusFolder(corpus: CorpusId, partition: number): string {
  return `corpora/${corpus}/${partition}`;
}

/** A corpus is named by all that its rows depend on (NAME-1). */
export function corpusName(identity: StoredIdentity): CorpusId {
  return corpusNameOf(canonicalJson(identity));
}

/** The name of a corpus by the text or bytes of its identity. */
export function corpusNameOf(identity: string | Uint8Array): CorpusId {
  return sha256Hex(identity).slice(0, 16) as CorpusId;
}

/** Says in the lake what the corpus of this name is; returns the name. */
export async function addCorpus(store: ObjectStore, identity: CorpusIdentity): Promise<CorpusId> {
  const stored = storedIdentity(identity);
  const corpus = corpusName(stored);
  // The name says the bytes: who was first does not matter.
  await store.putIfAbsent(identityKey(corpus), Buffer.from(canonicalJson(stored), 'utf8'));
  return corpus;
}

/**
 * All corpora of this version, in order of their names; those of other versions are passed over.
 * Throws `lake_broken` where an identity does not read.
 */
export async function readCorpora(store: ObjectStore): Promise<NamedCorpus[]> {
  const found: NamedCorpus[] = [];
  for (const folder of await store.list('corpora/')) {
    const { data: corpus } = CorpusId.safeParse(folder.replace(/\/$/, ''));
    if (corpus === undefined) continue;
    const bytes = await store.get(identityKey(corpus));
    if (bytes === null) continue;
    const stored = parsedJson(bytes);
    if (isOfAnotherVersion(stored)) continue;
    const place = { file: `${store.location}/${identityKey(corpus)}` };
    found.push({ corpus, identity: readIdentity(stored, { code: 'lake_broken', place }) });
  }
  return found;
}

/**
 * Keeps the label tables of a corpus (TOKEN-4), so that its releases encode nothing. They follow
 * from its identity: who was first does not matter.
 */
export async function keepLabelTables(
  store: ObjectStore,
  corpus: CorpusId,
  tables: readonly LabelTable[],
): Promise<void> {
  await store.putIfAbsent(labelsKey(corpus), Buffer.from(canonicalJson({ label_tables: tables }), 'utf8'));
}

/** Undefined where none are kept that this version reads: the tokenizer makes them again. */
export async function readLabelTables(store: ObjectStore, corpus: CorpusId): Promise<LabelTable[] | undefined> {
  return KeptLabels.safeParse(parsedJson(await store.get(labelsKey(corpus)))).data?.label_tables;
}

function labelsKey(corpus: CorpusId): string {
  return `corpora/${corpus}/labels.json`;
}

/** The key of what a corpus is. */
export function identityKey(corpus: CorpusId): string {
  return `corpora/${corpus}/corpus.json`;
}
