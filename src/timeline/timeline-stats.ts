/**
 * What a partition's timelines hold at a glance: actions, surfaces and attributes by name, and the
 * newest event, so that a recipe is judged before a row is rendered.
 */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { type EventRecord, TIME_UNKNOWN } from '../../schemas/event.ts';
import { eventTimes } from '../../schemas/event-time.ts';
import { present } from '../checked.ts';
import { addLateness, type LatenessCounts, latenessOf } from './lateness.ts';

/**
 * Names that are counted of each kind. Where there are more they are not a vocabulary, and nothing
 * is said of missing ones.
 */
export const COUNTED_NAMES_MAX = 1_000;

/**
 * Names in byte order, each with the number of events that hold it. At most COUNTED_NAMES_MAX: a
 * list of that length may lack some.
 */
export type NameCounts = readonly { readonly name: string; readonly count: number }[];

/** How many events have an action, and the first event id met. */
export type ActionCount = { readonly name: string; count: number; readonly first: string };

/** What is counted in a partition's timelines. */
export interface TimelineStats {
  /** By name, in byte order. */
  readonly actions: readonly Readonly<ActionCount>[];
  /** Of interactions. */
  readonly surfaces: NameCounts;
  readonly member_attributes: NameCounts;
  readonly item_attributes: NameCounts;
  /** Event time of the newest event, epoch ms; TIME_UNKNOWN where no event has a time. */
  readonly newest: number;
  readonly members: number;
  readonly interactions: number;
  readonly items: number;
  /** Interactions that share member, time and sequence with another; a hash orders them. */
  readonly unordered: number;
  /** What came in after its time. */
  readonly late_versions: LatenessCounts;
  readonly late_interactions: LatenessCounts;
  /** The first record that is dead: `file:line` and why. Absent where no record is. */
  readonly first_dead?: string | undefined;
}

/** Counts events one by one. */
export interface StatsCollector {
  /** Used events in timeline order, entity by entity. */
  add(event: EventRecord): void;
  /** A record that is parked; `why` is for people. */
  addDead(why: string): void;
  finish(): TimelineStats;
}

/**
 * Nothing counted yet. Bound: the names of actions, and COUNTED_NAMES_MAX names each of surfaces
 * and attributes.
 */
export function createTimelineStats(): StatsCollector {
  const actions = new Map<string, ActionCount>();
  const surfaces = new Map<string, number>();
  const attributes = { member: new Map<string, number>(), item: new Map<string, number>() };
  let newest = TIME_UNKNOWN;
  let member = '';
  let item = '';
  let firstDead: string | undefined;
  const counts = { members: 0, interactions: 0, items: 0, unordered: 0 };
  const late = { versions: new Map<number, number>(), interactions: new Map<number, number>() };
  let last = { of: '', at: Number.NaN, sequence: 0, isAlone: true };
  const addMoment = (at: number, sequence = 0) => {
    const isAlone = last.of !== member || last.at !== at || last.sequence !== sequence;
    if (!isAlone) counts.unordered += last.isAlone ? 2 : 1;
    last = { of: member, at, sequence, isAlone };
  };
  return {
    add(event) {
      const lateness = latenessOf(event);
      const lates = event.type === 'interaction' ? late.interactions : late.versions;
      if (lateness > 0) lates.set(lateness, (lates.get(lateness) ?? 0) + 1);
      newest = Math.max(newest, eventTimes(event, 'event_time').at);
      if (event.type !== 'interaction')
        for (const name of Object.keys(event.attributes ?? {})) countName(attributes[event.type], name, 1);
      if (event.type === 'item') {
        if (event.item_id !== item) counts.items++;
        item = event.item_id;
        return;
      }
      if (event.member_id !== member) counts.members++;
      member = event.member_id;
      if (event.type !== 'interaction') return;
      counts.interactions++;
      addMoment(eventTimes(event, 'event_time').at, event.sequence);
      if (event.surface !== undefined) countName(surfaces, event.surface, 1);
      const known = actions.get(event.action);
      if (known === undefined) actions.set(event.action, { name: event.action, count: 1, first: event.event_id });
      else known.count++;
    },
    addDead(why) {
      firstDead ??= why;
    },
    finish: () => ({
      actions: [...actions.values()].sort((a, b) => compareUtf8(a.name, b.name)),
      surfaces: inOrder(surfaces),
      member_attributes: inOrder(attributes.member),
      item_attributes: inOrder(attributes.item),
      newest,
      ...counts,
      late_versions: lateCounts(late.versions),
      late_interactions: lateCounts(late.interactions),
      ...(firstDead === undefined ? {} : { first_dead: firstDead }),
    }),
  };
}

