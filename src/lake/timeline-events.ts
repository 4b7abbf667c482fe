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
export interface LiveMember extends Pick<LiveEntity, 'events' | 'newest' | 'hours'> {
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

/** Item events that are handed on at once. */
const ITEMS_AT_ONCE = 1_024;

/** Item events, some at a time. Bound: a file of lines a run, and the versions of one item. */
export async function* readItems(
  store: ObjectStore,
  runs: readonly Run[],
  effects: Effects,
): AsyncGenerator<ItemEvent[]> {
  let batch: ItemEvent[] = [];
  for await (const entity of liveEntities({ store, folder: ITEMS_FOLDER, runs })) {
    for (const event of await entity.read()) batch.push(event as ItemEvent);
    if (batch.length < ITEMS_AT_ONCE) continue;
    effects.signal.throwIfAborted();
    yield batch;
    batch = [];
  }
  yield batch;
}

/** Members by id, those too of whom nothing is left. Bound: as of `liveEntities`. */
export async function* readMembers(store: ObjectStore, of: TimelineRuns): AsyncGenerator<LiveMember> {
  for await (const { entity, events, newest, hours, read } of liveEntities({ store, ...of })) {
    const memberId = entity as MemberId;
    yield {
      ...{ memberId, events, newest, hours },
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
