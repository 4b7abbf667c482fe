/**
 * What the timeline side says, in plain lists that scan every event for every question: the model
 * that the tables of `src/timeline/` are held to.
 */
import { createHash } from 'node:crypto';
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { DAY_MS } from '../../schemas/durations.ts';
import { type InteractionEvent, ROW_ID_PREFIX, TIME_UNKNOWN } from '../../schemas/event.ts';
import type { ItemId } from '../../schemas/ids.ts';
import { closesAt } from '../../src/timeline/as-of.ts';
import { type ItemTable, type ItemVersion, live, type Says } from '../../src/timeline/item-table.ts';
import { jump } from '../../src/timeline/jump.ts';
import type { MemberTimeline } from '../../src/timeline/member-timeline.ts';
import type { HistoryEntry } from './outcomes.ts';

const SEPARATOR = '\u001f';

/** DRAW-1. */
export function plainDraw(seed: number, purpose: string, key: readonly string[]): number {
  const text = [String(seed), purpose, ...key].join(SEPARATOR);
  return createHash('sha256').update(text, 'utf8').digest().readUIntBE(0, 6);
}

/** DRAW-2. */
export function plainInShare(drawn: number, share: number): boolean {
  return BigInt(drawn) * 1_000_000n < BigInt(Math.round(share * 1_000_000)) * 2n ** 48n;
}

/** An opening with the parts of its reference. */
export interface PlainOpening {
  readonly event: number;
  readonly t: number;
  readonly reference: readonly string[];
}

/** A member as one question may look at it. */
export interface PlainScope {
  readonly timeline: MemberTimeline;
  readonly items: ItemTable;
  readonly says: Says;
  readonly heldOut: ReadonlySet<string>;
  readonly noneRank: number;
  readonly seed: number;
  readonly maxEvents: number | undefined;
}

/** One question of it. */
export interface PlainQuestionScope extends PlainScope {
  readonly opening: PlainOpening;
  readonly key: readonly string[];
  readonly windowMs: number;
  readonly latenessMs: number;
}

const eventAt = ({ timeline }: PlainScope, i: number): InteractionEvent => timeline.events[i]!;
const hasTime = ({ timeline }: PlainScope, i: number) => timeline.at[i] !== TIME_UNKNOWN;

/** ASOF-6. */
function exists(scope: PlainQuestionScope, i: number): boolean {
  const { surface } = eventAt(scope, i);
  return (
    surface === undefined || !scope.heldOut.has(surface) || surface === eventAt(scope, scope.opening.event).surface
  );
}

/** ASOF-2, ASOF-6, ASOF-7. */
export function plainSeen(scope: PlainQuestionScope): number[] {
  const { timeline, opening, maxEvents } = scope;
  const seen = [...timeline.rank.keys()].filter((i) => timeline.knownAt[i]! < opening.t && exists(scope, i));
  return maxEvents === undefined ? seen : seen.slice(-maxEvents);
}

/** OPEN-1: for each event the one that opened its (item, session), or -1. */
export function plainOpeners(timeline: MemberTimeline, sessionGapMs: number): number[] {
  const opened = new Map<string, number>();
  let session = 0;
  let previous = Number.NEGATIVE_INFINITY;
  return timeline.events.map((event, i) => {
    if (timeline.at[i] === TIME_UNKNOWN) return -1;
    if (event.session_id === undefined) {
      if (timeline.at[i]! - previous >= sessionGapMs) session++;
      previous = timeline.at[i]!;
    }
    const key = JSON.stringify([event.item_id, event.session_id ?? session, event.session_id !== undefined]);
    const opener = opened.get(key) ?? i;
    opened.set(key, opener);
    return opener;
  });
}

/** OPEN-3. */
export function plainOpenings(
  timeline: MemberTimeline,
  events: number[],
  timeOf: (i: number) => number,
): PlainOpening[] {
  const occurrences = new Map<string, number>();
  return events.map((event) => {
    const t = timeOf(event);
    const { event_id: id, item_id: item } = timeline.events[event]!;
    const count = occurrences.get(`${item}${SEPARATOR}${t}`) ?? 0;
    occurrences.set(`${item}${SEPARATOR}${t}`, count + 1);
    if (!id.startsWith(ROW_ID_PREFIX)) return { event, t, reference: ['event', timeline.memberId, id] };
    return { event, t, reference: ['row', timeline.memberId, item, String(t), String(count)] };
  });
}

