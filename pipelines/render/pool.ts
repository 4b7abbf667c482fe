/**
 * Worker threads that share a corpus's partitions: each takes the next one when it is free, and
 * asks for what is to be encoded.
 */
import { addAbortListener } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Effects, PROCESS_EFFECTS } from '../../src/effects.ts';
import { unpackError } from '../../src/errors.ts';
import { threadScript } from '../../src/thread-script.ts';
import type { SharedEncoder } from './shared-encoder.ts';
import type { RenderAsk, RenderOrder, RenderReply, RenderRequest, RenderWorkerData } from './worker.ts';

/** More threads than partitions or than this do not help one machine. */
export const WORKERS_MAX = 64;

/** Fewer records are rendered sooner than another thread has started. */
const RECORDS_A_THREAD = 1_000;

/** What is rendered, by how many threads, and what all of them are given. */
export interface RenderPoolOptions {
  readonly requests: readonly RenderRequest[];
  readonly workers: number;
  readonly data: RenderWorkerData;
  /** Encodes for all of them. */
  readonly encoder: SharedEncoder;
}

/**
 * Renders every request and passes on what the threads observe; rejects with the first failure, or
 * with the reason of `effects.signal`. Then no thread is left.
 */
export async function renderInPool(options: RenderPoolOptions, effects = PROCESS_EFFECTS): Promise<void> {
  const { requests, workers, data, encoder } = options;
  // The largest first: begun last, it would leave the other threads idle at the end.
  const queue = requests.toSorted((a, b) => recordsOf(b) - recordsOf(a));
  const worth = Math.ceil(allRecordsOf(requests) / RECORDS_A_THREAD);
  const count = Math.min(workers, requests.length, WORKERS_MAX, Math.max(1, worth));
  const threads: Worker[] = [];
  const stopped = Promise.withResolvers<never>();
  const listener = addAbortListener(effects.signal, () => stopped.reject(effects.signal.reason));
  try {
    const drained = Array.from({ length: count }, () => {
      const thread = new Worker(threadScript(import.meta.url, 'worker'), { workerData: data });
      threads.push(thread);
      return drain(thread, { queue, encoder }, effects);
    });
    await Promise.race([Promise.all(drained), stopped.promise]);
  } finally {
    listener[Symbol.dispose]();
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

/** Records of the timelines that are rendered. */
export function allRecordsOf(requests: readonly RenderRequest[]): number {
  return requests.reduce((sum, request) => sum + recordsOf(request), 0);
}

function recordsOf({ timeline }: RenderRequest): number {
  return timeline.events;
}

/** What the threads share. */
interface Shared {
  readonly queue: RenderRequest[];
  readonly encoder: SharedEncoder;
}

function drain(thread: Worker, { queue, encoder }: Shared, effects: Effects): Promise<void> {
  return new Promise((resolve, reject) => {
    const tell = (order: RenderOrder) => thread.postMessage(order);
    const fail = (error: unknown) => {
      queue.length = 0;
      reject(error);
    };
    const next = () => {
      const request = queue.shift();
      if (request === undefined) resolve();
      else tell({ kind: 'render', request });
    };
    const answer = async (number: number, ask: RenderAsk) => {
      const made = ask.kind === 'make' ? await encoder.make(ask.wishes) : undefined;
      if (ask.kind === 'compare') await encoder.compare(ask.prompts);
      tell({ kind: 'answered', number, made });
    };
    thread.on('error', reject);
    thread.on('exit', (code) => reject(new Error(`a render worker ended with code ${code}`)));
    thread.on('message', (reply: RenderReply) => {
      if (reply.kind === 'free') next();
      else if (reply.kind === 'observed') effects.observe(reply.observation);
      else if (reply.kind === 'asked') answer(reply.number, reply.ask).catch(fail);
      else fail(unpackError(reply.error));
    });
  });
}
