/** Writes the files of a release (PUBLISH-1, PUBLISH-2), its lineage and, last, its manifest. */

import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { ReleaseId, Sha256 } from '../../schemas/ids.ts';
import type { Lineage, Manifest, ReleaseFile } from '../../schemas/manifest.ts';
import { sha256Hex } from '../content-hash.ts';
import { type Effects, PROCESS_EFFECTS } from '../effects.ts';
import { profileOf } from '../profiles/profiles.ts';
import type { Scratch } from '../sort/scratch.ts';
import type { LateEvents } from '../timeline/lateness.ts';
import type { TokenTexts } from '../tokenize/token-texts.ts';
import { releaseCard } from './card/card.ts';
import { chooseCardRow } from './card/card-row.ts';
import { type ToldChanges, writeChanges } from './changes-file.ts';
import { joinTokens } from './join-rows.ts';
import { countLateEvents, type LateRules } from './late-events.ts';
import { keepLineage, type LineageInputs, lineageOf } from './lineage.ts';
import { buildManifest, footerFacts, type ManifestInputs } from './manifest.ts';
import { unpackRows } from './packed-rows.ts';
import { manifestKey, readManifest } from './read-manifest.ts';
import { claimName, releaseId } from './release-name.ts';
import type { DecidedSection } from './release-section.ts';
import type { RowCounts } from './row-counts.ts';
import type { Selection } from './selection.ts';
import { type GroupJoiner, writeShards } from './shards.ts';
import type { ShuffledRows } from './shuffle.ts';
import type { SinceRelease } from './since.ts';
import { readTokenTable } from './token-table.ts';
import { countUntimedItems } from './untimed-items.ts';

/** All that a release is made from: what its manifest says, and the rows. */
export interface ReleaseSource
  extends LineageInputs,
    Pick<ManifestInputs, 'corpus' | 'identity' | 'rules' | 'tables' | 'key'> {
  readonly counts: RowCounts;
  readonly section: DecidedSection;
  readonly selection: Pick<Selection, 'trainShards'>;
  readonly tokens: TokenTexts;
  readonly scratch: Scratch;
  readonly shuffled: ShuffledRows;
  readonly joiner: GroupJoiner;
  readonly facts: TimelineFacts;
  /** Of an increment alone: what it goes on from, and what changed since. */
  readonly increment: { readonly told: SinceRelease['told']; readonly changes: ToldChanges } | undefined;
  /** A name of the user's own; undefined: the release is named by its content. */
  readonly id: ReleaseId | undefined;
}

/** What a release says of the timelines behind it. */
export interface TimelineFacts {
  readonly itemsWithoutTime: number;
  readonly late: LateEvents;
}

/**
 * Reads the item versions, and once more with the timelines where any event of them may be late.
 * Throws as lake and scratch do. Bound: as of what counts.
 */
export async function timelineFacts(
  source: Pick<ReleaseSource, 'lake' | 'timelines' | 'rules' | 'identity' | 'section' | 'scratch'>,
): Promise<TimelineFacts> {
  const { lake, timelines, scratch } = source;
  const { runs } = timelines.items.record;
  return {
    itemsWithoutTime: await countUntimedItems(lake.items(runs), scratch),
    late: await countLateEvents({ lake, timelines, items: lake.items(runs) }, lateRules(source)),
  };
}

/** A release that is there. */
export interface PublishedRelease {
  readonly id: ReleaseId;
  /** Its folder, as the store's location says it. */
  readonly path: string;
  readonly manifest: Manifest;
  readonly manifestSha256: Sha256;
  readonly lineage: Lineage;
  /** It was there already and was not written again. */
  readonly stood: boolean;
}

/**
 * Publishes under its `id`, or under the name that its content has. Throws `usage` where
 * another release has the name, `release_broken` where its manifest does not read.
 */
export async function publishRelease(source: ReleaseSource, effects = PROCESS_EFFECTS): Promise<PublishedRelease> {
  const { store } = source.lake;
  const { increment } = source;
  const defaultId = releaseId({
    ...{ ...source, source: source.lake.source, digest: source.shuffled.digest },
    increment: increment && { told: increment.told, changesDigest: increment.changes.digest },
  });
  const { id = defaultId } = source;
  const folder = `releases/${id}`;
  // A default id says which rows it is of; a name of the user's own must be told.
  if (source.id !== undefined) await claimName(store, id, defaultId);
  const before = await readManifest(store, folder);
  const manifest = before ?? (await writeFiles(source, { id, defaultId, folder }, effects));
  const manifestSha256 = sha256Hex(canonicalJson(manifest));
  const lineage = await keepLineage(store, folder, lineageOf(source, manifestSha256));
  // PUBLISHED LAST: until the manifest is there, there is no release.
  if (before === null) await store.put(manifestKey(folder), Buffer.from(canonicalJson(manifest), 'utf8'));
  return { id, path: `${store.location}/${folder}`, manifest, manifestSha256, lineage, stood: before !== null };
}

interface Names {
  readonly id: ReleaseId;
  /**
   * In footers and on the card, whatever name the release is given: that one is in the manifest
   * alone.
   */
  readonly defaultId: ReleaseId;
  readonly folder: string;
}

/** Writes every file but lineage and manifest; returns the manifest that names them. */
async function writeFiles(source: ReleaseSource, names: Names, effects: Effects): Promise<Manifest> {
  const { lake, scratch, section, shuffled, increment } = source;
  const inputs: Omit<ManifestInputs, 'files'> = {
    ...source,
    source: lake.source,
    vocabSize: source.tokens.vocabSize,
    id: names.id,
    release: section,
    until: section.until,
    since: increment && { ...increment.told, changes: increment.changes.counts },
    ...source.facts,
  };
  const options = {
    store: lake.store,
    folder: names.folder,
    shuffled,
    scratch,
    profile: profileOf(section.profile),
    joiner: source.joiner,
    trainShards: source.selection.trainShards,
    facts: footerFacts(inputs, names.defaultId),
  };
  const files = await writeShards(options, effects);
  if (increment !== undefined) files.push(await writeChanges(lake.store, names.folder, increment.changes));
  const row = cardRow(shuffled);
  const text = releaseCard(
    buildManifest({ ...inputs, files, id: names.defaultId }),
    row && { ...row, text: source.tokens.decode(row.ids) },
  );
  const card = Buffer.from(text, 'utf8');
  await lake.store.put(`${names.folder}/README.md`, card);
  await effects.reach('manifest');
  return buildManifest({ ...inputs, files: [...files, cardFile(card)] });
}

/** The row of the card, joined by itself. */
function cardRow({ rows, tokenTable, tokenFile, numbers }: ShuffledRows) {
  const chosen = chooseCardRow(rows());
  if (chosen === undefined) return undefined;
  const tokens = readTokenTable(tokenTable, tokenFile);
  try {
    const { packed: bytes } = chosen;
    const row = unpackRows({ bytes, starts: Int32Array.of(0, bytes.length) });
    return { ...chosen, ids: joinTokens(row, { tokens, numbers }).ids };
  } finally {
    tokens.close();
  }
}

function lateRules({
  rules,
  identity,
  section: { until },
}: Pick<ReleaseSource, 'rules' | 'identity' | 'section'>): LateRules {
  const longestWindow = Math.max(...rules.tasks.map(({ windowMs }) => windowMs));
  return { known: identity.section.known, longestWindow, until };
}

function cardFile(card: Buffer): ReleaseFile {
  const counts = { rows: 0, tokens: 0, loss_tokens: 0, bytes: card.length };
  return { path: 'README.md', kind: 'card', split: '', ...counts, sha256: sha256Hex(card) };
}
