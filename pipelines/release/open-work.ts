/** Whether a release is made by one thread or by several. */
import type { PartPosition } from '../../src/corpus/open-part.ts';
import type { Effects } from '../../src/effects.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { Scratch } from '../../src/sort/scratch.ts';
import { workInThreads } from './threads.ts';
import { type ReleaseWork, workHere } from './work.ts';

/** Fewer tokens are read and joined sooner than a thread has started. */
const TOKENS_A_THREAD_MIN = 2_000_000;

/** Where the work is done, and by how many threads at most. */
export interface WorkPlaces {
  readonly store: ObjectStore;
  readonly scratch: Scratch;
  readonly workers: number;
  /** Tokens for which a thread is worth starting. */
  readonly tokensPerThread?: number;
}

/** Begins with as many threads as pay for the parts; below two, none. */
export function openReleaseWork(
  parts: readonly PartPosition[],
  { store, scratch, workers, tokensPerThread = TOKENS_A_THREAD_MIN }: WorkPlaces,
  effects: Effects,
): ReleaseWork {
  const tokens = parts.reduce((sum, { files }) => sum + files.tokens, 0);
  const threads = Math.min(workers, Math.floor(tokens / tokensPerThread));
  return threads < 2 ? workHere({ store, scratch }, effects) : workInThreads(store, threads, effects);
}
