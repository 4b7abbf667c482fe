/**
 * What becomes of the next event of a stream. The decisions are those of src/timeline: this says
 * alone what of an entity has to be read for them.
 */
import type { EventRecord } from '../../schemas/event.ts';
import { entityOf } from '../../schemas/event-time.ts';
import { addNext, type KeyState, NEW_KEY } from '../timeline/copies.ts';
import { type EventFate, isMemberDelete, takeNext } from '../timeline/entity-state.ts';
import type { Overlay } from './overlay.ts';

/** How an event ended. */
export interface TakenEvent {
  readonly fate: EventFate;
  /** It belongs in the late log. */
  readonly isLogged: boolean;
  /** How many more (or fewer) others are used: a delete erases, an upsert begins again. */
  readonly othersUsed: number;
}

/** Takes the event into the overlay; `isBehind`: behind the watermark. */
export function takeEvent(overlay: Overlay, event: EventRecord, isBehind: boolean): TakenEvent {
  const entity = entityOf(event);
  const head = overlay.head(entity);
  if (isMemberDelete(event) || (head !== undefined && head.aside !== null)) return takeWhole(overlay, event, isBehind);
  // Nothing is aside, so that what becomes of the event follows from its key alone.
  const was = head === undefined ? NEW_KEY : keptState(overlay, event);
  const { state, end, isEarlier } = addNext(was, event, isBehind);
  // A copy that came in earlier may change by when all of the entity was known.
  if (end === 'duplicate' && was.kind === 'kept' && state.kind === 'kept' && state.event !== was.event)
    return takeWhole(overlay, event, isBehind);
  if (end === 'new' && isBehind) return { fate: 'late', isLogged: true, othersUsed: 0 };
  if (end !== 'dead' && state.kind === 'kept') overlay.put(entity, { event: state.event, copies: state.copies });
  return { fate: end === 'new' ? 'used' : end, isLogged: isEarlier, othersUsed: 0 };
}

function keptState(overlay: Overlay, event: EventRecord): KeyState {
  const stored = overlay.event(entityOf(event), event);
  return stored === undefined ? NEW_KEY : { kind: 'kept', ...stored };
}

/** By all that was taken in of the entity: rare, since few members leave. */
function takeWhole(overlay: Overlay, event: EventRecord, isBehind: boolean): TakenEvent {
  const before = overlay.read(entityOf(event));
  const { state, fate, isLogged } = takeNext(before, event, isBehind);
  if (state !== before) overlay.replace(entityOf(event), before, state);
  const othersUsed = state.used.length - before.used.length - (fate === 'used' ? 1 : 0);
  return { fate, isLogged, othersUsed };
}
