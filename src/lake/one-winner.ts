/**
 * ONE WINNER PER NAME, tried on a store: many writers put one name at once, again and again. All
 * that a lake promises rests on it, and there are servers that take the condition and do not keep
 * it.
 */
import { nth } from '../checked.ts';
import type { Effects } from '../effects.ts';
import type { ObjectStore } from './object-store.ts';

/** Where it is tried. */
export interface ContestedStore extends Pick<ObjectStore, 'get'> {
  /**
   * As of an ObjectStore. `gate` settles when all writers of a name have come to it: to be awaited
   * as late as possible before the name is given.
   */
  putIfAbsent(key: string, bytes: Uint8Array, gate: () => Promise<void>): Promise<boolean>;
}

/** How hard it is tried. */
export interface OneWinnerTrial {
  readonly writers: number;
  readonly rounds: number;
  /** Of each body: a server that is slow to store one has more time to do it wrong. */
  readonly bytes: number;
}

/** How many rounds ended in each way. */
export interface OneWinnerResult {
  /** One writer won, and its bytes are stored. */
  readonly won: number;
  /** More than one writer won, or the bytes of another one are stored. */
  readonly broken: number;
  /** Nobody won, and the bytes of one are stored: an answer was lost on the way. */
  readonly unclear: number;
}

/**
 * Writes the keys `round-0`, `round-1` and so on and leaves them there. Bound:
 * the bodies of one round in memory. Throws as the store does, and the reason of `effects.signal`.
 */
export async function tryOneWinner(
  store: ContestedStore,
  { writers, rounds, bytes }: OneWinnerTrial,
  effects: Effects,
): Promise<OneWinnerResult> {
  const bodies = Array.from({ length: writers }, (_, writer) => Buffer.alloc(bytes, `writer ${writer} `));
  const counts = { won: 0, broken: 0, unclear: 0 };
  for (let round = 0; round < rounds; round++) {
    effects.signal.throwIfAborted();
    const key = `round-${round}`;
    const gate = createGate(writers);
    // Whoever clears after a failure finds no write that is still under way.
    const settled = await Promise.allSettled(bodies.map((body) => store.putIfAbsent(key, body, gate)));
    const answers = settled.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    });
    const stored = await store.get(key);
    const winners = answers.flatMap((hasWon, writer) => (hasWon ? [writer] : []));
    const isStored = (writer: number) => stored !== null && Buffer.compare(stored, nth(bodies, writer)) === 0;
    if (winners.length === 1) counts[isStored(nth(winners, 0)) ? 'won' : 'broken']++;
    else if (winners.length === 0 && bodies.some((_, writer) => isStored(writer))) counts.unclear++;
    else counts.broken++;
    effects.observe({ kind: 'progress', step: 'trying conditional writes', done: round + 1, total: rounds });
  }
  return counts;
}

/** A server that takes fewer requests at once than there are writers keeps some from the gate. */
const GATE_MS_MAX = 2_000;

/** Holds all writers until the last of them has come, or for GATE_MS_MAX. */
function createGate(writers: number): () => Promise<void> {
  const opened = Promise.withResolvers<void>();
  let come = 0;
  let timer: NodeJS.Timeout | undefined;
  return () => {
    timer ??= setTimeout(opened.resolve, GATE_MS_MAX);
    if (++come >= writers) {
      clearTimeout(timer);
      opened.resolve();
    }
    return opened.promise;
  };
}
