/** What the chains of events say: what was taken in of members and items, and what changed. */
import type { TimelineRecord } from '../../schemas/commit.ts';
import type { TimelineStats } from '../timeline/timeline-stats.ts';
import { brokenFile } from './broken-file.ts';
import type { TimelineState } from './chain-state.ts';
import { readLineFile, valuesOfLines } from './line-files.ts';
import type { ObjectStore } from './object-store.ts';
import type { Committed } from './read-record.ts';

/** How records ended, by fate; `read` is the sum of the others. */
export type RecordCounts = TimelineRecord['counts'];

/** The newest record of a chain of events, and what lies before it. */
export interface Timeline
  extends Committed<TimelineRecord>,
    Readonly<Pick<TimelineState, 'inputs' | 'stream' | 'late' | 'replayed' | 'without'>> {
  /** The folder of the chain. */
  readonly folder: string;
}

/** All chains of events of a lake. */
export interface Timelines {
  /** By partition. */
  readonly members: readonly Timeline[];
  readonly items: Timeline;
}

/** Entities whose events changed, and the event_time (epoch ms) before which nothing did. */
export type Changes = ReadonlyMap<string, number>;

/** The folder of a partition's timeline chain and of its files. */
export function timelineFolder(partition: number): string {
  return `timelines/${partition}`;
}

/**
 * The folder of the items' chain and of its files. A lake that is fed by Kafka has one for each
 * partition of the topic; one that is made from files has this one.
 */
export const ITEMS_FOLDER = 'items/0';

/** Members first, by partition; then the items. */
export function allTimelines({ members, items }: Timelines): readonly Timeline[] {
  return [...members, items];
}

/** Records read, by fate, over all chains. */
export function sumRecordCounts(timelines: Timelines): RecordCounts {
  const sum = { read: 0, used: 0, duplicate: 0, late: 0, dead: 0, dropped: 0 };
  for (const { record } of allTimelines(timelines))
    for (const fate of Object.keys(sum) as (keyof typeof sum)[]) sum[fate] += record.counts[fate];
  return sum;
}

/** Where the lists of what records changed lie. */
export function changesFolder(folder: string): string {
  return `${folder}/changes`;
}

/** Where the files of late logs lie. */
export function lateFolder(folder: string): string {
  return `${folder}/late`;
}

/** Where dead letters lie. */
export function deadFolder(folder: string): string {
  return `${folder}/dead`;
}

/** Where stats lie. */
export function statsFolder(folder: string): string {
  return `${folder}/state`;
}

/**
 * What the records of one chain changed, taken together; undefined: all, from the beginning. Bound:
 * an entry for each entity that changed. Throws `lake_broken`.
 */
export async function readChanges(
  store: ObjectStore,
  folder: string,
  records: readonly Committed<TimelineRecord>[],
): Promise<Changes | undefined> {
  const changes = new Map<string, number>();
  for (const { record } of records) {
    if (record.changes === null) return undefined;
    for (const file of record.changes) {
      const lines = await readLineFile(store, changesFolder(folder), file);
      for (const [entity, since] of valuesOfLines(lines) as (readonly [string, number])[])
        changes.set(entity, Math.min(since, changes.get(entity) ?? since));
    }
  }
  return changes;
}

/** What a chain holds at a glance. Throws `lake_broken` where the file is missing. */
export async function readStats(
  store: ObjectStore,
  { folder, record: { stats } }: { readonly folder: string; readonly record: Pick<TimelineRecord, 'stats'> },
): Promise<TimelineStats> {
  const key = `${statsFolder(folder)}/${stats.sha256}.json`;
  const bytes = await store.get(key);
  if (bytes !== null) return JSON.parse(Buffer.from(bytes).toString('utf8')) as TimelineStats;
  throw brokenFile(key, 'is missing');
}
