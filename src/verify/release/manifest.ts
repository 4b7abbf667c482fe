/**
 * The manifest and the lineage of a release, read into types; the identity and the release section
 * also as stored.
 */
import { identityShape } from '../identity/identity.ts';
import type { Profile } from '../profiles/profile.ts';
import { PROFILE_DEFAULT, PROFILES } from '../profiles/registry.ts';
import {
  broken,
  closed,
  flag,
  listOf,
  mapOf,
  number,
  objectOf,
  open,
  optional,
  orElse,
  orEmpty,
  orNull,
  type Shape,
  type Shaped,
  text,
  whole,
} from '../shapes.ts';

const count = whole(0);
const counts = mapOf(count);

const profile: Shape<Profile> = (value, field) => {
  const found = PROFILES.get(value === undefined ? PROFILE_DEFAULT : text(value, field));
  if (found === undefined) throw broken(field, `one of ${[...PROFILES.keys()].join(', ')}`);
  return found;
};

const budget: Shape<number | 'none'> = (value, field) => (value === 'none' ? value : whole(1)(value, field));

/** The release section with its defaults written out; times in epoch milliseconds (NAME-3). */
const sectionShape = closed({
  until: optional(whole()),
  splits: closed({ t1: whole(), t2: whole(), gap: count }),
  weights: orEmpty(mapOf(number(0))),
  label_caps: orEmpty(mapOf(mapOf(whole(1)))),
  token_budget: orElse(budget, 'none'),
  holdout_tasks: orElse(listOf(text), []),
  profile,
});

const fileShape = open({
  path: text,
  kind: text,
  split: text,
  rows: count,
  tokens: count,
  loss_tokens: count,
  bytes: count,
  sha256: text,
});

const labelShape = closed({ label: text, text, token: whole() });

const manifestShape = open({
  format: whole(2, 2),
  id: text,
  corpus: text,
  identity: identityShape,
  release: sectionShape,
  until: whole(),
  recipe_sha256: text,
  domain_sha256: text,
  templates_sha256: text,
  profile: text,
  key_id: text,
  splits: mapOf(open({ rows: count, tokens: count, loss_tokens: count })),
  fates: mapOf(counts),
  variants: counts,
  labels: mapOf(mapOf(counts)),
  label_tables: listOf(closed({ task: text, template: text, before: listOf(whole()), labels: listOf(labelShape) })),
  assumed: listOf(closed({ type: text, attribute: text, because: text })),
  items_without_time: count,
  train_shards_equal: flag,
  versions: mapOf(text),
  files: listOf(fileShape),
});

const lineageShape = open({
  manifest_sha256: text,
  corpus_until: orNull(whole()),
  questions: mapOf(mapOf(counts)),
  after_until: count,
});

/** What a release says of itself. */
export type Manifest = Shaped<typeof manifestShape>;
/** All that chooses among rendered rows. */
export type ReleaseSection = Shaped<typeof sectionShape>;
/** One file of a release, by its path in it. */
export type ReleaseFile = Shaped<typeof fileShape>;
/** What a release was made from. */
export type Lineage = Shaped<typeof lineageShape>;

/** A manifest as it is read, and the parts of it that hashes are made of, as they are stored. */
export interface ReadManifest {
  readonly manifest: Manifest;
  readonly stored: Readonly<Record<'identity' | 'release', Readonly<Record<string, unknown>>>>;
}

/** Reads a manifest. Throws `release_broken` where it is not one. */
export function readManifest(json: unknown): ReadManifest {
  const object = objectOf(json, 'manifest');
  const stored = { identity: objectOf(object.identity, 'identity'), release: objectOf(object.release, 'release') };
  return { manifest: manifestShape(json, 'manifest'), stored };
}

/** Reads a lineage. Throws `release_broken` where it is not one. */
export function readLineage(json: unknown): Lineage {
  return lineageShape(json, 'lineage');
}
