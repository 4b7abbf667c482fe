/** A few members of a folder of events, chosen by a hash of their ids, and all items. */
import { hash } from 'node:crypto';
import type { EventRecord, InteractionEvent, ItemEvent, MemberEvent } from '../../schemas/event.ts';
import type { MemberId } from '../../schemas/ids.ts';
import { last } from '../../src/checked.ts';
import type { Effects } from '../../src/effects.ts';
import { listEvents, readEventFile } from '../../src/sources/event-files.ts';
import type { EventSource } from '../../src/sources/event-source.ts';
import type { PlacedRecord } from '../../src/timeline/entity-state.ts';
import { takeInEntity } from '../../src/timeline/take-in-entity.ts';
import { countName, createTimelineStats, inOrder, type TimelineStats } from '../../src/timeline/timeline-stats.ts';

/** A member with all its used events. */
export interface SomeMember {
  readonly memberId: MemberId;
  readonly records: readonly (MemberEvent | InteractionEvent)[];
}

/** What was read of a folder of events. */
export interface SomeMembers {
  /** In the order of their hashes. */
  readonly members: readonly SomeMember[];
  /** All of them: any may be drawn as a candidate. */
  readonly items: readonly ItemEvent[];
  /**
   * Of the members and all items; attributes and surfaces of everybody, and of nobody how late
   * events came in.
   */
  readonly stats: TimelineStats;
  /** Records of the whole folder, and those of them that are no events. */
  readonly read: number;
  readonly dead: number;
}

/**
 * The `count` members whose ids have the least hashes, whatever the order of the records: as a
 * build takes them in. Bound: all item events, and these members. Throws `input_unreadable`.
 */
export async function readSomeMembers(events: EventSource, count: number, effects: Effects): Promise<SomeMembers> {
  const chosen = createChosen(count);
  const items = new Map<string, PlacedRecord[]>();
  const stats = createTimelineStats();
  const names = { surfaces: new Map<string, number>(), attributes: new Map<string, number>() };
  let [read, dead] = [0, 0];
  const { files } = await listEvents(events, effects);
  for (const [file, each] of files.entries()) {
    for await (const batch of readEventFile(each)) {
      effects.signal.throwIfAborted();
      for (const { line, outcome } of batch) {
        read++;
        if (!outcome.ok) {
          dead++;
          continue;
        }
        const { event } = outcome;
        countNames(names, event);
        if (event.type === 'item') addTo(items, event.item_id, { file, line, event });
        else chosen.add(event.member_id, { file, line, event });
      }
    }
    effects.observe({ kind: 'progress', step: 'reading events', done: file + 1, total: files.length });
  }
  const used = <T extends EventRecord>(records: readonly PlacedRecord[]): T[] => {
    const taken = takeInEntity(records);
    for (const event of taken.used) stats.add(event);
    return taken.used as T[];
  };
  const usedItems = [...items.values()].flatMap((records) => used<ItemEvent>(records));
  const members = chosen
    .all()
    .map(([memberId, records]) => ({ memberId, records: used<SomeMember['records'][0]>(records) }));
  const counted = {
    ...{ surfaces: inOrder(names.surfaces), member_attributes: inOrder(names.attributes) },
    ...{ late_versions: [], late_interactions: [] },
  };
  return { members, items: usedItems, stats: { ...stats.finish(), ...counted }, read, dead };
}

function countNames(names: Readonly<Record<'surfaces' | 'attributes', Map<string, number>>>, event: EventRecord): void {
  if (event.type === 'interaction' && event.surface !== undefined) countName(names.surfaces, event.surface, 1);
  if (event.type === 'member')
    for (const name of Object.keys(event.attributes ?? {})) countName(names.attributes, name, 1);
}

function addTo<K>(map: Map<K, PlacedRecord[]>, key: K, record: PlacedRecord): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [record]);
  else known.push(record);
}

/** Members of which it is kept that they were let go, so that they are not hashed again. */
const LET_GO_MAX = 100_000;

/**
 * Holds the records of the members that have the least hashes of all so far. Who was let go is
 * never among them again, since the greatest of the least hashes only falls.
 */
function createChosen(count: number) {
  const records = new Map<MemberId, PlacedRecord[]>();
  const letGo = new Set<MemberId>();
  let ranked: { readonly memberId: MemberId; readonly drawn: string }[] = [];
  const leave = (memberId: MemberId) => {
    if (letGo.size === LET_GO_MAX) letGo.clear();
    letGo.add(memberId);
  };
  return {
    add(memberId: MemberId, record: PlacedRecord): void {
      const known = records.get(memberId);
      if (known !== undefined) return void known.push(record);
      if (letGo.has(memberId)) return;
      const drawn = hash('sha256', memberId);
      if (ranked.length === count && drawn >= last(ranked).drawn) return void leave(memberId);
      const at = ranked.findIndex((each) => each.drawn > drawn);
      ranked = ranked.toSpliced(at < 0 ? ranked.length : at, 0, { memberId, drawn });
      records.set(memberId, [record]);
      if (ranked.length <= count) return;
      const { memberId: gone } = last(ranked);
      records.delete(gone);
      leave(gone);
      ranked = ranked.slice(0, count);
    },
    all: () => ranked.map(({ memberId }) => [memberId, records.get(memberId) ?? []] as const),
  };
}
