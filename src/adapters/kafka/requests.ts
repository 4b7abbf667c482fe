/**
 * The requests that we make ourselves, in the oldest versions that name topics by their ids (Kafka
 * 3.1): kafkajs has older ones, which read on in a topic that was made anew under its old name.
 * Layouts: https://kafka.apache.org/protocol, by name and version.
 */
import type { TopicOffset, TopicPartition } from '../../stream/topic-log.ts';
import type { AbortedTransaction } from './fetched-batch.ts';
import { readWire, type WireReader, writeWire } from './wire.ts';

/** A request, and how its answer is read; both without their headers' first parts. */
export interface KafkaRequest<T> {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  readonly body: Buffer;
  /** Throws `BrokenBytes`. */
  readonly read: (reader: WireReader) => T;
}

/** Errors of the protocol by their numbers; the others are told by number. */
export const ANSWER = {
  none: 0,
  offsetOutOfRange: 1,
  unknownTopic: 3,
  topicRefused: 29,
  groupRefused: 30,
  clusterRefused: 31,
  unknownTopicId: 100,
  inconsistentTopicId: 103,
} as const;

/** Headers of flexible versions end with tagged fields, of which there are none. */
const request = <T>(kind: Omit<KafkaRequest<T>, 'body'>, body: Buffer): KafkaRequest<T> => ({
  ...kind,
  body: Buffer.concat([Buffer.of(0), body]),
});

/** The answer of a request. Throws `BrokenBytes`. */
export function readAnswer<T>({ read }: KafkaRequest<T>, payload: Buffer): T {
  const reader = readWire(payload);
  reader.tags();
  return read(reader);
}

/** A topic as a broker knows it. */
export interface TopicMetadata {
  readonly name: string;
  readonly error: number;
  /** 32 hex digits. */
  readonly id: string;
  /** Partition -> the node that leads it, -1 where none does. */
  readonly leaders: ReadonlyMap<number, number>;
}

/** A cluster as one of its brokers knows it. */
export interface ClusterMetadata {
  readonly clusterId: string;
  readonly nodes: readonly { readonly node: number; readonly host: string; readonly port: number }[];
  readonly topics: readonly TopicMetadata[];
}

const ID_BYTES = 16;
const NO_ID = Buffer.alloc(ID_BYTES);

/** Metadata, version 10. */
export function metadataRequest(topics: readonly string[]): KafkaRequest<ClusterMetadata> {
  const body = writeWire();
  body.compactArray(topics, (name) => body.bytes(NO_ID).compactText(name).tags());
  // It makes no topic, and asks for no list of what is allowed.
  body.int8(0).int8(0).int8(0).tags();
  return request({ apiKey: 3, apiVersion: 10, apiName: 'Metadata', read: readMetadata }, body.finish());
}

function readMetadata(reader: WireReader): ClusterMetadata {
  reader.int32();
  const nodes = reader.compactArray(() => {
    const node = { node: reader.int32(), host: reader.compactText() ?? '', port: reader.int32() };
    reader.compactText();
    reader.tags();
    return node;
  });
  const clusterId = reader.compactText() ?? '';
  reader.int32();
  const topics = reader.compactArray((): TopicMetadata => {
    const error = reader.int16();
    const name = reader.compactText() ?? '';
    const id = reader.bytes(ID_BYTES).toString('hex');
    reader.int8();
    const partitions = reader.compactArray((): [number, number] => {
      reader.int16();
      const at: [number, number] = [reader.int32(), reader.int32()];
      reader.int32();
      // Replicas, those in step, those that are away.
      for (let list = 0; list < 3; list++) reader.compactArray(() => reader.int32());
      reader.tags();
      return at;
    });
    reader.int32();
    reader.tags();
    return { name, error, id, leaders: new Map(partitions) };
  });
  return { clusterId, nodes, topics };
}

const READ_COMMITTED = 1;
/** Of nobody: we are no broker. */
const NO_REPLICA = -1;
const NO_EPOCH = -1;

/** Where a list of offsets begins, or ends for who reads finished transactions. */
export const MOMENT = { begin: -2, end: -1 } as const;

/** An offset, or why there is none. */
export interface ListedOffset {
  readonly partition: number;
  readonly error: number;
  readonly offset: number;
}

