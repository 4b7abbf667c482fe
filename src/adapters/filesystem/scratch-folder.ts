/** Scratch in a local folder, which is made with the first file in it. */
import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { PROCESS_EFFECTS } from '../../effects.ts';
import type { Scratch, ScratchFile, ScratchReader } from '../../sort/scratch.ts';
import { translated, translatedSync } from './file-errors.ts';
import { openTempFile } from './temp-files.ts';

/** Files of this scratch end so: a person who finds one learns that it may go. */
const SCRATCH_ENDING = '.run';

/** Opens the folder as scratch; touches no disk yet. */
export function openScratchFolder(folder: string, effects = PROCESS_EFFECTS): Scratch {
  return {
    create() {
      const file = openTempFile(folder, SCRATCH_ENDING, effects);
      return {
        write: file.write,
        abort: file.abort,
        finish() {
          file.close(false);
          return openScratchFile(file.path);
        },
      };
    },
  };
}

/** A file that another thread's scratch has finished, by its name. Throws `store_refused`. */
export function openScratchFile(path: string): ScratchFile {
  return {
    name: path,
    size: translatedSync('look at', path, () => statSync(path).size),
    open: () => openReader(path),
    remove: () => translatedSync('remove', path, () => rmSync(path, { force: true })),
  };
}

/** Removes the folder and what is in it, if it is there. Throws `store_refused`. */
export function removeFolder(folder: string): Promise<void> {
  return translated('remove', folder, (path) => rm(path, { recursive: true, force: true }));
}

function openReader(path: string): ScratchReader {
  let file: number | null = translatedSync('open', path, () => openSync(path, 'r'));
  return {
    read(target, position) {
      const open = file;
      if (open === null) throw new Error(`the reader of ${path} is closed`);
      return translatedSync('read', path, () => readFully(open, target, position));
    },
    close() {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

/** The system may give less than there is. */
function readFully(file: number, target: Uint8Array, position: number): number {
  let done = 0;
  while (done < target.length) {
    const read = readSync(file, target, done, target.length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}
