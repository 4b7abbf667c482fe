/**
 * The port to topics: what a worker of a stream needs of a broker, and nothing else.
 *
 * WHO RETRIES: the driver. A broker that is away, a leader that moves and a coordinator that loads
 * are waited for, as long as the driver is patient; then `broker_gone` is thrown, which may go by.
 * `broker_refused`: it does not let us. `topic_missing`, `topic_changed`, `offsets_missing`: what
 * was to be read is not there any more, or is something else. Whatever else is thrown is a bug.
 *
 * POSITION FROM THE CHAIN: reading begins where its caller says, and nowhere else. What a group
 * has committed is never read.
 *
 * NO SILENT SKIP: each offset from the start of a reading on is a record of a batch, or explained,
 * or unreadable. One that is none of these is gone, and whoever takes the batches finds out by the
 * next record: its offset is not the one that is expected.
 */
import type { OffsetRange } from './offsets.ts';

/** A partition of a topic, from 0. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** An offset of a partition. */
export interface TopicOffset extends TopicPartition {
  readonly offset: number;
}

/** A topic as the cluster has it now. */
export interface TopicFacts {
  /** Hex digits; a topic that is made again under its old name has another one. */
  readonly id: string;
  readonly partitions: number;
}

/** A record as it lies in a topic. Key and value are null where they were sent so. */
export interface TopicRecord {
  readonly offset: number;
  /** When the producer or the broker stamped it, epoch ms. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/** Why records cannot be read, now or ever. */
export type UnreadableReason =
  /** Packed in a way, or written in a format, that this version does not know. */
  | 'unknown_format'
  /** Unpacked they have more bytes than the driver's bound. */
  | 'too_large'
  /** Their bytes are not those that were sent. */
  | 'damaged';

/** Offsets whose records cannot be read. */
export interface UnreadableRange extends OffsetRange {
  /** So many there are, as their batch says. */
  readonly records: number;
  readonly reason: UnreadableReason;
}

/** What came of one partition at once. Nobody changes it, and its bytes are its own. */
export interface TopicBatch extends TopicPartition {
  /** By ascending offset, none below the start of the reading. */
  readonly records: readonly TopicRecord[];
  /** Ascending: compacted away, marks of transactions, and records of those that were aborted. */
  readonly explained: readonly OffsetRange[];
  /** Ascending. The driver goes on behind them; whether one may is its reader's to say. */
  readonly unreadable: readonly UnreadableRange[];
  /** The offset that is read next. */
  readonly next: number;
  /** Behind the last record that may be read so far, as of when the batch was fetched. */
  readonly end: number;
}

/** Reading under way. */
export interface TopicReading {
  /**
   * The next batch, of whichever partition; of one partition they come in order. Waits where there
   * is none yet. Undefined after `stop`, when all that waited was taken. Throws what ended the
   * reading, after all that waited was taken, and again whenever it is asked: `offsets_missing`
   * where its offsets are not there (with the partition and the range), `topic_changed`,
   * `topic_missing`, `broker_refused`, `broker_gone`. Other readings go on.
   */
  take(): Promise<TopicBatch | undefined>;
  /** The ends of the partitions as they were last told; none of a partition not heard of yet. */
  ends(): readonly TopicOffset[];
  /** Fetches no more. What was fetched can still be taken: who drains, takes until undefined. */
  stop(): void;
}

/** How a reading is bounded. */
export interface ReadingLimits {
  /**
   * BACK PRESSURE: no more is fetched while batches of so many bytes wait to be taken. Bound of
   * what waits: this, and one fetch of each partition.
   */
  readonly bytesMax: number;
}

/** A share of a topic's partitions that is given and taken as members of a group come and go. */
export interface Membership {
  /** Ended by `leave`; rejects with what ended it otherwise. To be looked at by who joins. */
  readonly ended: Promise<void>;
  /**
   * Keeps offsets for people and their monitors to see, of any topic. A METRIC ONLY: they lag
   * behind, a member that was thrown out may set them back, and nobody may begin from them.
   */
  commit(offsets: readonly TopicOffset[]): Promise<void>;
  /** Others get its partitions at once. */
  leave(): Promise<void>;
}

/** What changed in a share. */
export interface Assignment {
  /** Ascending: all that is ours now. */
  readonly all: readonly number[];
  readonly given: readonly number[];
  readonly taken: readonly number[];
}

/** How a group is joined. */
export interface GroupWishes {
  readonly group: string;
  /** Its partitions are dealt out to the members of the group, each to one. */
  readonly topic: string;
  /**
   * Called at each change, once at least, and not before the one before was looked at. It does not
   * wait; where it throws, the membership ends with that. Another member may already read what
   * is taken: ONE WRITER PER PARTITION is the commit log's to hold, not the group's.
   */
  readonly onAssigned: (assignment: Assignment) => void;
}

/** Topics. The contract is one suite, test/contract/topic-log.ts. */
export interface TopicLog {
  /** Names the cluster, for ever. */
  clusterId(): Promise<string>;
  /** Throws `topic_missing`. */
  topic(name: string): Promise<TopicFacts>;
  /** By partition: its first offset that is still there, and its end. Throws `topic_missing`. */
  offsets(topic: string): Promise<readonly OffsetRange[]>;
  /**
   * Reads partitions, each once, from these offsets on: records of finished transactions and of
   * none. A topic is read as it is now: made again, it is another one.
   */
  read(starts: readonly TopicOffset[], limits?: ReadingLimits): TopicReading;
  join(wishes: GroupWishes): Membership;
  /** Ends all readings and memberships. */
  close(): Promise<void>;
}

/** A record to be sent. */
export interface OutgoingRecord {
  /** Where it goes follows from it: `partitionOf` (src/lake/murmur2.ts). */
  readonly key: string;
  readonly value: Uint8Array;
  /** Epoch ms; by default the time at which it is sent. */
  readonly timestamp?: number;
}

/** The port to a topic that is written. The contract is in the suite of the topics. */
export interface TopicWriter {
  /**
   * Sends records in their order, each once, and waits until all replicas that are in step have
   * them. Where it throws (`topic_missing`, `broker_gone`, `broker_refused`), some may be there.
   */
  write(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** Half a second of what one process reads, and little beside an overlay. */
export const READING_BYTES_MAX = 8 * 1024 * 1024;
