/** How releases are named, and who may write under a name. */

import { canonicalJson } from '../../schemas/canonical-json.ts';
import { storedRelease } from '../../schemas/identity.ts';
import type { CorpusId, ReleaseId } from '../../schemas/ids.ts';
import type { Since } from '../../schemas/manifest.ts';
import type { ReleaseSection } from '../../schemas/recipe.ts';
import type { SourceFacts } from '../../schemas/source.ts';
import { sha256Hex } from '../content-hash.ts';
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import type { PseudonymKey } from './pseudonyms.ts';

/** What a release's name says of it. */
export interface NamedBy {
  readonly corpus: CorpusId;
  readonly section: ReleaseSection;
  readonly key: PseudonymKey;
  /** What the card repeats. */
  readonly source: SourceFacts;
  /** Over every example with its ids and labels. */
  readonly digest: string;
  /** Of an increment alone (INCREMENT-6). */
  readonly increment: { readonly told: Omit<Since, 'changes'>; readonly changesDigest: string } | undefined;
}

/**
 * `<corpus>-<16 digits>`: SHA-256 over the release section, the key's id, what the source says of
 * itself and the examples; of an increment also over what it goes on from and what changed.
 */
export function releaseId({ corpus, section, key, source, digest, increment }: NamedBy): ReleaseId {
  const more = increment && { since: increment.told, changes: increment.changesDigest };
  const text = canonicalJson({ release: storedRelease(section), key: key.id, source, examples: digest, ...more });
  return `${corpus}-${sha256Hex(Buffer.from(text, 'utf8')).slice(0, 16)}` as ReleaseId;
}

/**
 * ONE RELEASE PER NAME: the first to claim it says which rows it is of; another with other rows is
 * refused (`usage`), so that two which are written at once, or one which was left unfinished, never
 * mix their files. So is a name that looks like the default one of other rows (RELEASE-6).
 */
export async function claimName(store: ObjectStore, id: ReleaseId, defaultId: ReleaseId): Promise<void> {
  if (/^[0-9a-f]{16}-[0-9a-f]{16}$/i.test(id) && id !== defaultId)
    throw new BrewhouseError('usage', `the name ${id} looks like that of other rows: these are ${defaultId}`, {
      remedy: 'choose another --id, or none',
    });
  const key = `releases/${id}.claim.json`;
  const claim = Buffer.from(canonicalJson({ release: defaultId }), 'utf8');
  if (await store.putIfAbsent(key, claim)) return;
  const first = await store.get(key);
  if (first !== null && Buffer.compare(first, claim) === 0) return;
  throw new BrewhouseError('usage', `the name ${id} stands for another release, finished or under way`, {
    place: { file: `${store.location}/${key}` },
    remedy: 'choose another --id; if that release was left unfinished, remove its folder and this file first',
  });
}
