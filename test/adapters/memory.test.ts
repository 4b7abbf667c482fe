/** A lake and scratch in memory keep the contracts that those on disk keep. */
import { beforeEach } from 'vitest';
import { openMemoryScratch } from '../../src/adapters/memory/memory-scratch.ts';
import { describeStore } from '../contract/object-store.ts';
import { describeScratch } from '../contract/scratch.ts';
import { memoryLake } from '../lake/temp-lake.ts';

describeStore('memory', memoryLake().open);

let scratch = openMemoryScratch();
beforeEach(() => {
  scratch = openMemoryScratch();
});
describeScratch(
  'memory',
  () => scratch,
  async () => scratch.files.size,
);
