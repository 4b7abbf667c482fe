/** A thread that answers requests one after another: both ends of it. */
import { addAbortListener } from 'node:events';
import { type MessagePort, type Transferable, Worker } from 'node:worker_threads';
import { type Effects, PROCESS_EFFECTS } from './effects.ts';
import { type PackedError, packError, unpackError } from './errors.ts';
import type { Observation } from './observations.ts';

/** The end of who asks. */
export interface AskedThread<Request, Reply> {
  /**
   * Answers come in the order of the requests. Throws what the thread threw, with its stack, or the
   * reason of `effects.signal`.
   */
  ask(request: Request, transfer?: readonly Transferable[]): Promise<Reply>;
  /** Requests that are not answered yet. */
  readonly waiting: number;
  /** Ends the thread, whatever it does; may be called again. */
  end(): Promise<void>;
}

type Waiting = Pick<AskedThread<never, never>, 'waiting'>;

/** The thread that has the fewest requests before it. */
export function idlest<T extends Waiting>(threads: readonly T[]): T {
  return threads.reduce((least, each) => (each.waiting < least.waiting ? each : least));
}

/** Deals requests to threads that are alike, of which each has `ahead` before it at most. */
export function dealTo<T extends Waiting>(threads: readonly T[], ahead: number) {
  const asked = new Set<Promise<void>>();
  return {
    /**
     * Lets `ask` ask the idlest thread once, when there is one with room. Throws what asking threw
     * before.
     */
    async deal(ask: (thread: T) => Promise<void>): Promise<void> {
      while (asked.size >= ahead * threads.length) await Promise.race(asked);
      const answered = ask(idlest(threads)).then(() => void asked.delete(answered));
      // Seen when the next is dealt, or the last.
      answered.catch(() => {});
      asked.add(answered);
    },
    /** All are answered. Throws as `deal`. */
    settled: async (): Promise<void> => void (await Promise.all(asked)),
  };
}

type Answer<Reply> =
  | { readonly reply: Reply }
  | { readonly observation: Observation }
  | { readonly error: PackedError };

/** A thread is started with some data, and hands on what it observes. */
export interface ThreadStart {
  /** Calls `answerRequests`. */
  readonly script: URL;
  readonly workerData?: unknown;
  /** It keeps the process from its end while it is asked something, and at no other time. */
  readonly isBackground?: boolean;
}

/** Starts a thread; whoever starts it ends it. */
export function startThread<Request, Reply>(
  { script, workerData, isBackground = false }: ThreadStart,
  { observe, signal }: Effects,
): AskedThread<Request, Reply> {
  const thread = new Worker(script, { workerData });
  if (isBackground) thread.unref();
  const waiting: { resolve(reply: Reply): void; reject(error: unknown): void }[] = [];
  let ended: unknown;
  const fail = (error: unknown) => {
    ended ??= error;
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  thread.on('error', fail);
  thread.on('exit', (code) => fail(new Error(`a thread ended with code ${code}`)));
  thread.on('message', (answer: Answer<Reply>) => {
    if ('observation' in answer) observe(answer.observation);
    else if ('error' in answer) fail(unpackError(answer.error));
    else waiting.shift()?.resolve(answer.reply);
    if (isBackground && waiting.length === 0) thread.unref();
  });
  const listener = addAbortListener(signal, () => fail(signal.reason));
  return {
    get waiting() {
      return waiting.length;
    },
    ask(request, transfer = []) {
      if (ended !== undefined) return Promise.reject(ended);
      if (isBackground) thread.ref();
      thread.postMessage(request, transfer);
      const asked = Promise.withResolvers<Reply>();
      waiting.push(asked);
      return asked.promise;
    },
    async end() {
      listener[Symbol.dispose]();
      await thread.terminate();
    },
  };
}

/**
 * The end of the thread: one request is answered before the next is looked at. After an error it
 * answers none. `transferOf`: what of a reply is handed over and not copied.
 */
export function answerRequests<Request, Reply>(
  port: MessagePort,
  answer: (request: Request, effects: Effects) => Promise<Reply>,
  transferOf: (reply: Reply) => readonly Transferable[] = () => [],
): void {
  const say = (answer: Answer<Reply>) => port.postMessage(answer, 'reply' in answer ? transferOf(answer.reply) : []);
  const effects: Effects = { ...PROCESS_EFFECTS, observe: (observation) => say({ observation }) };
  let before = Promise.resolve();
  port.on('message', (request: Request) => {
    before = before.then(async () => say({ reply: await answer(request, effects) }));
    before.catch((error: unknown) => say({ error: packError(error) }));
  });
}
