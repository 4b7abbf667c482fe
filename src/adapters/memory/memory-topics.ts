/**
 * Topics in memory, for tests and simulations: what is asked of them in the same order is answered
 * in the same order, and the time is that of the effects that they are made with.
 */
import { present } from '../../checked.ts';
import { sha256Hex } from '../../content-hash.ts';
import { type Effects, PROCESS_EFFECTS } from '../../effects.ts';
import { BrewhouseError } from '../../errors.ts';
import { partitionOf } from '../../lake/murmur2.ts';
import type { OffsetRange } from '../../stream/offsets.ts';
import {
  type GroupWishes,
  type Membership,
  READING_BYTES_MAX,
  type TopicBatch,
  type TopicLog,
  type TopicOffset,
  type TopicReading,
  type TopicRecord,
  type TopicWriter,
} from '../../stream/topic-log.ts';
import { type BatchQueue, bytesOf, createBatchQueue } from '../batch-queue.ts';
import { changedTopic, missingOffsets, missingTopic, readTwice } from '../topic-errors.ts';
import { dealPartitions, toldShares } from '../topic-shares.ts';

/** An offset holds a record, a reason why there is none, or nothing that anybody could explain. */
type Slot = Omit<TopicRecord, 'offset'> | 'explained' | 'lost';

interface KeptPartition {
  begin: number;
  readonly slots: Slot[];
}

interface KeptTopic {
  readonly id: string;
  readonly partitions: readonly KeptPartition[];
}

/** A cluster in memory, and what only its owner can do to it. */
export interface MemoryTopics {
  open(): TopicLog;
  writer(): TopicWriter;
  /** Makes a topic, or makes it anew. */
  createTopic(name: string, partitions: number): void;
  deleteTopic(name: string): void;
  /** A record at the end of a partition, wherever its key belongs. */
  append(at: Omit<TopicOffset, 'offset'>, record: Omit<TopicRecord, 'offset'>): void;
  /** So many offsets that no record has: `explained` as aborted ones are, or `lost`. */
  skip(at: Omit<TopicOffset, 'offset'>, count: number, why: 'explained' | 'lost'): void;
  /** As retention does: what lies before the offset is gone. */
  deleteRecords(before: TopicOffset): void;
  /** What a group has committed; undefined: nothing. */
  committed(group: string, at: Omit<TopicOffset, 'offset'>): number | undefined;
}

interface Cluster {
  readonly topics: Map<string, KeptTopic>;
  readonly groups: Map<string, KeptGroup>;
  /** Those that look for more when something is appended. */
  readonly pumps: Set<() => void>;
  made: number;
}

/** Records of a batch. */
const BATCH_RECORDS_MAX = 500;

/** A new cluster, empty. Bound: all of it in memory. */
export function createMemoryTopics(effects: Effects = PROCESS_EFFECTS): MemoryTopics {
  const cluster: Cluster = { topics: new Map(), groups: new Map(), pumps: new Set(), made: 0 };
  const pump = () => {
    for (const each of [...cluster.pumps]) each();
  };
  const partitionAt = ({ topic, partition }: Omit<TopicOffset, 'offset'>) =>
    present(topicOf(cluster, topic).partitions[partition], `partition ${partition} of ${topic}`);
  const append: MemoryTopics['append'] = (at, record) => {
    partitionAt(at).slots.push({ ...record });
    pump();
  };
  return {
    open: () => openLog(cluster),
    writer: () => ({
      async write(topic, records) {
        const { partitions } = topicOf(cluster, topic);
        for (const { key, value, timestamp = effects.now() } of records) {
          const bytes = Buffer.from(key, 'utf8');
          const partition = partitionOf(bytes, partitions.length);
          append({ topic, partition }, { timestamp, key: bytes, value: Buffer.from(value) });
        }
      },
      async close() {},
    }),
    createTopic(name, partitions) {
      const id = sha256Hex(`topic ${cluster.made++}`).slice(0, 32);
      cluster.topics.set(name, { id, partitions: Array.from({ length: partitions }, () => ({ begin: 0, slots: [] })) });
      pump();
    },
    deleteTopic(name) {
      cluster.topics.delete(name);
      pump();
    },
    append,
    skip(at, count, why) {
      for (let i = 0; i < count; i++) partitionAt(at).slots.push(why);
      pump();
    },
    deleteRecords(before) {
      const kept = partitionAt(before);
      kept.begin = Math.max(kept.begin, before.offset);
    },
    committed: (group, at) => cluster.groups.get(group)?.committed.get(nameOf(at)),
  };
}

const nameOf = ({ topic, partition }: Omit<TopicOffset, 'offset'>) => `${topic}/${partition}`;

function topicOf({ topics }: Cluster, name: string): KeptTopic {
  const topic = topics.get(name);
  if (topic === undefined) throw missingTopic(name);
  return topic;
}

