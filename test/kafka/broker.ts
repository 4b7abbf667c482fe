/**
 * A real Kafka for the tests of one file: the one that BREWHOUSE_TEST_KAFKA names (`HOST:PORT`), or
 * one that `npm run services -- install kafka` has installed, on a free port.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll } from 'vitest';
import { homeOf, runToEnd } from '../../infra/services/install.ts';
import { endProcess, type RunningService, startService } from '../../infra/services/running.ts';
import type { KafkaOptions } from '../../src/adapters/kafka/kafka-connections.ts';
import { openKafkaTopics, openKafkaWriter } from '../../src/adapters/kafka/kafka-topics.ts';
import { loadKafkajs } from '../../src/adapters/kafka/load-kafkajs.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import type { TopicPartition } from '../../src/stream/topic-log.ts';
import type { TopicWorld } from '../contract/topic-log.ts';
import { isToBeHad } from '../installed.ts';

/** Tests wait no two minutes for a broker that is not to come back. */
const IMPATIENT = { waitMs: 40_000, silenceMs: 10_000 };

/** A broker of the tests of one file. Its properties are there from its start to its end. */
export interface TestBroker {
  readonly isThere: boolean;
  /** Undefined where somebody else runs it. */
  running: RunningService | undefined;
  /** Whoever the tests are beside the driver: by kafkajs' own front. */
  kafka: Kafka;
  admin: Admin;
  options(): KafkaOptions;
  /** Ends it without a warning, and starts it again on its port with what it kept. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

const TRIES_MAX = 50;
let made = 0;

/** A name that nobody has used on this broker. */
export function newName(what: string): string {
  return `${what}-${process.pid}-${PROCESS_EFFECTS.now()}-${made++}`;
}

/** To be called once at the level of a file, as `testServer` of the tests on S3. */
export async function testBroker(): Promise<TestBroker> {
  const named = process.env.BREWHOUSE_TEST_KAFKA;
  const isThere = named !== undefined || (await isToBeHad('kafka'));
  let root = '';
  let endpoint = named ?? '';
  const connect = async () => {
    // Mends what both use.
    await loadKafkajs();
    broker.kafka = new Kafka({ brokers: [endpoint], logLevel: logLevel.NOTHING, clientId: 'tests' });
    broker.admin = broker.kafka.admin();
    await broker.admin.connect();
  };
  const broker: TestBroker = {
    isThere,
    ...{ running: undefined, kafka: undefined as unknown as Kafka, admin: undefined as unknown as Admin },
    options: () => ({ brokers: [endpoint], patience: IMPATIENT }),
    async kill() {
      await broker.admin.disconnect();
      if (broker.running !== undefined) await endProcess(broker.running.pid, { signal: 'SIGKILL' });
    },
    async restart() {
      broker.running = await startService('kafka', { root, port: Number(endpoint.split(':')[1]) });
      await connect();
    },
  };
  if (!isThere) return broker;
  beforeAll(async () => {
    if (named === undefined) {
      root = mkdtempSync(join(tmpdir(), 'brewhouse-kafka-'));
      broker.running = await startService('kafka', { root });
      endpoint = broker.running.endpoint;
    }
    await connect();
  });
  afterAll(async () => {
    await broker.kill();
    if (root !== '') rmSync(root, { recursive: true, force: true });
  });
  return broker;
}

/** What the contract asks of a broker beside the driver. */
export function worldOf(broker: TestBroker): TopicWorld {
  const createTopic = async (partitions: number, more: Record<string, string> = {}) => {
    const topic = newName('topic');
    await makeTopic(broker, topic, partitions, more);
    return topic;
  };
  return {
    open: () => openKafkaTopics(broker.options()),
    writer: () => openKafkaWriter(broker.options()),
    createTopic,
    async remakeTopic(topic) {
      await broker.admin.deleteTopics({ topics: [topic] });
      await untilDone(() => makeTopic(broker, topic, 1));
    },
    deleteRecords: ({ topic, partition, offset }) => {
      const partitions = [{ partition, offset: String(offset) }];
      return untilDone(() => broker.admin.deleteTopicRecords({ topic, partitions }));
    },
    abort: (at, values) => inTransaction(broker, at, values),
    async committed(group, { topic, partition }) {
      const [found] = await broker.admin.fetchOffsets({ groupId: group, topics: [topic] });
      const offset = Number(found?.partitions.find((each) => each.partition === partition)?.offset ?? -1);
      return offset < 0 ? undefined : offset;
    },
  };
}

/** Makes a topic, and waits until the broker leads it. */
export async function makeTopic(
  { admin }: TestBroker,
  topic: string,
  partitions: number,
  more: Record<string, string> = {},
): Promise<void> {
  const configEntries = Object.entries(more).map(([name, value]) => ({ name, value }));
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }] });
  await untilDone(() => admin.fetchTopicOffsets(topic));
}

/** What a broker is asked for right after it made a topic may fail: it does not lead it yet. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++)
    try {
      return await work();
    } catch (error) {
      if (tries >= TRIES_MAX) throw error;
      await sleep(100);
    }
}

async function inTransaction(broker: TestBroker, at: TopicPartition, values: readonly string[]): Promise<void> {
  const { kafka, admin } = broker;
  const { topic, partition } = at;
  const end = async () => {
    const found = (await admin.fetchTopicOffsets(topic)).find((each) => each.partition === partition);
    return Number(found?.high);
  };
  const before = await end();
  const producer = kafka.producer({
    ...{ transactionalId: newName('transaction'), idempotent: true, maxInFlightRequests: 1 },
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: values.map((value) => ({ value, partition })) });
  await transaction.abort();
  await producer.disconnect();
  // The broker answers before the mark is in the log.
  while ((await end()) <= before + values.length) await sleep(20);
}

/** Runs a single Java file with Kafka's own clients on its class path. */
export async function runJava(file: string, args: readonly string[]): Promise<void> {
  const home = homeOf('kafka');
  await runToEnd({ program: 'java', args: ['-cp', join(home, 'libs', '*'), file, ...args] }, home);
}
