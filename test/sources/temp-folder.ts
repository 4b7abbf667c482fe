/** A folder for one test, removed after it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

export interface TempFolder {
  path: string;
  /** Writes a file below the folder and returns its path. */
  write: (name: string, content: string | Uint8Array) => Promise<string>;
}

export function tempFolder(): TempFolder {
  const folder: TempFolder = {
    path: '',
    write: async (name, content) => {
      const file = join(folder.path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      return file;
    },
  };
  beforeEach(async () => {
    folder.path = await mkdtemp(join(tmpdir(), 'brewhouse-sources-'));
  });
  afterEach(() => rm(folder.path, { recursive: true, force: true }));
  return folder;
}
