/** Files into some chains of events, with one record each: read, dealt, sorted, committed. */
import type { InputRef, NewRecord } from '../../schemas/commit.ts';
import { nth, present } from '../../src/checked.ts';
import type { Effects } from '../../src/effects.ts';
import { refOf } from '../../src/lake/chain-state.ts';
import { newAttempt } from '../../src/lake/commit-work.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { ITEMS_FOLDER, type Timeline, timelineFolder } from '../../src/lake/timeline-records.ts';
import type { Scratch } from '../../src/sort/scratch.ts';
import { createSorter, type Sorter } from '../../src/sort/sorted-runs.ts';
import { readEventFile } from '../../src/sources/event-files.ts';
import type { ChainTask } from './chain-writer.ts';
import { createDealer } from './dealt-record.ts';
import type { InputFile } from './input-files.ts';
import { type TakeInWork, takeInByThreads, threadsFor } from './threads.ts';
import { writeChains } from './write-chains.ts';

/** Where records are sorted, and by how many threads. */
export interface PassMeans {
  readonly scratch: Scratch;
  /** The most threads; with one, and for little input, none is started. */
  readonly workers: number;
  /** Bytes of lines from which on another thread is started, where nothing else is said 32 MiB. */
  readonly bytesPerThread?: number;
}

/** A chain of events, and what was taken in of it. */
export interface EventChain {
  readonly number: number;
  readonly folder: string;
  readonly before: Timeline | undefined;
}

/** Files that some chains lack. */
export interface Pass {
  /** Those that are read. */
  readonly inputs: readonly InputFile[];
  readonly chains: readonly EventChain[];
  /** What the record says of them. */
  readonly named: Pick<Extract<NewRecord, { kind: 'timeline' }>, 'inputs' | 'backfilled' | 'replayed' | 'without'>;
  /** All records of the chains come again. */
  readonly isAnew?: boolean;
  /** Nobody has all records of the chains at hand (TakeHow). */
  readonly isDeleteFinal?: boolean;
  /** The number of the one chain that all records belong to, whatever their ids say. */
  readonly only?: number;
}

/** What a pass came to, beside records. */
export interface Passed {
  /** Numbers of the chains that are to read all files anew (WrittenChain). */
  readonly undone: ReadonlySet<number>;
  /** Records that were to be left out and are in no event file. */
  readonly unmatched: number;
}

/** The chains of a lake, as they are numbered where records are dealt. */
export async function eventChains(lake: Lake): Promise<EventChain[]> {
  return (await lake.takenIn()).map((before, number) => ({
    number,
    folder: number === lake.partitions ? ITEMS_FOLDER : timelineFolder(number),
    before,
  }));
}

/** Files as a record names them. */
export function refsOf(inputs: readonly InputFile[]): InputRef[] {
  return inputs.map(({ name, sha256, bytes }) => ({ name, sha256, bytes }));
}

/** Throws `input_unreadable` before anything is committed, `fenced`, and as the lake does. */
export async function takePass(lake: Lake, pass: Pass & PassMeans, effects: Effects): Promise<Passed> {
  const { inputs, chains, named, scratch, only } = pass;
  const tasks = chains.map((chain) => taskOf(chain, pass));
  const undone = new Set<number>();
  let unmatched = 0;
  const attempt = newAttempt(effects);
  const commit: TakeInWork['commit'] = async ({ chain, files, unmatched: more }) => {
    unmatched += more;
    if (files === null) {
      undone.add(chain);
      return;
    }
    const { folder, before } = present(
      chains.find(({ number }) => number === chain),
      'chain of that number',
    );
    await effects.reach('timeline-upload');
    const from = before === undefined ? null : refOf(before);
    await lake.commitWork(folder, { attempt, from, record: { kind: 'timeline', ...named, ...files } });
  };
  const work = { lake, inputs, tasks, commit, only };
  const most = only === undefined ? Math.min(pass.workers, tasks.length) : 1;
  const threads = threadsFor(inputs, { most, bytesPerThread: pass.bytesPerThread });
  if (threads > 1) await takeInByThreads(work, threads, effects);
  else await takeInHere(work, scratch, effects);
  return { undone, unmatched };
}

function taskOf({ number, folder, before }: EventChain, { isAnew = false, isDeleteFinal = false }: Pass): ChainTask {
  const taken = before && { runs: before.record.runs, counts: before.record.counts, stats: before.record.stats };
  // Then event files alone do not hold all records.
  const hasOthers = before !== undefined && (before.stream !== null || before.replayed.length > 0);
  return { chain: number, folder, before: taken ?? null, isAnew, isDeleteFinal: isDeleteFinal || hasOthers };
}

/** One step after the other in this thread. */
async function takeInHere(work: TakeInWork, scratch: Scratch, effects: Effects): Promise<void> {
  const { lake, inputs, tasks, commit } = work;
  const sorter = createSorter({ scratch });
  try {
    await dealEvents(work, sorter, effects);
    await effects.reach('sorting');
    const writing = { store: lake.store, inputs, sorter, tasks, signal: effects.signal };
    for await (const written of writeChains(writing)) await commit(written);
  } finally {
    sorter.close();
  }
}

/** Reads all files once and hands every record to the sorter. */
async function dealEvents({ lake, inputs, only }: TakeInWork, sorter: Sorter, effects: Effects): Promise<void> {
  const total = inputs.reduce((sum, input) => sum + input.bytes, 0);
  const deal = createDealer(lake.partitions, only);
  let done = 0;
  for (const file of inputs.keys()) {
    const input = nth(inputs, file);
    for await (const batch of readEventFile(input)) {
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
