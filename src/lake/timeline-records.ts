/** What the newest timeline records of a lake say together: names and counts at a glance. */
import type { FileRef, TimelineRecord } from '../../schemas/commit.ts';
import type { TimelineStats } from '../timeline/timeline-stats.ts';
import { brokenFile } from './broken-file.ts';
import type { ObjectStore } from './object-store.ts';
import type { Committed } from './read-record.ts';

/** How records ended, by fate; `read` is the sum of the others. */
export type RecordCounts = TimelineRecord['counts'];

/** A partition's newest timeline record. */
export interface PartitionTimeline extends Committed<TimelineRecord> {
  readonly partition: number;
}

/** Files of lines of one partition. */
export interface PartitionFiles {
  readonly partition: number;
  readonly files: readonly FileRef[];
}

/** The folder of a partition's timeline chain and of its files. */
export function timelineFolder(partition: number): string {
  return `timelines/${partition}`;
}

/** The files of item events, from which every reader makes the same item table. */
export function itemFilesOf(timelines: readonly PartitionTimeline[]): PartitionFiles[] {
  return timelines.map(({ partition, record }) => ({ partition, files: record.files.items }));
}

/** Records read, by fate, over all partitions. */
export function sumRecordCounts(timelines: readonly PartitionTimeline[]): RecordCounts {
  const sum = { read: 0, used: 0, duplicate: 0, late: 0, dead: 0, dropped: 0 };
  for (const { record } of timelines)
    for (const fate of Object.keys(sum) as (keyof typeof sum)[]) sum[fate] += record.counts[fate];
  return sum;
}

/** What a partition holds at a glance. Throws `lake_broken` where the file is missing. */
export async function readStats(store: ObjectStore, { partition, record }: PartitionTimeline): Promise<TimelineStats> {
  const key = `${timelineFolder(partition)}/state/${record.files.stats.sha256}.json`;
  const bytes = await store.get(key);
  if (bytes !== null) return JSON.parse(Buffer.from(bytes).toString('utf8')) as TimelineStats;
  throw brokenFile(key, 'is missing');
}
