/** Copies and conflicts of one event id (EVENT-3): the one place that decides them. */
import { hash } from 'node:crypto';
import type { EventRecord } from '../../schemas/event.ts';
import { contentOf } from '../../schemas/event-time.ts';

/** What an entity has of one key. */
export type KeyState =
  | { readonly kind: 'new' }
  /** The event that counts, and further copies of it. */
  | { readonly kind: 'kept'; readonly event: EventRecord; readonly copies: number }
  /** Of an event that a delete erased: the digest of its content, and further copies. */
  | { readonly kind: 'erased'; readonly content: string; readonly copies: number }
  /** So many records with more than one content. */
  | { readonly kind: 'dead'; readonly records: number };

/** A key that no record had. */
export const NEW_KEY: KeyState = { kind: 'new' };

/** What records have in common that are copies or conflicts, within an entity. */
export function keyOf({ type, event_id }: Pick<EventRecord, 'type' | 'event_id'>): string {
  return `${type}:${event_id}`;
}

/** What is left of a text that was erased. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}

/**
 * A key after more of its records, one at least, in any order: where contents differ all of them
 * are dead.
 */
export function addCopies(before: KeyState, records: readonly EventRecord[]): KeyState {
  const known = recordsOf(before);
  if (before.kind === 'dead' || !isOneContent(before, records))
    return { kind: 'dead', records: known + records.length };
  if (before.kind === 'erased') return { ...before, copies: before.copies + records.length };
  const all = before.kind === 'kept' ? [before.event, ...records] : records;
  return { kind: 'kept', event: earliestIngested(all), copies: known + records.length - 1 };
}

/**
 * A key after a copy that it counted when it came, and whose `ingest_time` was left alone then
 * (`NextOfKey.isEarlier`): where the event counts, it has the lesser one now.
 */
export function withEarlier(before: KeyState, copy: EventRecord): KeyState {
  if (before.kind !== 'kept' || contentOf(before.event) !== contentOf(copy)) return before;
  return { ...before, event: earliestIngested([before.event, copy]) };
}

/** A key after the next record of a stream. */
export interface NextOfKey {
  readonly state: KeyState;
  readonly end: 'new' | 'duplicate' | 'dead';
  /** A copy with the least ingest_time that came too late to count. */
  readonly isEarlier: boolean;
}

/**
 * FIRST CONTENT WINS: in a stream what came before is in use, so of a conflict the later record
 * alone is dead. BEHIND CHANGES NOTHING: of a copy behind the watermark nothing but its number is
 * kept.
 */
export function addNext(before: KeyState, event: EventRecord, isBehind: boolean): NextOfKey {
  const after = addCopies(before, [event]);
  if (after.kind === 'dead') {
    return { state: before.kind === 'dead' ? after : before, end: 'dead', isEarlier: false };
  }
  if (before.kind === 'new') return { state: after, end: 'new', isEarlier: false };
  const isLess = after.kind === 'kept' && before.kind === 'kept' && after.event !== before.event;
  if (!isBehind || !isLess) return { state: after, end: 'duplicate', isEarlier: false };
  return { state: { ...after, event: before.event }, end: 'duplicate', isEarlier: true };
}

/** Records that a key was in. */
function recordsOf(state: KeyState): number {
  if (state.kind === 'new') return 0;
  return state.kind === 'dead' ? state.records : 1 + state.copies;
}

function isOneContent(before: KeyState, records: readonly EventRecord[]): boolean {
  if (before.kind === 'new' && records.length === 1) return true;
  const contents = new Set(records.map(contentOf));
  if (before.kind === 'kept') contents.add(contentOf(before.event));
  if (contents.size > 1) return false;
  return before.kind !== 'erased' || [...contents].every((content) => digestOf(content) === before.content);
}

/**
 * Of several copies the least ingest_time counts, the first of equals; a copy without one says
 * nothing of when the event came in (EVENT-3).
 */
function earliestIngested(copies: readonly EventRecord[]): EventRecord {
  return copies.reduce((best, copy) => {
    const [time, least] = [copy.ingest_time ?? Number.POSITIVE_INFINITY, best.ingest_time ?? Number.POSITIVE_INFINITY];
    return time < least ? copy : best;
  });
}
