/**
 * The worker of one chain of events that topics feed (docs/lake.md): claims it, goes on where its
 * newest record ended, takes batches in and commits what is due. Who drives it reads topics and
 * tells the time.
 */
import type { AttemptId } from '../../schemas/ids.ts';
import { BrewhouseError } from '../../src/errors.ts';
import { appendRecord, type Chain, claimChain, openChain } from '../../src/lake/commit-log.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { RecordRef } from '../../src/lake/read-record.ts';
import { stateAtHead } from '../../src/lake/state-at-head.ts';
import type { isSnapshotDue } from '../../src/lake/state-files.ts';
import type { TakenBatch } from '../../src/stream/feed.ts';
import { createPartition, type Partition, type PartitionOptions } from '../../src/stream/partition.ts';
import type { StateHome } from '../../src/stream/state.ts';
import { writeFlush } from './write-flush.ts';

/** Which chain is fed, and from what. */
export interface ChainWorkerOptions {
  readonly store: ObjectStore;
  /** Of the chain, such as `timelines/3`. */
  readonly folder: string;
  /** Where its local state lies; nobody else has it open. */
  readonly home: StateHome;
  /** A new id, of this run of this worker. */
  readonly attempt: AttemptId;
  readonly partition: PartitionOptions;
  /** When a snapshot is written, where it is not as `isSnapshotDue` says. */
  readonly isDue?: typeof isSnapshotDue;
}

/** What of a batch could not be taken. */
export type MissingRecords = NonNullable<TakenBatch['missing']>;

/**
 * A chain that this worker holds. One call at a time. ENDED BY ANY ERROR: what it throws leaves
 * nothing of it to be used; whoever goes on opens the chain again. Throws `fenced` where another
 * worker has claimed it, and as store and state do.
 */
export interface ChainWorker extends Pick<Partition, 'positions' | 'watermark'> {
  /**
   * Takes a batch, and commits as often as one is due. Returns the records that are gone where
   * nothing says why: nothing behind them is taken, now or later, and what came before them is
   * committed as if nothing were wrong.
   */
  take(batch: Parameters<Partition['take']>[0]): Promise<MissingRecords | null>;
  /** Tells the time and how far topics reach, and commits where that is due by age. */
  tick(tick: Parameters<Partition['tick']>[0]): Promise<void>;
  /** Commits all that is pending; returns its record, or undefined where nothing was. */
  flush(): Promise<RecordRef | undefined>;
  /** Closes the local state; the chain stays claimed until somebody else claims it. */
  close(): void;
}

/**
 * Claims the chain: whoever held it before is fenced. Throws `fenced` where others claim it all the
 * time, `lake_broken`, and as store and state do. Bound: an entity, files under way, and what
 * `PartitionOptions` allows.
 */
export async function openChainWorker(options: ChainWorkerOptions): Promise<ChainWorker> {
  const { store, folder, home, attempt } = options;
  const chain = await openChain(store, folder);
  await claimChain(chain, attempt);
  const state = await stateAtHead(home, chain);
  const partition = createPartition(state, options.partition);
  const flush = async (): Promise<RecordRef | undefined> => {
    const pending = partition.flush();
    if (pending === undefined) return undefined;
    // COMMIT AFTER WRITE: every file that the record names is in the store before it is.
    const record = await writeFlush(pending, { ...options, before: takenIn(chain), state });
    const committed = await committing(partition, () => appendRecord(chain, attempt, record));
    partition.committed(committed);
    return committed;
  };
  const flushDue = async () => {
    if (partition.due() !== undefined) await flush();
  };
  return {
    positions: partition.positions,
    watermark: partition.watermark,
    async take(batch) {
      for (;;) {
        const { missing, isFull } = partition.take(batch);
        await flushDue();
        if (!isFull) return missing;
      }
    },
    async tick(tick) {
      partition.tick(tick);
      await flushDue();
    },
    flush,
    close: () => state.close(),
  };
}

/** Undefined work is none: a chain that was only claimed has taken nothing in. */
function takenIn({ state }: Chain): Parameters<typeof writeFlush>[1]['before'] {
  return state.kind === 'timeline' ? { record: state.newest.record, stream: state.stream } : null;
}

/** A FENCED WRITER CHANGES NOTHING: what it holds is forgotten before anybody can ask for it. */
async function committing<T>(partition: Partition, commit: () => Promise<T>): Promise<T> {
  try {
    return await commit();
  } catch (error) {
    if (error instanceof BrewhouseError && error.code === 'fenced') partition.fenced();
    throw error;
  }
}
