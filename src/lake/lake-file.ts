/** Makes a lake or recognises one: lake.json, written once. */
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { LAKE_FORMAT, LakeFile, PARTITIONS_DEFAULT, PARTITIONS_MAX } from '../../schemas/lake.ts';
import { type DeadRows, SourceFacts } from '../../schemas/source.ts';
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

/** What a lake is made with, where there is none yet. */
export interface LakeWishes {
  /** Default PARTITIONS_DEFAULT. */
  readonly partitions?: number | undefined;
  /**
   * What the source of the events says of itself, and rows that became no event; default: nothing.
   */
  readonly source?: SourceFacts;
  readonly deadRows?: DeadRows;
  /** Called where there is no lake yet, before anything is written; what it throws is thrown. */
  readonly tryStore?: () => Promise<void>;
  /** The source may say something else than before. */
  readonly isSourceChanged?: boolean;
}

/**
 * Reads lake.json, or makes one; of two that are made at once, the first counts. Throws `usage`
 * where a lake has another number of partitions, or the number is not one that a lake can have;
 * `inputs_changed` where its source said something else; `lake_broken` as `readLakeFile`.
 */
export async function makeLakeFile(store: ObjectStore, wishes: LakeWishes = {}): Promise<LakeFile> {
  const { partitions } = wishes;
  if (partitions !== undefined && !(Number.isInteger(partitions) && partitions >= 1 && partitions <= PARTITIONS_MAX)) {
    throw new BrewhouseError('usage', `a lake cannot have ${partitions} partitions`, {
      remedy: `give a whole number from 1 to ${PARTITIONS_MAX}`,
    });
  }
  const { source = SourceFacts.parse({}), deadRows: dead_rows = {} } = wishes;
  const made: LakeFile = { format: LAKE_FORMAT, partitions: partitions ?? PARTITIONS_DEFAULT, source, dead_rows };
  const standing = await readLakeFile(store);
  if (standing === null) await wishes.tryStore?.();
  const lake = standing ?? (await writeLakeFile(store, made));
  if (partitions !== undefined && partitions !== lake.partitions) {
    throw new BrewhouseError(
      'usage',
      `the lake ${store.location} has ${lake.partitions} partitions and cannot be opened with ${partitions}`,
      { remedy: `leave the number out or give ${lake.partitions}; it is fixed when a lake is made` },
    );
  }
  if (wishes.source === undefined) return lake;
  return keepSource(
    store,
    { ...lake, source, dead_rows },
    { before: lake, isChanged: wishes.isSourceChanged ?? false },
  );
}

/**
 * The card of every release repeats what a source says: another word for it is never taken unasked.
 */
async function keepSource(store: ObjectStore, lake: LakeFile, { before, isChanged }: SourceChange): Promise<LakeFile> {
  const [was, is] = [before, lake].map((each) => canonicalJson(each));
  if (was === is) return before;
  if (!isChanged && canonicalJson(before.source) !== canonicalJson(lake.source)) {
    throw new BrewhouseError(
      'inputs_changed',
      `the source of the lake ${store.location} said something else of itself`,
      {
        place: { file: `${store.location}/${LAKE_KEY}` },
        remedy: 'bring source.yaml back as it was, or say --source-changed: releases from now on repeat the new one',
      },
    );
  }
  await store.put(LAKE_KEY, Buffer.from(canonicalJson(lake), 'utf8'));
  return lake;
}

interface SourceChange {
  readonly before: LakeFile;
  readonly isChanged: boolean;
}

async function writeLakeFile(store: ObjectStore, lake: LakeFile): Promise<LakeFile> {
  await store.putIfAbsent(LAKE_KEY, Buffer.from(canonicalJson(lake), 'utf8'));
  return (await readLakeFile(store)) ?? lake;
}
