/**
 * Reads partitions from their leaders: one question at a time to each, which asks for every
 * partition that some reading has room for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BrewhouseError } from '../../errors.ts';
import type { ReadingLimits, TopicOffset, TopicReading } from '../../stream/topic-log.ts';
import { type BatchQueue, bytesOf, createBatchQueue } from '../batch-queue.ts';
import { changedTopic, missingOffsets, readTwice } from '../topic-errors.ts';
import { fetchedBatch } from './fetched-batch.ts';
import { type KafkaClient, pauseAfter } from './kafka-client.ts';
import { checkAnswer, failureOf, NotYet } from './kafka-failures.ts';
import { readBatches } from './record-batches.ts';
import { ANSWER, type FetchBounds, type FetchedPartition, fetchRequest } from './requests.ts';
import { isCompacted, topicMetadata, topicOffsets } from './topic-requests.ts';
import { BrokenBytes } from './wire.ts';

/**
 * A fetch without records is answered after so long: what begins to be read meanwhile waits for it.
 * Of a partition a broker sends one batch at least, and at most 1 MB beside it.
 */
const BOUNDS: FetchBounds = { waitMs: 250, bytesMax: 16 * 1024 * 1024, partitionBytesMax: 1024 * 1024 };

/** All that is read with one client. */
export interface KafkaReadings {
  read(starts: readonly TopicOffset[], limits: ReadingLimits): TopicReading;
  /** Ends all of them, as their `stop` does. */
  close(): void;
}

/** A partition that is read. */
interface Source {
  at: TopicOffset;
  readonly queue: BatchQueue;
  topicId: string | undefined;
  isCompacted: boolean;
  /** The node to ask; undefined while it is being found out, or waited for. */
  leader: number | undefined;
  end: number | undefined;
  /** Epoch ms of the first of the failures in a row, and how many there were. */
  failingSince: number | undefined;
  failures: number;
}

/** Readings that share the questions of one client. */
export function createKafkaReadings(client: KafkaClient): KafkaReadings {
  const sources = new Set<Source>();
  const asked = new Set<number>();
  const pump = () => {
    for (const source of sources) if (source.queue.isEnded()) sources.delete(source);
    const ready = [...sources].filter(({ leader, queue }) => leader !== undefined && queue.hasRoom());
    for (const [node, wanted] of Map.groupBy(ready, ({ leader }) => leader as number)) {
      if (asked.has(node)) continue;
      asked.add(node);
      // Two readings may read one partition, each from its own offset; one is asked for at a time.
      const first = firstOfEach(wanted);
      for (const source of first) {
        // The other one is first the next time.
        sources.delete(source);
        sources.add(source);
      }
      fetchFrom(client, node, first)
        .then((failed) => find(failed))
        .finally(() => {
          asked.delete(node);
          pump();
        });
    }
  };
  /** Finds out who leads them, after a pause where something failed; then they are read on. */
  const find = (lost: readonly Source[]) => {
    for (const source of lost) {
      source.leader = undefined;
      findLeader(client, source)
        .catch((error) => source.queue.end(error))
        .finally(pump);
    }
  };
  return {
    read(starts, { bytesMax }) {
      readTwice(starts);
      const queue = createBatchQueue(bytesMax, pump);
      const own = starts.map(
        (at): Source => ({
          ...{ at, queue, topicId: undefined, isCompacted: false, leader: undefined, end: undefined },
          ...{ failingSince: undefined, failures: 0 },
        }),
      );
      for (const source of own) sources.add(source);
      find(own);
      return {
        take: queue.take,
        ends: () =>
          own.flatMap(({ at: { topic, partition }, end }) =>
            end === undefined ? [] : { topic, partition, offset: end },
          ),
        stop: () => queue.end(),
      };
    },
    close() {
      for (const { queue } of sources) queue.end();
    },
  };
}

