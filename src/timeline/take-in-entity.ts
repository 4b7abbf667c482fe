/**
 * What of one member's or one item's records is used: copies, conflicts and what was erased are
 * taken out.
 */
import type { EventRecord, MemberEvent } from '../../schemas/event.ts';
import { contentOf } from '../../schemas/event-time.ts';
import { orderEvents } from './order.ts';

/** A record with where it was read, for dead letters. */
export interface PlacedRecord {
  readonly event: EventRecord;
  readonly file: number;
  readonly line: number;
}

/** What becomes of the records of one member or item. */
export interface EntityRecords {
  /** In timeline order. */
  readonly used: readonly EventRecord[];
  readonly duplicates: number;
  /** All records of an event id that came with more than one content. */
  readonly conflicts: readonly PlacedRecord[];
  /** Erased with their member, or arrived for one who had left. */
  readonly dropped: number;
}

/** Takes in all records of one member or item; their order does not matter. */
export function takeInEntity(records: readonly PlacedRecord[]): EntityRecords {
  if (!mayHaveCopies(records))
    return usedOf(
      records.map(({ event }) => event),
      { duplicates: 0, conflicts: [] },
    );
  const byId = Map.groupBy(records, ({ event }) => `${event.type}:${event.event_id}`);
  const kept: EventRecord[] = [];
  const conflicts: PlacedRecord[] = [];
  let duplicates = 0;
  for (const same of byId.values()) {
    if (same.length > 1 && new Set(same.map((record) => contentOf(record.event))).size > 1) {
      conflicts.push(...same);
      continue;
    }
    duplicates += same.length - 1;
    kept.push(earliestIngested(same.map((record) => record.event)));
  }
  return usedOf(kept, { duplicates, conflicts });
}

function usedOf(kept: readonly EventRecord[], others: Pick<EntityRecords, 'duplicates' | 'conflicts'>): EntityRecords {
  const used = withoutErased(orderEvents(kept));
  return { used, ...others, dropped: kept.length - used.length };
}

/** False for nearly all members, which need no groups: no two records of one type have one id. */
function mayHaveCopies(records: readonly PlacedRecord[]): boolean {
  const ids = new Set<string>();
  // An id of an interaction that looks like that of another record's is no copy, but may be one.
  for (const { event } of records)
    ids.add(event.type === 'interaction' ? event.event_id : `${event.type}:${event.event_id}`);
  return ids.size < records.length;
}

/**
 * Of several copies the least ingest_time counts; a copy without one says nothing of when the event
 * came in (EVENT-3).
 */
function earliestIngested(copies: readonly EventRecord[]): EventRecord {
  return copies.reduce((best, copy) => {
    const [time, least] = [copy.ingest_time ?? Number.POSITIVE_INFINITY, best.ingest_time ?? Number.POSITIVE_INFINITY];
    return time < least ? copy : best;
  });
}

/**
 * ERASURE: nothing up to a member's delete remains, and nothing after it until an upsert begins an
 * empty timeline (EVENT-5).
 */
function withoutErased(ordered: readonly EventRecord[]): EventRecord[] {
  const isDelete = (event: EventRecord): event is MemberEvent => event.type === 'member' && event.op === 'delete';
  const last = ordered.findLastIndex(isDelete);
  if (last < 0) return [...ordered];
  const begins = ordered.findIndex((event, i) => i > last && event.type === 'member' && event.op === 'upsert');
  return begins < 0 ? [] : ordered.slice(begins);
}
