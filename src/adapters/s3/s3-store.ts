/**
 * A lake in a bucket. Files under way lie on this machine, and each goes up as one PUT when it is
 * named: a name is given whole or not at all.
 */
import { compareUtf8 } from '../../../schemas/byte-order.ts';
import { PROCESS_EFFECTS } from '../../effects.ts';
import { brokenFile, requireRange } from '../../lake/broken-file.ts';
import {
  assertFolder,
  assertKey,
  LEFTOVER_AGE_MS,
  type ObjectStore,
  type RangeReader,
} from '../../lake/object-store.ts';
import { translated } from '../filesystem/file-errors.ts';
import { openFileUnderWay } from '../filesystem/files-under-way.ts';
import { privateFolder } from '../filesystem/private-folder.ts';
import { sweepFolder } from '../filesystem/temp-files.ts';
import { type Patience, patienceOfProcess } from './patience.ts';
import { openBucket, type S3Bucket } from './s3-bucket.ts';
import type { S3Account } from './s3-client.ts';
import { parseS3Location } from './s3-location.ts';
import { getObject, getRange, listFolder, objectSize } from './s3-reads.ts';
import { putFile, putObject, putObjectIfAbsent } from './s3-writes.ts';

/** What a store is told beside its location. */
export interface S3StoreOptions {
  /** Folder on this machine for files under way; made when the first is begun. */
  readonly tempFolder: string;
  /** By default what BREWHOUSE_STORE_WAIT says. */
  readonly patience?: Patience;
  /** By default what the environment and profiles say. */
  readonly account?: S3Account;
}

/**
 * Opens the store; asks the network nothing until something is read or written. Throws `usage` for
 * what is no location on S3.
 */
export function openS3Store(
  location: string,
  { tempFolder, patience = patienceOfProcess(), account }: S3StoreOptions,
  effects = PROCESS_EFFECTS,
): ObjectStore {
  const at = parseS3Location(location);
  const bucket = openBucket(at, { patience, account }, effects);
  const keyOf = (key: string) => {
    assertKey(key);
    return at.prefix + key;
  };
  return {
    location: at.text,
    get: async (key) => getObject(bucket, keyOf(key)),
    openRead: async (key) => openReader(bucket, key, keyOf(key)),
    put: async (key, bytes) => putObject(bucket, keyOf(key), bytes),
    putIfAbsent: async (key, bytes) => putObjectIfAbsent(bucket, keyOf(key), bytes),
    create: () =>
      openFileUnderWay(
        {
          tempFolder: privateFolder(tempFolder),
          isKept: false,
          give: (path, key, written) => putFile(bucket, keyOf(key), { path, ...written }),
        },
        effects,
      ),
    async list(folder) {
      assertFolder(folder);
      const below = at.prefix + folder;
      const { keys, folders } = await listFolder(bucket, below);
      // Some tools mark a folder by an empty object of its name.
      const names = [...keys, ...folders].map((each) => each.slice(below.length)).filter((name) => name !== '');
      return [...new Set(names)].sort(compareUtf8);
    },
    sweepLeftovers: (now) =>
      translated('sweep', tempFolder, async (path) => sweepFolder(privateFolder(path), now - LEFTOVER_AGE_MS)),
  };
}

async function openReader(bucket: S3Bucket, key: string, full: string): Promise<RangeReader> {
  const size = await objectSize(bucket, full);
  if (size === null) throw brokenFile(key, 'is missing');
  let isOpen = true;
  return {
    name: key,
    size,
    async read(from, to) {
      if (!isOpen) throw new Error(`the reader of ${key} is closed`);
      requireRange({ key, size }, from, to);
      return from === to ? new Uint8Array() : getRange(bucket, full, { size, from, to });
    },
    async close() {
      isOpen = false;
    },
  };
}
