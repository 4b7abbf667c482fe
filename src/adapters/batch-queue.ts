/** Batches of topics that wait to be taken, whoever brings them. */
import type { TopicBatch } from '../stream/topic-log.ts';

/** A queue. Its bound holds where whoever fills it asks `hasRoom` before. */
export interface BatchQueue {
  hasRoom(): boolean;
  /** `bytes` as the bound counts. After an end nothing is taken in any more. */
  add(batch: TopicBatch, bytes: number): void;
  /** Nothing comes any more; with an error, whoever takes is told when the rest is taken. */
  end(error?: Error): void;
  isEnded(): boolean;
  take(): Promise<TopicBatch | undefined>;
}

/** `onRoom` is called when a full queue has room again. */
export function createBatchQueue(bytesMax: number, onRoom: () => void): BatchQueue {
  const waiting: { readonly batch: TopicBatch; readonly bytes: number }[] = [];
  /** Who waits for a batch. */
  const takers: (() => void)[] = [];
  let bytesWaiting = 0;
  let ended: { readonly error: Error | undefined } | undefined;
  const wake = () => {
    for (const taker of takers.splice(0)) taker();
  };
  return {
    hasRoom: () => bytesWaiting < bytesMax,
    add(batch, bytes) {
      if (ended !== undefined) return;
      waiting.push({ batch, bytes });
      bytesWaiting += bytes;
      wake();
    },
    end(error) {
      ended ??= { error };
      wake();
    },
    isEnded: () => ended !== undefined,
    async take() {
      for (;;) {
        const first = waiting.shift();
        if (first !== undefined) {
          const wasFull = bytesWaiting >= bytesMax;
          bytesWaiting -= first.bytes;
          if (wasFull && bytesWaiting < bytesMax && ended === undefined) onRoom();
          return first.batch;
        }
        if (ended?.error !== undefined) throw ended.error;
        if (ended !== undefined) return undefined;
        await new Promise<void>((resolve) => takers.push(resolve));
      }
    },
  };
}

/** What the objects of a record take, beside its bytes. */
export const RECORD_BYTES = 150;

/** What a batch counts of a bound, in bytes of memory. */
export function bytesOf({ records }: TopicBatch): number {
  let bytes = RECORD_BYTES;
  for (const { key, value } of records) bytes += RECORD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  return bytes;
}
