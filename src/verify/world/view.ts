/** What exists for a question and what of it is seen at its moment. */
import { countBefore, nth } from '../checked.ts';
import { columnsOf } from './member-columns.ts';
import type { Opening } from './openings.ts';
import { type Interaction, seen, type Timeline, type Version } from './timeline.ts';
import type { World } from './world.ts';

/** An opening as one task looks at it. */
export interface Moment {
  readonly world: World;
  readonly timeline: Timeline;
  readonly opening: Opening;
  /** The parts of the question key. */
  readonly key: readonly string[];
  /** W in milliseconds. */
  readonly window: number;
  /** Epoch milliseconds (LABEL-3). */
  readonly closesAt: number;
  /** What a version of an item says: its line before cutting (CAND-9). */
  readonly says: (version: Version) => string;
}

/** What a question waits for, in milliseconds. */
export interface Waiting {
  /** W. */
  readonly window: number;
  /** The recipe's `label_lateness`. */
  readonly lateness: number;
}

/**
 * When a question closes that was asked at T by an opening event, in epoch milliseconds (LABEL-3).
 */
export function closesAt(t: number, { window, lateness }: Waiting, opening: Pick<Interaction, 'knownAt'>): number {
  return Math.max(t + Math.max(window, 1) + lateness, opening.knownAt + 1);
}

/** A held-out surface exists only for questions on that very surface (ASOF-6). */
export function existsFor({ world, opening }: Moment, event: Interaction): boolean {
  const { surface } = event;
  const { surfaces } = world.section.holdout;
  return (
    surfaces.length === 0 || surface === undefined || surface === opening.event.surface || !surfaces.includes(surface)
  );
}

/**
 * The interactions that history and counts may use: seen before T (ASOF-2), the newest N where the
 * recipe has a maximum (ASOF-7).
 */
export function seenInteractions(moment: Moment): Interaction[] {
  const { interactions } = moment.timeline;
  return Array.from(seenPlaces(moment), (place) => nth(interactions, place));
}

/** Where they are in the timeline; the numbers are there until it is asked again. */
export function seenPlaces(moment: Moment): Int32Array {
  const { world, timeline, opening } = moment;
  const { interactions } = timeline;
  const { askedAt: t } = opening;
  const { knownAt, places } = columnsOf(world, timeline);
  const isOpen = world.section.holdout.surfaces.length === 0;
  // Nothing is known before it happens.
  const end = countBefore(interactions.length, (place) => nth(interactions, place).at < t);
  let count = 0;
  for (let place = 0; place < end; place++)
    if ((knownAt[place] ?? t) < t && (isOpen || existsFor(moment, nth(interactions, place)))) places[count++] = place;
  const most = world.section.max_events ?? count;
  return places.subarray(Math.max(0, count - most), count);
}

/** Those of the seen interactions that are on an item. */
export function seenOnItem(moment: Moment, item: string): Interaction[] {
  const { world, timeline, opening } = moment;
  const isOnItem = (event: Interaction) => event.item === item;
  if (world.section.max_events !== undefined) return seenInteractions(moment).filter(isOnItem);
  return (timeline.byItem.get(item) ?? []).filter((event) => seen(event, opening.askedAt) && existsFor(moment, event));
}

/**
 * Of these interactions, which are in order, those in the label window: of event time in
 * [T, T + W), which the unknown time lies before, and known before the question closes; without a
 * window the opening event alone (LABEL-2).
 */
export function inWindow(moment: Moment, interactions: readonly Interaction[] = []): Interaction[] {
  const { opening, window, closesAt: closes } = moment;
  const { askedAt: from, event: opener } = opening;
  if (window === 0) return interactions.filter((event) => event === opener);
  const countUntil = (t: number) => countBefore(interactions.length, (place) => nth(interactions, place).at < t);
  return interactions
    .slice(countUntil(from), countUntil(from + window))
    .filter((event) => event.knownAt < closes && existsFor(moment, event));
}

/** Whether a version is there at T: the question's own item must be, to be shown (ASOF-4). */
export function isThere(version: Version, t: number): boolean {
  return version.at <= t;
}

/**
 * The newest version of an item that is seen at T, or undefined where the item is not live
 * (ASOF-3).
 */
export function liveVersion(world: World, item: string, t: number): Version | undefined {
  return newestVersion(world.items.get(item), t, seen);
}

/** The newest profile that is seen at T (ASOF-5). */
export function profileAt(timeline: Timeline, t: number): Version | undefined {
  return newestVersion(timeline.profiles, t, seen);
}

type Versions = readonly Version[] | undefined;

/**
 * The newest version that `isSeen` takes at T, or undefined where it is a delete. A loop, since
 * this is asked millions of times.
 */
export function newestVersion(versions: Versions, t: number, isSeen: typeof isThere): Version | undefined {
  if (versions === undefined) return undefined;
  for (let i = versions.length - 1; i >= 0; i--) {
    const version = nth(versions, i);
    if (isSeen(version, t)) return version.op === 'upsert' ? version : undefined;
  }
  return undefined;
}
