/**
 * What all questions of a member on one surface share: tables over its events and over what the
 * item table says of the items in them, each made when it is first asked for.
 */
import { TIME_UNKNOWN } from '../../schemas/event.ts';
import { intAt, nth } from '../checked.ts';
import { findAlike, type ItemsSaying } from './alike-items.ts';
import type { Closing } from './as-of.ts';
import type { EntryHashes } from './entry-sums.ts';
import { type EntryTables, entryTables } from './entry-tables.ts';
import type { ExistingEvents } from './existing-events.ts';
import { exposedItems, type ItemPool } from './exposed-items.ts';
import { idHashes } from './id-hashes.ts';
import type { ItemTable, Says } from './item-table.ts';
import type { MemberTimeline } from './member-timeline.ts';
import { lowerBound } from './order.ts';
import type { SeenEvents } from './seen.ts';

/** Items are member-local numbers. IT KNOWS THE FUTURE: no question may hold it. */
export interface MemberPast {
  readonly timeline: MemberTimeline;
  readonly events: ExistingEvents;
  readonly items: ItemTable;
  readonly says: Says;
  /** By number of the event among `events`, and of the version. */
  readonly hashes: EntryHashes;
  /** The number of the item's version that is seen at T and live; else -1 (ASOF-3). */
  liveVersion(item: number, t: number): number;
  /** The items whose live version at T says this (CAND-9). */
  saying(text: string, t: number): number[];
  /** By what `closing` says, kept for each that is asked for. */
  entryTables(closing: Closing): EntryTables;
  /** Actions, not exposures, that are seen at T. */
  actionsBefore(t: number): number;
  /** Exposures in the slate with a known time, in order (CAND-5). */
  slate(slateId: string): readonly number[];
  /** The pool of items shown before T (CAND-5). */
  shown(seen: SeenEvents): ItemPool;
}

/** What is known of items, and what they say. */
export interface PastScope {
  readonly items: ItemTable;
  readonly says: Says;
}

/** The past of a member for questions on `surface`, kept for each surface that tells another. */
export function memberPasts(timeline: MemberTimeline, scope: PastScope): (surface: string | undefined) => MemberPast {
  // A question that is lost asks for none of them.
  const tableItems = once(() => Int32Array.from(timeline.itemIds, scope.items.numberOf));
  const saying = once(() => findAlike({ ...scope, tableItems: tableItems() }));
  const pasts = new Map<ExistingEvents, MemberPast>();
  return (surface) => {
    const events = timeline.existingFor(surface);
    let past = pasts.get(events);
    if (past === undefined) {
      past = createPast(timeline, events, { ...scope, tableItems, itemsSaying: saying });
      pasts.set(events, past);
    }
    return past;
  };
}

/** What the pasts of a member share. */
interface PastTables extends PastScope {
  /** Of each item of the member its number in the item table, or -1. */
  readonly tableItems: () => Int32Array;
  readonly itemsSaying: () => ItemsSaying;
}

function createPast(
  timeline: MemberTimeline,
  events: ExistingEvents,
  { items, says, tableItems, itemsSaying }: PastTables,
): MemberPast {
  const eventIdAt = (event: number) => nth(timeline.events, intAt(events.positions, event)).event_id;
  const hashes = { events: idHashes(eventIdAt), versions: items.eventHashes };
  const made: { readonly closing: Closing; readonly tables: EntryTables }[] = [];
  const knownActions = once(() => actionTimes(events));
  const slates = once(() => exposuresBySlate(timeline, events));
  const shown = once(() => exposedItems(events, timeline.itemIds));
  const liveVersion = (item: number, t: number) => {
    const number = intAt(tableItems(), item);
    return number < 0 ? -1 : items.liveVersion(number, t);
  };
  const saysAt = (item: number, t: number) => {
    const version = liveVersion(item, t);
    return version < 0 ? undefined : says(items.versionAt(version));
  };
  return {
    timeline,
    events,
    items,
    says,
    hashes,
    liveVersion,
    saying: (text, t) => itemsSaying()(text).filter((item) => saysAt(item, t) === text),
    entryTables(closing) {
      const { windowMs, latenessMs } = closing;
      const known = made.find((each) => each.closing.windowMs === windowMs && each.closing.latenessMs === latenessMs);
      if (known !== undefined) return known.tables;
      const tables = entryTables(events, closing, { items, tableItems: tableItems(), hashes });
      made.push({ closing: { windowMs, latenessMs }, tables });
      return tables;
    },
    actionsBefore: (t) => lowerBound(knownActions(), t),
    slate: (slateId) => slates().get(slateId) ?? [],
    shown: (seen) => shown()(seen),
  };
}

/** known_at of all actions, ascending. */
function actionTimes({ rank, knownAt, noneRank, isPrefix }: ExistingEvents): Float64Array {
  const times = knownAt.filter((_, i) => intAt(rank, i) < noneRank);
  return isPrefix ? times : times.sort();
}

function exposuresBySlate(timeline: MemberTimeline, events: ExistingEvents): Map<string, number[]> {
  const slates = new Map<string, number[]>();
  for (let i = 0; i < events.size; i++) {
    const { slate_id: slateId } = nth(timeline.events, intAt(events.positions, i));
    if (slateId === undefined || events.rank[i] !== events.noneRank || events.at[i] === TIME_UNKNOWN) continue;
    const slate = slates.get(slateId);
    if (slate === undefined) slates.set(slateId, [i]);
    else slate.push(i);
  }
  return slates;
}

/** Works a value out when it is first asked for. */
export function once<T extends object>(work: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= work();
    return value;
  };
}
