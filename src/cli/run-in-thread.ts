/**
 * Runs a command in a thread of its own, and ends the process within a second of a signal whatever
 * that thread does.
 */
import { constants } from 'node:os';
import { Worker } from 'node:worker_threads';
import { BrewhouseError, describeError, EXIT, unpackError } from '../errors.ts';
import { threadScript } from '../thread-script.ts';
import type { ThreadReply, ThreadTask } from './command-thread.ts';
import { leaveProcess } from './leave-process.ts';
import type { Output } from './output.ts';

type Screen = Pick<Output, 'observe' | 'settle'>;

/** How the command ended: its exit code, and what it prints. */
export type Ended = Extract<ThreadReply, { kind: 'ended' }>;

/** Work that can end by itself has so long to put its files away. */
const GRACE_MS = 250;
/** Ctrl-C in a terminal reaches the launcher too, which passes it on: that is one press. */
const SAME_PRESS_MS = 50;
/**
 * Space for young objects. A thread keeps the pages that it once had: with V8's own limit, verify
 * holds 130 MB more than in a main thread. The limit of old ones is that of a main thread.
 */
const YOUNG_MB = 48;

/**
 * Runs the task; `script` is the thread's file. Throws what the command threw, with the stack of
 * its thread. Does not return from a signal.
 */
export function runInThread(
  task: ThreadTask,
  screen: Screen,
  script: URL = threadScript(import.meta.url, 'command-thread'),
): Promise<Ended> {
  const thread = new Worker(script, { workerData: task, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
  const signalled = stopOnSignals(thread, screen);
  return new Promise((resolve, reject) => {
    thread.on('error', reject);
    thread.on('exit', (code) => reject(new Error(`the thread of the command ended with code ${code}`)));
    thread.on('message', (reply: ThreadReply) => {
      if (reply.kind === 'observed') {
        if (!signalled.aborted) screen.observe(reply.observation);
      } else if (signalled.aborted) leaveProcess(EXIT.interrupted);
      else if (reply.kind === 'ended') resolve(reply);
      else reject(unpackError(reply.error));
    });
  });
}

/**
 * At the first signal says so and asks the thread to stop; ends the process soon after, or at once
 * at the second.
 */
function stopOnSignals(thread: Worker, screen: Screen): AbortSignal {
  const stop = new AbortController();
  let first = 0;
  const onSignal = () => {
    if (stop.signal.aborted) {
      if (performance.now() - first > SAME_PRESS_MS) leaveProcess(EXIT.interrupted);
      return;
    }
    first = performance.now();
    stop.abort();
    screen.settle();
    process.stderr.write(`${describeError(new BrewhouseError('interrupted', 'the command was interrupted'))}\n`);
    thread.postMessage('stop');
    setTimeout(() => leaveProcess(EXIT.interrupted), GRACE_MS);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  // The launcher that started this one may be killed outright: then nobody waits for the work.
  process.once('disconnect', () => leaveProcess(128 + constants.signals.SIGTERM));
  process.channel?.unref();
  return stop.signal;
}
