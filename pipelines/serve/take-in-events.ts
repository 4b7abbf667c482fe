/**
 * A serving system's events into timelines and an item table, as a build takes them in: in any
 * order, copies and conflicts and what was erased taken out.
 */
import type { EventRecord, InteractionEvent, MemberEvent } from '../../schemas/event.ts';
import { MemberId } from '../../schemas/ids.ts';
import type { RenderPlan } from '../../src/prompt/plan.ts';
import { createItemTable, type ItemTable } from '../../src/timeline/item-table.ts';
import { createMemberTimeline, type MemberTimeline } from '../../src/timeline/member-timeline.ts';
import { takeInEntity } from '../../src/timeline/take-in-entity.ts';
import { unknownAction, type Vocabulary } from '../../src/timeline/vocabulary.ts';

/** What of the events is not used, and why. */
export interface EventsLeft {
  /** Copies of events that are used (EVENT-3). */
  readonly duplicates: number;
  /** Events that share an id and differ, of which none is used (EVENT-3). */
  readonly conflicts: readonly EventRecord[];
  /** Erased with their member, or come for one who had left (EVENT-5). */
  readonly dropped: number;
}

/** A member's timeline, and what of the member's events is not in it. */
export interface TakenMember extends EventsLeft {
  readonly timeline: MemberTimeline;
}

/** The item table, and what of the item events is not in it. */
export interface TakenItems extends EventsLeft {
  readonly items: ItemTable;
}

/**
 * The timeline of one member by all events of the member that are to be known; events of others
 * and of items are passed over. Throws `action_unknown` where the domain does not know an action,
 * as a build does (EVENT-6).
 */
export function takeInMember(plan: RenderPlan, memberId: string, events: Iterable<EventRecord>): TakenMember {
  const { section, vocabulary } = plan;
  const isOwn = (event: EventRecord) => event.type !== 'item' && event.member_id === memberId;
  const { used, ...left } = takeIn([...events].filter(isOwn));
  const records = used.filter((event) => event.type !== 'item');
  requireKnownActions(records, vocabulary);
  const options = { vocabulary, known: section.known, heldOutSurfaces: new Set(section.holdout.surfaces) };
  return { timeline: createMemberTimeline(MemberId.parse(memberId), records, options), ...left };
}

/**
 * The item table by all events of items that are to be known; events of members are passed over.
 * A table never changes: when the catalogue has changed, make another one, for the same plan.
 */
export function takeInItems(plan: RenderPlan, events: Iterable<EventRecord>): TakenItems {
  const ofItems = [...events].filter((event) => event.type === 'item');
  const taken = [...Map.groupBy(ofItems, (event) => event.item_id).values()].map(takeIn);
  const used = taken.flatMap((item) => item.used).filter((event) => event.type === 'item');
  return {
    items: createItemTable(used, plan.section.known),
    duplicates: taken.reduce((sum, { duplicates }) => sum + duplicates, 0),
    conflicts: taken.flatMap(({ conflicts }) => conflicts),
    dropped: taken.reduce((sum, { dropped }) => sum + dropped, 0),
  };
}

function takeIn(events: readonly EventRecord[]): EventsLeft & { readonly used: readonly EventRecord[] } {
  const placed = events.map((event, line) => ({ event, file: 0, line }));
  const { used, duplicates, conflicts, dropped } = takeInEntity(placed);
  return { used, duplicates, conflicts: conflicts.map(({ event }) => event), dropped };
}

function requireKnownActions(events: readonly (MemberEvent | InteractionEvent)[], vocabulary: Vocabulary): void {
  const unknown = events
    .filter((event) => event.type === 'interaction')
    .filter(({ action }) => vocabulary.rankOf(action) === undefined);
  const [first] = unknown;
  if (first === undefined) return;
  const count = unknown.filter(({ action }) => action === first.action).length;
  throw unknownAction(vocabulary, { name: first.action, count, first: first.event_id });
}