/** OPEN-5. */
export function plainCapped(
  { timeline, seed }: PlainScope,
  openings: readonly PlainOpening[],
  { share, perMemberDay }: { readonly share: number; readonly perMemberDay: number | undefined },
): Set<number> {
  const events = [...new Set(openings.map(({ event }) => event))].sort((a, b) => a - b);
  const dayOf = (event: number) =>
    Math.floor(Math.min(...openings.filter((each) => each.event === event).map(({ t }) => t)) / DAY_MS);
  const asked = plainOpenings(timeline, events, (i) => timeline.at[i]!)
    .filter(({ reference }) => plainInShare(plainDraw(seed, 'ask', reference), share))
    .map(({ event, reference }) => ({ event, day: dayOf(event), drawn: plainDraw(seed, 'cap', reference), reference }));
  const isLess = (a: (typeof asked)[number], b: (typeof asked)[number]) =>
    a.drawn < b.drawn ||
    (a.drawn === b.drawn && compareUtf8(a.reference.join(SEPARATOR), b.reference.join(SEPARATOR)) < 0);
  const kept = asked.filter(
    (own, i) =>
      perMemberDay === undefined ||
      asked.slice(0, i).filter((other) => other.day === own.day && isLess(other, own)).length < perMemberDay,
  );
  const stay = new Set(kept.map(({ event }) => event));
  return new Set(events.filter((event) => !stay.has(event)));
}

/** The events of the label window, in order (LABEL-2). */
function inWindow(scope: PlainQuestionScope): number[] {
  const { timeline, opening, windowMs } = scope;
  const closes = closesAt(opening.t, timeline.knownAt[opening.event]!, scope);
  return [...timeline.rank.keys()].filter((i) => {
    if (windowMs === 0) return i === opening.event;
    const isIn = hasTime(scope, i) && timeline.at[i]! >= opening.t && timeline.at[i]! < opening.t + windowMs;
    return isIn && timeline.knownAt[i]! < closes && exists(scope, i);
  });
}

/** The event that decides, or -1: of the strongest rank the one known first (LABEL-2). */
export function plainDeciding(scope: PlainQuestionScope, itemId: string): number {
  const { rank, knownAt, events } = scope.timeline;
  const on = inWindow(scope).filter((i) => events[i]!.item_id === itemId && rank[i]! < scope.noneRank);
  return on.sort((a, b) => rank[a]! - rank[b]! || knownAt[a]! - knownAt[b]! || a - b)[0] ?? -1;
}

/** Items with an action in the window (CAND-7). */
export function plainActed(scope: PlainQuestionScope): ItemId[] {
  const { rank, events } = scope.timeline;
  const acted = inWindow(scope).filter((i) => scope.windowMs === 0 || rank[i]! < scope.noneRank);
  return [...new Set(acted.map((i) => events[i]!.item_id))];
}

/** NEXT-1: the event of the answer, or -1. */
export function plainNext(scope: PlainQuestionScope): number {
  const { timeline, opening, windowMs, noneRank } = scope;
  const { rank, at, knownAt, events } = timeline;
  const { item_id: item } = eventAt(scope, opening.event);
  const closes = closesAt(opening.t, knownAt[opening.event]!, scope);
  const before = plainSeen(scope).filter((i) => events[i]!.item_id === item);
  const strongest = Math.min(noneRank, ...before.map((i) => rank[i]!));
  const after = [...rank.keys()].filter(
    (i) => i > opening.event && events[i]!.item_id === item && exists(scope, i) && at[i]! < opening.t + windowMs,
  );
  const stronger = after.filter((i) => rank[i]! < strongest && knownAt[i]! >= opening.t && knownAt[i]! < closes);
  return stronger.sort((a, b) => knownAt[a]! - knownAt[b]! || a - b)[0] ?? -1;
}

/** HIST-1 to HIST-3: the entries newest first. */
export function plainHistory(scope: PlainQuestionScope, excluded: readonly ItemVersion[]): HistoryEntry[] {
  const { timeline, items, says, opening, noneRank } = scope;
  const { rank, at, knownAt, events } = timeline;
  const isClosed = (i: number) => !hasTime(scope, i) || closesAt(at[i]!, knownAt[i]!, scope) <= opening.t;
  const counting = plainSeen(scope).filter((i) => rank[i]! < noneRank || isClosed(i));
  const entries = [...Map.groupBy(counting, (i) => events[i]!.item_id)].flatMap(([itemId, own]): HistoryEntry[] => {
    const event = own.sort((a, b) => rank[a]! - rank[b]! || b - a)[0]!;
    const version = live(items.seen(itemId, opening.t));
    const isOut = excluded.some((one) => one.itemId === itemId || (version && says(one) === says(version)));
    if (version === undefined || isOut) return [];
    return [{ rank: rank[event]!, event, eventId: events[event]!.event_id, at: at[event]!, version }];
  });
  return entries.sort((a, b) => b.event - a.event);
}

