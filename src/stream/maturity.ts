/** Which members rendering has to look at when the watermark has moved (LABEL-4). */
import type { MemberId } from '../../schemas/ids.ts';
import { type Closing, closingDelay } from '../timeline/as-of.ts';
import type { StateReader } from './state.ts';

/** Up to when a corpus has decided its questions, and how long they stay open. */
export interface Decided {
  /** Questions that close by this moment (epoch ms) are decided; null: none. */
  readonly until: number | null;
  /** So long after its member's last event was known a question closes at the latest (LABEL-3). */
  readonly closingDelayMs: number;
}

/**
 * The members that can have a question which is not decided, in byte order: nobody else has one
 * that closes by the new watermark. Some of these have none either.
 */
export function maturingMembers(state: StateReader, { until, closingDelayMs }: Decided): MemberId[] {
  const after = until === null ? Number.MIN_SAFE_INTEGER : until - closingDelayMs;
  return state.knownAfter(after) as MemberId[];
}

/** A question closes at most so long after the last event of its member was known, ms (LABEL-3). */
export function closingDelayMax(tasks: readonly Closing[]): number {
  return 1 + Math.max(...tasks.map(closingDelay));
}
