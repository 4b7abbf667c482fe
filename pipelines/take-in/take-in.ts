/**
 * Event files into the chains of events of a lake: read, dealt by member and item, sorted in
 * bounded memory, committed chain by chain.
 */
import { nth, present } from '../../src/checked.ts';
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { refOf } from '../../src/lake/chain-state.ts';
import { newAttempt } from '../../src/lake/commit-work.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { ITEMS_FOLDER, type Timeline, type Timelines, timelineFolder } from '../../src/lake/timeline-records.ts';
import type { Scratch } from '../../src/sort/scratch.ts';
import { createSorter, type Sorter } from '../../src/sort/sorted-runs.ts';
import { readEventFile } from '../../src/sources/event-files.ts';
import type { ReadableFile } from '../../src/sources/event-source.ts';
import type { ChainTask } from './chain-writer.ts';
import { createDealer } from './dealt-record.ts';
import { type InputFile, inputFiles, newInputs } from './input-files.ts';
import { type TakeInWork, takeInByThreads, threadsFor } from './threads.ts';
import { writeChains } from './write-chains.ts';

/** What take-in reads, and where it sorts. */
export interface TakeInOptions {
  /** The event files that there are. */
  readonly files: readonly ReadableFile[];
  readonly scratch: Scratch;
  /** Files that are new to a lake are taken in too. */
  readonly append?: boolean;
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
  { files, append: isAppending = false, ...how }: TakeInOptions,
  effects = PROCESS_EFFECTS,
): Promise<Timelines> {
  const inputs = await inputFiles(files, effects);
  const chains = chainsOf(lake, await lake.takenIn());
  const passes = new Map<string, Pass>();
  for (const chain of chains) {
    const { before } = chain;
    const missing = before === undefined ? [...inputs.keys()] : newInputs(before.inputs, inputs, { isAppending });
    if (before !== undefined && missing.length === 0) continue;
    const pass = passes.get(missing.join()) ?? { inputs: missing.map((number) => nth(inputs, number)), chains: [] };
    pass.chains.push(chain);
    passes.set(missing.join(), pass);
  }
  const means = { lake, how, effects };
  for (const pass of passes.values()) {
    const undone = new Set(await takePass(pass, means));
    const again = pass.chains.filter(({ number }) => undone.has(number));
    if (again.length > 0) await takePass({ inputs: pass.inputs, chains: again, all: inputs }, means);
  }
  return lake.timelines();
}

/** A chain of events, and what was taken in of it. */
interface EventChain {
  readonly number: number;
  readonly folder: string;
  readonly before: Timeline | undefined;
}

/** Files that some chains lack. */
interface Pass {
  readonly inputs: readonly InputFile[];
  readonly chains: EventChain[];
  /** All files, where their records come again. */
  readonly all?: readonly InputFile[];
}

interface PassMeans {
  readonly lake: Lake;
  readonly how: Omit<TakeInOptions, 'files' | 'append'>;
  readonly effects: Effects;
}

/** As they are numbered where records are dealt. */
function chainsOf({ partitions }: Lake, takenIn: readonly (Timeline | undefined)[]): EventChain[] {
  return takenIn.map((before, number) => ({
    number,
    folder: number === partitions ? ITEMS_FOLDER : timelineFolder(number),
    before,
  }));
}

/** Takes files in; returns the chains that are to read all files anew (WrittenChain). */
async function takePass({ inputs, chains, all }: Pass, { lake, how, effects }: PassMeans): Promise<number[]> {
  const tasks = chains.map(({ number, folder, before }): ChainTask => {
    const taken = before && { runs: before.record.runs, counts: before.record.counts, stats: before.record.stats };
    return { chain: number, folder, before: taken ?? null, isAnew: all !== undefined };
  });
  const undone: number[] = [];
  const attempt = newAttempt(effects);
  const names = inputs.map(({ name, sha256, bytes }) => ({ name, sha256, bytes }));
  const commit: TakeInWork['commit'] = async ({ chain, files }) => {
    if (files === null) {
      undone.push(chain);
      return;
    }
    const { folder, before } = present(
      chains.find(({ number }) => number === chain),
      'chain of that number',
    );
    await effects.reach('timeline-upload');
    const from = before === undefined ? null : refOf(before);
    await lake.commitWork(folder, { attempt, from, record: { kind: 'timeline', inputs: names, ...files } });
  };
  const work = { lake, inputs: all ?? inputs, tasks, commit };
  const { workers, bytesPerThread, scratch } = how;
  const threads = threadsFor(work.inputs, { most: Math.min(workers, tasks.length), bytesPerThread });
  if (threads > 1) await takeInByThreads(work, threads, effects);
  else await takeInHere(work, scratch, effects);
  return undone;
}

/** One step after the other in this thread. */
async function takeInHere(work: TakeInWork, scratch: Scratch, effects: Effects): Promise<void> {
  const { lake, inputs, tasks, commit } = work;
  const sorter = createSorter({ scratch });
  try {
    await dealEvents({ inputs, sorter, partitions: lake.partitions }, effects);
    await effects.reach('sorting');
    const writing = { store: lake.store, inputs, sorter, tasks, signal: effects.signal };
    for await (const written of writeChains(writing)) await commit(written);
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