/** HIST-4, HIST-5. */
export function plainOrder(strategy: string, newestFirst: readonly HistoryEntry[], noneRank: number): HistoryEntry[] {
  if (strategy === 'chronological') return [...newestFirst];
  const groups = Array.from({ length: noneRank + 1 }, (_, rank) => newestFirst.filter((entry) => entry.rank === rank));
  return newestFirst.flatMap((_, round) => groups.flatMap((group) => group.slice(round, round + 1)));
}

/** What the items say that are live at T. */
function textsOf({ items, says, opening }: PlainQuestionScope, ids: readonly ItemId[]): [ItemId, string][] {
  return ids.flatMap((id) => {
    const version = live(items.seen(id, opening.t));
    return version === undefined ? [] : [[id, says(version)] as [ItemId, string]];
  });
}

/** The item that a draw takes of the population; undefined where it is not live (CAND-2). */
function drawnItem({ seed, items, opening, key }: PlainQuestionScope, purpose: string, counter: number) {
  const size = items.population.sizeAt(opening.t);
  if (size === 0) return undefined;
  const id = items.population.at(jump(plainDraw(seed, purpose, [...key, String(counter)]), size));
  return live(items.seen(id, opening.t));
}

/** CAND-3. */
export function plainOther(scope: PlainQuestionScope, own: ItemVersion): ItemVersion | undefined {
  const texts = textsOf(scope, plainActed(scope));
  for (let counter = 0; counter < 1_000; counter++) {
    const version = drawnItem(scope, 'drawn_item', counter);
    if (version === undefined || version.itemId === own.itemId) continue;
    const text = scope.says(version);
    if (text !== scope.says(own) && !texts.some(([id, said]) => id !== version.itemId && said === text)) return version;
  }
  return undefined;
}

/** The exposures of the opening's slate, in order (CAND-5). */
export function plainSlate(scope: PlainQuestionScope): number[] {
  const { timeline, opening, noneRank } = scope;
  const { slate_id: slate } = eventAt(scope, opening.event);
  return [...timeline.rank.keys()].filter(
    (i) =>
      slate !== undefined &&
      eventAt(scope, i).slate_id === slate &&
      timeline.rank[i] === noneRank &&
      hasTime(scope, i) &&
      timeline.at[i]! <= opening.t &&
      exists(scope, i),
  );
}

/** CAND-4 to CAND-9; undefined where too few are found. */
export function plainCandidates(
  scope: PlainQuestionScope,
  right: ItemVersion,
  { shown, random }: { readonly shown: number; readonly random: number },
): { version: ItemVersion; reason: string }[] | undefined {
  const { seed, key, items, says, timeline, opening, noneRank } = scope;
  const chosen = [{ version: right, reason: 'right' }];
  const barred = plainActed(scope);
  const said = textsOf(scope, barred).map(([, text]) => text);
  const isFree = (version: ItemVersion) =>
    !barred.includes(version.itemId) &&
    !said.includes(says(version)) &&
    !chosen.some((one) => one.version.itemId === version.itemId || says(one.version) === says(version));
  const poolOf = (events: readonly number[]) =>
    [...new Set(events.map((i) => timeline.events[i]!.item_id))].sort(compareUtf8);
  const pools = {
    slate: poolOf(plainSlate(scope)),
    shown: poolOf(plainSeen(scope).filter((i) => timeline.rank[i] === noneRank)),
  };
  for (const purpose of ['slate', 'shown'] as const) {
    const pool = pools[purpose].map((id) => items.drawable(id, opening.t));
    const isLeft = () => pool.some((version) => version !== undefined && isFree(version));
    for (let counter = 0; counter < 1_000 && chosen.length < 1 + shown && isLeft(); counter++) {
      const version = pool[plainDraw(seed, purpose, [...key, String(counter)]) % pool.length];
      if (version !== undefined && isFree(version)) chosen.push({ version, reason: purpose });
    }
  }
  for (let counter = 0; counter < 1_000 && chosen.length < 1 + shown + random; counter++) {
    const version = drawnItem(scope, 'random', counter);
    if (version !== undefined && isFree(version)) chosen.push({ version, reason: 'random' });
  }
  return chosen.length < 1 + shown + random ? undefined : plainDisplay(scope, chosen);
}

/** CAND-8. */
export function plainDisplay<T extends { version: ItemVersion }>({ seed, key }: PlainQuestionScope, chosen: T[]): T[] {
  const drawnOf = ({ version }: T) => plainDraw(seed, 'order', [...key, version.itemId]);
  return chosen.sort((a, b) => drawnOf(a) - drawnOf(b) || compareUtf8(a.version.itemId, b.version.itemId));
}
