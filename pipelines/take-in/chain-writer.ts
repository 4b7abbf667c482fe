/** One chain of events under way: what was taken in before, and more records of its entities. */

import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { FileRef, TimelineRecord } from '../../schemas/commit.ts';
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import { entityOf } from '../../schemas/event-time.ts';
import type { DeadLetter } from '../../src/adapters/parquet/dead-letters.ts';
import { nth } from '../../src/checked.ts';
import { createLineFiles } from '../../src/lake/line-files.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { createRun, type LiveEntity, liveEntities, type RunFiles } from '../../src/lake/runs.ts';
import { changesFolder, deadFolder, readStats, statsFolder } from '../../src/lake/timeline-records.ts';
import {
  changedSince,
  countsOf,
  type EntityState,
  NOTHING_TAKEN,
  type PlacedRecord,
  takeInto,
} from '../../src/timeline/entity-state.ts';
import { createTimelineStats, replaceStats, type TimelineStats } from '../../src/timeline/timeline-stats.ts';
import { CONFLICT, createDeadFiles, LEFT_OUT, letterOf, toldLetter } from './dead-files.ts';
import type { InputFile } from './input-files.ts';
import { oldRunsKept } from './merge-policy.ts';
import { byRole, haveRoles, onlyRead, type RecordsByRole } from './roles.ts';

/** All new records of one member or item, or a record that is no event. */
export type TakenGroup =
  | { readonly kind: 'entity'; readonly records: readonly PlacedRecord[] }
  | { readonly kind: 'unread'; readonly letter: DeadLetter };

/** A chain that is to take records in: plain data, for any thread. */
export interface ChainTask {
  /** By which its records are sorted. */
  readonly chain: number;
  readonly folder: string;
  /** What was taken in before; null: nothing. */
  readonly before: Pick<TimelineRecord, 'runs' | 'counts' | 'stats'> | null;
  /**
   * All records come again: what was taken in before says what has changed, and nothing else.
   */
  readonly isAnew: boolean;
  /** Not all its records can be read again (TakeHow). */
  readonly isDeleteFinal: boolean;
}

/** Files that lie in the store, for the record that is to name them. */
export type WrittenFiles = Pick<TimelineRecord, 'runs' | 'dead' | 'changes' | 'stats' | 'counts'>;

/** What a chain came to. */
export interface WrittenChain {
  readonly chain: number;
  /** Null where a delete was undone: all records of the chain have to come again. */
  readonly files: WrittenFiles | null;
  /** Records that were to be left out and are in no event file. */
  readonly unmatched: number;
}

/** A chain under way. */
export interface ChainWriter {
  readonly chain: number;
  /** Entities in byte order, each once; then what is no event. */
  add(group: TakenGroup): Promise<void>;
  /** Uploads what is left. */
  finish(): Promise<WrittenChain>;
}

/** Where chains are written, and what of their inputs is named. */
export interface ChainWork {
  readonly store: ObjectStore;
  readonly inputs: readonly Pick<InputFile, 'name' | 'role'>[];
}

