/**
 * Faults that stop a consumer of kafkajs, or make it skip records unsaid: each is made on a real
 * broker, and the reading goes on, or ends and says why.
 */
import { join } from 'node:path';
import { CompressionTypes, Partitioners } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';
import { openKafkaTopics, openKafkaWriter } from '../../src/adapters/kafka/kafka-topics.ts';
import { partitionOf } from '../../src/lake/murmur2.ts';
import type { TopicLog } from '../../src/stream/topic-log.ts';
import { sent, takeUpTo, unexplained } from '../contract/topic-log.ts';
import { makeTopic, newName, runJava, testBroker, worldOf } from './broker.ts';

const broker = await testBroker();
const opened: { close(): Promise<void> }[] = [];
const open = (): TopicLog => {
  const log = openKafkaTopics(broker.options());
  opened.push(log);
  return log;
};
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

/** One batch of a producer that packs by gzip, as kafkajs itself does. */
async function sendPacked(topic: string, values: readonly Buffer[]): Promise<void> {
  const producer = broker.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const messages = values.map((value) => ({ value, partition: 0 }));
  await producer.send({ topic, compression: CompressionTypes.GZIP, messages });
  await producer.disconnect();
}

/** Kafka's own producer. */
const PRODUCE = join(import.meta.dirname, 'Produce.java');
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

describe.skipIf(!broker.isThere)('a reading of Kafka', () => {
  it('has the records of Kafka’s own producer in each codec, each where `partitionOf` says', async () => {
    const topics = CODECS.map((codec) => ({ codec, topic: newName(codec) }));
    for (const { topic } of topics) await makeTopic(broker, topic, 3);
    const { brokers } = broker.options();
    const named = topics.map(({ codec, topic }) => `${topic}:${codec}:keyed`);
    await runJava(PRODUCE, [brokers[0]!, '2000', ...named]);
    const values: string[] = [];
    const log = open();
    for (const { topic } of topics) {
      const own: string[] = [];
      for (const [partition, { to }] of (await log.offsets(topic)).entries())
        for (const { records } of await takeUpTo(log.read([{ topic, partition, offset: 0 }]), to))
          for (const { key, value } of records) {
            expect(partitionOf(Buffer.from(key!), 3)).toBe(partition);
            own.push(String(value));
          }
      expect(new Set(own).size).toBe(2_000);
      values.push(own.sort().join('\n'));
    }
    expect(new Set(values).size).toBe(1);
  });

  it('reads a batch of 200,000 records, at which the decoder of kafkajs overflows the stack', async () => {
    const topic = await worldOf(broker).createTopic(1);
    // kafkajs takes minutes to make such a batch.
    await runJava(PRODUCE, [broker.options().brokers[0]!, '200000', `${topic}:zstd:tiny`]);
    const batches = await takeUpTo(open().read([{ topic, partition: 0, offset: 0 }]), 200_000);
    expect(batches.reduce((sum, { records }) => sum + records.length, 0)).toBe(200_000);
    expect(unexplained(batches, 0)).toEqual([]);
  });

  it('passes over a batch that fills memory when it is unpacked, and says which offsets it had', async () => {
    const topic = await worldOf(broker).createTopic(1);
    await sendPacked(topic, [Buffer.from('before')]);
    await sendPacked(topic, [Buffer.alloc(35_000_000), Buffer.alloc(35_000_000)]);
    await sendPacked(topic, [Buffer.from('behind')]);
    const batches = await takeUpTo(open().read([{ topic, partition: 0, offset: 0 }]), 4);
    expect(batches.flatMap(({ unreadable }) => unreadable)).toEqual([
      { from: 1, to: 3, records: 2, reason: 'too_large' },
    ]);
    expect(batches.flatMap(({ records }) => records.map(({ value }) => String(value)))).toEqual(['before', 'behind']);
  });

  it('leaves what a group has committed as it is where its offsets are gone', async () => {
    const world = worldOf(broker);
    const topic = await world.createTopic(1);
    const writer = openKafkaWriter(broker.options());
    opened.push(writer);
    await writer.write(topic, sent(20));
    const log = open();
    const { promise: joined, resolve } = Promise.withResolvers<void>();
    const group = newName('group');
    const membership = log.join({ group, topic, onAssigned: () => resolve() });
    await joined;
    await membership.commit([{ topic, partition: 0, offset: 4 }]);
    await world.deleteRecords({ topic, partition: 0, offset: 9 });
    const reading = log.read([{ topic, partition: 0, offset: 4 }]);
    await expect(reading.take()).rejects.toMatchObject({
      code: 'offsets_missing',
      message: `offsets 4 to 8 of partition 0 of ${topic} are gone: it begins at 9 now`,
    });
    expect(await world.committed(group, { topic, partition: 0 })).toBe(4);
  });

  it('explains what compaction took', async () => {
    const more = { 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01' };
    const topic = newName('compacted');
    await makeTopic(broker, topic, 1, more);
    const writer = openKafkaWriter(broker.options());
    opened.push(writer);
    const record = (i: number) => ({ key: 'one', value: Buffer.from(`${i}`) });
    const log = open();
    // A segment is closed by what comes after it, and the open one is never compacted.
    for (let tries = 0; ; tries++) {
      await writer.write(topic, [record(tries)]);
      await new Promise((resolve) => setTimeout(resolve, 150));
      const end = (await log.offsets(topic))[0]!.to;
      const batches = await takeUpTo(log.read([{ topic, partition: 0, offset: 0 }]), end);
      expect(unexplained(batches, 0)).toEqual([]);
      const count = batches.reduce((sum, { records }) => sum + records.length, 0);
      if (count < end - 2) break;
      expect(tries).toBeLessThan(400);
    }
  });

  it('goes on when a broker was killed and is back, and a writer too: nothing is lost or there twice', async () => {
    if (broker.running === undefined) return;
    const topic = await worldOf(broker).createTopic(1);
    const writer = openKafkaWriter(broker.options());
    opened.push(writer);
    await writer.write(topic, sent(10));
    const log = open();
    const reading = log.read([{ topic, partition: 0, offset: 0 }]);
    await takeUpTo(reading, 10);
    await broker.kill();
    const written = writer.write(topic, sent(10, 10));
    await broker.restart();
    await written;
    const batches = await takeUpTo(reading, 20);
    const values = batches.flatMap(({ records }) => records.map(({ value }) => String(value)));
    expect(values).toEqual(Array.from({ length: 10 }, (_, i) => `value ${10 + i} `));
  });

  it('ends where no broker answers for as long as it is patient', async () => {
    const nowhere = { brokers: ['127.0.0.1:1'], patience: { waitMs: 300, silenceMs: 200 } };
    const log = openKafkaTopics(nowhere);
    opened.push(log);
    await expect(log.clusterId()).rejects.toMatchObject({ code: 'broker_gone', retryable: true });
    await expect(log.read([{ topic: 't', partition: 0, offset: 0 }]).take()).rejects.toMatchObject({
      code: 'broker_gone',
      message: expect.stringContaining('cannot read partition 0 of topic t'),
    });
  });
});
