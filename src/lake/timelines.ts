/** The timelines of a lake: the newest record of each partition, what the partitions hold at a glance, and how their records ended. */
import type { TimelineRecord } from '../../schemas/commit.ts';
import { BrewhouseError } from '../errors.ts';
import { addStats, type TimelineStats } from '../timeline/timeline-stats.ts';
import { newestRecord } from './chain-records.ts';
import { openChain } from './commit-log.ts';
import type { ObjectStore } from './object-store.ts';

/** How records ended, by fate; `read` is the sum of the others. */
export type RecordCounts = TimelineRecord['counts'];

/** A partition's newest timeline record. */
export interface PartitionTimeline {
  readonly partition: number;
  readonly seq: number;
  readonly sha256: string;
  readonly record: TimelineRecord;
}

/** The newest timeline record of every partition. Throws `lake_broken` where a build did not get that far. */
export async function readTimelines(store: ObjectStore, partitions: number): Promise<PartitionTimeline[]> {
  const timelines: PartitionTimeline[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const newest = newestRecord(await openChain(store, `timelines/${partition}`), 'timeline');
    if (newest === undefined) {
      throw new BrewhouseError('lake_broken', `the lake has no timeline for partition ${partition}`, {
        remedy: 'the build was interrupted: run the same build command again',
      });
    }
    timelines.push({ partition, seq: newest.record.seq, sha256: newest.sha256, record: newest.record });
  }
  return timelines;
}

/** What all partitions hold together. Throws `lake_broken` where the file of one is missing. */
export async function readStats(store: ObjectStore, timelines: readonly PartitionTimeline[]): Promise<TimelineStats> {
  const all: TimelineStats[] = [];
  for (const { partition, record } of timelines) {
    const bytes = await store.get(`timelines/${partition}/state/${record.files.stats.sha256}.json`);
    if (bytes === null) {
      throw new BrewhouseError('lake_broken', `the state of partition ${partition} is missing`, {
        remedy: 'restore the file, or make the lake again',
      });
    }
    all.push(JSON.parse(Buffer.from(bytes).toString('utf8')) as TimelineStats);
  }
  return addStats(all);
}

/** Records read, by fate, over all partitions. */
export function sumRecordCounts(timelines: readonly PartitionTimeline[]): RecordCounts {
  const sum = { read: 0, used: 0, duplicate: 0, late: 0, dead: 0, dropped: 0 };
  for (const { record } of timelines)
    for (const fate of Object.keys(sum) as (keyof typeof sum)[]) sum[fate] += record.counts[fate];
  return sum;
}
