/** What an increment goes on from: another release of the same corpus and section (INCREMENT-1). */
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { storedRelease } from '../../schemas/identity.ts';
import type { CorpusId, ReleaseId } from '../../schemas/ids.ts';
import { Lineage, type Manifest, type Since } from '../../schemas/manifest.ts';
import { Share } from '../../schemas/recipe.ts';
import { sha256Hex } from '../content-hash.ts';
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { parsedJson } from '../parsed-json.ts';
import type { PseudonymKey } from './pseudonyms.ts';
import { readManifest } from './read-manifest.ts';
import { brokenRelease } from './release-file.ts';
import type { DecidedSection } from './release-section.ts';

/** What a user says of an increment. */
export interface SinceWishes {
  /** A release of the lake; undefined: this one is no increment. */
  readonly since?: ReleaseId | undefined;
  /** Share of the rows of the past that come again (INCREMENT-4); default: none. */
  readonly replay?: number | undefined;
}

/** What an increment goes on from. */
export interface SinceRelease {
  readonly told: Omit<Since, 'changes'>;
  /** The section of the increment. */
  readonly section: DecidedSection;
  readonly keyId: string;
  /** What the chains of the corpus had come to. */
  readonly records: Lineage['corpus'];
}

/** What an increment has in common with the release before it. */
export interface SinceInputs {
  readonly corpus: CorpusId;
  readonly section: DecidedSection;
}

/**
 * Undefined where nothing is named. Throws `usage` where the release before is of another corpus or
 * section or ends later, `recipe_invalid` where the section takes rows away, `not_found` where
 * there is no such release, `release_broken` where it cannot be read.
 */
export async function readSince(
  store: ObjectStore,
  { since, replay = 0 }: SinceWishes,
  { corpus, section }: SinceInputs,
): Promise<SinceRelease | undefined> {
  if (since === undefined) return undefined;
  requireShare(replay);
  requireWhole(section);
  const before = await readManifest(store, `releases/${since}`);
  if (before === null)
    throw new BrewhouseError('not_found', `--since ${since}: the lake has no such release`, {
      place: { file: `${store.location}/releases/${since}` },
      remedy: 'brewhouse releases LAKE lists what it has',
    });
  requireSame(before, { corpus, section });
  const manifestSha256 = sha256Hex(canonicalJson(before));
  const own = { id: before.id, manifest_sha256: manifestSha256, until: before.until };
  const told = { ...own, first: before.since?.first ?? own, replay };
  const records = await recordsOf(store, since, manifestSha256);
  // It says nothing of an increment, and what follows compares sections.
  const allow_empty = before.release.allow_empty ?? [];
  return { told, section: { ...section, allow_empty }, keyId: before.key_id, records };
}

/** Another key would give the rows that changed other ids. Throws `key_missing`. */
export function requireSameKey({ told, keyId }: SinceRelease, key: PseudonymKey): void {
  if (key.id === keyId) return;
  throw new BrewhouseError('key_missing', `the release ${told.id} was made with key ${keyId}, this one is ${key.id}`);
}

function requireShare(replay: number): void {
  if (Share.safeParse(replay).success) return;
  throw new BrewhouseError('usage', `--replay ${replay} is no share with at most six decimals`, {
    remedy: 'write it in millionths, as --replay 0.05',
  });
}

/** Options of a section that take train rows away: whether they do, and what takes none. */
const TAKING: readonly (readonly [option: string, takes: (section: DecidedSection) => boolean, none: string])[] = [
  ['label_caps', ({ label_caps }) => Object.keys(label_caps).length > 0, '{}'],
  ['token_budget', ({ token_budget }) => token_budget !== 'none', 'none'],
];

/** What one increment leaves out no later one brings (INCREMENT-5): nothing may be left out. */
function requireWhole(section: DecidedSection): void {
  const found = TAKING.find(([, takes]) => takes(section));
  if (found === undefined) return;
  const [option, , none] = found;
  throw new BrewhouseError('recipe_invalid', `an increment has all rows there are, and ${option} takes some away`, {
    place: { field: `release.${option}` },
    remedy: `set it to ${none}, in the first release too, and take rows by their draw \`thin\` when you train`,
  });
}

/** Options that may differ: the one always does, the other says nothing of an increment. */
const FREE: ReadonlySet<string> = new Set(['until', 'allow_empty']);

function requireSame(before: Manifest, { corpus, section }: SinceInputs): void {
  const { id } = before;
  const wrong = (what: string, remedy: string) => new BrewhouseError('usage', `--since ${id}: ${what}`, { remedy });
  if (before.corpus !== corpus)
    throw wrong(
      `that release is of the corpus ${before.corpus}, this one is of ${corpus}`,
      'name a release that was made of the same recipe, or leave --since out',
    );
  const [was, is] = [before.release, storedRelease(section)].map((each) => new Map(Object.entries(each)));
  const names = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])];
  const textOf = (section: typeof was, name: string) => canonicalJson(section?.get(name) ?? null);
  const other = names.find((name) => !FREE.has(name) && textOf(was, name) !== textOf(is, name));
  if (other !== undefined)
    throw wrong(
      `that release has another release.${other}: ${textOf(was, other)} and not ${textOf(is, other)}`,
      'an increment has the release section of the release that it goes on from, but for until',
    );
  if (before.until > section.until)
    throw wrong(
      `that release ends at ${new Date(before.until).toISOString()}, after this one`,
      `name a later --until than ${new Date(section.until).toISOString()}, or an earlier release`,
    );
}

/** Throws `release_broken` where the lineage is not there, or was written by an earlier version. */
async function recordsOf(store: ObjectStore, id: ReleaseId, manifestSha256: string): Promise<Lineage['corpus']> {
  const key = `releases/${id}/lineage.json`;
  const { data } = Lineage.safeParse(parsedJson(await store.get(key)));
  if (data?.manifest_sha256 === manifestSha256) return data.corpus;
  const file = `${store.location}/${key}`;
  throw brokenRelease(file, 'the lineage does not say which records of the corpus the release was made from');
}