/**
 * The stats of several partitions as one; the first dead record is the first partition's that has
 * one.
 */
export function addStats(all: readonly TimelineStats[]): TimelineStats {
  const actions = new Map<string, ActionCount>();
  for (const { name, count, first } of all.flatMap((stats) => stats.actions)) {
    const known = actions.get(name);
    if (known === undefined) actions.set(name, { name, count, first });
    else known.count += count;
  }
  const sum = (of: (stats: TimelineStats) => number) => all.reduce((total, stats) => total + of(stats), 0);
  const names = (of: (stats: TimelineStats) => NameCounts) => {
    const counted = new Map<string, number>();
    for (const { name, count } of all.flatMap(of)) countName(counted, name, count);
    return inOrder(counted);
  };
  return {
    actions: [...actions.values()].sort((a, b) => compareUtf8(a.name, b.name)),
    surfaces: names((stats) => stats.surfaces),
    member_attributes: names((stats) => stats.member_attributes),
    item_attributes: names((stats) => stats.item_attributes),
    newest: Math.max(TIME_UNKNOWN, ...all.map((stats) => stats.newest)),
    members: sum((stats) => stats.members),
    interactions: sum((stats) => stats.interactions),
    items: sum((stats) => stats.items),
    unordered: sum((stats) => stats.unordered),
    late_versions: addLateness(all.map((stats) => stats.late_versions)),
    late_interactions: addLateness(all.map((stats) => stats.late_interactions)),
    first_dead: all.find((stats) => stats.first_dead !== undefined)?.first_dead,
  };
}

/** What changes stats, both of whole entities. */
export interface StatsChange {
  /** Entities as they were. */
  readonly gone: TimelineStats;
  /** The same entities as they are now. */
  readonly come: TimelineStats;
  /** `newest` of all other entities. */
  readonly newest: number;
}

/**
 * Stats after some entities have changed; null: there was nothing before. Of lists that are full
 * counts are as good as the lists.
 */
export function replaceStats(before: TimelineStats | null, { gone, come, newest }: StatsChange): TimelineStats {
  if (before === null) return come;
  const { first_dead, ...all } = addStats([before, come]);
  const less = (counts: NameCounts, names: NameCounts) => {
    const goneOf = new Map(names.map(({ name, count }) => [name, count]));
    return counts
      .map(({ name, count }) => ({ name, count: count - (goneOf.get(name) ?? 0) }))
      .filter(({ count }) => count > 0);
  };
  const actions = less(all.actions, gone.actions).map(({ name, count }) => {
    const { first } = present(
      all.actions.find((action) => action.name === name),
      'action of that name',
    );
    return { name, count, first };
  });
  return {
    actions,
    surfaces: less(all.surfaces, gone.surfaces),
    member_attributes: less(all.member_attributes, gone.member_attributes),
    item_attributes: less(all.item_attributes, gone.item_attributes),
    newest: Math.max(newest, come.newest),
    members: all.members - gone.members,
    interactions: all.interactions - gone.interactions,
    items: all.items - gone.items,
    unordered: all.unordered - gone.unordered,
    late_versions: lessLateness(all.late_versions, gone.late_versions),
    late_interactions: lessLateness(all.late_interactions, gone.late_interactions),
    ...(first_dead === undefined ? {} : { first_dead }),
  };
}

function lessLateness(counts: LatenessCounts, gone: LatenessCounts): LatenessCounts {
  const negative = gone.map(({ ms, count }) => ({ ms, count: -count }));
  return addLateness([counts, negative]).filter(({ count }) => count > 0);
}

function lateCounts(late: ReadonlyMap<number, number>): LatenessCounts {
  return addLateness([[...late].map(([ms, count]) => ({ ms, count }))]);
}

/** Counts a name, or passes it over where COUNTED_NAMES_MAX others are there. */
export function countName(names: Map<string, number>, name: string, count: number): void {
  const before = names.get(name);
  if (before !== undefined || names.size < COUNTED_NAMES_MAX) names.set(name, (before ?? 0) + count);
}

/** Names in byte order. */
export function inOrder(names: ReadonlyMap<string, number>): NameCounts {
  return [...names].map(([name, count]) => ({ name, count })).sort((a, b) => compareUtf8(a.name, b.name));
}
