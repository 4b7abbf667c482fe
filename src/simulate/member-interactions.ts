/** Showings to interaction events: one line for each impression and action inside the calendar, in order of time, with its id. */
import type { InteractionEvent } from '../../schemas/event.ts';
import { itemId } from './items.ts';
import type { Showing } from './member-visits.ts';

/** The place of each event of a showing in the member's interactions by time, from 0; -1 where there is none. */
export interface Places {
  impression: number;
  viewed: number;
  dismissed: number;
  applied: number;
}

/** A member's interactions in order of time, and for each showing where its events stand among them. */
export interface MemberInteractions {
  readonly events: readonly InteractionEvent[];
  readonly places: readonly Places[];
}

type Kind = keyof Places;

/** The id of a member's `n`-th interaction: it tells nothing of the action. */
export function interactionId(memberId: string, n: number): string {
  return `i-${memberId}-${n}`;
}

/** All interactions of a member before `end` (UTC ms); actions keep the session and surface of their impression. */
export function memberInteractions(memberId: string, showings: readonly Showing[], end: number): MemberInteractions {
  const happened: Array<{ at: number; kind: Kind; showing: number }> = [];
  for (const [showing, { slate, viewedAt, dismissedAt, appliedAt }] of showings.entries()) {
    happened.push({ at: slate.at, kind: 'impression', showing });
    if (viewedAt !== undefined && viewedAt < end) happened.push({ at: viewedAt, kind: 'viewed', showing });
    if (dismissedAt !== undefined && dismissedAt < end) happened.push({ at: dismissedAt, kind: 'dismissed', showing });
    if (appliedAt !== undefined && appliedAt < end) happened.push({ at: appliedAt, kind: 'applied', showing });
  }
  happened.sort((a, b) => a.at - b.at || a.showing - b.showing);
  const places: Places[] = showings.map(() => ({ impression: -1, viewed: -1, dismissed: -1, applied: -1 }));
  const events = happened.map(({ at, kind, showing }, n) => {
    places[showing]![kind] = n;
    return toEvent(memberId, showings[showing]!, { at, action: kind, n });
  });
  return { events, places };
}

function toEvent(
  memberId: string,
  showing: Showing,
  { at, action, n }: { at: number; action: Kind; n: number },
): InteractionEvent {
  const { slate } = showing;
  const event: InteractionEvent = {
    type: 'interaction',
    event_id: interactionId(memberId, n),
    event_time: at,
    member_id: memberId,
    item_id: itemId(showing.item),
    action,
    surface: slate.surface,
    session_id: `s-${memberId}-${slate.session}`,
  };
  if (action !== 'impression') return event;
  const context = slate.query === undefined ? { device: slate.device } : { device: slate.device, query: slate.query };
  const { position, propensity } = showing;
  return { ...event, slate_id: `l-${memberId}-${slate.number}`, position, policy: slate.policy, propensity, context };
}
