/** Merges sorted runs by a heap of their readers. */
import { nth } from '../checked.ts';
import { compareRecords } from './byte-records.ts';
import { type RunReader, readRun } from './run-files.ts';
import type { ScratchFile } from './scratch.ts';

/**
 * Yields, in order over all runs, the reader that is at the next record; it holds until the
 * generator goes on. Closes what it opened, also where whoever reads the generator stops early.
 * Bound: a block of every run.
 */
export function* mergeRuns(runs: readonly ScratchFile[]): Generator<RunReader> {
  const opened: RunReader[] = [];
  try {
    for (const run of runs) opened.push(readRun(run));
    const heap = opened.filter((reader) => !reader.done);
    for (let i = (heap.length >> 1) - 1; i >= 0; i--) siftDown(heap, i);
    for (let [least] = heap; least !== undefined; [least] = heap) {
      yield least;
      least.next();
      if (least.done) {
        const last = heap.pop();
        if (last === undefined || heap.length === 0) return;
        heap[0] = last;
      }
      siftDown(heap, 0);
    }
  } finally {
    for (const reader of opened) reader.close();
  }
}

function siftDown(heap: RunReader[], from: number): void {
  const moved = nth(heap, from);
  let i = from;
  // A level of the heap a turn.
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(nth(heap, child + 1), nth(heap, child))) child++;
    const least = nth(heap, child);
    if (!isBefore(least, moved)) break;
    heap[i] = least;
    i = child;
  }
  heap[i] = moved;
}

function isBefore(a: RunReader, b: RunReader): boolean {
  return compareRecords(a, b) < 0;
}
