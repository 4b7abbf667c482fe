/**
 * The thread that a command works in, so that the main thread is free to hear signals however long
 * a step takes.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type Effects, PROCESS_EFFECTS } from '../effects.ts';
import { BrewhouseError, type PackedError, packError } from '../errors.ts';
import type { Observation, Observer } from '../observations.ts';
import { LOADERS } from './command-modules.ts';
import type { CallOf, CommandName } from './command-table.ts';

/** What the thread is given to do. */
export interface ThreadTask<N extends CommandName = CommandName> {
  readonly name: N;
  readonly call: CallOf<N>;
  /** Whether the result is wanted as JSON. */
  readonly json: boolean;
}

/**
 * What the thread says. The main thread says one thing only: any message means that the work is to
 * stop.
 */
export type ThreadReply =
  | { readonly kind: 'observed'; readonly observation: Observation }
  | { readonly kind: 'ended'; readonly exit: number; readonly text: string }
  | { readonly kind: 'failed'; readonly error: PackedError };

/** Progress of one step crosses threads at most this often: nobody sees more. */
const PROGRESS_INTERVAL_MS = 50;

/** Hands observations on, progress rarely; a step's first and last are never left out. */
function sparing(observe: Observer, now: () => number): Observer {
  let step = '';
  let said = 0;
  return (observation) => {
    if (observation.kind === 'progress') {
      const time = now();
      const isLast = observation.total > 0 && observation.done >= observation.total;
      if (observation.step === step && time - said < PROGRESS_INTERVAL_MS && !isLast) return;
      step = observation.step;
      said = time;
    }
    observe(observation);
  };
}

async function run<N extends CommandName>({ name, call, json }: ThreadTask<N>, effects: Effects): Promise<ThreadReply> {
  try {
    const command = await LOADERS[name]();
    const { exit, result, text } = await command.run(call, effects);
    return { kind: 'ended', exit, text: json ? JSON.stringify(result) : text };
  } catch (error) {
    return { kind: 'failed', error: packError(error) };
  }
}

if (parentPort !== null) {
  const port = parentPort;
  const say = (reply: ThreadReply) => port.postMessage(reply);
  const stop = new AbortController();
  port.once('message', () => stop.abort(new BrewhouseError('interrupted', 'the command was interrupted')));
  const observe = sparing((observation) => say({ kind: 'observed', observation }), PROCESS_EFFECTS.now);
  say(await run(workerData as ThreadTask, { ...PROCESS_EFFECTS, observe, signal: stop.signal }));
  port.close();
}
