/**
 * Finds the pseudonym key of a release: the one that the user names, else the key file of the lake,
 * made once and said aloud.
 */
import { PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { type PseudonymKey, parsePseudonymKey } from './pseudonyms.ts';

/**
 * The port to the file that keeps a lake's key, beside the lake, so that who copies the lake does
 * not hand the key on.
 */
export interface KeyFile {
  /** Its path, for messages. */
  readonly name: string;
  /** The text, or null where there is no such file. Throws `store_refused`. */
  read(): Promise<string | null>;
  /**
   * Writes a new random key and returns its text; where another was first, the text of that. Throws
   * as a store does.
   */
  make(): Promise<string>;
}

/** Where a key may come from. */
export interface KeySources {
  /** The text of BREWHOUSE_KEY, where it is set. */
  readonly text: string | undefined;
  /** Undefined where a lake has no safe place beside it. */
  readonly file: KeyFile | undefined;
}

/**
 * Throws `key_missing` where no key is given and none can be made, or where it is not 64
 * hexadecimal digits.
 */
export async function findPseudonymKey(
  store: ObjectStore,
  { text, file }: KeySources,
  effects = PROCESS_EFFECTS,
): Promise<PseudonymKey> {
  if (text !== undefined && text !== '') return parsePseudonymKey(text, 'BREWHOUSE_KEY');
  if (file === undefined) {
    throw new BrewhouseError('key_missing', `a release from the lake ${store.location} needs a pseudonym key`, {
      remedy: 'set BREWHOUSE_KEY to 64 hexadecimal digits (openssl rand -hex 32) and keep it: verify needs the same',
    });
  }
  const standing = await file.read();
  if (standing !== null) return parsePseudonymKey(standing, file.name);
  await requireNoRelease(store, file);
  const made = parsePseudonymKey(await file.make(), file.name);
  const why = 'with another key the same rows get other ids';
  effects.observe({
    kind: 'warning',
    message: `made the pseudonym key ${file.name}: keep it, or set BREWHOUSE_KEY; ${why}`,
  });
  return made;
}

/** A LAKE HAS ONE KEY: a new one would give the rows of finished releases other ids. */
async function requireNoRelease(store: ObjectStore, file: KeyFile): Promise<void> {
  const releases = (await store.list('releases/')).filter((name) => name.endsWith('/'));
  const manifests = await Promise.all(releases.map((name) => store.get(`releases/${name}manifest.json`)));
  if (manifests.every((manifest) => manifest === null)) return;
  throw new BrewhouseError('key_missing', 'this lake holds releases, and the key that made them is not beside it', {
    place: { file: file.name },
    remedy: 'bring the key file back to this place (it moves with the lake), or set BREWHOUSE_KEY',
  });
}
