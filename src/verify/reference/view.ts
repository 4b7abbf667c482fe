/** What exists for a question and what of it is seen at its moment. */
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { type Interaction, seen, type Timeline, type Version, type World } from './world.ts';

/** A held-out surface exists only for questions on that very surface. */
export function existsFor(world: World, event: Interaction, surface: string | undefined): boolean {
  const held = world.section.holdout?.surfaces ?? [];
  return event.surface === undefined || event.surface === surface || !held.includes(event.surface);
}

/** The interactions that history and counts may use: seen before T, the newest N where the recipe has a maximum. */
export function seenInteractions(
  world: World,
  timeline: Timeline,
  t: number,
  surface: string | undefined,
): Interaction[] {
  const held = world.section.holdout?.surfaces ?? [];
  const all = timeline.interactions.filter(
    (event) => seen(event, t) && (held.length === 0 || existsFor(world, event, surface)),
  );
  const most = world.section.max_events;
  return most === undefined ? all : all.slice(-most);
}

/** Interactions with an item in [from, to) of event time; timed ones alone. */
export function itemWindow(
  world: World,
  timeline: Timeline,
  span: { item: string; from: number; to: number; surface: string | undefined },
): Interaction[] {
  const events = timeline.byItem.get(span.item) ?? [];
  return events.filter(
    (event) =>
      event.at !== TIME_UNKNOWN && event.at >= span.from && event.at < span.to && existsFor(world, event, span.surface),
  );
}

/** The newest version of an item that is seen at T by known_at < T, or undefined where it is not live. */
export function liveVersion(world: World, item: string, t: number): Version | undefined {
  return newestSeen(world.items.get(item), t);
}

/** The question's own item: it must be there to be shown, so by event_time <= T. */
export function ownVersion(world: World, item: string, t: number): Version | undefined {
  const newest = world.items.get(item)?.findLast((version) => version.at <= t);
  return newest?.op === 'upsert' ? newest : undefined;
}

/** The newest profile that is seen at T. */
export function profileAt(timeline: Timeline, t: number): Version | undefined {
  return newestSeen(timeline.profiles, t);
}

/** A loop, since this is asked millions of times. */
function newestSeen(versions: readonly Version[] | undefined, t: number): Version | undefined {
  if (versions === undefined) return undefined;
  for (let i = versions.length - 1; i >= 0; i--) {
    const version = versions[i]!;
    if (seen(version, t)) return version.op === 'upsert' ? version : undefined;
  }
  return undefined;
}
