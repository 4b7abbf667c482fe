/** Merges sorted runs by a heap of their readers. */
import { compareRecords } from './byte-records.ts';
import { type RunReader, readRun } from './run-files.ts';

/**
 * Yields, in order over all runs, the reader that stands on the next record; it holds until the generator goes on. Closes what it opened,
 * also where the reader of the generator stops early. Bound: a block of every run.
 */
export function* mergeRuns(paths: readonly string[]): Generator<RunReader> {
  const opened: RunReader[] = [];
  try {
    for (const path of paths) opened.push(readRun(path));
    const heap = opened.filter((reader) => !reader.done);
    for (let i = (heap.length >> 1) - 1; i >= 0; i--) siftDown(heap, i);
    while (heap.length > 0) {
      const least = heap[0]!;
      yield least;
      least.next();
      if (least.done) {
        const last = heap.pop()!;
        if (heap.length === 0) return;
        heap[0] = last;
      }
      siftDown(heap, 0);
    }
  } finally {
    for (const reader of opened) reader.close();
  }
}

function siftDown(heap: RunReader[], from: number): void {
  const moved = heap[from]!;
  let i = from;
  // A level of the heap a turn.
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, moved)) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = moved;
}

function isBefore(a: RunReader, b: RunReader): boolean {
  return compareRecords(a.buffer, a.at, b.buffer, b.at) < 0;
}
