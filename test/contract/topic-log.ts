/** What all topics must do, whatever keeps them: run in memory and on a real Kafka. */
import { afterEach, describe, expect, it } from 'vitest';
import { partitionOf } from '../../src/lake/murmur2.ts';
import type { OffsetRange } from '../../src/stream/offsets.ts';
import type {
  Assignment,
  OutgoingRecord,
  TopicBatch,
  TopicLog,
  TopicOffset,
  TopicPartition,
  TopicReading,
  TopicWriter,
} from '../../src/stream/topic-log.ts';
import { failureOf } from './object-store.ts';

/** A cluster, and what its owner can do to it. */
export interface TopicWorld {
  open(): TopicLog;
  writer(): TopicWriter;
  /** A new one, under a name that no other has. */
  createTopic(partitions: number): Promise<string>;
  /** Another topic of the same name, with one partition. */
  remakeTopic(topic: string): Promise<void>;
  /** What lies before the offset is gone. */
  deleteRecords(before: TopicOffset): Promise<void>;
  /** A transaction of so many records that is aborted. */
  abort(at: TopicPartition, values: readonly string[]): Promise<void>;
  /** What a group has committed; undefined: nothing. */
  committed(group: string, at: TopicPartition): Promise<number | undefined>;
}

export const sent = (count: number, from = 0, size = 0): OutgoingRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    key: `member ${(from + i) % 7}`,
    value: Buffer.from(`value ${from + i} ${'x'.repeat(size)}`),
    timestamp: 1_760_000_000_000 + from + i,
  }));
const textOf = (bytes: Uint8Array | null | undefined) => (bytes ? Buffer.from(bytes).toString('utf8') : bytes);

/** Takes until every offset of a partition below `to` was told. */
export async function takeUpTo(reading: TopicReading, to: number): Promise<TopicBatch[]> {
  const batches: TopicBatch[] = [];
  for (let next = 0; next < to; ) {
    const batch = await reading.take();
    if (batch === undefined) throw new Error(`the reading ended at ${next}`);
    batches.push(batch);
    next = batch.next;
  }
  return batches;
}

/** Offsets that nothing is said of, between the start of a reading and its end. */
export function unexplained(batches: readonly TopicBatch[], from: number): OffsetRange[] {
  const told = batches
    .flatMap(({ records, explained, unreadable }) => [
      ...records.map(({ offset }) => ({ from: offset, to: offset + 1 })),
      ...[...explained, ...unreadable],
    ])
    .sort((a, b) => a.from - b.from);
  const gaps: OffsetRange[] = [];
  let at = from;
  for (const range of [...told, { from: batches.at(-1)?.next ?? at, to: Number.POSITIVE_INFINITY }]) {
    if (range.from > at) gaps.push({ from: at, to: range.from });
    at = range.to;
  }
  return gaps;
}

/** `world` is there from the first test on. */
export function describeTopics(name: string, world: () => TopicWorld): void {
  const opened: { close(): Promise<void> }[] = [];
  const opens = <T extends { close(): Promise<void> }>(each: T): T => {
    opened.push(each);
    return each;
  };
  const open = () => opens(world().open());
  const writer = () => opens(world().writer());
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  describe(`topics ${name}`, () => {
    describeFacts({ world, open, writer });
    describeReading({ world, open, writer });
    describeGaps({ world, open, writer });
    describeGroups({ world, open, writer });
  });
}

interface Opening {
  readonly world: () => TopicWorld;
  readonly open: () => TopicLog;
  readonly writer: () => TopicWriter;
}

function describeFacts({ world, open, writer }: Opening): void {
  it('are told by their cluster, and say how many partitions they have and where these begin and end', async () => {
    const topic = await world().createTopic(3);
    await writer().write(topic, sent(50));
    const log = open();
    expect(await log.clusterId()).toBe(await open().clusterId());
    expect(await log.topic(topic)).toMatchObject({ partitions: 3, id: expect.stringMatching(/^[0-9a-f]{32}$/) });
    const offsets = await log.offsets(topic);
    expect(offsets.map(({ from }) => from)).toEqual([0, 0, 0]);
    expect(offsets.reduce((sum, { to }) => sum + to, 0)).toBe(50);
  });

  it('have another id when they are made anew, and none when they are not there', async () => {
    const topic = await world().createTopic(1);
    const log = open();
    const { id } = await log.topic(topic);
    await world().remakeTopic(topic);
    expect((await log.topic(topic)).id).not.toBe(id);
    for (const ask of [() => log.topic('none'), () => log.offsets('none'), () => writer().write('none', sent(1))])
      await expect(ask()).rejects.toMatchObject({ code: 'topic_missing', message: expect.stringContaining('none') });
  });

  it('have each record where its key belongs, in the order of sending, with its time', async () => {
    const topic = await world().createTopic(5);
    const all = sent(300);
    const own = writer();
    await own.write(topic, all.slice(0, 120));
    await own.write(topic, all.slice(120));
    const log = open();
    const ends = await log.offsets(topic);
    for (const [partition, { to }] of ends.entries()) {
      const batches = await takeUpTo(log.read([{ topic, partition, offset: 0 }]), to);
      const records = batches.flatMap((batch) => batch.records);
      const expected = all.filter(({ key }) => partitionOf(key, 5) === partition);
      expect(records.map(({ offset }) => offset)).toEqual(expected.map((_, i) => i));
      expect(records.map(({ key, value, timestamp }) => [textOf(key), textOf(value), timestamp])).toEqual(
        expected.map(({ key, value, timestamp }) => [key, textOf(value), timestamp]),
      );
    }
  });
}

