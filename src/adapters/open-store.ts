/** From where a lake is said to lie to the store that holds it, and to scratch beside it. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '../content-hash.ts';
import { type Effects, PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { type OneWinnerTrial, tryOneWinner } from '../lake/one-winner.ts';
import type { KeyFile } from '../release/pseudonym-key.ts';
import type { Scratch, ScratchFile } from '../sort/scratch.ts';
import { type Finding, findOneWinner, KEEP_ELSEWHERE } from './checkup.ts';
import { openDirectoryStore, tempFolderOf } from './filesystem/directory-store.ts';
import { openFolderTrial } from './filesystem/folder-checkup.ts';
import { openKeyFile } from './filesystem/key-file.ts';
import { privateFolder } from './filesystem/private-folder.ts';
import { openScratchFile, openScratchFolder, removeFolder } from './filesystem/scratch-folder.ts';
import { patienceOfProcess } from './s3/patience.ts';
import { findInBucket, openS3Trial, sweepS3Trials } from './s3/s3-checkup.ts';
import type { S3Manner } from './s3/s3-client.ts';
import { parseS3Location } from './s3/s3-location.ts';
import { openS3Store } from './s3/s3-store.ts';

// One letter before the colon is a drive of Windows.
const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/** Whether the location is one on S3, `s3://bucket/folder`, well written or not. */
export function isOnS3(location: string): boolean {
  return schemeOf(location) === 's3';
}

/**
 * Opens nothing yet: a folder is made when something is written. The same location means the same
 * lake in every thread. Throws `usage` for what is neither a folder nor `s3://bucket/folder`.
 */
export function openStore(location: string, effects = PROCESS_EFFECTS): ObjectStore {
  if (isOnS3(location)) return openS3Store(location, { tempFolder: localFolderOf(location) }, effects);
  if (schemeOf(location) !== undefined || location === '') {
    throw new BrewhouseError('usage', `cannot open "${location}" as a lake`, {
      remedy: 'name a folder, or s3://BUCKET/FOLDER',
    });
  }
  return openDirectoryStore(location, effects);
}

function schemeOf(location: string): string | undefined {
  return SCHEME.exec(location)?.[1]?.toLowerCase();
}

/** Letters of a hash that name a folder: enough for the few lakes of one machine. */
const HASH_LETTERS = 16;

/**
 * The folder of this machine for files under way and scratch of the lake. A bucket has none of its
 * own: then it is one of the system's, the same for all processes of this user that work on it.
 */
function localFolderOf(location: string): string {
  if (!isOnS3(location)) return tempFolderOf(location);
  const { text } = parseS3Location(location);
  const owner = process.getuid?.() ?? 'user';
  return join(tmpdir(), `brewhouse-${owner}-${sha256Hex(Buffer.from(text)).slice(0, HASH_LETTERS)}`);
}

/** The folder, made where it lies among other users' folders. Throws `store_refused`. */
function scratchFolderOf(location: string): string {
  const folder = localFolderOf(location);
  return isOnS3(location) ? privateFolder(folder) : folder;
}

/**
 * The key file beside the lake. Undefined for a lake on S3: who may read a bucket may read what
 * lies beside the lake.
 */
export function keyFileBeside(location: string): KeyFile | undefined {
  return isOnS3(location) ? undefined : openKeyFile(location);
}

/**
 * Scratch for work on a lake that `openStore` opens: in the lake's own temporary folder, on the
 * disk that has the room; for a lake on S3 below the folder that TMPDIR names.
 */
export function openScratch(location: string, effects = PROCESS_EFFECTS): Scratch {
  return openScratchFolder(scratchFolderOf(location), effects);
}

/** Scratch of several threads: each opens it by the same names, and one of them takes it away. */
export interface SharedScratch {
  readonly scratch: Scratch;
  /** A file of any of the threads, by its name. */
  open(name: string): ScratchFile;
  /** Removes all files, also those that nobody finished. */
  clear(): Promise<void>;
}

/** Opens the scratch `name` for work on a lake that `openStore` opens. */
export function openSharedScratch(location: string, name: string, effects = PROCESS_EFFECTS): SharedScratch {
  const folder = join(scratchFolderOf(location), name);
  return {
    scratch: openScratchFolder(folder, effects),
    open: openScratchFile,
    clear: () => removeFolder(folder),
  };
}

/** How a location is looked at. */
export interface CheckupWish {
  readonly trial: OneWinnerTrial;
  /** Milliseconds for which a store that does not answer is waited for. */
  readonly waitMs: number;
}

/**
 * What must hold for a lake to lie at the location, the worst last. Writes below a folder of its
 * own, which it removes. Throws `usage`, and the reason of `effects.signal`.
 */
export async function checkLocation(
  location: string,
  { trial, waitMs }: CheckupWish,
  effects = PROCESS_EFFECTS,
): Promise<Finding[]> {
  // Says what is no location at all.
  openStore(location, effects);
  if (!isOnS3(location)) return [await findOneWinner(() => openFolderTrial(location, effects), trial, effects)];
  const manner = { patience: { ...patienceOfProcess(), waitMs } };
  const found = await findInBucket(location, manner, effects);
  if (found.some(({ name, ok }) => name === 'bucket' && ok))
    found.push(await findOneWinner(() => openSwept(location, manner, effects), trial, effects));
  return found;
}

async function openSwept(location: string, manner: S3Manner, effects: Effects) {
  await sweepS3Trials(location, manner, effects);
  return openS3Trial(location, manner, effects);
}

/**
 * As many as a server that takes no notice of the condition needs to be found out, and most of
 * those that now and then let two writers win; in a second, where `doctor` takes a minute.
 */
const SHORT_TRIAL: OneWinnerTrial = { writers: 16, rounds: 4, bytes: 4_096 };

/**
 * ONE WINNER PER NAME, tried before a lake is made in a bucket. Throws `store_refused` where the
 * server does not keep to it, and as a store does. On a disk nothing is tried. What it wrote it
 * removes, where it may: a build needs no right to remove anything.
 */
export async function requireOneWinner(location: string, effects = PROCESS_EFFECTS): Promise<void> {
  if (!isOnS3(location)) return;
  const { store, clear } = openS3Trial(location, { patience: patienceOfProcess() }, effects);
  try {
    const { broken } = await tryOneWinner(store, SHORT_TRIAL, { ...effects, observe: () => {} });
    if (broken === 0) return;
    const { writers, rounds } = SHORT_TRIAL;
    throw new BrewhouseError(
      'store_refused',
      `${location} cannot hold a lake: of ${rounds} names that ${writers} writers put at once, ${broken} had more ` +
        'than one winner',
      { place: { file: location }, remedy: `${KEEP_ELSEWHERE}; brewhouse doctor ${location} says more` },
    );
  } finally {
    await clear().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      effects.observe({ kind: 'warning', message: `what was tried could not be removed: ${why}` });
    });
  }
}
