/** One question while it is put together: what its form asks by. */
import { floatAt, intAt, nth } from '../checked.ts';
import { closesAt } from '../timeline/as-of.ts';
import type { ExistingEvents } from '../timeline/existing-events.ts';
import type { ItemTable, Says } from '../timeline/item-table.ts';
import { decidingEvent, type LabelWindow } from '../timeline/labels.ts';
import type { MemberPast } from '../timeline/member-past.ts';
import type { MemberTimeline } from '../timeline/member-timeline.ts';
import type { Openings } from '../timeline/openings.ts';
import { lowerBoundIn } from '../timeline/order.ts';
import { type AskedTask, questionKey } from '../timeline/questions.ts';
import { type SeenEvents, seenEvents } from '../timeline/seen.ts';

/** A question of a task at an opening. ONE OBJECT FOR ALL: it goes on to the next opening. */
export interface Asking {
  readonly task: AskedTask;
  readonly timeline: MemberTimeline;
  /** Position of the opening event in the timeline. */
  readonly event: number;
  readonly t: number;
  readonly seed: number;
  readonly items: ItemTable;
  readonly says: Says;
  /** The question's key, joined; worked out once. */
  readonly key: string;
  /** What exists for the question. */
  readonly past: MemberPast;
  /** Member-local number of the opening's own item. */
  readonly item: number;
  /** That of the opening; it goes on too. */
  readonly window: LabelWindow;
  /** The event that decides the label on the own item in that window, or -1; worked out once. */
  strongest(): number;
  /** The rank of that event, or the none rank. */
  strongestRank(): number;
  /** The events seen at T; worked out once. */
  seen(): SeenEvents;
  /** For each event of the timeline the position of the one that opened its session on the item. */
  openers(): Int32Array;
}

/** What all questions of a member share. */
export interface AskingScope {
  readonly seed: number;
  readonly maxEvents: number | undefined;
  readonly items: ItemTable;
  readonly says: Says;
  readonly pasts: (surface: string | undefined) => MemberPast;
  readonly openers: () => Int32Array;
}

/** A task's questions of a member, one after the other. */
export interface Asker {
  readonly asking: Asking;
  /** Goes on to the opening at a position of the timeline. */
  moveTo(event: number): void;
}

/** Nothing is made for an opening but what its form asks for. */
export function createAsker(
  timeline: MemberTimeline,
  asked: { task: AskedTask; openings: Openings },
  scope: AskingScope,
): Asker {
  const { task, openings } = asked;
  const { pasts, maxEvents, ...shared } = scope;
  let past = pasts(undefined);
  let surface: string | undefined;
  const window = { events: past.events, t: 0, windowMs: task.windowMs, closesAt: 0, openingEvent: 0 };
  let event = 0;
  let item = 0;
  let key: string | undefined;
  let strongest: number | undefined;
  let seen: SeenEvents | undefined;
  const asking: Asking = {
    task,
    timeline,
    ...shared,
    window,
    get event() {
      return event;
    },
    get t() {
      return window.t;
    },
    get key() {
      key ??= questionKey(openings.referenceOf(event), task);
      return key;
    },
    get past() {
      return past;
    },
    get item() {
      return item;
    },
    strongest() {
      strongest ??= decidingEvent(window, item);
      return strongest;
    },
    strongestRank: () => rankOf(past.events, asking.strongest()),
    seen() {
      seen ??= seenEvents(past.events, { t: window.t, maxEvents });
      return seen;
    },
  };
  return {
    asking,
    moveTo(next) {
      [key, strongest, seen] = [undefined, undefined, undefined];
      event = next;
      item = intAt(timeline.item, next);
      const met = nth(timeline.events, next).surface;
      if (met !== surface) past = pasts(met);
      surface = met;
      const { positions, size } = past.events;
      window.events = past.events;
      window.t = openings.momentOf(next);
      window.closesAt = closesAt(window.t, floatAt(timeline.knownAt, next), task);
      window.openingEvent = size === timeline.size ? next : lowerBoundIn(positions, next, { low: 0, high: size });
    },
  };
}

/** The rank of an event, or of none where there is no event. */
export function rankOf({ rank, noneRank }: ExistingEvents, event: number): number {
  return event < 0 ? noneRank : intAt(rank, event);
}