function describeReading({ world, open, writer }: Opening): void {
  it('are read from the offset that is asked for, whatever a group has committed', async () => {
    const topic = await world().createTopic(1);
    await writer().write(topic, sent(30));
    const log = open();
    const batches = await takeUpTo(log.read([{ topic, partition: 0, offset: 17 }]), 30);
    expect(batches.flatMap(({ records }) => records.map(({ offset }) => offset))).toEqual(
      Array.from({ length: 13 }, (_, i) => 17 + i),
    );
    expect(batches.at(-1)).toMatchObject({ topic, partition: 0, next: 30, end: 30, explained: [], unreadable: [] });
  });

  it('wait for what comes, and tell where they end', async () => {
    const topic = await world().createTopic(1);
    const reading = open().read([{ topic, partition: 0, offset: 0 }]);
    const first = reading.take();
    await writer().write(topic, sent(1));
    expect((await first)?.records.map(({ value }) => textOf(value))).toEqual(['value 0 ']);
    expect(reading.ends()).toEqual([{ topic, partition: 0, offset: 1 }]);
  });

  it('are not fetched while a bound of bytes waits, and go on when there is room', async () => {
    const topic = await world().createTopic(1);
    await writer().write(topic, sent(3_000, 0, 1_000));
    const log = open();
    const [slow, fast] = [
      log.read([{ topic, partition: 0, offset: 0 }], { bytesMax: 1 }),
      log.read([{ topic, partition: 0, offset: 0 }]),
    ];
    // The other reading goes on meanwhile, to its end.
    expect((await takeUpTo(fast, 3_000)).flatMap(({ records }) => records)).toHaveLength(3_000);
    const first = await slow.take();
    expect(first?.next).toBeLessThan(3_000);
    slow.stop();
    let waited = 0;
    while ((await slow.take()) !== undefined) waited++;
    // Taking the first made room for one more, which may have been under way.
    expect(waited).toBeLessThanOrEqual(1);
    const again = await takeUpTo(log.read([{ topic, partition: 0, offset: first?.next ?? 0 }], { bytesMax: 1 }), 3_000);
    expect(again.flatMap(({ records }) => records)).toHaveLength(3_000 - (first?.next ?? 0));
    expect(again.length).toBeGreaterThan(1);
  });

  it('drain when they are stopped: what was fetched is given, and then no more', async () => {
    const topic = await world().createTopic(2);
    await writer().write(topic, sent(100));
    const log = open();
    const starts = [0, 1].map((partition) => ({ topic, partition, offset: 0 }));
    const reading = log.read(starts);
    const first = await reading.take();
    reading.stop();
    await writer().write(topic, sent(100, 100));
    let records = first?.records.length ?? 0;
    for (let batch = await reading.take(); batch !== undefined; batch = await reading.take()) {
      expect(batch.records.every(({ value }) => Number(textOf(value)?.split(' ')[1]) < 100)).toBe(true);
      records += batch.records.length;
    }
    expect(records).toBeGreaterThan(0);
    expect(await reading.take()).toBeUndefined();
    const waiting = log.read(starts.map((start) => ({ ...start, offset: 0 })));
    await log.close();
    for (let left = 0; (await waiting.take()) !== undefined; ) expect(++left).toBeLessThan(10);
  });

  it('are not read twice by one reading', async () => {
    const topic = await world().createTopic(1);
    const start = { topic, partition: 0, offset: 0 };
    expect(await failureOf(() => open().read([start, start]))).toContain('twice');
  });
}

