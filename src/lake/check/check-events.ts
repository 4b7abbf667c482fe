/** Whether the sums of a chain of events are those of the entities that its runs hold. */
import type { TimelineRecord } from '../../../schemas/commit.ts';
import type { MemberId } from '../../../schemas/ids.ts';
import type { Effects } from '../../effects.ts';
import { countsOf } from '../../timeline/entity-state.ts';
import { recordKey } from '../commit-log.ts';
import { erasureOf, readErased } from '../erased-members.ts';
import type { ObjectStore } from '../object-store.ts';
import { liveEntities } from '../runs.ts';
import { readStats } from '../timeline-records.ts';
import type { Visited } from './check-chain.ts';
import type { LakeFaults } from './lake-faults.ts';

/** Where faults go, and where what is looked at lies. */
export interface CheckedAt {
  readonly store: ObjectStore;
  readonly faults: LakeFaults;
}

/** Counts are of all records up to one, so none goes down. */
export function checkCounts({ folder, seq, before }: Visited, record: TimelineRecord, faults: LakeFaults): void {
  if (before?.kind !== 'timeline') return;
  faults.look('counts');
  const [was, is] = [before.newest.record.counts.read, record.counts.read];
  const detail = `has ${is} records read, where the record before it had ${was}`;
  if (is < was) faults.add({ check: 'counts', file: recordKey(folder, seq), detail });
}

/** The newest record of a chain of events. */
export interface NewestEvents {
  readonly folder: string;
  readonly seq: number;
  readonly record: TimelineRecord;
  /** It or one before it took in records of topics. */
  readonly isStream: boolean;
}

/**
 * Holds the counts of the newest record, its stats and its lists of the erased to the entities.
 * Records of a stream that are late, dead or behind a delete are in no entity, so of these the used
 * alone are compared. Bound: as of `liveEntities`, and an entry a member who was erased. Throws
 * `lake_broken`, and the reason of `effects.signal`.
 */
export async function checkEvents(
  { folder, seq, record, isStream }: NewestEvents,
  { store, faults }: CheckedAt,
  effects: Effects,
): Promise<number> {
  const sums = { used: 0, duplicate: 0, dead: 0, dropped: 0 };
  const found = { entities: 0, interactions: 0 };
  const erased = await readErased(store, { folder, runs: record.runs });
  const wrong = (detail: string) => faults.add({ check: 'counts', file: recordKey(folder, seq), detail });
  let listed = 0;
  for await (const entity of liveEntities({ store, folder, runs: record.runs })) {
    effects.signal.throwIfAborted();
    const state = await entity.readState();
    for (const [fate, count] of Object.entries(countsOf(state)) as [keyof typeof sums, number][]) sums[fate] += count;
    found.entities++;
    for (const { type } of state.used) if (type === 'interaction') found.interactions++;
    if (entity.events !== state.used.length)
      wrong(`an index says ${entity.events} events of an entity that has ${state.used.length}`);
    const [is, right] = [erased.get(entity.entity as MemberId), erasureOf(state)];
    if (right !== undefined) listed++;
    if (JSON.stringify(is) !== JSON.stringify(right))
      wrong('the list of the erased says something else than a member has');
  }
  faults.look('counts', found.entities);
  if (listed !== erased.size) wrong(`${erased.size} members are listed as erased, and ${listed} are`);
  const { counts } = record;
  for (const fate of !isStream ? (['used', 'duplicate', 'dropped'] as const) : (['used'] as const))
    if (counts[fate] !== sums[fate]) wrong(`says ${counts[fate]} records ${fate}, and its runs hold ${sums[fate]}`);
  if (!isStream && counts.dead < sums.dead) wrong(`says ${counts.dead} records dead, and its runs hold ${sums.dead}`);
  const { interactions } = await readStats(store, { folder, record });
  if (interactions !== found.interactions)
    wrong(`its stats say ${interactions} interactions, and its runs hold ${found.interactions}`);
  return found.entities;
}
