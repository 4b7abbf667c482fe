/** Topics of Apache Kafka, 3.1 or newer. */
import { READING_BYTES_MAX, type TopicLog, type TopicWriter } from '../../stream/topic-log.ts';
import { createKafkaClient } from './kafka-client.ts';
import type { KafkaOptions } from './kafka-connections.ts';
import { joinKafkaGroup } from './kafka-group.ts';
import { createKafkaReadings } from './kafka-readings.ts';
import { createKafkaWriter } from './kafka-writer.ts';
import { topicMetadata, topicOffsets } from './topic-requests.ts';

/** Connects when something is first asked. */
export function openKafkaTopics(options: KafkaOptions): TopicLog {
  const client = createKafkaClient(options);
  const readings = createKafkaReadings(client);
  const memberships = new Set<ReturnType<TopicLog['join']>>();
  return {
    clusterId: async () => (await client.persist('ask for the cluster’s id', () => client.metadata([]))).clusterId,
    async topic(name) {
      const { id, leaders } = await client.persist(`ask for topic ${name}`, () => topicMetadata(client, name));
      return { id, partitions: leaders.size };
    },
    offsets: (topic) => client.persist(`ask for the offsets of topic ${topic}`, () => topicOffsets(client, topic)),
    read: (starts, limits = { bytesMax: READING_BYTES_MAX }) => readings.read(starts, limits),
    join(wishes) {
      const membership = joinKafkaGroup(client, wishes);
      memberships.add(membership);
      return membership;
    },
    async close() {
      readings.close();
      await Promise.all([...memberships].map((each) => each.leave()));
      await client.close();
    },
  };
}

/** Connects when something is first written. */
export function openKafkaWriter(options: KafkaOptions): TopicWriter {
  return createKafkaWriter(createKafkaClient(options));
}
