/** Makes a lake or recognises one that stands: lake.json, written once. */
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { LakeFile, PARTITIONS_DEFAULT, PARTITIONS_MAX } from '../../schemas/lake.ts';
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from './object-store.ts';

export const LAKE_KEY = 'lake.json';

/** The lake at the store, or null where none stands. Throws `lake_broken` where lake.json is none. */
export async function openLake(store: ObjectStore): Promise<LakeFile | null> {
  const bytes = await store.get(LAKE_KEY);
  if (bytes === null) return null;
  try {
    return LakeFile.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    throw new BrewhouseError('lake_broken', `${LAKE_KEY} of ${store.location} is not a lake of this version`, {
      place: { file: LAKE_KEY },
      remedy: 'restore it, or name another folder',
      cause,
    });
  }
}

/**
 * Opens the lake, or makes one of `partitions` (default PARTITIONS_DEFAULT); of two that make one at once, the first one's stands.
 * Throws `usage` where it stands with another number of partitions, or the number is none; `lake_broken` as `openLake`.
 */
export async function openOrMakeLake(store: ObjectStore, partitions?: number, createdBy?: string): Promise<LakeFile> {
  if (partitions !== undefined && !(Number.isInteger(partitions) && partitions >= 1 && partitions <= PARTITIONS_MAX)) {
    throw new BrewhouseError('usage', `a lake cannot have ${partitions} partitions`, {
      remedy: `give a whole number from 1 to ${PARTITIONS_MAX}`,
    });
  }
  const lake = (await openLake(store)) ?? (await makeLake(store, partitions ?? PARTITIONS_DEFAULT, createdBy));
  if (partitions !== undefined && partitions !== lake.partitions) {
    throw new BrewhouseError(
      'usage',
      `the lake ${store.location} has ${lake.partitions} partitions and cannot be opened with ${partitions}`,
      { remedy: `leave the number out or give ${lake.partitions}; it is fixed when a lake is made` },
    );
  }
  return lake;
}

async function makeLake(store: ObjectStore, partitions: number, createdBy: string | undefined): Promise<LakeFile> {
  const lake: LakeFile = { format: 1, partitions, ...(createdBy === undefined ? {} : { created_by: createdBy }) };
  await store.putIfAbsent(LAKE_KEY, Buffer.from(canonicalJson(lake), 'utf8'));
  return (await openLake(store)) ?? lake;
}
