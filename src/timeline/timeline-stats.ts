/** What a partition's timelines hold at a glance: actions by name, the newest event, surfaces; so that a recipe is judged before a row is rendered. */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import { type EventRecord, TIME_UNKNOWN } from '../../schemas/event.ts';
import { eventTimes } from '../../schemas/event-time.ts';

export interface TimelineStats {
  /** By name, in byte order: how many, and the first event id met. */
  readonly actions: readonly { readonly name: string; readonly count: number; readonly first: string }[];
  /** Event time of the newest event, epoch ms; TIME_UNKNOWN: none has a time. */
  readonly newest: number;
  readonly members: number;
  readonly interactions: number;
  readonly items: number;
}

/** Collects over events in timeline order, entity by entity. */
export function createTimelineStats(): { add(event: EventRecord): void; finish(): TimelineStats } {
  const actions = new Map<string, { name: string; count: number; first: string }>();
  let newest = TIME_UNKNOWN;
  let member = '';
  let item = '';
  const counts = { members: 0, interactions: 0, items: 0 };
  return {
    add(event) {
      newest = Math.max(newest, eventTimes(event, 'event_time').at);
      if (event.type === 'item') {
        if (event.item_id !== item) counts.items++;
        item = event.item_id;
        return;
      }
      if (event.member_id !== member) counts.members++;
      member = event.member_id;
      if (event.type !== 'interaction') return;
      counts.interactions++;
      const known = actions.get(event.action);
      if (known === undefined) actions.set(event.action, { name: event.action, count: 1, first: event.event_id });
      else known.count++;
    },
    finish: () => ({ actions: [...actions.values()].sort((a, b) => compareUtf8(a.name, b.name)), newest, ...counts }),
  };
}

/** The stats of several partitions as one. */
export function addStats(all: readonly TimelineStats[]): TimelineStats {
  const actions = new Map<string, { name: string; count: number; first: string }>();
  for (const { name, count, first } of all.flatMap((stats) => stats.actions)) {
    const known = actions.get(name);
    if (known === undefined) actions.set(name, { name, count, first });
    else known.count += count;
  }
  const sum = (of: (stats: TimelineStats) => number) => all.reduce((total, stats) => total + of(stats), 0);
  return {
    actions: [...actions.values()].sort((a, b) => compareUtf8(a.name, b.name)),
    newest: Math.max(TIME_UNKNOWN, ...all.map((stats) => stats.newest)),
    members: sum((stats) => stats.members),
    interactions: sum((stats) => stats.interactions),
    items: sum((stats) => stats.items),
  };
}
