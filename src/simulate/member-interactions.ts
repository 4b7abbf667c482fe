/**
 * Exposures to interaction events: one for each impression and action inside the calendar, in order
 * of time.
 */
import type { InteractionEvent } from '../../schemas/event.ts';
import type { EventId, MemberId } from '../../schemas/ids.ts';
import { nth } from '../checked.ts';
import { itemId } from './items.ts';
import type { Exposure } from './member-visits.ts';

/** What an event says of an exposure. */
export type Sight = 'impression' | 'viewed' | 'dismissed' | 'applied';

/**
 * Numbers of the events of an exposure among the member's interactions by time, from 0; -1 where it
 * has none.
 */
export type EventNumbers = Record<Sight, number>;

/** A member's interactions in order of time, and of each exposure the numbers of its events. */
export interface MemberInteractions {
  readonly exposures: readonly Exposure[];
  readonly events: readonly InteractionEvent[];
  readonly numbers: readonly EventNumbers[];
}

/** The id of a member's interaction number `n`: it says nothing of the action. */
export function interactionId(memberId: MemberId, n: number): EventId {
  return `i-${memberId}-${n}` as EventId;
}

/**
 * All interactions of a member before `end` (UTC ms); actions keep the session and surface of their
 * impression.
 */
export function memberInteractions(member: MemberId, exposures: readonly Exposure[], end: number): MemberInteractions {
  const happened: Array<{ at: number; kind: Sight; exposure: number }> = [];
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
    return toEvent(member, nth(exposures, exposure), { at, action: kind, n });
  });
  return { exposures, events, numbers };
}

function toEvent(member: MemberId, exposure: Exposure, { at, action, n }: { at: number; action: Sight; n: number }) {
  const { slate } = exposure;
  const event: InteractionEvent = {
    type: 'interaction',
    event_id: interactionId(member, n),
    event_time: at,
    member_id: member,
    item_id: itemId(exposure.item),
    action,
    surface: slate.surface,
    session_id: `s-${member}-${slate.session}`,
  };
  if (action !== 'impression') return event;
  const context = slate.query === undefined ? { device: slate.device } : { device: slate.device, query: slate.query };
  const { position, propensity } = exposure;
  return { ...event, slate_id: `l-${member}-${slate.number}`, position, policy: slate.policy, propensity, context };
}
