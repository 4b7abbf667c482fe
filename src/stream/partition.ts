/**
 * One chain of events that a stream feeds: records and ticks in; fates, a watermark and what is to
 * be committed out. It does nothing itself: who drives it reads topics, writes files and commits.
 */
import type { Sha256 } from '../../schemas/ids.ts';
import { type Feed, type FeedOptions, openFeed, type TakenRange } from './feed.ts';
import { type Flush, readFlush } from './flush.ts';
import { createPending } from './pending.ts';
import type { StreamState, TopicPosition } from './state.ts';
import { type Judging, takeRecord } from './take-record.ts';

/** What is not committed yet: half a minute of a busy partition, and room for many of them. */
export const OVERLAY_BYTES_MAX = 64 * 1024 * 1024;

/** When a flush is due. */
export interface FlushLimits {
  /** Of memory that what is pending takes; OVERLAY_BYTES_MAX where nothing else is said. */
  readonly bytesMax?: number;
  readonly rowsMax: number;
  readonly ageMaxMs: number;
}

/** How a chain is fed. */
export interface PartitionOptions extends FeedOptions, Pick<Judging, 'holds'> {
  readonly limits: FlushLimits;
}

/** A chain under way. ONE WRITER PER PARTITION: nobody else changes its state. */
export interface Partition extends Pick<Feed, 'positions' | 'watermark' | 'tick'> {
  /** Bound: stops before a record where what is pending has reached its bytes or rows. */
  take(batch: Parameters<Feed['take']>[0]): ReturnType<Feed['take']>;
  /** Why a flush is due; undefined: none is. Age follows from ticks alone. */
  due(): 'bytes' | 'rows' | 'age' | undefined;
  /**
   * All that changed since the last commit; undefined where nothing did. Until it is committed
   * nothing is taken; asked again it is the same.
   */
  flush(): Flush | undefined;
  /** The record of the flush is in the chain: applies it to the state. */
  committed(record: { readonly seq: number; readonly sha256: Sha256 }): void;
  /** Another writer has the chain: forgets what is not committed, and takes no more. */
  fenced(): void;
}

/**
 * Opens a chain at the head of its state, which has to be that of the chain. Throws Error, a bug of
 * ours, where it is used otherwise than its methods say. Bound: what is pending, and one record.
 */
export function createPartition(state: StreamState, options: PartitionOptions): Partition {
  const { holds, limits } = options;
  const { bytesMax = OVERLAY_BYTES_MAX, rowsMax, ageMaxMs } = limits;
  const feed = openFeed(state.head(), options);
  let pending = createPending(state);
  let open: Flush | undefined;
  let isFenced = false;
  /** Of ticks: the first since something is pending, and the newest. */
  let [since, now] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const isPending = () => pending.counts.read > 0 || feed.watermark() !== (state.head()?.watermark ?? null);
  const full = () => {
    if (pending.bytes() >= bytesMax) return 'bytes';
    return pending.counts.read >= rowsMax ? 'rows' : undefined;
  };
  const use = () => {
    if (isFenced) throw new Error('the partition was fenced: open another one');
  };
  const forget = () => {
    pending = createPending(state);
    open = undefined;
    since = Number.POSITIVE_INFINITY;
  };
  return {
    positions: feed.positions,
    watermark: feed.watermark,
    take(batch) {
      use();
      if (open !== undefined) throw new Error('a flush is not committed yet');
      const take: Parameters<Feed['take']>[1] = (record, source) =>
        takeRecord(pending, record, { source, holds, watermark: feed.watermark() });
      return feed.take(batch, take, () => full() !== undefined);
    },
    tick(tick) {
      use();
      feed.tick(tick);
      now = tick.now;
      if (isPending()) since = Math.min(since, now);
    },
    due: () => full() ?? (now - since >= ageMaxMs ? 'age' : undefined),
    flush() {
      use();
      if (open !== undefined || !isPending()) return open;
      const { counts, dead, late, lateCopies, overlay } = pending;
      const what = { from: state.head(), ranges: feed.ranges(), watermark: feed.watermark(), counts, dead };
      open = { ...what, late, lateCopies, ...readFlush(state, overlay) };
      return open;
    },
    committed({ seq, sha256 }) {
      use();
      if (open === undefined) throw new Error('no flush was to be committed');
      const { ranges, watermark } = open;
      state.apply(open.changes(), { seq, sha256, topics: ranges.map(endOf), watermark });
      feed.begin();
      forget();
    },
    fenced() {
      use();
      isFenced = true;
      forget();
    },
  };
}

/** Where a range ends. */
function endOf({ topic, partition, position, newest }: TakenRange): TopicPosition {
  return { topic, partition, position, newest };
}
