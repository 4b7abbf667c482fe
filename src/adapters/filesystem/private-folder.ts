/** A folder for temporary files in a place that all users of a machine share. */
import { lstatSync, mkdirSync } from 'node:fs';
import { BrewhouseError } from '../../errors.ts';
import { translatedSync } from './file-errors.ts';

/**
 * Makes the folder, into which this user alone may look, and returns its path. Throws
 * `store_refused` where another user was there before, or where a link leads elsewhere: what is old
 * in the folder is swept.
 */
export function privateFolder(path: string): string {
  translatedSync('make', path, () => mkdirSync(path, { recursive: true, mode: 0o700 }));
  const found = translatedSync('look at', path, () => lstatSync(path));
  const own = process.getuid?.() ?? found.uid;
  if (found.isDirectory() && found.uid === own) return path;
  const what = found.isDirectory() ? 'belongs to another user' : 'is no folder of its own but a link';
  throw new BrewhouseError('store_refused', `the folder ${path} for temporary files ${what}`, {
    place: { file: path },
    remedy: 'name another folder for temporary files in TMPDIR',
  });
}
