/** Rows of a part that do not count any longer: a file of their numbers, ascending, beside it. */
import type { FileRef } from '../../schemas/commit.ts';
import { brokenFile } from '../lake/broken-file.ts';
import type { ObjectStore } from '../lake/object-store.ts';

/** Bound: the numbers of one part's rows. Throws as the store does. */
export async function writeRemovedRows(store: ObjectStore, folder: string, rows: readonly number[]): Promise<FileRef> {
  const file = store.create();
  file.write(Buffer.from(JSON.stringify(rows), 'utf8'));
  const { sha256, bytes } = await file.finish(`${folder}/removed`, '.json');
  return { sha256, bytes, rows: rows.length };
}

/** The numbers; none for null. Throws `lake_broken` where the file is missing or holds others. */
export async function readRemovedRows(
  store: ObjectStore,
  folder: string,
  file: FileRef | null,
): Promise<readonly number[]> {
  if (file === null) return [];
  const key = `${folder}/removed/${file.sha256}.json`;
  const bytes = await store.get(key);
  if (bytes === null) throw brokenFile(key, 'is missing');
  const rows = JSON.parse(Buffer.from(bytes).toString('utf8')) as number[];
  if (rows.length !== file.rows) throw brokenFile(key, `has ${rows.length} numbers and not ${file.rows}`);
  return rows;
}
