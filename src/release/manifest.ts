/**
 * The manifest of a release and its card: what it consists of, what it depends on, and what a
 * reader must know of it.
 */

import { compareUtf8 } from '../../schemas/byte-order.ts';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { type StoredIdentity, type StoredRelease, storedRelease } from '../../schemas/identity.ts';
import type { CorpusId, ReleaseId } from '../../schemas/ids.ts';
import { SPLITS } from '../../schemas/ledger.ts';
import type { LabelTable, Manifest, ReleaseFile, Since } from '../../schemas/manifest.ts';
import { ownValue } from '../../schemas/names.ts';
import type { ReleaseSection } from '../../schemas/recipe.ts';
import type { SourceFacts } from '../../schemas/source.ts';
import { packageVersion } from '../config.ts';
import { sha256Hex } from '../content-hash.ts';
import { type CorpusIdentity, storedIdentity } from '../forms/identity.ts';
import type { CorpusRules } from '../forms/task-rules.ts';
import { profileOf } from '../profiles/profiles.ts';
import { addTo } from '../tally.ts';
import type { LateEvents } from '../timeline/lateness.ts';
import { TOKENIZERS_VERSION } from '../tokenize/tokenizers-version.ts';
import { notesOf } from './notes.ts';
import type { PseudonymKey } from './pseudonyms.ts';
import type { RowCounts } from './row-counts.ts';

/** All that a manifest says. */
export interface ManifestInputs {
  readonly id: ReleaseId;
  readonly corpus: CorpusId;
  readonly identity: CorpusIdentity;
  readonly rules: CorpusRules;
  readonly tables: readonly LabelTable[];
  /** Of the tokenizer: the greatest id plus 1. */
  readonly vocabSize: number;
  readonly release: ReleaseSection;
  readonly until: number;
  /** Of an increment alone. */
  readonly since: Since | undefined;
  readonly key: PseudonymKey;
  readonly counts: Pick<RowCounts, 'fates' | 'labels' | 'variants'>;
  readonly source: SourceFacts;
  readonly itemsWithoutTime: number;
  readonly late: LateEvents;
  readonly files: readonly ReleaseFile[];
}

type FooterInputs = Pick<ManifestInputs, 'identity' | 'vocabSize' | 'release' | 'until' | 'since'>;

/**
 * Facts in every token file's footer; the default id among them, whatever name the release is
 * given.
 */
export function footerFacts(inputs: FooterInputs, defaultId: ReleaseId): Record<string, string> {
  const { identity, release, until, since } = inputs;
  const { tokenizer } = identity;
  const { t1, t2 } = since === undefined ? release.splits : { t1: until, t2: until };
  const told = (at: number) => new Date(at).toISOString();
  const hashes = recipeHashes(storedIdentity(identity), storedRelease(release));
  return {
    'brewhouse.schema_version': '1',
    'brewhouse.writer_version': packageVersion(),
    'brewhouse.profile': release.profile,
    'brewhouse.release_id': defaultId,
    ...profileOf(release.profile).facts,
    'brewhouse.tokenizer': tokenizer.id,
    'brewhouse.tokenizer_sha256': tokenizer.sha256,
    'brewhouse.chat_template_sha256':
      identity.section.chat_template === false ? '' : (tokenizer.chat_template_sha256 ?? ''),
    'brewhouse.vocab_size': String(inputs.vocabSize),
    'brewhouse.bos_id': String(tokenizer.bos ?? ''),
    'brewhouse.eos_id': String(tokenizer.eos),
    'brewhouse.pad_id': String(tokenizer.pad ?? ''),
    'brewhouse.max_length': String(identity.context),
    'brewhouse.recipe_sha256': hashes.recipe_sha256,
    'brewhouse.domain_sha256': hashes.domain_sha256,
    'brewhouse.templates_sha256': hashes.templates_sha256,
    'brewhouse.t1': told(t1),
    'brewhouse.t2': told(t2),
    'brewhouse.until': told(until),
    ...(since && { 'brewhouse.since': told(since.until) }),
  };
}

/**
 * Hashes that a release is known by (NAME-1): recipe (both sections, as stored), domain,
 * templates.
 */
function recipeHashes(identity: StoredIdentity, release: StoredRelease) {
  const { section, context, context_min } = identity;
  return {
    recipe_sha256: sha256Hex(canonicalJson({ corpus: { ...section, context, context_min }, release })),
    domain_sha256: sha256Hex(canonicalJson(identity.domain)),
    templates_sha256: sha256Hex(canonicalJson(identity.templates)),
  };
}

/** Everything but clocks and machines (PUBLISH-3). */
export function buildManifest(inputs: ManifestInputs): Manifest {
  const { rules, tables, files, source } = inputs;
  const [identity, release] = [storedIdentity(inputs.identity), storedRelease(inputs.release)];
  const train = files.filter((file) => file.kind === 'data' && file.split === 'train');
  const { fates, labels, variants } = inputs.counts;
  return {
    format: 5,
    id: inputs.id,
    corpus: inputs.corpus,
    identity,
    release,
    until: inputs.until,
    ...(inputs.since && { since: inputs.since }),
    ...recipeHashes(identity, release),
    profile: release.profile,
    key_id: inputs.key.id,
    splits: splitTotals(files),
    ...{ fates, labels, variants },
    keep_shares: keepShares(inputs.release.label_caps, labels),
    label_tables: [...tables],
    source,
    items_without_time: inputs.itemsWithoutTime,
    train_shards_equal: new Set(train.map((file) => file.rows)).size <= 1,
    notes: notesOf({
      tasks: rules.tasks,
      withRows: tasksWithRows(fates),
      domain: inputs.identity.domain,
      itemsWithoutTime: inputs.itemsWithoutTime,
      late: inputs.late,
      hasAssumed: source.assumed.length > 0,
    }),
    versions: {
      brewhouse: packageVersion(),
      node: process.versions.node,
      zstd: process.versions.zstd ?? '',
      tokenizers: TOKENIZERS_VERSION,
    },
    files: [...files],
  };
}

/** Tasks with an ordinary row in a split. */
function tasksWithRows(fates: Manifest['fates']): ReadonlySet<string> {
  const inSplits = (ends: Readonly<Record<string, number>>) => SPLITS.some((split) => Object.hasOwn(ends, split));
  return new Set(Object.entries(fates).flatMap(([task, ends]) => (inSplits(ends) ? [task] : [])));
}

function splitTotals(files: readonly ReleaseFile[]): Manifest['splits'] {
  const splits: Manifest['splits'] = {};
  for (const { kind, split, rows, tokens, loss_tokens } of files) {
    if (kind !== 'data') continue;
    for (const [name, count] of Object.entries({ rows, tokens, loss_tokens })) addTo(splits, [split, name], count);
  }
  return splits;
}

/** Train rows that each label cap that met any has kept, in order of task and label (RELEASE-2). */
function keepShares(caps: ReleaseSection['label_caps'], labels: Manifest['labels']): Manifest['keep_shares'] {
  const inOrder = <T>(of: Readonly<Record<string, T>>) => Object.entries(of).sort(([a], [b]) => compareUtf8(a, b));
  return inOrder(caps).flatMap(([task, most]) =>
    inOrder(most).flatMap(([label]) => {
      const counts = ownValue(ownValue(labels, task), label) ?? {};
      const { train = 0, thinned = 0, remainder = 0, label_capped: capped = 0 } = counts;
      const kept = train + thinned + remainder;
      return kept + capped === 0 ? [] : [{ task, label, kept, all: kept + capped }];
    }),
  );
}
