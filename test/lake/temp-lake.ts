/** An empty lake for each test, in a folder or in memory. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { openStore } from '../../src/adapters/open-store.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';

export interface TestLake {
  /** The same lake at every call within one test. */
  readonly open: () => ObjectStore;
}

export interface TempLake extends TestLake {
  folder: string;
  /** What lies in the lake's folder for temporary files. */
  readonly leftovers: () => Promise<string[]>;
}

export function tempLake(): TempLake {
  const lake: TempLake = {
    folder: '',
    open: () => openStore(lake.folder),
    leftovers: () => namesIn(join(lake.folder, 'tmp')),
  };
  beforeEach(async () => {
    lake.folder = await mkdtemp(join(tmpdir(), 'brewhouse-lake-'));
  });
  afterEach(() => rm(lake.folder, { recursive: true, force: true }));
  return lake;
}

export function memoryLake(): TestLake {
  let store = openMemoryStore();
  beforeEach(() => {
    store = openMemoryStore();
  });
  return { open: () => store };
}

/** For `describe.each`: the kinds of store that a lake may lie in. */
export const LAKES: readonly (readonly [name: string, make: () => TestLake])[] = [
  ['a local folder', tempLake],
  ['memory', memoryLake],
];

/** Every key below the folder, in byte order of each folder. */
export async function keysOf(store: ObjectStore, folder = ''): Promise<string[]> {
  const names = await store.list(folder);
  const below = names.map((name) => (name.endsWith('/') ? keysOf(store, folder + name) : [folder + name]));
  return (await Promise.all(below)).flat();
}

/** The names in a folder; none where the folder is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
