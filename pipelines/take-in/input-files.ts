/** The event files that a build reads, known by what they hold. */

import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { InputRef } from '../../schemas/commit.ts';
import type { Sha256 } from '../../schemas/ids.ts';
import { fileSha256 } from '../../src/adapters/filesystem/file-digest.ts';
import { reading } from '../../src/adapters/filesystem/user-files.ts';
import { nth } from '../../src/checked.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { BrewhouseError } from '../../src/errors.ts';

/** An input file as a timeline record names it, and where it is now. */
export interface InputFile {
  /** Relative to the folder of events. */
  readonly name: string;
  readonly path: string;
  readonly sha256: Sha256;
  readonly bytes: number;
}

/** How much a compressed file of events is taken to hold. */
const UNPACKED = 8;

/** About how many bytes of lines there are in event files. */
export function lineBytes(files: readonly Pick<InputFile, 'name' | 'bytes'>[]): number {
  return files.reduce((sum, { name, bytes }) => sum + bytes * (name.endsWith('.ndjson') ? 1 : UNPACKED), 0);
}

/** A folder of events, and its event files as one look at it found them. */
export interface ListedEvents {
  readonly events: string;
  /** Each joined to the folder. */
  readonly files: readonly string[];
}

/** Names and hashes of event files. Throws `input_unreadable`. */
export async function inputFiles({ events, files }: ListedEvents, effects = PROCESS_EFFECTS): Promise<InputFile[]> {
  const inputs: InputFile[] = [];
  for (const path of files) {
    const sha256 = await fileSha256(path, effects.signal);
    const { size } = await reading(path, () => stat(path));
    inputs.push({ name: relative(events, path), path, sha256, bytes: size });
  }
  return inputs;
}

/**
 * SAME INPUTS: what was taken in stays as it is; more is taken in where somebody says so alone.
 * Names may change; what files hold may not. Returns the numbers of the files that are new. Throws
 * `inputs_changed` naming the first file that differs.
 */
export function newInputs(
  before: readonly InputRef[],
  now: readonly InputFile[],
  { isAppending }: { readonly isAppending: boolean },
): number[] {
  const known = new Map<string, number>();
  for (const { sha256 } of before) known.set(sha256, (known.get(sha256) ?? 0) + 1);
  const added = [...now.keys()].filter((number) => {
    const { sha256 } = nth(now, number);
    const left = known.get(sha256) ?? 0;
    if (left > 0) known.set(sha256, left - 1);
    return left === 0;
  });
  const gone = before.find(({ sha256 }) => (known.get(sha256) ?? 0) > 0);
  if (gone !== undefined) throw changedInput(gone, now);
  const [first] = added;
  if (first === undefined || isAppending) return added;
  throw inputsChanged(`${nth(now, first).name} is new`, nth(now, first).path, {
    remedy: 'say --append to take new files in, or name another folder as the lake',
  });
}

/** A file that was taken in holds something else now, or is not there. */
function changedInput(gone: InputRef, now: readonly InputFile[]): BrewhouseError {
  const changed = now.find(({ name }) => name === gone.name);
  const remedy = 'bring it back as it was, or name another folder as the lake: a lake of other files is another lake';
  return changed === undefined
    ? inputsChanged(`${gone.name} is missing now`, gone.name, { remedy })
    : inputsChanged(`${gone.name} is changed`, changed.path, { remedy });
}

function inputsChanged(what: string, file: string, { remedy }: { readonly remedy: string }): BrewhouseError {
  const message = `the lake was made from other event files: ${what}`;
  return new BrewhouseError('inputs_changed', message, { place: { file }, remedy });
}
