/** Membership of a consumer group, which deals the partitions of a topic out to its members. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND_MS } from '../../../schemas/durations.ts';
import type { GroupWishes, Membership } from '../../stream/topic-log.ts';
import { dealPartitions, toldShares } from '../topic-shares.ts';
import type { KafkaClient } from './kafka-client.ts';
import { failureOf, inTime } from './kafka-failures.ts';
import { type LoadedKafkajs, loadKafkajs } from './load-kafkajs.ts';
import { topicMetadata } from './topic-requests.ts';

/** A member that says nothing for so long is out: a worker that was killed is replaced after it. */
const SESSION_MS = 10 * SECOND_MS;
/** A change of members is heard of after so long at most. */
const HEARTBEAT_MS = SECOND_MS;
/** Members that go on have as long to join again. */
const REBALANCE_MS = 30 * SECOND_MS;
/** Few enough that our own patience decides, many enough for a coordinator that moves. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 1.5, retries: 10 };

/** A group of kafkajs, and the connections that it asks by. */
interface OpenGroup {
  readonly cluster: InstanceType<LoadedKafkajs['Cluster']>;
  readonly group: InstanceType<LoadedKafkajs['ConsumerGroup']>;
}

/** Joins, and stays until it leaves, nobody answers for too long, or `onAssigned` throws. */
export function joinKafkaGroup(client: KafkaClient, wishes: GroupWishes): Membership {
  const leaving = new AbortController();
  const signal = AbortSignal.any([leaving.signal, client.signal]);
  let joined: OpenGroup | undefined;
  // Who leaves while it waits for a broker has left.
  const ended = stay().catch((error) => {
    if (!leaving.signal.aborted) throw error;
  });
  ended.catch(() => {});

  async function stay(): Promise<void> {
    const tell = toldShares(wishes.onAssigned);
    const wish = `stay in group ${wishes.group}`;
    await client.persist(wish, () => topicMetadata(client, wishes.topic), signal);
    const open = await openGroup(client, wishes);
    try {
      while (!signal.aborted) {
        await client.persist(wish, () => join(open, wishes.topic), signal);
        joined = open;
        tell(open.group.assigned().flatMap(({ partitions }) => partitions));
        await untilRebalance(open, client, signal);
      }
    } finally {
      joined = undefined;
      await inTime(open.group.leave(), SESSION_MS).catch(() => {});
      await inTime(open.cluster.disconnect(), SESSION_MS).catch(() => {});
    }
  }

  return {
    ended,
    async commit(offsets) {
      const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, of]) => ({
        topic,
        partitions: of.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
      }));
      // Between two shares there is nobody to keep them; the next commit says more.
      try {
        await joined?.group.commitOffsets({ topics });
      } catch (error) {
        failureOf(`commit offsets of group ${wishes.group}`, error);
      }
    },
    async leave() {
      leaving.abort();
      await ended.catch(() => {});
    },
  };
}

async function openGroup(client: KafkaClient, { group: groupId, topic }: GroupWishes): Promise<OpenGroup> {
  const { Cluster, ConsumerGroup, front, logger } = await loadKafkajs();
  const connections = await client.settings();
  const instrumentationEmitter = { emit: () => {} };
  const common = { ...connections, retry: RETRY, metadataMaxAge: 300 * SECOND_MS, instrumentationEmitter };
  const cluster = new Cluster({ ...common, allowAutoTopicCreation: false, maxInFlightRequests: null });
  const { MemberMetadata, MemberAssignment } = front.AssignerProtocol;
  const [name, version, userData] = ['brewhouse', 0, Buffer.alloc(0)];
  const assigner = {
    ...{ name, version },
    protocol: ({ topics }: { topics: string[] }) => ({
      name,
      metadata: MemberMetadata.encode({ version, topics, userData }),
    }),
    async assign({ members }: { members: { memberId: string }[] }) {
      const count = cluster.findTopicPartitionMetadata(topic).length;
      const ids = members.map(({ memberId }) => memberId);
      return [...dealPartitions(ids, count)].map(([memberId, share]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({ version, assignment: { [topic]: share }, userData }),
      }));
    },
  };
  const group = new ConsumerGroup({
    ...{ logger, topics: [topic], topicConfigurations: { [topic]: { fromBeginning: true } } },
    ...{ retry: RETRY, cluster, groupId, assigners: [assigner], instrumentationEmitter },
    ...{ sessionTimeout: SESSION_MS, rebalanceTimeout: REBALANCE_MS, autoCommit: false },
  });
  return { cluster, group };
}

async function join({ cluster, group }: OpenGroup, topic: string): Promise<void> {
  await cluster.connect();
  await cluster.addMultipleTargetTopics([topic]);
  await cluster.refreshMetadata();
  await group.joinAndSync();
}

/** Says that we are there, until the group wants to deal anew, or cannot be reached. */
async function untilRebalance({ group }: OpenGroup, client: KafkaClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(HEARTBEAT_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    try {
      await inTime(group.heartbeat({ interval: 0 }), client.options.patience.silenceMs);
    } catch (error) {
      const { type } = error as { readonly type?: unknown };
      if (type === 'UNKNOWN_MEMBER_ID') group.memberId = null;
      failureOf('stay in the group', error);
      return;
    }
  }
}
