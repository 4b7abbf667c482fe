/**
 * The manifest of a release, read into types by a schema that leaves no room (PUBLISH-3); the
 * identity and the release section also as stored.
 */
import { z } from 'zod';
import { EARLIEST, LATEST } from '../events/raw-times.ts';
import { identitySchema } from '../identity/identity.ts';
import { PROFILES } from '../profiles/registry.ts';
import { count, mapOf, namedIn, readAs, share, weight } from '../read-json.ts';
import { sourceSchema } from './event-side.ts';

const text = z.string();
const counts = mapOf(count);
/** Epoch milliseconds in the years 1 to 9999 (EVENT-2). */
export const moment = z.int().min(EARLIEST).max(LATEST);

/** A SHA-256 in hexadecimal digits. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256');
/** Three numbers: a text in which nothing else fits. */
export const version = z.string().regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}(-(alpha|beta|rc)\.\d{1,2})?$/, 'is no version');

/** The splits, in the order in which they come among files, on the card and in indexes. */
export const SPLITS = [
  ...(['train', 'validation', 'test', 'test_members', 'test_template', 'test_surface', 'test_task'] as const),
  'replay' as const,
];

/** Splits that a release has rows in, unless it says otherwise (RELEASE-7). */
export const FILLED = ['train', 'validation', 'test'] as const;

function isInOrder(splits: readonly (typeof FILLED)[number][]): boolean {
  return splits.join() === FILLED.filter((split) => splits.includes(split)).join();
}

/** The release section with its defaults written out; times in epoch milliseconds (NAME-3). */
export const sectionSchema = z.strictObject({
  until: moment.optional(),
  splits: z.strictObject({ t1: moment, t2: moment, gap: count }),
  weights: mapOf(weight).prefault({}),
  label_caps: mapOf(mapOf(z.int().min(1))).prefault({}),
  token_budget: z.union([z.literal('none'), z.int().min(1)]).default('none'),
  holdout_tasks: z.array(text).default([]),
  train_shards: z.int().min(1).optional(),
  allow_empty: z.array(z.enum(FILLED)).refine(isInOrder, 'are not in order').default([]),
  profile: namedIn(PROFILES),
});

const sums = { rows: count, tokens: count, loss_tokens: count };
/** The only paths that there are: whoever opens one stays in the release. */
const PATH =
  /^((data|meta|origin)\/\w+-\d{5}-of-\d{5}\.parquet|index\/(examples|members)\.parquet|changes\.parquet|README\.md)$/;
const path = z.string().regex(PATH, { error: ({ input }) => `${String(input)} is of no kind that a release has` });
/** The tables that origins number. */
export const TABLES = ['segments', 'events'] as const;
/** Which of TABLES a file is of; undefined where it is of none. */
export function tableOf(path: string): (typeof TABLES)[number] | undefined {
  return TABLES.find((table) => path.startsWith(`origin/${table}-`));
}

const fileSchema = z.strictObject({
  ...{ path, kind: z.enum(['data', 'meta', 'origin', 'index', 'changes', 'card']), split: text },
  ...{ ...sums, bytes: count, sha256 },
});
const labelSchema = z.strictObject({ label: text, text, token: z.int(), positive: z.boolean() });
const tableSchema = z.strictObject({
  ...{ task: text, template: text, before: z.array(z.int()), end: z.int(), labels: z.array(labelSchema) },
});

const releaseName = z.string().regex(/^(?!.*\.claim\.json$)[a-z0-9][a-z0-9._-]{0,127}$/i);
const other = { id: releaseName, manifest_sha256: sha256, until: moment };
/** What an increment goes on from (INCREMENT-1); the share to replay in whole millionths. */
const sinceSchema = z.strictObject({
  ...{ ...other, first: z.strictObject(other), replay: share },
  changes: z.strictObject({ removed: count, replaced: count }),
});

const manifestSchema = z.strictObject({
  format: z.literal(5),
  id: releaseName,
  corpus: z.string().regex(/^[0-9a-f]{16}$/),
  ...{ identity: identitySchema, release: sectionSchema, until: moment, since: sinceSchema.optional() },
  ...{ recipe_sha256: sha256, domain_sha256: sha256, templates_sha256: sha256 },
  ...{ profile: text, key_id: z.string().regex(/^[0-9a-f]{8}$/) },
  splits: mapOf(z.strictObject(sums)),
  ...{ fates: mapOf(counts), variants: counts, labels: mapOf(mapOf(counts)) },
  keep_shares: z.array(z.strictObject({ task: text, label: text, kept: count, all: count })),
  label_tables: z.array(tableSchema),
  source: sourceSchema,
  items_without_time: count,
  train_shards_equal: z.boolean(),
  notes: z.array(text),
  versions: z.strictObject({ brewhouse: version, node: version, zstd: version, tokenizers: version }),
  files: z.array(fileSchema),
});

const object = z.looseObject({});
const storedSchema = z.object({
  ...{ identity: z.looseObject({ section: object }), release: object, source: object },
  since: object.optional(),
});

/** What a release says of itself. */
export type Manifest = z.infer<typeof manifestSchema>;
/** What an increment goes on from. */
export type Since = z.infer<typeof sinceSchema>;
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
