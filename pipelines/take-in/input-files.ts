/** The event files that a build reads, known by what they hold. */

import { createHash } from 'node:crypto';
import type { InputRef } from '../../schemas/commit.ts';
import type { Sha256 } from '../../schemas/ids.ts';
import { nth } from '../../src/checked.ts';
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { BrewhouseError } from '../../src/errors.ts';
import type { ReadableFile } from '../../src/sources/event-source.ts';

/** What the records of a file that is no event file are to a chain (roles.ts). */
export type InputRole = 'late' | 'late_copy' | 'left_out_late' | 'left_out_dead';

/** A file to read, and what its records are; absent: events. */
export interface FileInRole extends ReadableFile {
  readonly role?: InputRole;
}

/** An input file as a timeline record names it; `bytes` are as many as were hashed. */
export interface InputFile extends FileInRole {
  readonly sha256: Sha256;
}

/** How much a compressed file of events is taken to hold. */
const UNPACKED = 8;

/** About how many bytes of lines there are in event files. */
export function lineBytes(files: readonly Pick<InputFile, 'name' | 'bytes'>[]): number {
  return files.reduce((sum, { name, bytes }) => sum + bytes * (name.endsWith('.ndjson') ? 1 : UNPACKED), 0);
}

/** Hashes of event files. Throws `input_unreadable`, and as their source does. */
export async function inputFiles(files: readonly FileInRole[], effects = PROCESS_EFFECTS): Promise<InputFile[]> {
  const inputs: InputFile[] = [];
  for (const file of files) inputs.push({ ...file, ...(await digestOf(file, effects)) });
  return inputs;
}

async function digestOf(file: ReadableFile, { signal }: Effects): Promise<Pick<InputFile, 'sha256' | 'bytes'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of file.read(0)) {
    signal.throwIfAborted();
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex') as Sha256, bytes };
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
