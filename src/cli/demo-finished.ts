/**
 * What a demo that came to its end leaves for the next run: what it said, and the digests of all
 * files that this rests on.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Sha256 } from '../../schemas/ids.ts';
import { fileDigests, fileSha256, filesBelow } from '../adapters/filesystem/file-digest.ts';
import { readIfThere } from '../adapters/filesystem/user-files.ts';
import { packageRoot, packageVersion } from '../config.ts';
import { sha256Hex } from '../content-hash.ts';
import type { Effects } from '../effects.ts';
import { parsedJson } from '../parsed-json.ts';

/** What a demo says in the end; of files nothing but the release, as the demo's folder has it. */
const Told = z.strictObject({
  /** Its folder below that of the demo. */
  release: z.string(),
  sentence: z.string(),
  /** The tables behind it. */
  details: z.string(),
});
/** What a demo says in the end. */
export type Told = z.infer<typeof Told>;

const Finished = z.strictObject({
  told: Told,
  /** Digest of the code that made it: other code may make something else of the same files. */
  code: Sha256,
  /** By path below the demo's folder. */
  files: z.record(z.string(), Sha256),
});

const FINISHED_FILE = 'finished.json';
/** A later `verify` writes its own certificate, and temporary files come and go. */
const NOT_OURS = /^(finished\.json|lake\/tmp\/.*|lake\/.*\/certificate\.json)$/;
/** What a build takes in: one more of these would make something else. */
const TAKEN_IN = /^events(\/(source\.yaml|[^.].*\.ndjson(\.gz|\.zst)?)|\.dead\/.*)$/;
/** Folders of code, in a clone or in a package. */
const CODE = ['src', 'schemas', 'pipelines', 'dist'];

/** What an earlier run said, where all that it rests on is as that run left it; else undefined. */
export async function readFinished(out: string, effects: Effects): Promise<Told | undefined> {
  const finished = Finished.safeParse(parsedJson(await readIfThere(join(out, FINISHED_FILE)))).data;
  if (finished === undefined || finished.code !== (await codeDigest(effects))) return undefined;
  const there = new Set(await filesBelow(out));
  for (const name of there) if (TAKEN_IN.test(name) && !Object.hasOwn(finished.files, name)) return undefined;
  for (const [name, sha256] of Object.entries(finished.files))
    if (!there.has(name) || (await fileSha256(join(out, name), effects.signal)) !== sha256) return undefined;
  return finished.told;
}

/** Leaves word that the demo in the folder came to its end. */
export async function writeFinished(out: string, told: Told, effects: Effects): Promise<void> {
  const names = (await filesBelow(out)).filter((name) => !NOT_OURS.test(name));
  const finished = { told, code: await codeDigest(effects), files: await fileDigests(out, names, effects.signal) };
  await writeFile(join(out, FINISHED_FILE), `${JSON.stringify(finished, null, 1)}\n`);
}

async function codeDigest(effects: Effects): Promise<Sha256> {
  const root = packageRoot();
  const below = await Promise.all(
    CODE.filter((name) => existsSync(join(root, name))).map(async (name) =>
      (await filesBelow(join(root, name))).map((file) => join(name, file)),
    ),
  );
  return sha256Hex(JSON.stringify([packageVersion(), await fileDigests(root, below.flat(), effects.signal)]));
}
