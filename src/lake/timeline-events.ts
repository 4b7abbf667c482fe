/** Events of a lake, read back from the files of lines that its timeline records name. */
import type { InteractionEvent, ItemEvent, MemberEvent } from '../../schemas/event.ts';
import type { MemberId } from '../../schemas/ids.ts';
import type { Effects } from '../effects.ts';
import { readLines } from './line-files.ts';
import type { ObjectStore } from './object-store.ts';
import type { PartitionFiles, PartitionTimeline } from './timeline-records.ts';

/** One member with all its events, in timeline order. */
export interface MemberRecords {
  readonly memberId: MemberId;
  readonly records: (MemberEvent | InteractionEvent)[];
}

/** All item events of the files. Bound: all of them, and one file of lines, in memory. */
export async function readItems(
  store: ObjectStore,
  of: readonly PartitionFiles[],
  effects: Effects,
): Promise<ItemEvent[]> {
  const items: ItemEvent[] = [];
  for (const each of of) {
    for await (const lines of readLines(store, each)) {
      effects.signal.throwIfAborted();
      for (const line of lines) items.push(JSON.parse(line) as ItemEvent);
    }
  }
  return items;
}

/**
 * Members one after another, as the timeline chain sorted them. Bound: one file of lines and one
 * member in memory.
 */
export async function* readMembers(store: ObjectStore, files: PartitionFiles): AsyncGenerator<MemberRecords> {
  let records: MemberRecords['records'] = [];
  for await (const lines of readLines(store, files)) {
    for (const line of lines) {
      const event = JSON.parse(line) as MemberEvent | InteractionEvent;
      const [first] = records;
      if (first !== undefined && first.member_id !== event.member_id) {
        yield { memberId: first.member_id, records };
        records = [];
      }
      records.push(event);
    }
  }
  const [first] = records;
  if (first !== undefined) yield { memberId: first.member_id, records };
}

/** Every event that was taken in, as JSON says it. Bound: one file of lines in memory. */
export async function* readEvents(
  store: ObjectStore,
  of: readonly PartitionTimeline[],
  effects: Effects,
): AsyncGenerator<unknown> {
  for (const { partition, record } of of) {
    const files = [...record.files.items, ...record.files.raw];
    for await (const lines of readLines(store, { partition, files })) {
      effects.signal.throwIfAborted();
      for (const line of lines) yield JSON.parse(line) as unknown;
    }
  }
}
