/** Work on many things at once, within a bound. */
import type { Effects } from '../effects.ts';

/**
 * The results of `work` on each item, in their order; at most `atOnce` run at a time. The first
 * failure is thrown, after which nothing begins. Throws the reason of `effects.signal` where that
 * is aborted.
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  { atOnce, effects }: { readonly atOnce: number; readonly effects: Effects },
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  let failed = false;
  const drain = async () => {
    // One iterator for all: each item is taken once.
    for (const [i, item] of queue) {
      if (failed) return;
      try {
        effects.signal.throwIfAborted();
        results[i] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, drain));
  return results;
}
