/** Worker threads that share a corpus's partitions: each takes the next one when it is free. */
import { Worker } from 'node:worker_threads';
import { unpackError } from '../../src/errors.ts';
import type { PartitionResult } from './partition.ts';
import type { RenderReply, RenderRequest, RenderWorkerData } from './worker.ts';

/** More threads than partitions or than this do not help one machine. */
export const WORKERS_MAX = 64;

export interface RenderPoolOptions {
  readonly workers: number;
  readonly data: RenderWorkerData;
  readonly onProgress: (rows: number, tokens: number) => void;
  readonly onDone: (partition: number, result: PartitionResult) => void;
}

/** Renders every request; rejects with the first failure, after which no further partition begins. */
export async function renderInPool(requests: readonly RenderRequest[], options: RenderPoolOptions): Promise<void> {
  const queue = [...requests];
  const count = Math.min(options.workers, requests.length, WORKERS_MAX);
  const workers: Worker[] = [];
  try {
    await Promise.all(
      Array.from({ length: count }, () => {
        const worker = new Worker(workerFile(), { workerData: options.data });
        workers.push(worker);
        return drain(worker, queue, options);
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Source in development, compiled in the package. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
}

function drain(worker: Worker, queue: RenderRequest[], options: RenderPoolOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = () => {
      const request = queue.shift();
      if (request === undefined) resolve();
      else worker.postMessage(request);
    };
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a render worker ended with code ${code}`)));
    worker.on('message', (reply: RenderReply) => {
      if (reply.kind === 'ready') next();
      else if (reply.kind === 'progress') options.onProgress(reply.rows, reply.tokens);
      else if (reply.kind === 'failed') {
        queue.length = 0;
        reject(unpackError(reply.error));
      } else {
        options.onDone(reply.partition, reply.result);
        next();
      }
    });
  });
}
