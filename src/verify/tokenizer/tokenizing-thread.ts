/** Asks the tokenizing thread and waits for its answer. */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { BrewhouseError } from '../../errors.ts';
import type { Encoded, EncodeReply, EncodeRequest, Reading, WorkerSetup } from './tokenizer-worker.ts';

export interface TokenizingThread {
  /** The encodings of texts, in their order. Blocks until they are there. */
  encode(request: EncodeRequest): readonly Encoded[];
  close(): Promise<void>;
}

/** Loading a vocabulary takes seconds; a thread that says nothing for this long is dead. */
const SILENCE_MS_MAX = 120_000;

export function startTokenizingThread(files: Readonly<Record<Reading, string>>): TokenizingThread {
  const { port1, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const setup: WorkerSetup = { port: port2, answered, files };
  const worker = new Worker(new URL('./tokenizer-worker.ts', import.meta.url), {
    workerData: setup,
    transferList: [port2],
  });
  worker.unref();
  port1.unref();
  return {
    encode(request) {
      const before = Atomics.load(answered, 0);
      port1.postMessage(request);
      Atomics.wait(answered, 0, before, SILENCE_MS_MAX);
      const reply = receiveMessageOnPort(port1)?.message as EncodeReply | undefined;
      if (reply === undefined) throw new Error('the tokenizing thread does not answer');
      if ('failure' in reply) {
        throw new BrewhouseError('tokenizer_refused', `the tokenizer failed: ${reply.failure}`);
      }
      return reply.encoded;
    },
    async close() {
      port1.close();
      await worker.terminate();
    },
  };
}
