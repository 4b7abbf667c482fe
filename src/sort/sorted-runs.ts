/** Sorts any number of records in bounded memory: an arena that is sorted and spilled, runs that are merged. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { translateFileError } from '../adapters/filesystem/file-errors.ts';
import { type ByteRecord, type RecordPlace, recordAt } from './byte-records.ts';
import { mergeRuns } from './merge-runs.ts';
import { createArena } from './record-arena.ts';
import { writeRun } from './run-files.ts';

/** Memory of a sorter for records and their order, where nothing else is said. */
export const SORT_BYTES_DEFAULT = 64 * 1024 * 1024;
/** Runs merged at once: open files, and a block of memory each. More are merged in rounds. */
export const RUNS_MAX = 64;

export interface SorterOptions {
  /** Folder for runs, made where it is missing: the store's `spoolFolder`, so that what a crash leaves is swept. */
  readonly folder: string;
  /** Bytes in memory before a run is spilled; one record may be larger. */
  readonly bytesMax?: number;
  /** Runs merged at once, from 2 on (default RUNS_MAX). */
  readonly runsMax?: number;
}

export interface Sorter {
  /** Copies both. Throws `disk_full`, `store_refused`. */
  add(key: Uint8Array, payload: Uint8Array): void;
  /**
   * All records by key, then payload, as bytes: never by arrival. `add` is over from here on; may be called again. Key and payload are
   * windows, at any offset, that hold until the next record is asked for: copy what must stay.
   */
  sorted(): Generator<ByteRecord>;
  /** Removes the runs. No iteration may go on afterwards. */
  close(): void;
}

/** Bound: `bytesMax` and, merging, 256 KiB for each of `runsMax` runs; more only for records larger than these. */
export function createSorter(options: SorterOptions): Sorter {
  const { folder, bytesMax = SORT_BYTES_DEFAULT, runsMax = RUNS_MAX } = options;
  if (runsMax < 2) throw new Error('a merge takes at least two runs');
  const arena = createArena(bytesMax);
  /** By level: a run of level n + 1 was merged of `runsMax` of level n, so each record is written once a level. */
  let levels: string[][] = [];
  let state: 'adding' | 'sorted' | 'closed' = 'adding';

  const addRun = (level: number, path: string) => {
    const runs = levels[level] ?? [];
    levels[level] = runs;
    runs.push(path);
    if (runs.length === runsMax) addRun(level + 1, mergeIntoOne(folder, runs.splice(0)));
  };
  const spill = () => {
    makeFolder(folder);
    addRun(0, newRun(folder, arena.places()));
    arena.clear();
  };
  /** Leaves at most `runsMax` runs; those of the lowest levels are the smallest, so merging them first costs least. */
  const reduceRuns = (): readonly string[] => {
    const runs = levels.flat();
    levels = [runs];
    while (runs.length > runsMax) {
      const some = runs.splice(0, Math.min(runsMax, runs.length - runsMax + 1));
      runs.push(mergeIntoOne(folder, some));
    }
    return runs;
  };
  return {
    add(key, payload) {
      if (state !== 'adding') throw new Error('the sorter is sorted or closed');
      if (arena.isFullFor(key, payload)) spill();
      arena.add(key, payload);
    },
    *sorted() {
      if (state === 'closed') throw new Error('the sorter is closed');
      if (state === 'adding' && levels.length > 0) {
        if (arena.size() > 0) spill();
        arena.release();
      }
      state = 'sorted';
      const places = levels.length === 0 ? arena.places() : mergeRuns(reduceRuns());
      for (const { buffer, at } of places) yield recordAt(buffer, at);
    },
    close() {
      state = 'closed';
      arena.release();
      for (const run of levels.flat()) rmSync(run, { force: true });
      levels = [];
    },
  };
}

/** Writes records that are in order as a file of a name of its own; returns the name. */
function newRun(folder: string, places: Iterable<RecordPlace>): string {
  const path = join(folder, `${randomUUID()}.run`);
  writeRun(path, places);
  return path;
}

/** Merges runs, which are gone afterwards, into a new one. */
function mergeIntoOne(folder: string, runs: readonly string[]): string {
  try {
    return newRun(folder, mergeRuns(runs));
  } finally {
    for (const run of runs) rmSync(run, { force: true });
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw translateFileError(cause, 'make', folder);
  }
}
