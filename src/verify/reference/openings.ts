/** Openings: where the questions of a member begin, under which reference, and which of them the caps let through. */
import { DAY_MS, TIME_UNKNOWN } from '../events/raw-times.ts';
import { joinKey, sortByDraw } from './draws.ts';
import { type Interaction, inOrder, type Timeline, type World } from './world.ts';

/** Ids that `import` made from a row (schemas/event.ts). */
const ROW_ID_PREFIX = 'row:';

/** Sessions open questions once per item; actions open next-action questions each. */
export type OpeningKind = 'session' | 'action';

export interface Opening {
  readonly kind: OpeningKind;
  readonly event: Interaction;
  /** T: the moment that the question asks at. */
  readonly askedAt: number;
  /** What names it in keys of draws and questions. */
  readonly reference: readonly string[];
}

/** All openings of a kind in timeline order. */
export function openingsOf(world: World, timeline: Timeline, kind: OpeningKind): Opening[] {
  const timed = timeline.interactions.filter((event) => event.at !== TIME_UNKNOWN);
  const opened = kind === 'session' ? sessionOpenings(world, timed) : actionOpenings(world, timed);
  const counts = new Map<string, number>();
  return opened.map(({ event, askedAt }) => {
    const place = joinKey([event.item, askedAt]);
    const occurrence = counts.get(place) ?? 0;
    counts.set(place, occurrence + 1);
    return { kind, event, askedAt, reference: referenceOf(event, askedAt, occurrence) };
  });
}

function referenceOf(event: Interaction, t: number, occurrence: number): string[] {
  return event.id.startsWith(ROW_ID_PREFIX)
    ? ['row', event.entity, event.item, String(t), String(occurrence)]
    : ['event', event.entity, event.id];
}

/** The first interaction of each item and session; T is its event time. */
function sessionOpenings(world: World, timed: readonly Interaction[]): { event: Interaction; askedAt: number }[] {
  const gap = world.section.session_gap;
  const opened = new Set<string>();
  const openings: { event: Interaction; askedAt: number }[] = [];
  let session = 0;
  let before = Number.NEGATIVE_INFINITY;
  for (const event of timed) {
    let name = `id\u001f${event.session}`;
    if (event.session === undefined) {
      if (event.at - before >= gap) session++;
      before = event.at;
      name = `gap\u001f${session}`;
    }
    const place = joinKey([event.item, name]);
    if (opened.has(place)) continue;
    opened.add(place);
    openings.push({ event, askedAt: event.at });
  }
  return openings;
}

/** Each action that something stronger could follow; T is the millisecond after it is known. */
function actionOpenings(world: World, timed: readonly Interaction[]): { event: Interaction; askedAt: number }[] {
  return timed
    .filter(({ rank }) => rank > 0 && rank < world.vocabulary.noneRank)
    .map((event) => ({ event, askedAt: event.knownAt + 1 }));
}

/** The opening events that may ask: distinct over all tasks, by draws on the opening alone. */
export function uncapped(world: World, openings: readonly Opening[]): Set<Interaction> {
  const distinct = [...new Set(openings.map(({ event }) => event))].sort(inOrder);
  const counts = new Map<string, number>();
  const referred = distinct.map((event) => {
    const place = joinKey([event.item, event.at]);
    const occurrence = counts.get(place) ?? 0;
    counts.set(place, occurrence + 1);
    return { event, reference: referenceOf(event, event.at, occurrence) };
  });
  const { share = 1, per_member_day: most } = world.section.ask ?? {};
  const asked = referred.filter(({ reference }) => world.draws.within(share, 'ask', reference));
  if (most === undefined) return new Set(asked.map(({ event }) => event));
  const days = Map.groupBy(asked, ({ event }) => Math.floor(event.at / DAY_MS));
  const kept = new Set<Interaction>();
  for (const day of days.values()) {
    const drawn = sortByDraw(
      day,
      ({ reference }) => world.draws.number('cap', reference),
      ({ reference }) => joinKey(reference),
    );
    for (const { event } of drawn.slice(0, most)) kept.add(event);
  }
  return kept;
}
