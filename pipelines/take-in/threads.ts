/**
 * Take-in on several cores: this thread cuts files into blocks of lines, threads read and sort
 * them, and then each writes a range of chains, which this thread commits.
 */
import { openSharedScratch } from '../../src/adapters/open-store.ts';
import { type AskedThread, dealTo, startThread } from '../../src/asked-thread.ts';
import { nth } from '../../src/checked.ts';
import type { Effects } from '../../src/effects.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { readLineBlocks } from '../../src/sources/event-files.ts';
import { threadScript } from '../../src/thread-script.ts';
import type { ChainTask, WrittenChain } from './chain-writer.ts';
import { type InputFile, lineBytes } from './input-files.ts';
import type { TakeInReply, TakeInRequest, TakeInThreadData } from './worker.ts';

/**
 * Bytes of lines for which a thread is worth starting: loading its code costs 0.7 s of processor
 * time, in which half of them are taken in.
 */
const THREAD_BYTES = 32 * 1024 * 1024;
/** More threads than these wait for the one that unpacks. */
const THREADS_MAX = 8;
/** Blocks that lie before a thread: it never waits, and few are held. */
const BLOCKS_AHEAD = 2;

interface ThreadWish {
  readonly most: number;
  readonly bytesPerThread?: number | undefined;
}

/** How many threads are worth starting for these files; below two, none. */
export function threadsFor(inputs: readonly InputFile[], { most, bytesPerThread = THREAD_BYTES }: ThreadWish): number {
  return Math.min(Math.floor(lineBytes(inputs) / bytesPerThread), most, THREADS_MAX);
}

/** What is to be taken in now. */
export interface TakeInWork {
  readonly lake: Lake;
  readonly inputs: readonly InputFile[];
  /** Chains that lack these inputs, in ascending order. */
  readonly tasks: readonly ChainTask[];
  /** The chain of all records, whatever their ids say; then no thread takes them in. */
  readonly only?: number | undefined;
  /** Makes a chain's record; is called in the thread that takes in. */
  readonly commit: (written: WrittenChain) => Promise<void>;
}

type TakeInThread = AskedThread<TakeInRequest, TakeInReply>;

/**
 * Comes to the files and records that one thread comes to: what is sorted does not depend on who
 * read it. Bound: a sorter a thread, and BLOCKS_AHEAD blocks. Then no thread and no run is left.
 */
export async function takeInByThreads(work: TakeInWork, count: number, effects: Effects): Promise<void> {
  const { lake, inputs, tasks, commit } = work;
  const ranges = rangesOf(tasks, count);
  const { location } = lake.store;
  const scratch = effects.newId();
  const names = inputs.map(({ name, role }) => ({ name, ...(role && { role }) }));
  const shared = openSharedScratch(location, scratch, effects);
  const data: TakeInThreadData = { location, scratch, inputs: names, partitions: lake.partitions, ranges };
  const threads: TakeInThread[] = ranges.map(() =>
    startThread({ script: threadScript(import.meta.url, 'worker'), workerData: data }, effects),
  );
  try {
    await dealBlocks(inputs, threads, effects);
    const runs = await Promise.all(threads.map((thread) => askFor('dealt', thread, { kind: 'end' })));
    await effects.reach('sorting');
    const commits = oneByOne(commit);
    const merging = threads.map((thread, range) =>
      commitRange({ thread, range, runs: runs.flatMap((each) => nth(each.runs, range)) }, commits, effects),
    );
    await Promise.all(merging);
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
    await shared.clear();
  }
}

/** A range of chains, and the thread that merges it from these runs. */
interface Merging {
  readonly thread: TakeInThread;
  readonly range: number;
  readonly runs: readonly string[];
}

/** The next chain is written while one is committed. */
async function commitRange(
  { thread, range, runs }: Merging,
  commit: TakeInWork['commit'],
  effects: Effects,
): Promise<void> {
  const ask = () => askFor('written', thread, { kind: 'next' });
  await askFor('merging', thread, { kind: 'merge', range, runs });
  let asked = ask();
  for (let { written } = await asked; written !== null; { written } = await asked) {
    asked = ask();
    // Where committing fails, nobody waits for it.
    asked.catch(() => {});
    effects.signal.throwIfAborted();
    await commit(written);
  }
}

/** The chains in as many ranges of about one length. */
function rangesOf(tasks: readonly ChainTask[], ranges: number): ChainTask[][] {
  const from = (range: number) => Math.floor((range * tasks.length) / ranges);
  return Array.from({ length: ranges }, (_, range) => tasks.slice(from(range), from(range + 1)));
}

type ReplyOf<K> = Extract<TakeInReply, { readonly kind: K }>;

/** The bytes of a block are handed over. */
async function askFor<K extends TakeInReply['kind']>(kind: K, thread: TakeInThread, request: TakeInRequest) {
  const reply = await thread.ask(request, request.kind === 'block' ? [request.block.bytes.buffer] : []);
  if (reply.kind !== kind) throw new Error(`a thread of take-in answered ${reply.kind} and not ${kind}`);
  return reply as ReplyOf<K>;
}

/** Reads all files once; each block goes to the thread that has the fewest before it. */
async function dealBlocks(
  inputs: readonly InputFile[],
  threads: readonly TakeInThread[],
  effects: Effects,
): Promise<void> {
  const total = inputs.reduce((sum, input) => sum + input.bytes, 0);
  const spare: ArrayBuffer[] = [];
  const dealer = dealTo(threads, BLOCKS_AHEAD);
  let done = 0;
  for (const [file, input] of inputs.entries()) {
    for await (const block of readLineBlocks(input, spare)) {
      effects.signal.throwIfAborted();
      await dealer.deal(async (thread) => {
        const { buffer } = await askFor('read', thread, { kind: 'block', file, block });
        spare.push(buffer);
      });
    }
    done += input.bytes;
    effects.observe({ kind: 'progress', step: 'reading events', done, total });
  }
  await dealer.settled();
}

/** Crash points and records come one after another, whichever thread is first. */
function oneByOne<T>(work: (each: T) => Promise<void>): (each: T) => Promise<void> {
  let before = Promise.resolve();
  return (each) => {
    before = before.then(() => work(each));
    return before;
  };
}
