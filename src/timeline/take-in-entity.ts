/**
 * What of one member's or one item's records is used, where all of them are there at once: copies,
 * conflicts and what was erased are taken out.
 */
import type { EventRecord } from '../../schemas/event.ts';
import { countsOf, NOTHING_TAKEN, type PlacedRecord, takeInto } from './entity-state.ts';

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
  const { state, conflicts } = takeInto(NOTHING_TAKEN, records);
  const { duplicate: duplicates, dropped } = countsOf(state);
  const placed = conflicts.filter((conflict): conflict is PlacedRecord => conflict.file !== undefined);
  return { used: state.used, duplicates, conflicts: placed, dropped };
}
