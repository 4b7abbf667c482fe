/** A thread that answers requests one after another: both ends of it. */
import { type MessagePort, type Transferable, Worker } from 'node:worker_threads';
import { type PackedError, packError, unpackError } from '../src/errors.ts';

/** The end of who asks. */
export interface AskedThread<Request, Reply> {
  /** Answers come in the order of the requests. Throws what the thread threw, with its stack. */
  ask(request: Request, transfer?: readonly Transferable[]): Promise<Reply>;
  /** Ends the thread, whatever it does; may be called again. */
  end(): Promise<void>;
}

type Answer<Reply> = { readonly reply: Reply } | { readonly error: PackedError };

/** Starts the thread of a script that calls `answerRequests`. */
export function startThread<Request, Reply>(script: URL, workerData: unknown): AskedThread<Request, Reply> {
  const thread = new Worker(script, { workerData });
  const waiting: { resolve(reply: Reply): void; reject(error: unknown): void }[] = [];
  let ended: unknown;
  const fail = (error: unknown) => {
    ended ??= error;
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  thread.on('error', fail);
  thread.on('exit', (code) => fail(new Error(`a thread ended with code ${code}`)));
  thread.on('message', (answer: Answer<Reply>) => {
    if ('error' in answer) fail(unpackError(answer.error));
    else waiting.shift()?.resolve(answer.reply);
  });
  return {
    ask(request, transfer = []) {
      if (ended !== undefined) return Promise.reject(ended);
      thread.postMessage(request, transfer);
      const asked = Promise.withResolvers<Reply>();
      waiting.push(asked);
      return asked.promise;
    },
    async end() {
      await thread.terminate();
    },
  };
}

/**
 * The end of the thread: one request is answered before the next is looked at. After an error it
 * answers none.
 */
export function answerRequests<Request, Reply>(port: MessagePort, answer: (request: Request) => Promise<Reply>): void {
  let before = Promise.resolve();
  port.on('message', (request: Request) => {
    before = before.then(async () => port.postMessage({ reply: await answer(request) } satisfies Answer<Reply>));
    before.catch((error: unknown) => port.postMessage({ error: packError(error) } satisfies Answer<Reply>));
  });
}
