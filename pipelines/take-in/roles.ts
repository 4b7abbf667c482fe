/** What the records of an entity are to its chain, by the files that they were read from. */
import type { EventRecord } from '../../schemas/event.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import { nth } from '../../src/checked.ts';
import type { PlacedRecord } from '../../src/timeline/entity-state.ts';
import type { InputFile, InputRole } from './input-files.ts';

/** Records of one entity. */
export interface RecordsByRole {
  /** Records of event files that were read now and are in nobody's way. */
  readonly read: readonly PlacedRecord[];
  /** Records of the chain's late log that were counted as late when they came. */
  readonly late: readonly PlacedRecord[];
  /** The same, counted as duplicates: they have the least `ingest_time`. */
  readonly earlier: readonly EventRecord[];
  /** Records of event files that a late log holds which was named to leave them out. */
  readonly leftOutLate: readonly PlacedRecord[];
  /** The same of dead letters. */
  readonly leftOutDead: readonly PlacedRecord[];
  /** Records that were to be left out and are in no event file. */
  readonly unmatched: number;
}

const NONE: Omit<RecordsByRole, 'read'> = { late: [], earlier: [], leftOutLate: [], leftOutDead: [], unmatched: 0 };

/** Whether any of the files is no event file. */
export function haveRoles(inputs: readonly Pick<InputFile, 'role'>[]): boolean {
  return inputs.some(({ role }) => role !== undefined);
}

/** Of files that are all event files. */
export function onlyRead(read: readonly PlacedRecord[]): RecordsByRole {
  return { ...NONE, read };
}

/**
 * ONE FOR ONE (EVENT-8): a record that is to be left out takes one record out that is the same in
 * all its fields, `ingest_time` too; so an event that came twice, and once too late, stays.
 */
export function byRole(records: readonly PlacedRecord[], inputs: readonly Pick<InputFile, 'role'>[]): RecordsByRole {
  const groups = Map.groupBy(records, ({ file }) => nth(inputs, file).role ?? 'event');
  const of = (role: InputRole | 'event') => groups.get(role) ?? [];
  const taken = { late: of('late'), earlier: of('late_copy').map(({ event }) => event) };
  const late = takeOut(of('event'), of('left_out_late'));
  const dead = takeOut(late.rest, of('left_out_dead'));
  return {
    ...{ read: dead.rest, ...taken, leftOutLate: late.out, leftOutDead: dead.out },
    unmatched: late.unmatched + dead.unmatched,
  };
}

/** Takes one record out for each of the others that is the same. */
function takeOut(records: readonly PlacedRecord[], others: readonly PlacedRecord[]) {
  if (others.length === 0) return { rest: records, out: [], unmatched: 0 };
  const left = new Map<string, number>();
  for (const { event } of others) {
    const text = canonicalEvent(event);
    left.set(text, (left.get(text) ?? 0) + 1);
  }
  const [rest, out]: [PlacedRecord[], PlacedRecord[]] = [[], []];
  for (const record of records) {
    const text = canonicalEvent(record.event);
    const count = left.get(text) ?? 0;
    if (count > 0) left.set(text, count - 1);
    (count > 0 ? out : rest).push(record);
  }
  return { rest, out, unmatched: others.length - out.length };
}
