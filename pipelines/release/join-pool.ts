/** Row groups of a release joined by worker threads; few of them, here. */
import { Worker } from 'node:worker_threads';
import { present } from '../../src/checked.ts';
import { unpackError } from '../../src/errors.ts';
import { profileOf } from '../../src/profiles/profiles.ts';
import { createRowJoiner, type JoinedGroup } from '../../src/release/join-rows.ts';
import type { GroupJoiner } from '../../src/release/shards.ts';
import type { ShuffledRows } from '../../src/release/shuffle.ts';
import { readTokenTable } from '../../src/release/token-table.ts';
import type { JoinReply, JoinRequest, JoinWorkerData } from './join-worker.ts';

/** Fewer tokens are joined sooner than a thread has started. */
const TOKENS_A_THREAD_MIN = 2_000_000;
/** Row groups that wait for a thread: enough that it never does. */
const GROUPS_A_THREAD = 2;

/** A joiner, and what ends it. */
export interface JoinPool extends GroupJoiner {
  /** Ends the threads; may be called again. */
  close(): Promise<void>;
}

/** Joins by as many threads as pay for the rows, `workers` at most. */
export function openJoinPool(
  { tokens, tokenTable, tokenFile }: Pick<ShuffledRows, 'tokens' | 'tokenTable' | 'tokenFile'>,
  { profile, workers }: { readonly profile: string; readonly workers: number },
): JoinPool {
  const total = Object.values(tokens).reduce((sum, count) => sum + count, 0);
  const threads = Math.min(workers, Math.floor(total / TOKENS_A_THREAD_MIN));
  if (threads >= 2) return threadPool(threads, { profile, tokens: tokenTable });
  const reader = readTokenTable(tokenTable, tokenFile);
  const joiner = createRowJoiner(profileOf(profile), reader);
  return {
    atOnce: 0,
    join: async (rows) => joiner.join(rows),
    close: async () => reader.close(),
  };
}

interface Waiting {
  readonly request: JoinRequest;
  readonly settle: PromiseWithResolvers<JoinedGroup>;
}

function threadPool(count: number, data: JoinWorkerData): JoinPool {
  const queue: Waiting[] = [];
  const busy = new Map<Worker, Waiting>();
  const idle: Worker[] = [];
  let broken: Error | undefined;
  const next = (thread: Worker) => {
    const waiting = queue.shift();
    if (waiting === undefined) {
      idle.push(thread);
      return;
    }
    busy.set(thread, waiting);
    thread.postMessage(waiting.request, [waiting.request.bytes.buffer as ArrayBuffer]);
  };
  const breakDown = (error: Error) => {
    broken ??= error;
    for (const { settle } of [...queue.splice(0), ...busy.values()]) settle.reject(error);
    busy.clear();
  };
  const threads = Array.from({ length: count }, () => {
    const thread = new Worker(workerFile(), { workerData: data });
    thread.on('error', breakDown);
    thread.on('exit', (code) => breakDown(new Error(`a thread of the release ended with code ${code}`)));
    thread.on('message', (reply: JoinReply) => {
      const { settle } = present(busy.get(thread), 'row group of the thread');
      busy.delete(thread);
      if (reply.kind === 'joined') settle.resolve(reply.group);
      else settle.reject(unpackError(reply.error));
      next(thread);
    });
    idle.push(thread);
    return thread;
  });
  return {
    atOnce: GROUPS_A_THREAD * count,
    join(rows) {
      const settle = Promise.withResolvers<JoinedGroup>();
      if (broken !== undefined) settle.reject(broken);
      else queue.push({ request: packRows(rows), settle });
      const thread = queue.length > 0 ? idle.pop() : undefined;
      if (thread !== undefined) next(thread);
      return settle.promise;
    },
    async close() {
      for (const thread of threads) thread.removeAllListeners('exit');
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

function packRows(rows: readonly Uint8Array[]): JoinRequest {
  const starts = [0];
  for (const row of rows) starts.push((starts.at(-1) ?? 0) + row.length);
  const bytes = new Uint8Array(starts.at(-1) ?? 0);
  for (const [i, row] of rows.entries()) bytes.set(row, starts[i]);
  return { bytes, starts };
}

/** Source in development, compiled in the package. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './join-worker.ts' : './join-worker.js', import.meta.url);
}