/** ListOffsets, version 7, of one topic. */
export function offsetsRequest(
  topic: string,
  partitions: readonly number[],
  moment: (typeof MOMENT)[keyof typeof MOMENT],
): KafkaRequest<ListedOffset[]> {
  const body = writeWire().int32(NO_REPLICA).int8(READ_COMMITTED);
  body.compactArray([topic], (name) =>
    body
      .compactText(name)
      .compactArray(partitions, (partition) => body.int32(partition).int32(NO_EPOCH).int64(moment).tags())
      .tags(),
  );
  body.tags();
  const read = (reader: WireReader) => {
    reader.int32();
    const topics = reader.compactArray(() => {
      reader.compactText();
      const listed = reader.compactArray((): ListedOffset => {
        const [partition, error] = [reader.int32(), reader.int16()];
        reader.bigint64();
        const offset = reader.int64();
        reader.int32();
        reader.tags();
        return { partition, error, offset };
      });
      reader.tags();
      return listed;
    });
    return topics.flat();
  };
  return request({ apiKey: 2, apiVersion: 7, apiName: 'ListOffsets', read }, body.finish());
}

const TOPIC_RESOURCE = 2;

/** One setting of a topic, null where it cannot be told, and the error. */
export interface TopicSetting {
  readonly error: number;
  readonly value: string | null;
}

/** DescribeConfigs, version 4. */
export function settingRequest(topic: string, setting: string): KafkaRequest<TopicSetting> {
  const body = writeWire();
  const name = (text: string) => body.compactText(text);
  body.compactArray([topic], () => body.int8(TOPIC_RESOURCE).compactText(topic).compactArray([setting], name).tags());
  body.int8(0).int8(0).tags();
  const read = (reader: WireReader): TopicSetting => {
    reader.int32();
    const [first] = reader.compactArray(() => {
      const error = reader.int16();
      reader.compactText();
      reader.int8();
      reader.compactText();
      const values = reader.compactArray(() => {
        reader.compactText();
        const value = reader.compactText();
        // Read only, whence, secret; synonyms, of which none was asked for; type; what it is for.
        reader.bytes(3);
        reader.compactArray(() => undefined);
        reader.int8();
        reader.compactText();
        reader.tags();
        return value;
      });
      reader.tags();
      return { error, value: values[0] ?? null };
    });
    return first ?? { error: ANSWER.unknownTopic, value: null };
  };
  return request({ apiKey: 32, apiVersion: 4, apiName: 'DescribeConfigs', read }, body.finish());
}

/** A partition that is asked for, of the topic that has the id. */
export interface FetchWish extends TopicOffset {
  readonly topicId: string;
}

/** What a fetch says of a partition. */
export interface FetchedPartition extends Pick<TopicPartition, 'partition'> {
  readonly topicId: string;
  readonly error: number;
  /** The last stable offset. */
  readonly end: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly bytes: Buffer;
}

/** An answer, and the error of all of it. */
export interface FetchAnswer {
  readonly error: number;
  readonly partitions: readonly FetchedPartition[];
}

/** How much is fetched, and how long for. */
export interface FetchBounds {
  readonly waitMs: number;
  readonly bytesMax: number;
  readonly partitionBytesMax: number;
}

/** Fetch, version 13, without a session. */
export function fetchRequest(
  wishes: readonly FetchWish[],
  { waitMs, bytesMax, partitionBytesMax }: FetchBounds,
): KafkaRequest<FetchAnswer> {
  const body = writeWire().int32(NO_REPLICA).int32(waitMs).int32(1).int32(bytesMax).int8(READ_COMMITTED);
  body.int32(0).int32(NO_EPOCH);
  body.compactArray([...Map.groupBy(wishes, ({ topicId }) => topicId)], ([topicId, of]) =>
    body
      .bytes(Buffer.from(topicId, 'hex'))
      .compactArray(of, ({ partition, offset }) =>
        body.int32(partition).int32(NO_EPOCH).int64(offset).int32(NO_EPOCH).int64(-1).int32(partitionBytesMax).tags(),
      )
      .tags(),
  );
  // No topics that are not wanted any more, and no rack.
  body
    .compactArray([], () => {})
    .compactText('')
    .tags();
  return request({ apiKey: 1, apiVersion: 13, apiName: 'Fetch', read: readFetched }, body.finish());
}

function readFetched(reader: WireReader): FetchAnswer {
  reader.int32();
  const error = reader.int16();
  reader.int32();
  const topics = reader.compactArray(() => {
    const topicId = reader.bytes(ID_BYTES).toString('hex');
    const partitions = reader.compactArray((): FetchedPartition => {
      const partition = reader.int32();
      const partitionError = reader.int16();
      // The high watermark; then what is stable; then where the log begins.
      reader.bigint64();
      const end = reader.int64();
      reader.bigint64();
      const aborted = reader.compactArray((): AbortedTransaction => {
        const transaction = { producerId: reader.bigint64(), first: reader.int64() };
        reader.tags();
        return transaction;
      });
      reader.int32();
      const bytes = reader.compactBytes() ?? Buffer.alloc(0);
      reader.tags();
      return { topicId, partition, error: partitionError, end, aborted, bytes };
    });
    reader.tags();
    return partitions;
  });
  return { error, partitions: topics.flat() };
}