/** Tries until the leader is known or the reading has ended. Throws what ends it. */
async function findLeader(client: KafkaClient, source: Source): Promise<void> {
  const { topic, partition } = source.at;
  for (;;) {
    if (source.failures > 0)
      await sleep(pauseAfter(source.failures), undefined, { signal: client.signal }).catch(() => {});
    if (source.queue.isEnded()) return;
    try {
      const metadata = await topicMetadata(client, topic);
      if (source.topicId === undefined) source.isCompacted = await isCompacted(client, topic, metadata);
      source.topicId ??= metadata.id;
      if (source.topicId !== metadata.id) throw changedTopic(topic);
      const leader = metadata.leaders.get(partition);
      if (leader === undefined) throw missingOffsets(source.at, { from: 0, to: 0 });
      if (leader < 0) throw new NotYet(`partition ${partition} of topic ${topic} has no leader`);
      source.leader = leader;
      return;
    } catch (error) {
      failed(client, source, error);
    }
  }
}

/** Counts a failure. Throws it where it ends the reading: waiting does not help, or no more. */
function failed({ options: { effects, patience } }: KafkaClient, source: Source, cause: unknown): void {
  const { topic, partition } = source.at;
  const failure = failureOf(`read partition ${partition} of topic ${topic}`, cause);
  source.failures++;
  source.failingSince ??= effects.now();
  if (failure.code !== 'broker_gone' || effects.now() - source.failingSince > patience.waitMs) throw failure;
}

/** Asks one node once. Resolves with those whose leader is to be found again. */
async function fetchFrom(client: KafkaClient, node: number, wanted: readonly Source[]): Promise<Source[]> {
  const lost: Source[] = [];
  const attempt = async (source: Source, work: () => Promise<void>) => {
    try {
      await work();
      source.failures = 0;
      source.failingSince = undefined;
    } catch (error) {
      try {
        failed(client, source, error);
        lost.push(source);
      } catch (end) {
        source.queue.end(end as Error);
      }
    }
  };
  let partitions: readonly FetchedPartition[] = [];
  let failure: unknown = new NotYet(`node ${node} says nothing of it`);
  try {
    const wishes = wanted.map(({ at, topicId = '' }) => ({ ...at, topicId }));
    const answer = await client.askNode(node, fetchRequest(wishes, BOUNDS), BOUNDS.waitMs);
    if (answer.error === ANSWER.none) partitions = answer.partitions;
    else failure = new NotYet(`node ${node} answers with error ${answer.error}`);
  } catch (error) {
    failure = error;
  }
  for (const source of wanted) {
    const found = partitions.find(
      ({ topicId, partition }) => topicId === source.topicId && partition === source.at.partition,
    );
    await attempt(source, async () => {
      if (found === undefined) throw failure;
      await settle(client, source, found);
    });
  }
  return lost;
}

function firstOfEach(sources: readonly Source[]): Source[] {
  return [...Map.groupBy(sources, ({ at: { topic, partition } }) => `${topic}/${partition}`).values()].flatMap(
    ([first]) => first ?? [],
  );
}

/** Puts what came into the queue of its reading. Throws what is in its way. */
async function settle(client: KafkaClient, source: Source, fetched: FetchedPartition): Promise<void> {
  const { at } = source;
  const { error, aborted, end, bytes } = fetched;
  if (error === ANSWER.offsetOutOfRange) {
    const range = (await topicOffsets(client, at.topic))[at.partition];
    if (range !== undefined && at.offset >= range.from && at.offset <= range.to)
      throw new NotYet(`offset ${at.offset} is there again`);
    throw missingOffsets(at, range ?? { from: 0, to: 0 });
  }
  // By its id a topic is not known for a moment after it was made, and never after it is gone:
  // which of both it is, is found out with the leader.
  if (error === ANSWER.unknownTopicId || error === ANSWER.unknownTopic)
    throw new NotYet(`the broker does not know topic ${at.topic}`);
  checkAnswer(error, at.topic);
  try {
    const batch = fetchedBatch(await readBatches(bytes), { at, aborted, end, isCompacted: source.isCompacted });
    source.end = batch.end;
    if (batch.next === at.offset) return;
    source.at = { ...at, offset: batch.next };
    source.queue.add(batch, bytesOf(batch));
  } catch (cause) {
    if (!(cause instanceof BrokenBytes)) throw cause;
    const message = `partition ${at.partition} of topic ${at.topic} has bytes at offset ${at.offset} that are no batch`;
    throw new BrewhouseError('broker_refused', message, {
      remedy: 'look at the disks of the broker: nothing behind them can be read',
      cause,
    });
  }
}
