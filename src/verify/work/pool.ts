/** Threads that share the steps of a verification: each takes the next one when it is free. */
import { MessageChannel, Worker } from 'node:worker_threads';
import { unpackError } from '../../errors.ts';
import { closeScratch, openScratch } from '../events/spill.ts';
import type { OwnTokenizer } from '../tokenizer/load-tokenizer.ts';
import { type Work, type WorkSetup, workOf } from './work.ts';
import type { StepReply, WorkThreadSetup } from './work-thread.ts';

type Step = keyof Work;
type Result<K extends Step> = Awaited<ReturnType<Work[K]>>;

/** Does steps in threads. */
export interface Pool {
  /** The scratch file of each thread. */
  readonly scratch: readonly number[];
  /** Does a step in a thread that is free, or will be. */
  run<K extends Step>(step: K, ...args: Parameters<Work[K]>): Promise<Result<K>>;
  /**
   * Does a step in every thread, none of which is doing another; `argsOf` is told which one it is.
   */
  everywhere<K extends Step>(step: K, argsOf: (thread: number) => Parameters<Work[K]>): Promise<Result<K>[]>;
  /** Resolves when no step waits for a thread. */
  room(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Space for objects of a thread, which keeps the pages that it once had. Below 2 GB V8 collects old
 * ones when they have doubled, else when there are four times as many; the largest bucket that fits
 * is one of some 700,000 events.
 */
const [YOUNG_MB, OLD_MB] = [16, 2_000];

/** One that does steps, one at a time. */
interface Doer {
  do(step: Step, args: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts so many threads; with none the steps are done by the caller's own. */
export function startPool(setup: Pick<WorkSetup, 'release' | 'key'>, tokenizer: OwnTokenizer, threads: number): Pool {
  const scratch = Array.from({ length: Math.max(threads, 1) }, openScratch);
  const doers = scratch.map((own, thread) => {
    const full = { ...setup, thread, scratch: own };
    return threads === 0 ? doerHere(full, tokenizer) : doerOf(full, tokenizer);
  });
  const idle = new Set(doers);
  const queue: ((doer: Doer) => Promise<void>)[] = [];
  let roomy: (() => void)[] = [];
  let isOpen = true;
  const pump = () => {
    if (!isOpen) return;
    for (const doer of idle) {
      const job = queue.shift();
      if (job === undefined) break;
      idle.delete(doer);
      void job(doer).then(() => {
        idle.add(doer);
        pump();
      });
    }
    if (queue.length === 0) {
      for (const go of roomy) go();
      roomy = [];
    }
  };
  const enqueue = (step: Step, args: readonly unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      queue.push((doer) => doer.do(step, args).then(resolve, reject));
      pump();
    });
  return {
    scratch,
    run: (step, ...args) => enqueue(step, args) as Promise<never>,
    everywhere: (step, argsOf) =>
      Promise.all(doers.map((doer, thread) => doer.do(step, argsOf(thread)))) as Promise<never>,
    room: () => (queue.length === 0 ? Promise.resolve() : new Promise((resolve) => roomy.push(resolve))),
    async close() {
      isOpen = false;
      await Promise.all(doers.map((doer) => doer.close()));
      for (const own of scratch) closeScratch(own);
    },
  };
}

function doerHere(setup: WorkSetup, tokenizer: OwnTokenizer): Doer {
  let work: Work | undefined;
  return {
    async do(step, args) {
      work ??= await workOf(setup, tokenizer);
      const run = work[step] as (...given: unknown[]) => unknown;
      return run(...args);
    },
    async close() {},
  };
}

function doerOf(setup: WorkSetup, tokenizer: OwnTokenizer): Doer {
  const { port1, port2 } = new MessageChannel();
  const shared = tokenizer.share();
  const workerData: WorkThreadSetup = { port: port2, setup, tokenizer: shared };
  const thread = new Worker(threadFile(), {
    workerData,
    transferList: [port2, shared.link.port],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: OLD_MB },
  });
  let waiting: PromiseWithResolvers<unknown> | undefined;
  let ended: Error | undefined;
  const fail = (error: Error) => {
    ended ??= error;
    waiting?.reject(ended);
  };
  // Listened to all the time: a thread can also end while it has nothing to do.
  thread.on('error', fail);
  thread.on('exit', (code) => fail(new Error(`a thread of the checker ended with code ${code}`)));
  port1.on('message', (reply: StepReply) => {
    if ('failure' in reply) waiting?.reject(unpackError(reply.failure));
    else waiting?.resolve(reply.result);
  });
  return {
    do(step, args) {
      if (ended !== undefined) return Promise.reject(ended);
      waiting = Promise.withResolvers();
      port1.postMessage({ step, args });
      return waiting.promise;
    },
    async close() {
      port1.close();
      await thread.terminate();
    },
  };
}

/** Source in development, compiled in the package. */
function threadFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './work-thread.ts' : './work-thread.js', import.meta.url);
}
