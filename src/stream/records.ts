/** What comes into a partition from a topic, and what becomes of it. */
import type { RowOf } from '../../schemas/columns.ts';
import type { EventRecord } from '../../schemas/event.ts';
import type { DEAD_LETTER } from '../../schemas/rows.ts';
import type { OffsetRange } from './offsets.ts';

/** A record that was parked; its source is `topic/partition`, its line the offset. */
export type DeadRecord = RowOf<typeof DEAD_LETTER>;

/** Why a record is no event, and its bytes. */
export type UnreadRecord = Omit<DeadRecord, 'source' | 'line'>;

/** A record of a topic, decoded. */
export interface StreamRecord {
  readonly offset: number;
  /** When the broker or the producer stamped it, epoch ms. */
  readonly timestamp: number;
  readonly content: { readonly event: EventRecord } | { readonly unread: UnreadRecord };
}

/** Records of one topic partition, by ascending offset. */
export interface StreamBatch {
  readonly topic: string;
  readonly records: readonly StreamRecord[];
  /** Offsets without a record for us, ascending: compacted away, aborted, marks of transactions. */
  readonly explained: readonly OffsetRange[];
}

/** How many records ended how since the last commit, `read` in all; those of before may change. */
export interface FateCounts {
  readonly read: number;
  readonly used: number;
  readonly duplicate: number;
  readonly late: number;
  readonly dead: number;
  readonly dropped: number;
}

/** One of the ends that a record may come to. */
export type Fate = Exclude<keyof FateCounts, 'read'>;
