/**
 * The manifest and the lineage of a release, read into types; the identity and the release section
 * also as stored.
 */
import { z } from 'zod';
import { identitySchema } from '../identity/identity.ts';
import { PROFILE_DEFAULT, PROFILES } from '../profiles/registry.ts';
import { count, mapOf, namedIn, readAs } from '../read-json.ts';

const text = z.string();
const counts = mapOf(count);

/** The release section with its defaults written out; times in epoch milliseconds (NAME-3). */
const sectionSchema = z.strictObject({
  until: z.int().optional(),
  splits: z.strictObject({ t1: z.int(), t2: z.int(), gap: count }),
  weights: mapOf(z.number().min(0)).prefault({}),
  label_caps: mapOf(mapOf(z.int().min(1))).prefault({}),
  token_budget: z.union([z.literal('none'), z.int().min(1)]).default('none'),
  holdout_tasks: z.array(text).default([]),
  profile: text.default(PROFILE_DEFAULT).pipe(namedIn(PROFILES)),
});

const sums = { rows: count, tokens: count, loss_tokens: count };
const fileSchema = z.object({ path: text, kind: text, split: text, ...sums, bytes: count, sha256: text });
const labelSchema = z.strictObject({ label: text, text, token: z.int() });
const labels = z.array(labelSchema);
const tableSchema = z.strictObject({ task: text, template: text, before: z.array(z.int()), labels });

const hashes = { recipe_sha256: text, domain_sha256: text, templates_sha256: text };
const manifestSchema = z.object({
  format: z.literal(2),
  id: text,
  corpus: text,
  identity: identitySchema,
  release: sectionSchema,
  until: z.int(),
  ...hashes,
  profile: text,
  key_id: text,
  splits: mapOf(z.object(sums)),
  fates: mapOf(counts),
  variants: counts,
  labels: mapOf(mapOf(counts)),
  label_tables: z.array(tableSchema),
  assumed: z.array(z.strictObject({ type: text, attribute: text, because: text })),
  items_without_time: count,
  train_shards_equal: z.boolean(),
  versions: mapOf(text),
  files: z.array(fileSchema),
});

const object = z.looseObject({});
const storedSchema = z.object({ identity: z.looseObject({ section: object }), release: object });

const lineageSchema = z.object({
  manifest_sha256: text,
  corpus_until: z.int().nullable(),
  questions: mapOf(mapOf(counts)),
  after_until: count,
});

/** What a release says of itself. */
export type Manifest = z.infer<typeof manifestSchema>;
/** All that chooses among rendered rows. */
export type ReleaseSection = z.infer<typeof sectionSchema>;
/** One file of a release, by its path in it. */
export type ReleaseFile = z.infer<typeof fileSchema>;

/** A manifest as it is read, and the parts of it that hashes are made of, as they are stored. */
export type ReadManifest = ReturnType<typeof readManifest>;

/** Reads a manifest. Throws `release_broken` where it is not one. */
export function readManifest(json: unknown) {
  return { manifest: readAs(manifestSchema, json, 'manifest'), stored: readAs(storedSchema, json, 'manifest') };
}

/** Reads a lineage. Throws `release_broken` where it is not one. */
export function readLineage(json: unknown) {
  return readAs(lineageSchema, json, 'lineage');
}
