/** Drawn items and the candidates of a choice. */
import { TIME_UNKNOWN } from '../events/raw-times.ts';
import { compareBytes, sortByDraw } from './draws.ts';
import type { Opening } from './openings.ts';
import type { TaskRule } from './tasks.ts';
import { existsFor, liveVersion, seenInteractions } from './view.ts';
import type { Interaction, Timeline, World } from './world.ts';

export type CandidateReason = 'right' | 'slate' | 'shown' | 'random';

export interface Candidate {
  readonly item: string;
  readonly reason: CandidateReason;
}

/** No more counters than this are drawn for one item of one question. */
const COUNTERS_MAX = 1_000;

/** The next item of the population that `passes` takes, counting on from `start`; undefined when the counters are used up. */
function drawItem(
  world: World,
  purpose: string,
  key: readonly string[],
  options: { t: number; start: number; passes: (item: string) => boolean },
): { item: string; next: number } | undefined {
  const population = world.population.at(options.t);
  if (population.size === 0) return undefined;
  for (let counter = options.start; counter < COUNTERS_MAX; counter++) {
    const item = population.item(world.draws.number(purpose, [...key, counter]) % population.size);
    if (options.passes(item)) return { item, next: counter + 1 };
  }
  return undefined;
}

/** The item that a question asks about instead of its own; undefined: too few candidates. */
export function drawnItem(world: World, opening: Opening, key: readonly string[]): string | undefined {
  const t = opening.askedAt;
  const passes = (item: string) => item !== opening.event.item && liveVersion(world, item, t) !== undefined;
  return drawItem(world, 'drawn_item', key, { t, start: 0, passes })?.item;
}

/** Right and wrong candidates in the order shown; undefined: too few. */
export function candidatesOf(
  world: World,
  timeline: Timeline,
  question: { opening: Opening; task: TaskRule; key: readonly string[] },
): Candidate[] | undefined {
  const { opening, task, key } = question;
  const t = opening.askedAt;
  const right = opening.event.item;
  const barred = barredItems(world, timeline, opening, task.window);
  const chosen = new Map<string, CandidateReason>([[right, 'right']]);
  const passes = (item: string) => !chosen.has(item) && !barred.has(item) && liveVersion(world, item, t) !== undefined;

  for (const { purpose, items } of task.shownWanted === 0 ? [] : pools(world, timeline, opening)) {
    let taken = 0;
    while (chosen.size - 1 < task.shownWanted) {
      const eligible = items.filter(passes);
      if (eligible.length === 0) break;
      chosen.set(eligible[world.draws.number(purpose, [...key, taken++]) % eligible.length]!, purpose);
    }
  }
  let start = 0;
  while (chosen.size < task.candidates) {
    const drawn = drawItem(world, 'random', key, { t, start, passes });
    if (drawn === undefined) return undefined;
    chosen.set(drawn.item, 'random');
    start = drawn.next;
  }
  const list = [...chosen].map(([item, reason]) => ({ item, reason }));
  return sortByDraw(
    list,
    ({ item }) => world.draws.number('order', [...key, item]),
    ({ item }) => [...key, item].join('\u001f'),
  );
}

/** Items on which the member acts in [T, T + W); with W = 0 the opening's own alone. */
function barredItems(world: World, timeline: Timeline, opening: Opening, window: number): Set<string> {
  const t = opening.askedAt;
  const barred = new Set([opening.event.item]);
  for (const event of eventsBetween(timeline.interactions, t, t + window)) {
    if (event.rank < world.vocabulary.noneRank && existsFor(world, event, opening.event.surface))
      barred.add(event.item);
  }
  return barred;
}

/** The slate's items, then those shown before T; each distinct and in order of their ids. */
function pools(world: World, timeline: Timeline, opening: Opening): { purpose: 'slate' | 'shown'; items: string[] }[] {
  const t = opening.askedAt;
  const { slate, surface } = opening.event;
  const isExposure = (event: Interaction) => event.rank === world.vocabulary.noneRank;
  const inSlate = (event: Interaction) =>
    slate !== undefined &&
    event.slate === slate &&
    event.at !== TIME_UNKNOWN &&
    event.at <= t &&
    isExposure(event) &&
    existsFor(world, event, surface);
  const distinct = (events: Interaction[]) => [...new Set(events.map(({ item }) => item))].sort(compareBytes);
  return [
    { purpose: 'slate', items: distinct(timeline.interactions.filter(inSlate)) },
    { purpose: 'shown', items: distinct(seenInteractions(world, timeline, t, surface).filter(isExposure)) },
  ];
}

/** Interactions with from <= event_time < to, by bisection: the list is in order of event time. */
function* eventsBetween(events: readonly Interaction[], from: number, to: number): Generator<Interaction> {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.at < from) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < events.length && events[i]!.at < to; i++) yield events[i]!;
}
