/** The event files that a build reads, known by what they hold. */

import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { TimelineRecord } from '../../schemas/commit.ts';
import type { Sha256 } from '../../schemas/ids.ts';
import { fileSha256 } from '../../src/adapters/filesystem/file-digest.ts';
import { reading } from '../../src/adapters/filesystem/user-files.ts';
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
 * SAME INPUTS: a lake of other files is another lake. Names may change; what they hold may not.
 * Throws `inputs_changed` naming the first file that differs.
 */
export function requireSameInputs(before: TimelineRecord['inputs'], now: readonly InputFile[]): void {
  const hashes = (inputs: readonly { readonly sha256: string }[]) => inputs.map(({ sha256 }) => sha256).sort();
  if (hashes(before).join() === hashes(now).join()) return;
  const known = new Map(before.map((input) => [input.name, input.sha256]));
  const changed = now.find((input) => known.get(input.name) !== input.sha256);
  const gone = before.find((input) => !now.some((each) => each.name === input.name));
  const what = changed === undefined ? `${gone?.name} is missing now` : `${changed.name} is new or changed`;
  throw new BrewhouseError('inputs_changed', `the lake was made from other event files: ${what}`, {
    place: { file: changed?.path ?? gone?.name ?? '' },
  });
}
