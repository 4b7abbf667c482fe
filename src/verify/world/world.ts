/**
 * The world that a corpus is made from, as the reference sees it: members' timelines and versions
 * of items.
 */
import { remember } from '../checked.ts';
import type { CheckedEvent } from '../events/checked-event.ts';
import type { Identity } from '../identity/identity.ts';
import { drawsOf } from './draws.ts';
import { populationOf } from './population.ts';
import { type Interaction, inOrder, knownAtOf, type Timeline, timelineOf, type Version } from './timeline.ts';
import type { ReferenceTokenizer } from './tokenizer-port.ts';
import { vocabularyOf } from './vocabulary.ts';

/** Everything that questions and prompts are made from. */
export type World = ReturnType<typeof worldOf>;

type Items = ReadonlyMap<string, readonly Version[]>;

type Timelines = ReadonlyMap<string, Timeline>;

/**
 * A world of items, their versions in order, and of members: of those of `timelines`, which may be
 * others from one time to the next.
 */
export function worldOf(
  { items, timelines }: { readonly items: Items; readonly timelines: Timelines },
  identity: Identity,
  tokenizer: ReferenceTokenizer,
) {
  const { section } = identity;
  const vocabulary = vocabularyOf(identity.domain);
  const draws = drawsOf(section.seed);
  return { identity, section, vocabulary, tokenizer, draws, timelines, items, population: populationOf(items) };
}

type Spoken = Pick<World, 'vocabulary' | 'section'>;

/**
 * The timelines of members by their events, from which copies are gone; what is not spoken is left
 * out (EVENT-6). Events of items are passed over. Bounded by the events themselves.
 */
export function timelinesOf(events: Iterable<CheckedEvent>, { vocabulary, section }: Spoken): Map<string, Timeline> {
  const byIngest = section.known === 'ingest_time';
  const members = new Map<string, (Interaction | Version)[]>();
  const recordsOf = (member: string) => remember(members, member, () => []);
  for (const event of events) {
    if (event.type === 'item') continue;
    const knownAt = knownAtOf(event, byIngest);
    if (event.type === 'interaction') {
      const rank = vocabulary.ranks.get(event.action);
      if (rank !== undefined) recordsOf(event.entity).push({ ...event, knownAt, rank });
    } else recordsOf(event.entity).push({ ...event, knownAt });
  }
  return new Map([...members].map(([member, records]) => [member, timelineOf(member, records)]));
}

/** Versions of items by item, in order, of events without copies. */
export function versionsOf(
  events: Iterable<CheckedEvent>,
  { section }: Pick<World, 'section'>,
): Map<string, Version[]> {
  const byIngest = section.known === 'ingest_time';
  const items = new Map<string, Version[]>();
  for (const event of events) {
    if (event.type === 'item')
      remember(items, event.entity, () => []).push({ ...event, knownAt: knownAtOf(event, byIngest) });
  }
  for (const versions of items.values()) versions.sort(inOrder);
  return items;
}
