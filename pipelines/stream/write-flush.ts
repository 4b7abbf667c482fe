/** Writes the files of a flush, and makes the record that names them. */
import type { NewRecord, StreamPart, TimelineRecord } from '../../schemas/commit.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import { createLineFiles } from '../../src/lake/line-files.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { createRun } from '../../src/lake/runs.ts';
import { isSnapshotDue, writeDelta, writeSnapshot } from '../../src/lake/state-files.ts';
import {
  changesFolder,
  deadFolder,
  lateFolder,
  type RecordCounts,
  readStats,
  statsFolder,
} from '../../src/lake/timeline-records.ts';
import type { Flush } from '../../src/stream/flush.ts';
import type { StreamState } from '../../src/stream/state.ts';
import { changedSince } from '../../src/timeline/entity-state.ts';
import { createTimelineStats, replaceStats, type TimelineStats } from '../../src/timeline/timeline-stats.ts';
import { passing, writeStats } from '../take-in/chain-writer.ts';
import { createDeadFiles, toldLetter } from '../take-in/dead-files.ts';
import { oldRunsKept } from '../take-in/merge-policy.ts';

/** The chain that a flush goes on from. */
export interface FlushedChain {
  readonly store: ObjectStore;
  readonly folder: string;
  /** Its newest record and the newest part of a stream; null where nothing was taken in. */
  readonly before: { readonly record: TimelineRecord; readonly stream: StreamPart | null } | null;
  /** That of the newest record, for a snapshot. */
  readonly state: StreamState;
  /** When one is written, where it is not as `isSnapshotDue` says. */
  readonly isDue?: typeof isSnapshotDue;
}

/** A record that is to be appended. */
export type NewTimelineRecord = Extract<NewRecord, { kind: 'timeline' }>;

/**
 * COMMIT AFTER WRITE: uploads all that the record names; commits nothing. Bound: an entity, files
 * under way, and the stats of what changed.
 */
export async function writeFlush(flush: Flush, chain: FlushedChain): Promise<NewTimelineRecord> {
  const { store, folder, before } = chain;
  const old = before?.record ?? null;
  const { runs, changes, stats, dead } = await writeEntities(flush, chain);
  return {
    ...{ kind: 'timeline', inputs: [], stream: await writeStreamPart(flush, chain) },
    ...{ runs, dead, changes: old === null ? null : changes },
    stats: await writeStats(store, statsFolder(folder), stats),
    counts: sumOf(old?.counts, flush.counts),
  };
}

/** Entities that changed, whole; those of runs that are merged with them; what is told of both. */
async function writeEntities(flush: Flush, { store, folder, before }: FlushedChain) {
  const old = before?.record ?? null;
  const kept = old === null ? 0 : oldRunsKept(old);
  const run = createRun(store, folder);
  const dead = createDeadFiles(store, deadFolder(folder));
  const changes = createLineFiles(store, changesFolder(folder));
  const [gone, come] = [createTimelineStats(), createTimelineStats()];
  let written = 0;
  const write: typeof run.add = (entity, state) => {
    written++;
    return run.add(entity, state);
  };
  const merged = passing({ store, folder, runs: old?.runs.slice(kept) ?? [] }, async (entity) =>
    write(entity.entity, await entity.readState()),
  );
  for (const { entity, before: was, state } of flush.entities()) {
    await merged.upTo(entity);
    for (const event of was.used) gone.add(event);
    for (const event of state.used) come.add(event);
    const since = changedSince(was, state);
    if (since !== undefined) await changes.add([JSON.stringify([entity, since])]);
    await write(entity, state);
  }
  await merged.toTheEnd();
  for (const letter of flush.dead) {
    come.addDead(toldLetter(letter));
    await dead.add(letter);
  }
  const finished = await run.finish();
  return {
    runs: [...(old?.runs.slice(0, kept) ?? []), ...(written > 0 ? [finished] : [])],
    changes: await changes.finish(),
    dead: await dead.finish(),
    stats: statsAfter(flush, old && (await readStats(store, { folder, record: old })), {
      gone: gone.finish(),
      come: come.finish(),
    }),
  };
}

function statsAfter(
  flush: Flush,
  before: TimelineStats | null,
  { gone, come }: { readonly gone: TimelineStats; readonly come: TimelineStats },
): TimelineStats {
  // Where time goes on the newest of all is the newer of two; else all others are looked through.
  const newest = before !== null && come.newest >= gone.newest ? before.newest : flush.newestOfOthers();
  return replaceStats(before, { gone, come, newest });
}

async function writeStreamPart(
  flush: Flush,
  { store, folder, before, state, isDue: isSnapshot = isSnapshotDue }: FlushedChain,
): Promise<StreamPart> {
  const writeLate = async (events: Flush['late']) => {
    const files = createLineFiles(store, lateFolder(folder));
    for (const event of events) await files.add([canonicalEvent(event)]);
    return files.finish();
  };
  const delta = await writeDelta(store, folder, flush.changes());
  const old = before?.stream ?? null;
  const isDue = old !== null && flush.from !== null && isSnapshot(flush.from.seq, old);
  const deltaBytes = delta.reduce((sum, { bytes }) => sum + bytes, isDue ? 0 : (old?.delta_bytes ?? 0));
  return {
    ranges: flush.ranges.map(({ position: end, ...range }) => ({ ...range, end })),
    watermark: flush.watermark,
    late: await writeLate(flush.late),
    late_copies: await writeLate(flush.lateCopies),
    delta,
    snapshot: isDue ? await writeSnapshot(store, folder, state) : (old?.snapshot ?? null),
    delta_bytes: deltaBytes,
  };
}

function sumOf(before: RecordCounts | undefined, more: RecordCounts): RecordCounts {
  const sum = { ...more };
  for (const fate of Object.keys(sum) as (keyof RecordCounts)[]) sum[fate] += before?.[fate] ?? 0;
  return sum;
}
