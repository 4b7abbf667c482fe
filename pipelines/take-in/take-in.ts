/**
 * Event files into the timeline chains of a lake: read, dealt by member, sorted in bounded memory,
 * committed partition by partition.
 */
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { newAttempt } from '../../src/lake/commit-work.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { type PartitionTimeline, timelineFolder } from '../../src/lake/timeline-records.ts';
import type { Scratch } from '../../src/sort/scratch.ts';
import { createSorter, type Sorter } from '../../src/sort/sorted-runs.ts';
import { readEventFile } from '../../src/sources/event-files.ts';
import { createDealer } from './dealt-record.ts';
import { type InputFile, inputFiles, type ListedEvents, requireSameInputs } from './input-files.ts';
import { type TakeInWork, takeInByThreads, threadsFor } from './threads.ts';
import { writePartitions } from './write-partitions.ts';

/** What take-in reads, and where it sorts. */
export interface TakeInOptions extends ListedEvents {
  readonly scratch: Scratch;
  /** The most threads; with one, and for little input, none is started. */
  readonly workers: number;
  /** Bytes of lines from which on another thread is started, where nothing else is said 32 MiB. */
  readonly bytesPerThread?: number;
}

/**
 * Takes in what is not taken in yet; returns all timelines. Throws `input_unreadable` before
 * anything is committed, `inputs_changed` where the lake was made from other files, `fenced`.
 */
export async function takeIn(
  lake: Lake,
  { events, files, scratch, workers, bytesPerThread }: TakeInOptions,
  effects = PROCESS_EFFECTS,
): Promise<readonly PartitionTimeline[]> {
  const inputs = await inputFiles({ events, files }, effects);
  const before = await lake.takenIn();
  for (const timeline of before) if (timeline !== undefined) requireSameInputs(timeline.record.inputs, inputs);
  const missing = before.flatMap((timeline, partition) => (timeline === undefined ? [partition] : []));
  if (missing.length === 0) return lake.timelines();
  const work = { lake, inputs, missing, commit: committing(lake, inputs, effects) };
  const threads = threadsFor(inputs, { most: Math.min(workers, missing.length), bytesPerThread });
  if (threads > 1) await takeInByThreads(work, threads, effects);
  else await takeInHere(work, scratch, effects);
  return lake.timelines();
}

/**
 * Commits what was written. Partitions without an event are committed too: a chain that is missing
 * is a build that was cut off.
 */
function committing(lake: Lake, inputs: readonly InputFile[], effects: Effects): TakeInWork['commit'] {
  const attempt = newAttempt(effects);
  const names = inputs.map(({ name, sha256, bytes }) => ({ name, sha256, bytes }));
  return async ({ partition, files, counts }) => {
    await effects.reach('timeline-upload');
    const record = { kind: 'timeline', inputs: names, files, counts } as const;
    await lake.commitWork(timelineFolder(partition), { attempt, from: null, record });
  };
}

/** One step after the other in this thread. */
async function takeInHere(work: TakeInWork, scratch: Scratch, effects: Effects): Promise<void> {
  const { lake, inputs, missing, commit } = work;
  const sorter = createSorter({ scratch });
  try {
    await dealEvents({ inputs, sorter, partitions: lake.partitions }, effects);
    await effects.reach('sorting');
    const writing = { store: lake.store, inputs, sorter, partitions: missing, signal: effects.signal };
    for await (const written of writePartitions(writing)) await commit(written);
  } finally {
    sorter.close();
  }
}

interface Dealing {
  readonly inputs: readonly InputFile[];
  readonly sorter: Sorter;
  readonly partitions: number;
}

/** Reads all files once and hands every record to the sorter. */
async function dealEvents({ inputs, sorter, partitions }: Dealing, effects: Effects): Promise<void> {
  const total = inputs.reduce((sum, input) => sum + input.bytes, 0);
  const deal = createDealer(partitions);
  let done = 0;
  for (const [file, input] of inputs.entries()) {
    for await (const batch of readEventFile(input.path)) {
      effects.signal.throwIfAborted();
      for (const line of batch) {
        const { key, payload } = deal(line, file);
        sorter.add(key, payload);
      }
    }
    done += input.bytes;
    effects.observe({ kind: 'progress', step: 'reading events', done, total });
  }
}
