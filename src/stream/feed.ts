/** The topic partitions that feed a chain: where each is, and the watermark that they come to. */
import { present } from '../checked.ts';
import { type OffsetRange, passExplained, stepTo } from './offsets.ts';
import type { StreamBatch, StreamRecord } from './records.ts';
import type { StateHead, TopicPosition } from './state.ts';
import { clockAfter, NO_CLOCK, type TopicClock, watermarkAfter } from './watermark.ts';

/** A topic partition that feeds the chain. */
export interface FedBy {
  readonly topic: string;
  readonly partition: number;
  /** The offset to begin at where the chain has taken in nothing of it. */
  readonly start: number;
}

/** How topics make a watermark. */
export interface FeedOptions {
  /** Each name once. */
  readonly topics: readonly FedBy[];
  readonly allowedLatenessMs: number;
  readonly idleTimeoutMs: number;
}

/** How far a batch was taken. */
export interface TakenBatch {
  /** Records taken before, which nobody counts again. */
  readonly repeated: number;
  /** HALT: records that are gone, and nothing says why. Nothing behind them was taken. */
  readonly missing: (OffsetRange & Pick<FedBy, 'topic' | 'partition'>) | null;
  /** A flush has to come first; then the same batch again, of which the rest is taken. */
  readonly isFull: boolean;
}

/** The time, and how far topics reach now. */
export interface Tick {
  /** Epoch ms. */
  readonly now: number;
  /** Topic -> its end offset, of those that were asked for it. */
  readonly ends: ReadonlyMap<string, number>;
}

/** Offsets of a topic partition from `start` up to, not with, `position`. */
export interface TakenRange extends TopicPosition {
  readonly start: number;
}

/** What happens to a record that is next: its event_time (epoch ms) where that moves the clock. */
type TakeRecord = (record: StreamRecord, source: string) => number | undefined;

/** Topics under way. */
export interface Feed {
  /** Topic -> the offset to read next. */
  positions(): ReadonlyMap<string, number>;
  /** Epoch ms; null: there is none yet. */
  watermark(): number | null;
  /** Takes records until `isFull`. */
  take(batch: StreamBatch, takeRecord: TakeRecord, isFull: () => boolean): TakenBatch;
  tick(tick: Tick): void;
  /** What was taken since the last `begin`. */
  ranges(): TakenRange[];
  /** Ranges begin here. */
  begin(): void;
}

interface FedTopic extends FedBy {
  readonly source: string;
  start: number;
  position: number;
  clock: TopicClock;
}

/**
 * POSITION FROM THE CHAIN: topics go on where the state's head says, and begin at `start` where it
 * says nothing. Throws Error, a bug of ours, where the chain was fed by a topic that is not listed.
 */
export function openFeed(head: StateHead | null, options: FeedOptions): Feed {
  const { allowedLatenessMs, idleTimeoutMs } = options;
  const topics = openTopics(head?.topics ?? [], options.topics);
  let watermark = head?.watermark ?? null;
  const advance = () => {
    const clocks = topics.map(({ clock }) => clock);
    watermark = watermarkAfter(watermark, clocks, allowedLatenessMs);
  };
  return {
    positions: () => new Map(topics.map(({ topic, position }) => [topic, position])),
    watermark: () => watermark,
    take({ topic: name, records, explained }, takeRecord, isFull) {
      const topic = topicNamed(topics, name);
      let repeated = 0;
      for (const record of records) {
        const step = stepTo(passExplained(topic.position, explained, record.offset), record.offset);
        if (step.kind === 'repeated') {
          repeated++;
          continue;
        }
        if (step.kind === 'missing')
          return { repeated, missing: { topic: name, partition: topic.partition, ...step.range }, isFull: false };
        if (isFull()) return { repeated, missing: null, isFull: true };
        see(topic, takeRecord(record, topic.source));
        topic.position = record.offset + 1;
        advance();
      }
      topic.position = passExplained(topic.position, explained, Number.POSITIVE_INFINITY);
      return { repeated, missing: null, isFull: false };
    },
    tick({ now, ends }) {
      for (const topic of topics) {
        const end = ends.get(topic.topic);
        if (end === undefined) continue;
        topic.clock = clockAfter(topic.clock, { now, isAtEnd: topic.position >= end, idleTimeoutMs });
      }
      advance();
    },
    ranges: () => topics.map(rangeOf),
    begin() {
      for (const topic of topics) topic.start = topic.position;
    },
  };
}

function openTopics(known: readonly TopicPosition[], fedBy: readonly FedBy[]): FedTopic[] {
  const isSame = (one: Omit<FedBy, 'start'>, other: Omit<FedBy, 'start'>) =>
    one.topic === other.topic && one.partition === other.partition;
  const missing = known.find((each) => !fedBy.some((fed) => isSame(each, fed)));
  if (missing !== undefined) throw new Error(`the chain was fed by ${missing.topic}/${missing.partition} before`);
  return fedBy.map((fed) => {
    const { position, newest } = known.find((each) => isSame(each, fed)) ?? { position: fed.start, newest: null };
    const source = `${fed.topic}/${fed.partition}`;
    return { ...fed, source, start: position, position, clock: { ...NO_CLOCK, newest } };
  });
}

function topicNamed(topics: readonly FedTopic[], name: string): FedTopic {
  const topic = topics.find((each) => each.topic === name);
  return present(topic, `a topic ${name} that feeds the chain`);
}

/** A topic with a record is not idle. */
function see(topic: FedTopic, at: number | undefined): void {
  const { newest } = topic.clock;
  topic.clock = { ...NO_CLOCK, newest: at === undefined || (newest !== null && newest >= at) ? newest : at };
}

function rangeOf({ topic, partition, start, position, clock }: FedTopic): TakenRange {
  return { topic, partition, start, position, newest: clock.newest };
}
