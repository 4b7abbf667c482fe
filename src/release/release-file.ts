/** Files of a release that must be there and whole. */
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { openParquet, type ParquetFile } from '../shard/parquet-reader.ts';

/**
 * A file that the manifest names and that is missing or damaged is a broken release, whatever lake
 * it lies in.
 */
export async function withFile<T>(
  store: ObjectStore,
  path: string,
  use: (file: ParquetFile) => Promise<T>,
): Promise<T> {
  try {
    const reader = await store.openRead(path);
    try {
      return await use(await openParquet(reader));
    } finally {
      await reader.close();
    }
  } catch (cause) {
    if (!(cause instanceof BrewhouseError) || cause.code !== 'lake_broken') throw cause;
    throw brokenRelease(`${store.location}/${path}`, 'a file that the manifest names cannot be read', cause);
  }
}

/** `release_broken`, with the file and what is wrong with it. */
export function brokenRelease(file: string, message: string, cause?: unknown): BrewhouseError {
  return new BrewhouseError('release_broken', message, {
    place: { file },
    remedy: 'run brewhouse verify to see what else is wrong',
    cause,
  });
}
