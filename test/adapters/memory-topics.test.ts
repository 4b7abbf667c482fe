/** Topics in memory against the contract, and what only they can be made to do. */
import { describe, expect, it } from 'vitest';
import { createMemoryTopics } from '../../src/adapters/memory/memory-topics.ts';
import { describeTopics, takeUpTo, unexplained } from '../contract/topic-log.ts';

const cluster = createMemoryTopics();
let made = 0;
describeTopics('in memory', () => ({
  open: cluster.open,
  writer: cluster.writer,
  async createTopic(partitions) {
    const topic = `topic-${made++}`;
    cluster.createTopic(topic, partitions);
    return topic;
  },
  remakeTopic: async (topic) => cluster.createTopic(topic, 1),
  deleteRecords: async (before) => cluster.deleteRecords(before),
  // Its mark takes an offset too.
  abort: async (at, values) => cluster.skip(at, values.length + 1, 'explained'),
  committed: async (group, at) => cluster.committed(group, at),
}));

describe('topics in memory', () => {
  it('lose offsets where a test wants it, and do not explain them', async () => {
    const topics = createMemoryTopics();
    topics.createTopic('t', 1);
    const at = { topic: 't', partition: 0 };
    const record = { timestamp: 1, key: null, value: Buffer.from('x') };
    topics.append(at, record);
    topics.skip(at, 2, 'lost');
    topics.append(at, record);
    const batches = await takeUpTo(topics.open().read([{ ...at, offset: 0 }]), 4);
    expect(batches.flatMap(({ records }) => records.map(({ offset }) => offset))).toEqual([0, 3]);
    expect(unexplained(batches, 0)).toEqual([{ from: 1, to: 3 }]);
  });

  it('give the same batches where the same is asked of them', async () => {
    const run = async () => {
      const topics = createMemoryTopics({ now: () => 7 } as Parameters<typeof createMemoryTopics>[0] & object);
      topics.createTopic('t', 3);
      const writer = topics.writer();
      for (let i = 0; i < 5; i++) await writer.write('t', [{ key: `m${i}`, value: Buffer.from(`${i}`) }]);
      const reading = topics.open().read([0, 1, 2].map((partition) => ({ topic: 't', partition, offset: 0 })));
      reading.stop();
      const all: unknown[] = [];
      for (let batch = await reading.take(); batch !== undefined; batch = await reading.take()) all.push(batch);
      return JSON.stringify(all);
    };
    expect(await run()).toBe(await run());
  });
});
