/**
 * Exposures to interaction events: one for each impression and action inside the calendar, in order
 * of time.
 */
import type { InteractionEvent } from '../../schemas/event.ts';
import type { EventId, MemberId } from '../../schemas/ids.ts';
import { nth } from '../checked.ts';
import { itemId } from './items.ts';
import type { Exposure } from './member-visits.ts';

/**
 * Numbers of the events of an exposure among the member's interactions by time, from 0; -1 where it
 * has none.
 */
export interface EventNumbers {
  impression: number;
  viewed: number;
  dismissed: number;
  applied: number;
}

/** A member's interactions in order of time, and for each exposure the numbers of its events. */
export interface MemberInteractions {
  readonly events: readonly InteractionEvent[];
  readonly numbers: readonly EventNumbers[];
}

type Kind = keyof EventNumbers;

/** The id of a member's interaction number `n`: it says nothing of the action. */
export function interactionId(memberId: MemberId, n: number): EventId {
  return `i-${memberId}-${n}` as EventId;
}

/**
 * All interactions of a member before `end` (UTC ms); actions keep the session and surface of their
 * impression.
 */
export function memberInteractions(
  memberId: MemberId,
  exposures: readonly Exposure[],
  end: number,
): MemberInteractions {
  const happened: Array<{ at: number; kind: Kind; exposure: number }> = [];
  for (const [exposure, { slate, viewedAt, dismissedAt, appliedAt }] of exposures.entries()) {
    happened.push({ at: slate.at, kind: 'impression', exposure });
    if (viewedAt !== undefined && viewedAt < end) happened.push({ at: viewedAt, kind: 'viewed', exposure });
    if (dismissedAt !== undefined && dismissedAt < end) happened.push({ at: dismissedAt, kind: 'dismissed', exposure });
    if (appliedAt !== undefined && appliedAt < end) happened.push({ at: appliedAt, kind: 'applied', exposure });
  }
  happened.sort((a, b) => a.at - b.at || a.exposure - b.exposure);
  const numbers: EventNumbers[] = exposures.map(() => ({ impression: -1, viewed: -1, dismissed: -1, applied: -1 }));
  const events = happened.map(({ at, kind, exposure }, n) => {
    nth(numbers, exposure)[kind] = n;
    return toEvent(memberId, nth(exposures, exposure), { at, action: kind, n });
  });
  return { events, numbers };
}

function toEvent(
  memberId: MemberId,
  exposure: Exposure,
  { at, action, n }: { at: number; action: Kind; n: number },
): InteractionEvent {
  const { slate } = exposure;
  const event: InteractionEvent = {
    type: 'interaction',
    event_id: interactionId(memberId, n),
    event_time: at,
    member_id: memberId,
    item_id: itemId(exposure.item),
    action,
    surface: slate.surface,
    session_id: `s-${memberId}-${slate.session}`,
  };
  if (action !== 'impression') return event;
  const context = slate.query === undefined ? { device: slate.device } : { device: slate.device, query: slate.query };
  const { position, propensity } = exposure;
  return { ...event, slate_id: `l-${memberId}-${slate.number}`, position, policy: slate.policy, propensity, context };
}
