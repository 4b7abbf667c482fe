/** What a fetch says of one partition, as the port tells it: records, and why others are none. */
import type { OffsetRange } from '../../stream/offsets.ts';
import type { TopicBatch, TopicOffset, TopicRecord, UnreadableRange } from '../../stream/topic-log.ts';
import type { RecordBatch } from './record-batches.ts';

/** A transaction that was aborted: of this producer, from this offset on, up to its mark. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly first: number;
}

/** What a broker said beside the batches. */
export interface FetchedFrom {
  /** The offset that was asked for. */
  readonly at: TopicOffset;
  readonly aborted: readonly AbortedTransaction[];
  /** The last stable offset: behind it a transaction may be open. */
  readonly end: number;
  /** Compaction takes records out of the topic, so that an offset without one is nothing odd. */
  readonly isCompacted: boolean;
}

/**
 * GAPS ARE EXPLAINED BY CAUSE: marks and aborted records by what the broker says of transactions;
 * what is in no batch, or was taken out of one, only where the topic is compacted. Elsewhere each
 * offset lies in a batch, and one that does not is lost.
 */
export function fetchedBatch(batches: readonly RecordBatch[], fetched: FetchedFrom): TopicBatch {
  const { topic, partition, offset } = fetched.at;
  const records: TopicRecord[] = [];
  const unreadable: UnreadableRange[] = [];
  const explained: OffsetRange[] = [];
  const explain = (from: number, to: number) => {
    const last = explained.at(-1);
    if (from >= to) return;
    if (last?.to === from) explained[explained.length - 1] = { from: last.from, to };
    else explained.push({ from, to });
  };
  const isAborted = abortedOnes(fetched.aborted);
  let next = offset;
  for (const batch of batches) {
    const isDropped = isAborted(batch);
    // Brokers give the whole batch that holds the offset.
    if (batch.last < next) continue;
    const end = batch.last + 1;
    if (fetched.isCompacted) explain(next, batch.first);
    const from = Math.max(next, batch.first);
    if (batch.mark !== undefined || isDropped) explain(from, end);
    else if (batch.unreadable !== undefined)
      unreadable.push({ from, to: end, records: Math.min(batch.count, end - from), reason: batch.unreadable });
    else {
      let expected = from;
      for (const record of batch.records) {
        if (record.offset < from) continue;
        if (fetched.isCompacted) explain(expected, record.offset);
        records.push(record);
        expected = record.offset + 1;
      }
      if (fetched.isCompacted) explain(expected, end);
    }
    next = end;
  }
  return { topic, partition, records, explained, unreadable, next, end: Math.max(fetched.end, next) };
}

/** Tells of batches in their order whether their records were aborted. */
function abortedOnes(transactions: readonly AbortedTransaction[]): (batch: RecordBatch) => boolean {
  const aborted = [...transactions].sort((a, b) => a.first - b.first);
  const open = new Set<bigint>();
  let begun = 0;
  return ({ last, producerId, isTransactional, mark }) => {
    for (; begun < aborted.length && (aborted[begun] as AbortedTransaction).first <= last; begun++)
      open.add((aborted[begun] as AbortedTransaction).producerId);
    if (mark !== undefined) {
      if (mark === 'abort') open.delete(producerId);
      return false;
    }
    return isTransactional && open.has(producerId);
  };
}