function describeGaps({ world, open, writer }: Opening): void {
  it('say which offsets were aborted, and give none of their records', async () => {
    const topic = await world().createTopic(1);
    const own = writer();
    await own.write(topic, sent(2));
    await world().abort({ topic, partition: 0 }, ['never', 'this', 'neither']);
    await own.write(topic, sent(2, 2));
    const log = open();
    const end = (await log.offsets(topic))[0]?.to ?? 0;
    expect(end).toBeGreaterThanOrEqual(7);
    for (const offset of [0, 2, 3]) {
      const batches = await takeUpTo(log.read([{ topic, partition: 0, offset }]), end);
      const values = batches.flatMap(({ records }) => records.map(({ value }) => textOf(value)));
      expect(values).toEqual(['value 0 ', 'value 1 ', 'value 2 ', 'value 3 '].slice(Math.min(2, offset)));
      expect(batches.flatMap(({ explained }) => explained).length).toBeGreaterThan(0);
      expect(unexplained(batches, offset)).toEqual([]);
    }
  });

  it('end a reading whose offsets are gone with their range, and no other', async () => {
    const topic = await world().createTopic(2);
    const own = writer();
    await own.write(topic, sent(100));
    const log = open();
    const ends = await log.offsets(topic);
    await world().deleteRecords({ topic, partition: 0, offset: 5 });
    const before = log.read([{ topic, partition: 0, offset: 3 }]);
    const behind = log.read([{ topic, partition: 0, offset: 1_000 }]);
    for (let i = 0; i < 2; i++)
      await expect(before.take()).rejects.toMatchObject({
        code: 'offsets_missing',
        message: `offsets 3 to 4 of partition 0 of ${topic} are gone: it begins at 5 now`,
      });
    await expect(behind.take()).rejects.toMatchObject({
      code: 'offsets_missing',
      message: expect.stringContaining(`offset 1000 of partition 0 of ${topic} is to be read, and it ends at`),
    });
    await expect(log.read([{ topic, partition: 7, offset: 0 }]).take()).rejects.toMatchObject({
      code: 'offsets_missing',
    });
    await takeUpTo(log.read([{ topic, partition: 0, offset: 5 }]), ends[0]?.to ?? 0);
    await takeUpTo(log.read([{ topic, partition: 1, offset: 0 }]), ends[1]?.to ?? 0);
    expect((await log.offsets(topic))[0]?.from).toBe(5);
  });

  it('end a reading when they are made anew under their name, or gone', async () => {
    const topic = await world().createTopic(1);
    const own = writer();
    await own.write(topic, sent(10));
    const log = open();
    const reading = log.read([{ topic, partition: 0, offset: 0 }]);
    await takeUpTo(reading, 10);
    await world().remakeTopic(topic);
    await world().writer().write(topic, sent(20));
    await expect(reading.take()).rejects.toMatchObject({ code: expect.stringMatching(/^topic_(changed|missing)$/) });
    await expect(log.read([{ topic: 'none', partition: 0, offset: 0 }]).take()).rejects.toMatchObject({
      code: 'topic_missing',
    });
  });
}

/** What a member was told, and a way to wait for it. */
function member() {
  const told: Assignment[] = [];
  const waiting: (() => void)[] = [];
  return {
    told,
    share: () => told.at(-1)?.all ?? [],
    onAssigned(assignment: Assignment) {
      told.push(assignment);
      for (const each of waiting.splice(0)) each();
    },
    async until(holds: () => boolean) {
      while (!holds()) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

function describeGroups({ world, open, writer }: Opening): void {
  it('are dealt out to the members of a group, anew when one comes or leaves', async () => {
    const topic = await world().createTopic(4);
    const group = `group of ${topic}`;
    const [one, other] = [member(), member()];
    const first = open().join({ group, topic, onAssigned: one.onAssigned });
    await one.until(() => one.share().length === 4);
    expect(one.told.at(-1)).toMatchObject({ all: [0, 1, 2, 3], taken: [] });
    const second = open().join({ group, topic, onAssigned: other.onAssigned });
    await one.until(() => one.share().length === 2);
    await other.until(() => other.share().length === 2);
    expect([...one.share(), ...other.share()].sort()).toEqual([0, 1, 2, 3]);
    expect(one.told.at(-1)).toMatchObject({ given: [], taken: other.share() });
    await second.leave();
    await expect(second.ended).resolves.toBeUndefined();
    await one.until(() => one.share().length === 4);
    await first.leave();
  });

  it('keep what a group commits, of any topic, for others to see', async () => {
    const [topic, beside] = [await world().createTopic(1), await world().createTopic(1)];
    await writer().write(topic, sent(10));
    const group = `group of ${topic}`;
    const one = member();
    const membership = open().join({ group, topic, onAssigned: one.onAssigned });
    await one.until(() => one.told.length > 0);
    await membership.commit([
      { topic, partition: 0, offset: 7 },
      { topic: beside, partition: 0, offset: 3 },
    ]);
    expect(await world().committed(group, { topic, partition: 0 })).toBe(7);
    expect(await world().committed(group, { topic: beside, partition: 0 })).toBe(3);
    await membership.leave();
  });

  it('end the membership of one whose callback throws, with what it threw', async () => {
    const topic = await world().createTopic(1);
    const onAssigned = () => {
      throw new TypeError('a bug of the callback');
    };
    const { ended } = open().join({ group: `group of ${topic}`, topic, onAssigned });
    await expect(ended).rejects.toThrow('a bug of the callback');
  });

  it('are not joined where they are not there', async () => {
    const { ended } = open().join({ group: 'g', topic: 'none', onAssigned: () => {} });
    await expect(ended).rejects.toMatchObject({ code: 'topic_missing' });
  });
}
