/** A folder for a lake, an empty one for each test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openStore } from '../../src/adapters/open-store.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';

export interface TempLake {
  folder: string;
  open: () => ObjectStore;
}

export function tempLake(): TempLake {
  const lake: TempLake = { folder: '', open: () => openStore(lake.folder) };
  beforeEach(async () => {
    lake.folder = await mkdtemp(join(tmpdir(), 'brewhouse-lake-'));
  });
  afterEach(() => rm(lake.folder, { recursive: true, force: true }));
  return lake;
}