/** Opens a chain. Bound: an entity, the files under way, and what `liveEntities` holds. */
export function openChainWriter(task: ChainTask, { store, inputs }: ChainWork): ChainWriter {
  const { chain, folder, before, isAnew, isDeleteFinal } = task;
  const sortRoles = haveRoles(inputs) ? byRole : onlyRead;
  const old = isAnew ? null : before;
  const runs = before?.runs ?? [];
  const keeps = old === null ? 0 : oldRunsKept(old);
  const run = createRun(store, folder);
  const dead = createDeadFiles(store, deadFolder(folder));
  const changes = createLineFiles(store, changesFolder(folder));
  const [gone, come] = [createTimelineStats(), createTimelineStats()];
  const counts = { ...(old?.counts ?? { read: 0, used: 0, duplicate: 0, late: 0, dead: 0, dropped: 0 }) };
  let isUndone = false;
  let newest = TIME_UNKNOWN;
  let written = 0;
  let unmatched = 0;
  const write = async (entity: string, state: EntityState) => {
    await run.add(entity, state);
    written++;
  };
  const others = passing({ store, folder, runs }, async (entity) => {
    newest = Math.max(newest, entity.newest);
    if (entity.run >= keeps) await write(entity.entity, await entity.readState());
  });
  const count = (state: EntityState, sign: 1 | -1) => {
    for (const [fate, number] of Object.entries(countsOf(state)) as [keyof typeof counts, number][])
      counts[fate] += sign * number;
  };
  const park = (letter: DeadLetter): Promise<void> => {
    come.addDead(toldLetter(letter));
    return dead.add(letter);
  };
  const takeIn = async (records: readonly PlacedRecord[]) => {
    const group = sortRoles(records, inputs);
    const { read, late, earlier } = group;
    unmatched += group.unmatched;
    countRead(counts, group);
    for (const record of group.leftOutDead) await park(letterOf(record, LEFT_OUT, inputs));
    if (read.length + late.length + earlier.length === 0) return;
    const entity = entityOf(nth(records, 0).event);
    const standing = (await (await others.upTo(entity))?.readState()) ?? NOTHING_TAKEN;
    const how = { earlier, isDeleteFinal };
    const taken = takeInto(isAnew ? NOTHING_TAKEN : standing, [...read, ...late], how);
    if (taken.isUndone) isUndone = true;
    const { state, conflicts, refused } = taken;
    counts.dead += refused;
    if (old !== null) count(standing, -1);
    count(state, 1);
    for (const conflict of conflicts) await park(letterOf(conflict, CONFLICT, inputs));
    if (old !== null) for (const event of standing.used) gone.add(event);
    for (const event of state.used) come.add(event);
    const since = before === null ? undefined : changedSince(standing, state);
    if (since !== undefined) await changes.add([JSON.stringify([entity, since])]);
    await write(entity, state);
  };
  return {
    chain,
    async add(group) {
      if (isUndone) return;
      if (group.kind === 'entity') return takeIn(group.records);
      counts.read++;
      counts.dead++;
      await park(group.letter);
    },
    async finish() {
      if (isUndone) return { chain, files: null, unmatched };
      await others.toTheEnd();
      const stats = replaceStats(old === null ? null : await readStats(store, { folder, record: old }), {
        ...{ gone: gone.finish(), come: come.finish(), newest },
      });
      const made = await run.finish();
      const files: WrittenFiles = {
        runs: [...runs.slice(0, keeps), ...(written > 0 ? [made] : [])],
        dead: await dead.finish(),
        changes: before === null ? null : await changes.finish(),
        stats: await writeStats(store, statsFolder(folder), stats),
        counts,
      };
      return { chain, files, unmatched };
    },
  };
}

/** Counts records that come to a chain now; what is in its late log was read when it came. */
function countRead(counts: WrittenFiles['counts'], { read, late, leftOutLate, leftOutDead }: RecordsByRole): void {
  counts.read += read.length + leftOutLate.length + leftOutDead.length;
  counts.late += leftOutLate.length - late.length;
  counts.dead += leftOutDead.length;
}

/** Goes through what was taken in before, beside what is taken in now. */
export interface Passing {
  /** Passes by all entities before this one; returns it, and is beyond it, where it is there. */
  upTo(entity: string): Promise<LiveEntity | undefined>;
  toTheEnd(): Promise<void>;
}

/** `passBy` gets the entities that are not asked for, in byte order. Bound: as of liveEntities. */
export function passing(files: RunFiles, passBy: (entity: LiveEntity) => Promise<void>): Passing {
  const all = liveEntities(files);
  let next: IteratorResult<LiveEntity, void> | undefined;
  return {
    async upTo(entity) {
      next ??= await all.next();
      while (next.done !== true) {
        const order = compareUtf8(next.value.entity, entity);
        if (order > 0) return undefined;
        const at = next.value;
        next = await all.next();
        if (order === 0) return at;
        await passBy(at);
      }
      return undefined;
    },
    async toTheEnd() {
      for (next ??= await all.next(); next.done !== true; next = await all.next()) await passBy(next.value);
    },
  };
}

/** Writes what a chain holds at a glance. */
export async function writeStats(store: ObjectStore, folder: string, stats: TimelineStats): Promise<FileRef> {
  const file = store.create();
  file.write(Buffer.from(JSON.stringify(stats), 'utf8'));
  const { sha256, bytes } = await file.finish(folder, '.json');
  return { sha256, bytes, rows: 1 };
}
