/** The releases that an increment goes on from, and whether it may (INCREMENT-1, INCREMENT-5). */
import { BrewhouseError } from '../../errors.ts';
import { createFaultList, type FaultList, type RuleId } from '../fault-list.ts';
import { isNamed, isOfStore, type ReaderAddress, readerAt } from '../reader.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Since } from './manifest.ts';
import { checkFiles, type OpenRelease, openRelease } from './release-files.ts';

/** More increments than anybody makes since one release. */
const RELEASES_MAX = 10_000;

type Wrong = (detail: string, ...rule: RuleId[]) => void;

/** An increment, and where the releases before it are looked for. */
export interface IncrementToCheck {
  readonly release: OpenRelease;
  /** By what it is read. */
  readonly at: ReaderAddress;
  /** A release, or a folder of releases; default: the folder that the increment lies in. */
  readonly told: string | undefined;
}

/**
 * The releases before an increment, the newest first, down to the first one; undefined where one of
 * them is not there, is another or is not whole, which is a fault where it was looked for in
 * `told`. By default they lie beside the increment.
 */
export async function releasesBefore(
  { release, at, told }: IncrementToCheck,
  list: FaultList,
): Promise<OpenRelease[] | undefined> {
  const wrong: Wrong = (detail, ...rule) => {
    list.add({}, { check: 'changes', rule: ['INCREMENT-1', ...rule], detail });
  };
  if (release.manifest.since === undefined) return [];
  checkSection(release, wrong);
  const found: OpenRelease[] = [];
  let later = release;
  for (let since: Since | undefined = release.manifest.since; since !== undefined; since = later.manifest.since) {
    if (found.length === RELEASES_MAX) return undefined;
    list.look('changes');
    checkTimes(since, later, wrong);
    const folders = told === undefined ? [folderOf(later.files.location)] : [told, folderOf(told)];
    const before = await find(since, addressesOf(at, folders, since.id), wrong);
    if (before === undefined) {
      if (told !== undefined) wrong(`the release ${since.id} is not in the folder that was named`, 'INCREMENT-7');
      return undefined;
    }
    checkSame(before, { since, later, wrong });
    const own = createFaultList();
    if (!(await checkFiles(before, own))) {
      wrong(`the release ${since.id} is not whole: ${own.faults[0]?.detail ?? ''}`, 'INCREMENT-7');
      return undefined;
    }
    found.push(before);
    later = before;
  }
  return found;
}

/** What a section may not ask of an increment. */
function checkSection({ manifest: { release } }: OpenRelease, wrong: Wrong): void {
  if (release.label_caps.size > 0) wrong('an increment has label caps');
  if (release.token_budget !== 'none') wrong('an increment has a token budget');
}

function checkTimes({ until, first, ...own }: Since, { manifest }: OpenRelease, wrong: Wrong): void {
  if (until > manifest.until) wrong(`it ends at ${manifest.until}, and the release before it at ${until}`);
  if (first.until > until) wrong(`the first release ends at ${first.until}, and the one before it at ${until}`);
  const isFirst = first.manifest_sha256 === own.manifest_sha256;
  if (isFirst && (first.id !== own.id || first.until !== until)) wrong('it names its first release in two ways');
}

/** The folder that a place lies in, on this machine or in a bucket. */
function folderOf(location: string): string {
  return /^(.*[^/\\])[/\\]+[^/\\]+[/\\]*$/.exec(location)?.[1] ?? '.';
}

/** Of each folder itself, and of the release of that name in it. */
function addressesOf(at: ReaderAddress, folders: readonly string[], id: string): ReaderAddress[] {
  return folders.flatMap((folder) => [folder, `${folder}/${id}`]).map((location) => ({ ...at, location }));
}

/** The release itself where a folder is that, or a folder of its name in it. */
async function find(
  { id, manifest_sha256: wanted }: Since,
  places: readonly ReaderAddress[],
  wrong: Wrong,
): Promise<OpenRelease | undefined> {
  for (const at of places) {
    const files = await readerAt(at);
    if (!(await isNamed(files, 'manifest.json'))) continue;
    try {
      const before = await openRelease(files);
      if (before.manifestSha256 === wanted) return before;
      if (before.manifest.id === id) wrong(`the release ${id} has another manifest than the one that it names`);
    } catch (error) {
      if (!(error instanceof BrewhouseError) || isOfStore(error)) throw error;
      wrong(`the release ${id} cannot be read: ${error.message}`);
    }
  }
  return undefined;
}

interface Link {
  readonly since: Since;
  readonly later: OpenRelease;
  readonly wrong: Wrong;
}

/** That what an increment says of a release is so, and that the two go together. */
function checkSame({ manifest, manifestSha256, stored }: OpenRelease, { since, later, wrong }: Link): void {
  if (manifest.id !== since.id || manifest.until !== since.until)
    wrong(`the release ${manifest.id} until ${manifest.until} is named ${since.id} until ${since.until}`);
  const own = { id: manifest.id, manifest_sha256: manifestSha256, until: manifest.until };
  const [first, right] = [since.first, manifest.since?.first ?? own].map(canonicalJson);
  if (first !== right) wrong(`its first release is ${first} instead of ${right}`);
  for (const name of ['corpus', 'key_id'] as const)
    if (manifest[name] !== later.manifest[name])
      wrong(`${name} of the release ${manifest.id} is ${manifest[name]} and not ${later.manifest[name]}`);
  const [was, is] = [stored.release, later.stored.release].map((section) =>
    canonicalJson({ ...section, until: null, allow_empty: null }),
  );
  if (was !== is) wrong(`the release section of ${manifest.id} is ${was} instead of ${is}`);
}
