/** Makes a lake or recognises one: lake.json, written once. */
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { LAKE_FORMAT, LakeFile, PARTITIONS_DEFAULT, PARTITIONS_MAX } from '../../schemas/lake.ts';
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from './object-store.ts';

/** The key of the file that makes a folder a lake. */
export const LAKE_KEY = 'lake.json';

/** lake.json, or null where there is none. Throws `lake_broken` where it says no such thing. */
export async function readLakeFile(store: ObjectStore): Promise<LakeFile | null> {
  const bytes = await store.get(LAKE_KEY);
  if (bytes === null) return null;
  try {
    return LakeFile.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    throw new BrewhouseError('lake_broken', `${LAKE_KEY} of ${store.location} is not a lake of this version`, {
      place: { file: LAKE_KEY },
      remedy: 'restore it, or name another folder: a lake of an older version is built anew',
      cause,
    });
  }
}

/**
 * Reads lake.json, or makes one of `partitions` (default PARTITIONS_DEFAULT); of two that are made
 * at once, the first counts. Throws `usage` where a lake has another number of partitions, or the
 * number is not one that a lake can have; `lake_broken` as `readLakeFile`.
 */
export async function makeLakeFile(store: ObjectStore, partitions?: number): Promise<LakeFile> {
  if (partitions !== undefined && !(Number.isInteger(partitions) && partitions >= 1 && partitions <= PARTITIONS_MAX)) {
    throw new BrewhouseError('usage', `a lake cannot have ${partitions} partitions`, {
      remedy: `give a whole number from 1 to ${PARTITIONS_MAX}`,
    });
  }
  const lake = (await readLakeFile(store)) ?? (await writeLakeFile(store, partitions ?? PARTITIONS_DEFAULT));
  if (partitions !== undefined && partitions !== lake.partitions) {
    throw new BrewhouseError(
      'usage',
      `the lake ${store.location} has ${lake.partitions} partitions and cannot be opened with ${partitions}`,
      { remedy: `leave the number out or give ${lake.partitions}; it is fixed when a lake is made` },
    );
  }
  return lake;
}

async function writeLakeFile(store: ObjectStore, partitions: number): Promise<LakeFile> {
  const lake: LakeFile = { format: LAKE_FORMAT, partitions };
  await store.putIfAbsent(LAKE_KEY, Buffer.from(canonicalJson(lake), 'utf8'));
  return (await readLakeFile(store)) ?? lake;
}
