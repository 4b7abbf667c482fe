/** Which releases a lake holds, and what each says of itself. */
import { z } from 'zod';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { sha256Hex } from '../content-hash.ts';
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { parsedJson } from '../parsed-json.ts';
import { readManifest } from './read-manifest.ts';

/** One finished release; of one that cannot be read the name and the reason alone. */
export type ListedRelease =
  | {
      readonly id: string;
      readonly corpus: string;
      readonly until: number;
      readonly profile: string;
      /** The release that an increment goes on from; null: it is none. */
      readonly since: string | null;
      /** By split. */
      readonly rows: Readonly<Record<string, number>>;
      readonly tokens: number;
      /** What `verify` said of this very manifest; null where nobody asked it. */
      readonly verified: boolean | null;
    }
  | { readonly id: string; readonly broken: string };

/** Finished releases, those of the latest `until` first. What is under way is none yet. */
export async function listReleases(store: ObjectStore): Promise<ListedRelease[]> {
  const found: ListedRelease[] = [];
  for (const name of await store.list('releases/')) {
    if (!name.endsWith('/')) continue;
    const listed = await readListed(store, name.slice(0, -1));
    if (listed !== undefined) found.push(listed);
  }
  const untilOf = (each: ListedRelease) => ('broken' in each ? Number.NEGATIVE_INFINITY : each.until);
  return found.sort((a, b) => untilOf(b) - untilOf(a) || compareUtf8(a.id, b.id));
}

async function readListed(store: ObjectStore, id: string): Promise<ListedRelease | undefined> {
  try {
    const manifest = await readManifest(store, `releases/${id}`);
    if (manifest === null) return undefined;
    const splits = Object.entries(manifest.splits);
    return {
      ...{
        id,
        corpus: manifest.corpus,
        until: manifest.until,
        profile: manifest.profile,
        since: manifest.since?.id ?? null,
      },
      rows: Object.fromEntries(splits.map(([split, { rows }]) => [split, rows])),
      tokens: splits.reduce((sum, [, { tokens }]) => sum + tokens, 0),
      verified: await verdict(store, id, sha256Hex(canonicalJson(manifest))),
    };
  } catch (error) {
    if (error instanceof BrewhouseError && error.code === 'release_broken') return { id, broken: error.message };
    throw error;
  }
}

const Verdict = z.looseObject({ ok: z.boolean(), manifest_sha256: z.string() });

async function verdict(store: ObjectStore, id: string, manifestSha256: string): Promise<boolean | null> {
  const bytes = await store.get(`releases/${id}/certificate.json`);
  const { data } = Verdict.safeParse(parsedJson(bytes));
  return data?.manifest_sha256 === manifestSha256 ? data.ok : null;
}
