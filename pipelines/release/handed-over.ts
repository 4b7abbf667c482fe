/** What one of several threads took of a release, as it hands it over. */
import { recordOf } from '../../src/checked.ts';
import { type RowTaker, SORTED, type TakenCounts } from '../../src/release/take-rows.ts';
import { SORT_BYTES_DEFAULT } from '../../src/sort/sorted-runs.ts';

/** What was taken: plain data. */
export interface HandedOver {
  readonly counts: TakenCounts;
  /** Names of sorted runs in the scratch that all threads share. */
  readonly runs: Readonly<Record<(typeof SORTED)[number], readonly string[]>>;
}

/** What each sorter of a taker may hold where there are `count` takers. */
export function sortBytesOf(count: number): number {
  return Math.floor(SORT_BYTES_DEFAULT / count);
}

/** Spills all that was taken. */
export function handedOver(taker: RowTaker): HandedOver {
  const { counts, sorters } = taker.taken();
  return { counts, runs: recordOf(SORTED, (sorted) => sorters[sorted].handOver().map((run) => run.name)) };
}
