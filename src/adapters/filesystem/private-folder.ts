/** A folder for temporary files in a place that all users of a machine share. */
import { mkdirSync, statSync } from 'node:fs';
import { BrewhouseError } from '../../errors.ts';
import { translatedSync } from './file-errors.ts';

/**
 * Makes the folder, into which this user alone may look, and returns its path. Throws
 * `store_refused` where another user was there before.
 */
export function privateFolder(path: string): string {
  translatedSync('make', path, () => mkdirSync(path, { recursive: true, mode: 0o700 }));
  const { uid } = translatedSync('look at', path, () => statSync(path));
  const own = process.getuid?.();
  if (own === undefined || uid === own) return path;
  throw new BrewhouseError('store_refused', `the folder ${path} belongs to another user`, {
    place: { file: path },
    remedy: 'name another folder for temporary files in TMPDIR',
  });
}
