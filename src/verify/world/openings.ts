/**
 * Openings: where the questions of a member begin, under which reference, and which of them the
 * caps let through.
 */
import { present } from '../checked.ts';
import { DAY_MS, TIME_UNKNOWN } from '../events/raw-times.ts';
import { byDraw, type Drawn, joinKey } from './draws.ts';
import { type Interaction, inOrder, type Timeline } from './timeline.ts';
import type { World } from './world.ts';

/** Ids that `import` made from a row begin so (OPEN-3). */
const ROW_ID_PREFIX = 'row:';

/** Where a question may begin. */
export interface Opening {
  readonly event: Interaction;
  /** T: the moment that the question asks at. */
  readonly askedAt: number;
  /** What names it in keys of draws and questions. */
  readonly reference: readonly string[];
}

/** All openings of a member in timeline order. */
export interface MemberOpenings {
  /** Where a session opens (OPEN-1). */
  readonly session: readonly Opening[];
  /** Where an action opens (OPEN-2). */
  readonly action: readonly Opening[];
  /** What opened an interaction's session with its item; undefined where its time is unknown. */
  openerOf(event: Interaction): Interaction | undefined;
}

type Opened = Omit<Opening, 'reference'>;

/** The openings of a member. */
export function openingsOf(world: World, timeline: Timeline): MemberOpenings {
  const timed = timeline.interactions.filter((event) => event.at !== TIME_UNKNOWN);
  const openers = sessionOpeners(world, timed);
  const opening = timed.filter((event) => openers.get(event) === event);
  return {
    session: withReferences(opening.map((event) => ({ event, askedAt: event.at }))),
    action: withReferences(actionOpenings(world, timed)),
    openerOf: (event) => openers.get(event),
  };
}

/** The reference of each opening; occurrences count those with one item and one T (OPEN-3). */
function withReferences(opened: readonly Opened[]): Opening[] {
  const counts = new Map<string, number>();
  return opened.map(({ event, askedAt }) => {
    const { entity, item, id } = event;
    const same = joinKey([item, askedAt]);
    const occurrence = counts.get(same) ?? 0;
    counts.set(same, occurrence + 1);
    const reference = id.startsWith(ROW_ID_PREFIX)
      ? ['row', entity, item, String(askedAt), String(occurrence)]
      : ['event', entity, id];
    return { event, askedAt, reference };
  });
}

/** For each interaction the first of its item and session, which opens (OPEN-1). */
function sessionOpeners(world: World, timed: readonly Interaction[]): Map<Interaction, Interaction> {
  const gap = world.section.session_gap;
  const opened = new Map<string, Interaction>();
  const openers = new Map<Interaction, Interaction>();
  let session = 0;
  let before = Number.NEGATIVE_INFINITY;
  for (const event of timed) {
    let name = joinKey(['id', event.session ?? '']);
    if (event.session === undefined) {
      if (event.at - before >= gap) session++;
      before = event.at;
      name = joinKey(['gap', session]);
    }
    const itemInSession = joinKey([event.item, name]);
    const opener = opened.get(itemInSession) ?? event;
    opened.set(itemInSession, opener);
    openers.set(event, opener);
  }
  return openers;
}

/**
 * Each action that something stronger could follow; T is the millisecond after it is known
 * (OPEN-2).
 */
function actionOpenings(world: World, timed: readonly Interaction[]): Opened[] {
  return timed
    .filter(({ rank }) => rank > 0 && rank < world.vocabulary.noneRank)
    .map((event) => ({ event, askedAt: event.knownAt + 1 }));
}

/**
 * The opening events that may ask: distinct over all tasks, by draws on the openings up to each
 * (OPEN-5).
 */
export function uncapped(world: World, openings: readonly Opening[]): Set<Interaction> {
  const earliest = new Map<Interaction, number>();
  for (const { event, askedAt } of openings) {
    earliest.set(event, Math.min(askedAt, earliest.get(event) ?? Number.POSITIVE_INFINITY));
  }
  const inTime = [...earliest.keys()].sort(inOrder).map((event) => ({ event, askedAt: event.at }));
  const { share, per_member_day: most } = world.section.ask;
  const asked = withReferences(inTime).filter(({ reference }) => world.draws.within(share, 'ask', reference));
  if (most === undefined) return new Set(asked.map(({ event }) => event));
  const dayOf = ({ event }: Opening) => Math.floor(present(earliest.get(event), 'the T of an opening') / DAY_MS);
  const days = [...Map.groupBy(asked, dayOf).values()];
  return new Set(days.flatMap((day) => keptOfDay(world, day, most)));
}

/** Those of a day's openings, in order, that are among the least draws up to and with them. */
function keptOfDay({ draws }: World, day: readonly Opening[], most: number): Interaction[] {
  let least: Drawn[] = [];
  return day.flatMap(({ event, reference }) => {
    const own = { draw: draws.number('cap', reference), key: joinKey(reference) };
    least = [...least, own].sort(byDraw).slice(0, most);
    return least.includes(own) ? [event] : [];
  });
}