function openLog(cluster: Cluster): TopicLog {
  const readings = new Set<TopicReading>();
  const memberships = new Set<Membership>();
  return {
    clusterId: async () => 'memory',
    async topic(name) {
      const { id, partitions } = topicOf(cluster, name);
      return { id, partitions: partitions.length };
    },
    offsets: async (topic) =>
      topicOf(cluster, topic).partitions.map(({ begin, slots }) => ({ from: begin, to: slots.length })),
    read(starts, { bytesMax } = { bytesMax: READING_BYTES_MAX }) {
      const reading = openReading(cluster, starts, bytesMax);
      readings.add(reading);
      return reading;
    },
    join(wishes) {
      const membership = joinGroup(cluster, wishes);
      memberships.add(membership);
      return membership;
    },
    async close() {
      for (const reading of readings) reading.stop();
      for (const membership of memberships) await membership.leave();
    },
  };
}

/** A partition that is read. */
interface Cursor extends TopicOffset {
  offset: number;
  /** Undefined until the topic was looked at. */
  id: string | undefined;
}

function openReading(cluster: Cluster, starts: readonly TopicOffset[], bytesMax: number): TopicReading {
  readTwice(starts);
  const cursors = starts.map((start): Cursor => ({ ...start, id: undefined }));
  const pump = () => {
    try {
      while (fill(cluster, cursors, queue));
    } catch (error) {
      stop(error as Error);
    }
  };
  const queue = createBatchQueue(bytesMax, pump);
  const stop = (error?: Error) => {
    queue.end(error);
    cluster.pumps.delete(pump);
  };
  cluster.pumps.add(pump);
  pump();
  return {
    take: queue.take,
    ends: () =>
      cursors.flatMap(({ topic, partition }) => {
        const offset = cluster.topics.get(topic)?.partitions[partition]?.slots.length;
        return offset === undefined ? [] : { topic, partition, offset };
      }),
    stop: () => stop(),
  };
}

/** A batch of each partition; false where there was none, or no room. */
function fill(cluster: Cluster, cursors: readonly Cursor[], queue: BatchQueue): boolean {
  let isFilled = false;
  for (const cursor of cursors) {
    const { id, partitions } = topicOf(cluster, cursor.topic);
    cursor.id ??= id;
    if (cursor.id !== id) throw changedTopic(cursor.topic);
    const kept = partitions[cursor.partition];
    const range = { from: kept?.begin ?? 0, to: kept?.slots.length ?? 0 };
    if (kept === undefined || cursor.offset < range.from || cursor.offset > range.to)
      throw missingOffsets(cursor, range);
    if (cursor.offset === range.to || !queue.hasRoom()) continue;
    const batch = batchAt(cursor, kept);
    cursor.offset = batch.next;
    queue.add(batch, bytesOf(batch));
    isFilled = true;
  }
  return isFilled;
}

function batchAt({ topic, partition, offset: from }: Cursor, { slots }: KeptPartition): TopicBatch {
  const next = Math.min(slots.length, from + BATCH_RECORDS_MAX);
  const records: TopicRecord[] = [];
  const explained: OffsetRange[] = [];
  for (let offset = from; offset < next; offset++) {
    const slot = present(slots[offset], `offset ${offset}`);
    if (slot === 'explained') explained.push({ from: offset, to: offset + 1 });
    else if (slot !== 'lost') records.push({ offset, ...slot });
  }
  return { topic, partition, records, explained: joined(explained), unreadable: [], next, end: slots.length };
}

function joined(ranges: readonly OffsetRange[]): OffsetRange[] {
  const all: OffsetRange[] = [];
  for (const range of ranges) {
    const last = all.at(-1);
    if (last?.to === range.from) all[all.length - 1] = { from: last.from, to: range.to };
    else all.push(range);
  }
  return all;
}

/** Member id -> how it is told its share. */
interface KeptGroup {
  readonly members: Map<string, (share: readonly number[]) => void>;
  readonly committed: Map<string, number>;
  joined: number;
}

function joinGroup(cluster: Cluster, { group: name, topic, onAssigned }: GroupWishes): Membership {
  const group: KeptGroup = cluster.groups.get(name) ?? { members: new Map(), committed: new Map(), joined: 0 };
  cluster.groups.set(name, group);
  const id = `member ${String(group.joined++).padStart(6, '0')}`;
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  ended.catch(() => {});
  const deal = () => {
    const count = cluster.topics.get(topic)?.partitions.length ?? 0;
    for (const [member, share] of dealPartitions([...group.members.keys()], count)) group.members.get(member)?.(share);
  };
  const leave = (end: () => void) => {
    if (!group.members.delete(id)) return;
    end();
    deal();
  };
  const tell = toldShares(onAssigned);
  group.members.set(id, (share) => {
    try {
      tell(share);
    } catch (error) {
      leave(() => reject(error));
    }
  });
  // Nobody is told anything before `join` has returned.
  queueMicrotask(() => {
    if (cluster.topics.has(topic)) deal();
    else leave(() => reject(missingTopic(topic)));
  });
  return {
    ended,
    async commit(offsets) {
      if (!group.members.has(id)) throw new BrewhouseError('broker_refused', `${id} is no member of ${name}`);
      for (const each of offsets) group.committed.set(nameOf(each), each.offset);
    },
    leave: async () => leave(resolve),
  };
}
