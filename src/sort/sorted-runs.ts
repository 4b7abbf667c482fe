/**
 * Sorts any number of records in bounded memory: an arena that is sorted and spilled, runs that are
 * merged.
 */
import { type ByteRecord, recordAt } from './byte-records.ts';
import { mergeRuns } from './merge-runs.ts';
import { createArena } from './record-arena.ts';
import { writeRun } from './run-files.ts';
import type { Scratch, ScratchFile } from './scratch.ts';

/** Memory of a sorter for records and their order, where nothing else is said. */
export const SORT_BYTES_DEFAULT = 64 * 1024 * 1024;
/** Runs merged at once: open files, and a block of memory each. More are merged in rounds. */
export const RUNS_MAX = 64;

/** Where a sorter spills, and how much it holds. */
export interface SorterOptions {
  readonly scratch: Scratch;
  /** Bytes in memory before a run is spilled; one record may be larger. */
  readonly bytesMax?: number;
  /** Runs merged at once, from 2 on (default RUNS_MAX). */
  readonly runsMax?: number;
  /** Runs that other sorters handed over: their records are among the sorted ones, and they go. */
  readonly runs?: readonly ScratchFile[];
}

/** Takes records in any order and hands them back in one. All methods throw as the scratch does. */
export interface Sorter {
  /** Copies both. */
  add(key: Uint8Array, payload: Uint8Array): void;
  /**
   * All records by key, then payload, as bytes: never by arrival. `add` is over from here on; may
   * be called again. Key and payload are windows, at any offset, that hold until the next record is
   * asked for: copy what must stay.
   */
  sorted(): Generator<ByteRecord>;
  /** Spills what is in memory and ends the sorter: whoever takes the runs removes them. */
  handOver(): readonly ScratchFile[];
  /** Removes the runs. No iteration may go on afterwards. */
  close(): void;
}

/**
 * Bound: `bytesMax` and, merging, 256 KiB for each of `runsMax` runs; more only for records larger
 * than these.
 */
export function createSorter(options: SorterOptions): Sorter {
  const { scratch, bytesMax = SORT_BYTES_DEFAULT, runsMax = RUNS_MAX, runs: given = [] } = options;
  if (runsMax < 2) throw new Error('a merge takes at least two runs');
  const arena = createArena(bytesMax);
  /**
   * By level: a run of level n + 1 was merged of `runsMax` of level n, so each record is written
   * once a level.
   */
  let levels: ScratchFile[][] = given.length === 0 ? [] : [[...given]];
  let state: 'adding' | 'sorted' | 'closed' = 'adding';

  const addRun = (level: number, run: ScratchFile) => {
    const runs = levels[level] ?? [];
    levels[level] = runs;
    runs.push(run);
    if (runs.length === runsMax) addRun(level + 1, mergeIntoOne(scratch, runs.splice(0)));
  };
  const spill = () => {
    addRun(0, writeRun(scratch, arena.positions()));
    arena.clear();
  };
  /**
   * Leaves at most `runsMax` runs; those of the lowest levels are the smallest, so merging them
   * first costs least.
   */
  const reduceRuns = (): readonly ScratchFile[] => {
    const runs = levels.flat();
    levels = [runs];
    while (runs.length > runsMax) {
      const some = runs.splice(0, Math.min(runsMax, runs.length - runsMax + 1));
      runs.push(mergeIntoOne(scratch, some));
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
      const positions = levels.length === 0 ? arena.positions() : mergeRuns(reduceRuns());
      for (const { buffer, at } of positions) yield recordAt(buffer, at);
    },
    handOver() {
      if (state !== 'adding') throw new Error('the sorter is sorted or closed');
      if (arena.size() > 0) spill();
      const runs = levels.flat();
      state = 'closed';
      arena.release();
      levels = [];
      return runs;
    },
    close() {
      state = 'closed';
      arena.release();
      for (const run of levels.flat()) run.remove();
      levels = [];
    },
  };
}

/** Merges runs, which are gone afterwards, into a new one. */
function mergeIntoOne(scratch: Scratch, runs: readonly ScratchFile[]): ScratchFile {
  try {
    return writeRun(scratch, mergeRuns(runs));
  } finally {
    for (const run of runs) run.remove();
  }
}
