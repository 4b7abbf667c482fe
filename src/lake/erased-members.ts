/**
 * Members whom a delete has erased, as the runs of a chain list them, so that who shows what was
 * made before need not read whole timelines.
 */
import type { Run } from '../../schemas/commit.ts';
import { timeSpan } from '../../schemas/event-time.ts';
import type { MemberId } from '../../schemas/ids.ts';
import { keyOf } from '../timeline/copies.ts';
import type { EntityState } from '../timeline/entity-state.ts';
import { readLineFile, valuesOfLines } from './line-files.ts';
import type { ObjectStore } from './object-store.ts';

/** What a delete has erased: all of the member before the event with which its timeline begins. */
export interface Erasure {
  /** event_time of the delete, epoch ms; TIME_UNKNOWN where it has none. */
  readonly deletedAt: number;
  /** event_time of the event that begins a new timeline, epoch ms; null: there is none. */
  readonly begins: number | null;
  /** The key of that event; empty where there is none. */
  readonly beginsWith: string;
}

/** Who was erased, by id. */
export type ErasedMembers = ReadonlyMap<MemberId, Erasure>;

type ErasedLine = readonly [member: MemberId, deletedAt: number, begins: number | null, beginsWith: string];

/** Where the lists of those who were erased lie. */
export function erasedFolder(folder: string): string {
  return `${folder}/erased`;
}

/** What a delete has erased of an entity; undefined where none has. */
export function erasureOf({ used: [first], aside }: EntityState): Erasure | undefined {
  if (aside === null || aside.deleted === null) return undefined;
  const deletedAt = timeSpan(aside.deleted.event_time).first;
  if (first === undefined) return { deletedAt, begins: null, beginsWith: '' };
  return { deletedAt, begins: timeSpan(first.event_time).first, beginsWith: keyOf(first) };
}

/** The line of an entity in the list of its run; undefined where no delete has erased it. */
export function erasureLine(entity: string, state: EntityState): string | undefined {
  const erasure = erasureOf(state);
  if (erasure === undefined) return undefined;
  const line: ErasedLine = [entity as MemberId, erasure.deletedAt, erasure.begins, erasure.beginsWith];
  return JSON.stringify(line);
}

/**
 * Who was erased, of the runs of one chain, oldest first. That a member is in a newer run and not
 * in its list does not happen: a delete goes away only where all events are read anew. Bound: an
 * entry a member who was erased. Throws `lake_broken`.
 */
export async function readErased(
  store: ObjectStore,
  { folder, runs }: { readonly folder: string; readonly runs: readonly Run[] },
): Promise<ErasedMembers> {
  const found = new Map<MemberId, Erasure>();
  for (const { erased } of runs)
    for (const file of erased) {
      const lines = valuesOfLines(await readLineFile(store, erasedFolder(folder), file)) as ErasedLine[];
      for (const [member, deletedAt, begins, beginsWith] of lines) found.set(member, { deletedAt, begins, beginsWith });
    }
  return found;
}

/**
 * Whether more of a member is erased than was before: then what was made before may show what is
 * gone. An upsert that came in late and begins the timeline earlier takes nothing away; of one of
 * the same millisecond that is not known here.
 */
export function erasesMore(is: Erasure, was: Erasure | undefined): boolean {
  if (was === undefined) return true;
  const [begins, before] = [is.begins ?? Number.POSITIVE_INFINITY, was.begins ?? Number.POSITIVE_INFINITY];
  return begins > before || (begins === before && is.beginsWith !== was.beginsWith);
}
