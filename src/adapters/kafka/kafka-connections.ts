/** Connections to brokers, each made when it is first needed and again when it is lost. */
import { SECOND_MS } from '../../../schemas/durations.ts';
import { type Effects, PROCESS_EFFECTS } from '../../effects.ts';
import { BrewhouseError } from '../../errors.ts';
import { inTime } from './kafka-failures.ts';
import { type LoadedKafkajs, loadKafkajs } from './load-kafkajs.ts';
import { type KafkaRequest, readAnswer } from './requests.ts';

/** How long is waited for brokers. */
export interface KafkaPatience {
  /** Milliseconds for which a question is asked again after it failed first. */
  readonly waitMs: number;
  /** WATCHDOG: a question that has no answer after so long is given up, and asked again. */
  readonly silenceMs: number;
}

/** How brokers are asked. */
export interface KafkaOptions {
  /** `HOST:PORT`, some of the cluster's: the others are learned from them. */
  readonly brokers: readonly string[];
  readonly patience?: KafkaPatience;
  readonly effects?: Pick<Effects, 'now'>;
}

/** A broker that was killed is back in a quarter of a minute, and leaders move in ten seconds. */
const PATIENCE: KafkaPatience = { waitMs: 120 * SECOND_MS, silenceMs: 30 * SECOND_MS };
const CONNECT_MS_MAX = 5_000;
const REAUTHENTICATE_MS = 10_000;

/** Connections of one client. */
export interface KafkaConnections {
  /** What every connection of kafkajs is made with. */
  settings(): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Asks the broker at `HOST:PORT` once; it may take `waitMs` over its answer. Throws what kafkajs
   * throws, and `broker_refused` where the broker is too old.
   */
  ask<T>(place: string, request: KafkaRequest<T>, waitMs?: number): Promise<T>;
  close(): Promise<void>;
}

/** What is not said by whoever opens topics. */
export function completeOptions(options: KafkaOptions): Required<KafkaOptions> {
  return { patience: PATIENCE, effects: PROCESS_EFFECTS, ...options };
}

/** None is made yet. */
export function createConnections({ brokers, patience }: Required<KafkaOptions>): KafkaConnections {
  const connected = new Map<string, Promise<InstanceType<LoadedKafkajs['Broker']>>>();
  const settings = async () => {
    const { createSocketFactory, logger } = await loadKafkajs();
    return {
      ...{ clientId: 'brewhouse', brokers: [...brokers], connectionTimeout: CONNECT_MS_MAX },
      ...{ requestTimeout: patience.silenceMs, enforceRequestTimeout: true },
      ...{ authenticationTimeout: CONNECT_MS_MAX, reauthenticationThreshold: REAUTHENTICATE_MS },
      ...{ socketFactory: createSocketFactory(), logger },
    };
  };
  const make = async (place: string) => {
    const { Broker, buildPools, logger } = await loadKafkajs();
    const at = place.lastIndexOf(':');
    const [host, port] = [place.slice(0, at), Number(place.slice(at + 1))];
    const connectionPool = await buildPools(await settings()).build({ host, port, rack: null });
    return new Broker({ connectionPool, logger, authenticationTimeout: CONNECT_MS_MAX });
  };
  const brokerAt = async (place: string) => {
    const known = connected.get(place) ?? make(place);
    connected.set(place, known);
    const broker = await known;
    if (!broker.isConnected()) await inTime(broker.connect(), 2 * CONNECT_MS_MAX);
    return broker;
  };
  return {
    settings,
    async ask(place, request, waitMs = 0) {
      const { connectionPool, versions } = await brokerAt(place);
      const { apiKey, apiName, apiVersion, body } = request;
      if ((versions[apiKey]?.maxVersion ?? 0) < apiVersion)
        throw new BrewhouseError('broker_refused', `the broker at ${place} is older than Kafka 3.1`, {
          remedy: 'name brokers of Kafka 3.1 or newer',
        });
      const { Encoder } = await loadKafkajs();
      const answer = connectionPool.send({
        request: { apiKey, apiVersion, apiName, encode: async () => new Encoder().writeBuffer(body) },
        response: { decode: async (payload) => ({ payload }), parse: async ({ payload }) => payload },
      });
      return readAnswer(request, await inTime(answer, patience.silenceMs + waitMs));
    },
    async close() {
      for (const broker of connected.values()) await broker.then((each) => each.disconnect()).catch(() => {});
    },
  };
}
