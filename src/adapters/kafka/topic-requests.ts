/** What is asked of a cluster about one topic. */
import { BrewhouseError } from '../../errors.ts';
import type { OffsetRange } from '../../stream/offsets.ts';
import type { KafkaClient } from './kafka-client.ts';
import { checkAnswer, NotYet } from './kafka-failures.ts';
import { MOMENT, offsetsRequest, settingRequest, type TopicMetadata } from './requests.ts';

/** The topic as a broker knows it; asked once. Throws `topic_missing`, `broker_refused`, NotYet. */
export async function topicMetadata(client: KafkaClient, name: string): Promise<TopicMetadata> {
  const { topics } = await client.metadata([name]);
  const found = topics.find((each) => each.name === name);
  if (found === undefined) throw new NotYet(`no answer about topic ${name}`);
  checkAnswer(found.error, name);
  return found;
}

/** By partition: where it begins, and ends for who reads finished transactions; asked once. */
export async function topicOffsets(client: KafkaClient, topic: string): Promise<OffsetRange[]> {
  const { leaders } = await topicMetadata(client, topic);
  const at = async (moment: (typeof MOMENT)[keyof typeof MOMENT]) => {
    const offsets = new Map<number, number>();
    for (const [node, of] of Map.groupBy([...leaders.keys()], (partition) => leaders.get(partition) ?? -1))
      for (const { partition, error, offset } of await client.askNode(node, offsetsRequest(topic, of, moment))) {
        checkAnswer(error, topic);
        offsets.set(partition, offset);
      }
    return offsets;
  };
  const [begins, ends] = [await at(MOMENT.begin), await at(MOMENT.end)];
  return Array.from({ length: leaders.size }, (_, partition) => {
    const [from, to] = [begins.get(partition), ends.get(partition)];
    if (from === undefined || to === undefined) throw new NotYet(`no offsets of partition ${partition} of ${topic}`);
    return { from, to };
  });
}

/** Whether compaction may take records out of the topic; asked once, as `topicMetadata`. */
export async function isCompacted(client: KafkaClient, topic: string, { leaders }: TopicMetadata): Promise<boolean> {
  const [node = -1] = leaders.values();
  const { error, value } = await client.askNode(node, settingRequest(topic, 'cleanup.policy'));
  checkAnswer(error, topic);
  if (value === null)
    throw new BrewhouseError('broker_refused', `the cluster does not say how topic ${topic} is cleaned up`, {
      remedy: 'give this user the right to describe the configuration of the topic',
    });
  return value.split(',').some((policy) => policy.trim() === 'compact');
}
