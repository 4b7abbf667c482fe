/** The world that a corpus is made from, as the reference sees it: members' timelines and versions of items. */
import type { CorpusIdentity } from '../../../schemas/manifest.ts';
import type { CheckedEvent, InteractionEvent, VersionEvent } from '../events/checked-event.ts';
import { compareBytes, type Draws, drawsOf } from './draws.ts';
import { type Population, populationOf } from './population.ts';
import { compileTasks, type Section, type TaskRule, type Vocabulary, vocabularyOf } from './tasks.ts';
import type { ReferenceTokenizer } from './tokenizer-port.ts';

/** A spoken interaction; `rank` is its action's place in the domain (0 is strongest), `actions.length` an exposure's. */
export interface Interaction extends InteractionEvent {
  readonly knownAt: number;
  readonly rank: number;
}

/** A version of an item or of a profile. */
export interface Version extends VersionEvent {
  readonly knownAt: number;
}

/** What is left of a member's events after erasures, in timeline order; `byItem` are the same interactions. */
export interface Timeline {
  readonly member: string;
  readonly profiles: readonly Version[];
  readonly interactions: readonly Interaction[];
  readonly byItem: ReadonlyMap<string, readonly Interaction[]>;
}

export interface World {
  readonly identity: CorpusIdentity;
  readonly section: Section;
  readonly vocabulary: Vocabulary;
  readonly tasks: readonly TaskRule[];
  readonly tokenizer: ReferenceTokenizer;
  readonly draws: Draws;
  readonly timelines: ReadonlyMap<string, Timeline>;
  readonly items: ReadonlyMap<string, readonly Version[]>;
  readonly population: Population;
}

/**
 * Builds the world from events without copies (`deduplicate`). `known` of the identity decides known_at. Bounded by the
 * events themselves, which stay in memory.
 */
export function buildWorld(
  events: Iterable<CheckedEvent>,
  identity: CorpusIdentity,
  tokenizer: ReferenceTokenizer,
): World {
  const section = identity.section as unknown as Section;
  const vocabulary = vocabularyOf(identity.domain);
  const members = new Map<string, (Interaction | Version)[]>();
  const items = new Map<string, Version[]>();
  for (const event of events) {
    const knownAt = knownAtOf(event, section.known ?? 'event_time');
    if (event.type !== 'interaction') {
      const version: Version = { ...event, knownAt };
      if (event.type === 'item') listIn(items, event.entity).push(version);
      else listIn(members, event.entity).push(version);
      continue;
    }
    const rank = vocabulary.ranks.get(event.action);
    if (rank !== undefined) listIn(members, event.entity).push({ ...event, knownAt, rank });
  }
  for (const versions of items.values()) versions.sort(inOrder);
  const timelines = new Map<string, Timeline>();
  for (const [member, records] of members) timelines.set(member, timelineOf(member, records));
  const draws = drawsOf(section.seed);
  return {
    ...{ identity, section, vocabulary, tokenizer, draws, timelines, items },
    tasks: compileTasks(identity),
    population: populationOf(items),
  };
}

/** Timeline order: event_time, sequence, event_id as UTF-8 bytes, the type where two kinds of event share an id. */
export function inOrder(a: CheckedEvent, b: CheckedEvent): number {
  return a.at - b.at || a.sequence - b.sequence || compareBytes(a.id, b.id) || compareBytes(a.type, b.type);
}

/** Seen at T: known before T. The unknown time lies before every T. */
export function seen(event: { readonly knownAt: number }, t: number): boolean {
  return event.knownAt < t;
}

function knownAtOf(event: CheckedEvent, known: string): number {
  if (known !== 'ingest_time' || event.ingestedAt === undefined) return event.until;
  return Math.max(event.until, event.ingestedAt);
}

/** A delete takes all before it with it, and what follows until the next profile. */
function timelineOf(member: string, records: (Interaction | Version)[]): Timeline {
  let profiles: Version[] = [];
  let interactions: Interaction[] = [];
  let erased = false;
  for (const record of records.sort(inOrder)) {
    if (record.type !== 'interaction' && record.op === 'delete') {
      profiles = [];
      interactions = [];
      erased = true;
    } else if (record.type !== 'interaction') {
      profiles.push(record);
      erased = false;
    } else if (!erased) interactions.push(record);
  }
  const byItem = new Map<string, Interaction[]>();
  for (const interaction of interactions) listIn(byItem, interaction.item).push(interaction);
  return { member, profiles, interactions, byItem };
}

function listIn<T>(map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key);
  if (list !== undefined) return list;
  const fresh: T[] = [];
  map.set(key, fresh);
  return fresh;
}
