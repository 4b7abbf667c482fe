/** Events of a lake, read back from the runs that its timeline records name. */
import type { Run } from '../../schemas/commit.ts';
import type { InteractionEvent, ItemEvent, MemberEvent } from '../../schemas/event.ts';
import type { MemberId } from '../../schemas/ids.ts';
import type { Effects } from '../effects.ts';
import type { ObjectStore } from './object-store.ts';
import { type LiveEntity, liveEntities } from './runs.ts';
import { allTimelines, ITEMS_FOLDER, type Timeline, type Timelines } from './timeline-records.ts';

/** One member with all its events, in timeline order. */
export interface MemberRecords {
  readonly memberId: MemberId;
  readonly records: (MemberEvent | InteractionEvent)[];
}

/** A member whose events are read when they are asked for. */
export interface LiveMember extends Pick<LiveEntity, 'events' | 'newest' | 'knownBy'> {
  readonly memberId: MemberId;
  /** Throws `lake_broken`. */
  read(): Promise<MemberRecords>;
}

/** Of a timeline, what its events are read by. */
export interface TimelineRuns {
  readonly folder: string;
  readonly runs: readonly Run[];
}

/** Plain data, for other threads. */
export function runsOf({ folder, record }: Timeline): TimelineRuns {
  return { folder, runs: record.runs };
}

/** All item events. Bound: all of them, and a file of lines a run, in memory. */
export async function readItems(store: ObjectStore, runs: readonly Run[], effects: Effects): Promise<ItemEvent[]> {
  const items: ItemEvent[] = [];
  for await (const entity of liveEntities({ store, folder: ITEMS_FOLDER, runs })) {
    effects.signal.throwIfAborted();
    for (const event of await entity.read()) items.push(event as ItemEvent);
  }
  return items;
}

/** Members one after another, by id, those without an event left out. Bound: as of liveEntities. */
export async function* readMembers(store: ObjectStore, of: TimelineRuns): AsyncGenerator<LiveMember> {
  for await (const { entity, events, newest, knownBy, read } of liveEntities({ store, ...of })) {
    if (events === 0) continue;
    const memberId = entity as MemberId;
    yield {
      ...{ memberId, events, newest, knownBy },
      read: async () => ({ memberId, records: (await read()) as MemberRecords['records'] }),
    };
  }
}

/** Every event that was taken in, as JSON says it. Bound: an entity, and a file of lines a run. */
export async function* readEvents(store: ObjectStore, of: Timelines, effects: Effects): AsyncGenerator<unknown> {
  for (const timeline of allTimelines(of)) {
    for await (const entity of liveEntities({ store, ...runsOf(timeline) })) {
      effects.signal.throwIfAborted();
      yield* await entity.read();
    }
  }
}
