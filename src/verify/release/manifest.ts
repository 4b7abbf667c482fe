/**
 * The manifest and the lineage of a release, read into types; the identity and the release section
 * also as stored.
 */
import { identityShape } from '../identity/identity.ts';
import type { Profile } from '../profiles/profile.ts';
import { PROFILE_DEFAULT, PROFILES } from '../profiles/registry.ts';
import * as is from '../shapes.ts';

const count = is.whole(0);
const counts = is.mapOf(count);

const profile: is.Shape<Profile> = (value, field) => {
  const found = PROFILES.get(value === undefined ? PROFILE_DEFAULT : is.text(value, field));
  if (found === undefined) throw is.broken(field, `one of ${[...PROFILES.keys()].join(', ')}`);
  return found;
};

const budget: is.Shape<number | 'none'> = (value, field) => (value === 'none' ? value : is.whole(1)(value, field));

/** The release section with its defaults written out; times in epoch milliseconds (NAME-3). */
const sectionShape = is.closed({
  until: is.optional(is.whole()),
  splits: is.closed({ t1: is.whole(), t2: is.whole(), gap: count }),
  weights: is.orEmpty(is.mapOf(is.number(0))),
  label_caps: is.orEmpty(is.mapOf(is.mapOf(is.whole(1)))),
  token_budget: is.orElse(budget, 'none'),
  holdout_tasks: is.orElse(is.listOf(is.text), []),
  profile,
});

const sums = { rows: count, tokens: count, loss_tokens: count };
const fileShape = is.open({ path: is.text, kind: is.text, split: is.text, ...sums, bytes: count, sha256: is.text });
const labelShape = is.closed({ label: is.text, text: is.text, token: is.whole() });
const tableShape = is.closed({
  ...{ task: is.text, template: is.text, before: is.listOf(is.whole()), labels: is.listOf(labelShape) },
});

const manifestShape = is.open({
  format: is.whole(2, 2),
  ...{ id: is.text, corpus: is.text, identity: identityShape, release: sectionShape, until: is.whole() },
  ...{ recipe_sha256: is.text, domain_sha256: is.text, templates_sha256: is.text, profile: is.text, key_id: is.text },
  splits: is.mapOf(is.open(sums)),
  ...{ fates: is.mapOf(counts), variants: counts, labels: is.mapOf(is.mapOf(counts)) },
  label_tables: is.listOf(tableShape),
  assumed: is.listOf(is.closed({ type: is.text, attribute: is.text, because: is.text })),
  items_without_time: count,
  train_shards_equal: is.flag,
  versions: is.mapOf(is.text),
  files: is.listOf(fileShape),
});

const lineageShape = is.open({
  ...{ manifest_sha256: is.text, corpus_until: is.orNull(is.whole()) },
  ...{ questions: is.mapOf(is.mapOf(counts)), after_until: count },
});

/** What a release says of itself. */
export type Manifest = is.Shaped<typeof manifestShape>;
/** All that chooses among rendered rows. */
export type ReleaseSection = is.Shaped<typeof sectionShape>;
/** One file of a release, by its path in it. */
export type ReleaseFile = is.Shaped<typeof fileShape>;
/** What a release was made from. */
export type Lineage = is.Shaped<typeof lineageShape>;

/** A manifest as it is read, and the parts of it that hashes are made of, as they are stored. */
export interface ReadManifest {
  readonly manifest: Manifest;
  readonly stored: Readonly<Record<'identity' | 'release', Readonly<Record<string, unknown>>>>;
}

/** Reads a manifest. Throws `release_broken` where it is not one. */
export function readManifest(json: unknown): ReadManifest {
  const object = is.objectOf(json, 'manifest');
  const stored = {
    identity: is.objectOf(object.identity, 'identity'),
    release: is.objectOf(object.release, 'release'),
  };
  return { manifest: manifestShape(json, 'manifest'), stored };
}

/** Reads a lineage. Throws `release_broken` where it is not one. */
export function readLineage(json: unknown): Lineage {
  return lineageShape(json, 'lineage');
}
