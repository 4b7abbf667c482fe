/** Finds the pseudonym key of a release: BREWHOUSE_KEY, else a key file beside a lake on disk, made once and said aloud. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { type PseudonymKey, parsePseudonymKey } from './pseudonyms.ts';

/** The key file of a lake on disk: beside it, so that copying the lake does not hand the key on. */
export function keyFileOf(lake: string): string {
  return `${lake.replace(/\/+$/, '')}.key`;
}

/** A LAKE HAS ONE KEY: a new one would give the rows of releases that stand other ids. */
async function requireNoRelease(store: ObjectStore, file: string): Promise<void> {
  const standing = (await store.list('releases/')).find((key) => key.endsWith('/manifest.json'));
  if (standing === undefined) return;
  throw new BrewhouseError('key_missing', 'this lake holds releases, and the key that made them is not beside it', {
    place: { file },
    remedy: 'bring the key file back to this place (it moves with the lake), or set BREWHOUSE_KEY',
  });
}

/** Throws `key_missing` for a lake on S3 without a key in the environment. */
export async function findPseudonymKey(
  store: ObjectStore,
  text: string | undefined,
  warn: (message: string) => void,
): Promise<PseudonymKey> {
  if (text !== undefined && text !== '') return parsePseudonymKey(text, 'BREWHOUSE_KEY');
  if (store.location.startsWith('s3://')) {
    throw new BrewhouseError('key_missing', 'a release from a lake on S3 needs a pseudonym key', {
      remedy:
        'set BREWHOUSE_KEY to 64 hexadecimal digits (openssl rand -hex 32) and keep it: verify, explain and inspect need the same',
    });
  }
  const file = keyFileOf(store.location);
  if (!existsSync(file)) {
    await requireNoRelease(store, file);
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
    warn(`made the pseudonym key ${file}: keep it, or set BREWHOUSE_KEY; with another key the same rows get other ids`);
  }
  return parsePseudonymKey(readFileSync(file, 'utf8'), file);
}
