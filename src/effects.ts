/**
 * Time, chance, crashes, progress and the wish to stop: what work takes from outside, as one value
 * that is passed on.
 */
import { randomUUID } from 'node:crypto';
import type { Observer } from './observations.ts';

/**
 * A moment at which a test ends the process as a crash would. BREWHOUSE_CRASH_AT names it, alone or
 * with a count: `rendering:3` is the third time.
 */
export type CrashPoint =
  | 'sorting'
  | 'timeline-upload'
  | 'rendering'
  | 'texts-upload'
  | 'corpus-upload'
  | 'shuffle'
  | 'manifest';

/**
 * Everything that work takes from outside beside its inputs. The last parameter, with
 * PROCESS_EFFECTS as its default.
 */
export interface Effects {
  /** Epoch milliseconds. */
  now(): number;
  /** An id that nobody else has. */
  newId(): string;
  /** Called at each crash point; a test's effects end the process, or throw, there. */
  reach(point: CrashPoint): Promise<void>;
  readonly observe: Observer;
  /** Aborted where the work is to end: what is committed stays. */
  readonly signal: AbortSignal;
}

const reached = new Map<CrashPoint, number>();

/**
 * Does nothing unless BREWHOUSE_CRASH_AT names this point; then the process is killed (SIGKILL) on
 * the spot.
 */
async function crashWhereNamed(point: CrashPoint): Promise<void> {
  const named = process.env.BREWHOUSE_CRASH_AT;
  if (named === undefined) return;
  const [name, count = '1'] = named.split(':');
  if (name !== point) return;
  const times = (reached.get(point) ?? 0) + 1;
  reached.set(point, times);
  if (times < Number(count)) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal arrives when it arrives; nothing may happen until then.
  await new Promise(() => {});
}

/** The clock and the chance of this process; observations go nowhere, and nothing stops it. */
export const PROCESS_EFFECTS: Effects = {
  now: () => Date.now(),
  newId: () => randomUUID(),
  reach: crashWhereNamed,
  observe: () => {},
  signal: new AbortController().signal,
};
