/**
 * The world that a corpus is made from, as the reference sees it: members' timelines and versions
 * of items.
 */
import { remember } from '../checked.ts';
import type { CheckedEvent } from '../events/checked-event.ts';
import type { Identity } from '../identity/identity.ts';
import { drawsOf } from './draws.ts';
import { populationOf } from './population.ts';
import { type Interaction, inOrder, knownAtOf, timelineOf, type Version } from './timeline.ts';
import type { ReferenceTokenizer } from './tokenizer-port.ts';
import { vocabularyOf } from './vocabulary.ts';

/** Everything that questions and prompts are made from. */
export type World = ReturnType<typeof buildWorld>;

/**
 * Builds the world from events without copies (`deduplicate`); what is not spoken is left out
 * (EVENT-6). Bounded by the events themselves, which stay in memory.
 */
export function buildWorld(events: Iterable<CheckedEvent>, identity: Identity, tokenizer: ReferenceTokenizer) {
  const { section } = identity;
  const vocabulary = vocabularyOf(identity.domain);
  const byIngest = section.known === 'ingest_time';
  const members = new Map<string, (Interaction | Version)[]>();
  const items = new Map<string, Version[]>();
  const recordsOf = (member: string) => remember(members, member, () => []);
  for (const event of events) {
    const knownAt = knownAtOf(event, byIngest);
    if (event.type !== 'interaction') {
      const version: Version = { ...event, knownAt };
      const versions = event.type === 'item' ? remember(items, event.entity, () => []) : recordsOf(event.entity);
      versions.push(version);
      continue;
    }
    const rank = vocabulary.ranks.get(event.action);
    if (rank !== undefined) recordsOf(event.entity).push({ ...event, knownAt, rank });
  }
  for (const versions of items.values()) versions.sort(inOrder);
  const timelines = new Map([...members].map(([member, records]) => [member, timelineOf(member, records)]));
  const draws = drawsOf(section.seed);
  return { identity, section, vocabulary, tokenizer, draws, timelines, items, population: populationOf(items) };
}
