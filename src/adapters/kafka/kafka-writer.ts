/** Writes records into topics, each once, where `partitionOf` says. */
import { partitionOf } from '../../lake/murmur2.ts';
import type { OutgoingRecord, TopicWriter } from '../../stream/topic-log.ts';
import { KAFKAJS_RETRY, type KafkaClient } from './kafka-client.ts';
import { failureOf } from './kafka-failures.ts';
import { loadKafkajs } from './load-kafkajs.ts';
import { topicMetadata } from './topic-requests.ts';

/** Of one send: a broker takes batches of 1 MB, and a send may go to one partition. */
const SEND_BYTES_MAX = 512 * 1024;
/** What a record has beside key and value, at most. */
const RECORD_BYTES = 64;
/** All replicas that are in step. */
const ALL = -1;

/** Closes the client with itself. */
export function createKafkaWriter(client: KafkaClient): TopicWriter {
  const connect = async () => {
    const { front } = await loadKafkajs();
    const { brokers, patience } = client.options;
    const kafka = new front.Kafka({
      ...{ clientId: 'brewhouse', brokers: [...brokers], requestTimeout: patience.silenceMs },
      ...{ logLevel: front.logLevel.NOTHING, retry: KAFKAJS_RETRY },
    });
    const producer = kafka.producer({
      ...{ idempotent: true, allowAutoTopicCreation: false, maxInFlightRequests: 1, retry: KAFKAJS_RETRY },
      // In one place for files and topics.
      createPartitioner:
        () =>
        ({ message, partitionMetadata }) =>
          partitionOf(message.key as Buffer, partitionMetadata.length),
    });
    await producer.connect();
    return producer;
  };
  let connecting: ReturnType<typeof connect> | undefined;
  return {
    async write(topic, records) {
      // kafkajs would look for a topic that is not there for a minute and a half.
      await client.persist(`write topic ${topic}`, () => topicMetadata(client, topic));
      try {
        connecting ??= connect();
        const producer = await connecting;
        for (const sent of sends(records))
          await producer.send({
            ...{ topic, acks: ALL },
            messages: sent.map(({ key, value, timestamp }) => ({
              ...{ key: Buffer.from(key, 'utf8'), value: Buffer.from(value) },
              ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }),
            })),
          });
      } catch (error) {
        throw failureOf(`write topic ${topic}`, error);
      }
    },
    async close() {
      await connecting?.then((producer) => producer.disconnect()).catch(() => {});
      await client.close();
    },
  };
}

/** Records of one send each; one that is larger than all of them goes alone. */
function* sends(records: readonly OutgoingRecord[]): Generator<OutgoingRecord[]> {
  let sent: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const own = RECORD_BYTES + Buffer.byteLength(record.key) + record.value.length;
    if (sent.length > 0 && bytes + own > SEND_BYTES_MAX) {
      yield sent;
      sent = [];
      bytes = 0;
    }
    sent.push(record);
    bytes += own;
  }
  if (sent.length > 0) yield sent;
}
