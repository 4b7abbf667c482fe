/** Topics of a real Kafka against the contract of the port. */
import { describe } from 'vitest';
import { describeTopics } from '../contract/topic-log.ts';
import { testBroker, worldOf } from './broker.ts';

const broker = await testBroker();

describe.skipIf(!broker.isThere)('Apache Kafka', () => {
  describeTopics('of Kafka', () => worldOf(broker));
});
