/** Scratch in memory, for tests and simulations. */
import type { Scratch, ScratchFile } from '../../sort/scratch.ts';

/** Scratch whose files can be counted. */
export interface MemoryScratch extends Scratch {
  /** Files that were created and not removed. */
  readonly files: ReadonlySet<object>;
}

/** Opens empty scratch. Bound: all its bytes in memory. */
export function openMemoryScratch(): MemoryScratch {
  const files = new Set<object>();
  let created = 0;
  return {
    files,
    create() {
      const name = `scratch ${created++}`;
      const pieces: Uint8Array[] = [];
      const writer = {
        write(chunk: Uint8Array) {
          assertThere(files.has(writer));
          pieces.push(Uint8Array.from(chunk));
        },
        finish() {
          assertThere(files.delete(writer));
          const file = scratchFile(name, Buffer.concat(pieces), () => files.delete(file));
          files.add(file);
          return file;
        },
        abort: () => void files.delete(writer),
      };
      files.add(writer);
      return writer;
    },
  };
}

function scratchFile(name: string, bytes: Buffer, remove: () => void): ScratchFile {
  return {
    name,
    size: bytes.length,
    open() {
      let isOpen = true;
      return {
        read(target, position) {
          if (!isOpen) throw new Error(`the reader of ${name} is closed`);
          return bytes.copy(target, 0, position);
        },
        close() {
          isOpen = false;
        },
      };
    },
    remove,
  };
}

function assertThere(isThere: boolean): void {
  if (!isThere) throw new Error('the file is finished or aborted');
}
