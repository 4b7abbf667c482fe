/**
 * The manifest of a release: what it consists of and all hashes it depends on; published last,
 * canonical JSON.
 */

import { z } from 'zod';
import { StoredIdentity, StoredRelease } from './identity.ts';
import { CorpusId, ReleaseId, Sha256 } from './ids.ts';
import { named } from './named.ts';
import { type AssumedAttribute, type DatedItems, DeadRows, SourceFacts } from './source.ts';

const Count = z.number().int().nonnegative();
const Counts = named(Count);

/** One file of a release; `path` is relative to the release. */
export const ReleaseFile = z.strictObject({
  path: z.string(),
  kind: z.enum(['data', 'meta', 'origin', 'index', 'changes', 'card']),
  split: z.string(),
  rows: z.number().int(),
  tokens: z.number().int(),
  loss_tokens: z.number().int(),
  bytes: z.number().int(),
  sha256: Sha256,
});
export type ReleaseFile = z.infer<typeof ReleaseFile>;

/**
 * Where a trained model's answer is read: per template, the ids before the scoring position and the
 * token of each label; scores of labels that are positive may be summed.
 */
export const LabelTable = z.strictObject({
  task: z.string(),
  template: z.string(),
  /** Ids of the answer before the scoring position. */
  before: z.array(z.number().int()),
  /** Ends every answer. */
  end: z.number().int(),
  /**
   * Answer text and scoring token by label, in the order the form lists them, and whether the label
   * is good news (no letter is).
   */
  labels: z.array(
    z.strictObject({ label: z.string(), text: z.string(), token: z.number().int(), positive: z.boolean() }),
  ),
});
export type LabelTable = z.infer<typeof LabelTable>;

/** The label tables of a corpus as its lake keeps them. */
export const KeptLabels = z.strictObject({ label_tables: z.array(LabelTable) });

/** A release, bound by its manifest's hash. */
const OtherRelease = z.strictObject({ id: ReleaseId, manifest_sha256: Sha256, until: z.number().int() });

/** What an increment goes on from (INCREMENT-1). */
export const Since = z.strictObject({
  ...OtherRelease.shape,
  /** The release that the first of the increments began from. */
  first: OtherRelease,
  /** Share of the rows of the past that the split `replay` has (INCREMENT-4). */
  replay: z.number(),
  /** What `changes.parquet` lists. */
  changes: z.strictObject({ removed: Count, replaced: Count }),
});
export type Since = z.infer<typeof Since>;

/** What a release consists of and depends on. */
export const Manifest = z.strictObject({
  /** 1 was that of 0.1.0. */
  format: z.literal(5),
  id: ReleaseId,
  corpus: CorpusId,
  identity: StoredIdentity,
  release: StoredRelease,
  until: z.number().int(),
  /** Of an increment alone. */
  since: Since.optional(),
  recipe_sha256: Sha256,
  domain_sha256: Sha256,
  templates_sha256: Sha256,
  profile: z.string(),
  /** First 8 digits of the SHA-256 of the pseudonym key. */
  key_id: z.string(),
  splits: z.record(
    z.string(),
    z.strictObject({ rows: z.number().int(), tokens: z.number().int(), loss_tokens: z.number().int() }),
  ),
  /**
   * Ordinary rows mature at `until`, by task and fate: in a split (its name), or why not. Variants
   * are apart. Questions that were not rendered, and rows after `until`, depend on how far the
   * corpus was built and are in lineage.json instead.
   */
  fates: named(Counts),
  variants: Counts,
  /** task -> label -> split or fate -> rows. */
  labels: named(named(Counts)),
  /** Rows that each label cap kept of all of its train rows (RELEASE-2). */
  keep_shares: z.array(z.strictObject({ task: z.string(), label: z.string(), kept: Count, all: Count })),
  label_tables: z.array(LabelTable),
  /** What the source of the events says of itself. */
  source: SourceFacts,
  /** Items whose versions have no time: seen from the beginning. */
  items_without_time: z.number().int(),
  train_shards_equal: z.boolean(),
  notes: z.array(z.string()),
  versions: z.record(z.string(), z.string()),
  files: z.array(ReleaseFile),
});
export type Manifest = z.infer<typeof Manifest>;

/**
 * What a release was made from; names the manifest by its hash and lies outside the byte identity.
 */
export const Lineage = z.strictObject({
  manifest_sha256: Sha256,
  corpus_until: z.union([z.number().int(), z.null()]),
  /** Records read, by fate. */
  records: Counts,
  /** Rows of tables that became no event before, by reason. */
  dead_rows: DeadRows,
  /** task -> fate -> label -> questions, as of `corpus_until`. */
  questions: named(named(Counts)),
  /** Of the rendered, by task, those whose candidates' lines are not all different once cut. */
  alike_after_cut: Counts,
  /** Rendered rows (variants too) that are immature at `until`. */
  after_until: z.number().int(),
  partitions: z.number().int(),
  parts: z.array(Sha256),
  timelines: z.array(z.strictObject({ partition: z.number().int(), seq: z.number().int(), sha256: Sha256 })),
  /** The newest records of the chains of items. */
  items: z.array(z.strictObject({ seq: z.number().int(), sha256: Sha256 })),
  /** The newest record of each corpus chain: an increment goes on from what they came to. */
  corpus: z.array(z.strictObject({ partition: z.number().int(), seq: z.number().int(), sha256: Sha256 })),
  machine: z.record(z.string(), z.string()),
});
export type Lineage = z.infer<typeof Lineage>;

/** What a release says itself, and a verification can only take or have pinned (PUBLISH-1). */
export type TakenOnWord =
  | ('recipe' | 'domain' | 'templates' | 'tokenizer')
  // What the command line may have said in place of a recipe that is pinned.
  | ('until' | 'token_budget' | 'profile' | 'allow_empty')
  // What changed since a release that is not there, or of rows that none before it holds.
  | ('since' | 'unseen')
  | ('name' | 'versions' | 'lineage');

/** What verify says: bound to the release by the manifest's hash. */
export interface Certificate {
  manifest_sha256: string;
  /** Over the used events, whatever their copies and order (docs/release.md). */
  events_sha256: string;
  recipe_sha256: string;
  domain_sha256: string;
  templates_sha256: string;
  tokenizer_sha256: string;
  checker_version: string;
  taken_on_word: TakenOnWord[];
  ok: boolean;
  rows_checked: number;
  tokens_checked: number;
  sampled: boolean;
  /** check -> rows or files it looked at. */
  checks: Record<string, number>;
  faults: Fault[];
  fault_counts: Record<string, number>;
  assumed: AssumedAttribute[];
  /** Items that no row dates, and what dates them. */
  dated: DatedItems[];
  /** Rows of tables that became no event, by reason. */
  dead_rows: DeadRows;
  /** The file that counts them; empty where there is none. */
  dead_rows_in: 'tables.json' | 'lake.json' | '';
  items_without_time: number;
  /** The longest time from T + W to closes_at, over all rows (LABEL-3). */
  latest_close_ms: number;
  sentence: string;
}

/** One thing found wrong. */
export interface Fault {
  check: string;
  /** Ids of the rules that it breaks, the likeliest first; none where the files alone are wrong. */
  rule: string[];
  split: string;
  row: number;
  example_id: string;
  detail: string;
}
