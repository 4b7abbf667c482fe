/**
 * WHO RETRIES: this module, for whatever is asked of brokers. A question is asked again, a little
 * later each time, until the driver is no longer patient.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND_MS } from '../../../schemas/durations.ts';
import { type Effects, PROCESS_EFFECTS } from '../../effects.ts';
import { BrewhouseError } from '../../errors.ts';
import { missingTopic } from '../topic-errors.ts';
import { type LoadedKafkajs, loadKafkajs } from './load-kafkajs.ts';
import { ANSWER, type ClusterMetadata, type KafkaRequest, metadataRequest, readAnswer } from './requests.ts';

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
/** As measured: with these no send failed while a broker was killed, with kafkajs' own two did. */
export const KAFKAJS_RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 1.5, retries: 100 } as const;
/** Of one question: more than the longest wait has pauses. */
const TRIES_MAX = 100_000;

/** A broker under connection. */
export type KafkaBroker = InstanceType<LoadedKafkajs['Broker']>;

/** What asks the brokers of one cluster. */
export interface KafkaClient {
  readonly options: Required<KafkaOptions>;
  readonly kafkajs: () => Promise<LoadedKafkajs>;
  /** What every connection of kafkajs is made with. */
  connections(): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Does `work` until it succeeds. `wish` completes "cannot WISH". Throws `broker_gone` where
   * waiting did not help, `broker_refused` at once, and what is no answer of a broker as it is.
   */
  persist<T>(wish: string, work: () => Promise<T>): Promise<T>;
  /** What any broker knows of topics; asked once. */
  metadata(topics: readonly string[]): Promise<ClusterMetadata>;
  /** Asks the node once. Throws what kafkajs throws. */
  askNode<T>(node: number, request: KafkaRequest<T>, waitMs?: number): Promise<T>;
  /** Pauses end, and what is asked from then on fails. */
  close(): Promise<void>;
  readonly signal: AbortSignal;
}

/** What was asked for is not there yet, and may come. */
export class NotYet extends Error {}

/** Pauses between tries, in ms: 100, then half as much again, up to a second. */
export function pauseAfter(tries: number): number {
  return Math.min(KAFKAJS_RETRY.maxRetryTime, KAFKAJS_RETRY.initialRetryTime * KAFKAJS_RETRY.multiplier ** tries);
}

/** A client that has asked nothing yet. */
export function createKafkaClient(given: KafkaOptions): KafkaClient {
  const options = { patience: PATIENCE, effects: PROCESS_EFFECTS, ...given };
  const { patience, effects, brokers } = options;
  const closing = new AbortController();
  /** By `HOST:PORT`. */
  const connected = new Map<string, Promise<KafkaBroker>>();
  let nodes: ClusterMetadata['nodes'] = [];

  const connections = async () => ({
    ...{ clientId: 'brewhouse', brokers: [...brokers], connectionTimeout: CONNECT_MS_MAX },
    ...{ requestTimeout: patience.silenceMs, enforceRequestTimeout: true },
    ...{ authenticationTimeout: CONNECT_MS_MAX, reauthenticationThreshold: 10_000 },
    socketFactory: (await loadKafkajs()).createSocketFactory(),
    logger: (await loadKafkajs()).logger,
  });
  const brokerAt = async (place: string): Promise<KafkaBroker> => {
    closing.signal.throwIfAborted();
    const make = async () => {
      const { Broker, buildPools, logger } = await loadKafkajs();
      const at = place.lastIndexOf(':');
      const [host, port] = [place.slice(0, at).replace(/^\[|\]$/g, ''), Number(place.slice(at + 1))];
      const connectionPool = await buildPools(await connections()).build({ host, port, rack: null });
      return new Broker({ connectionPool, logger, authenticationTimeout: CONNECT_MS_MAX });
    };
    const known = connected.get(place) ?? make();
    connected.set(place, known);
    const broker = await known;
    // All requests but the first find it connected; one that lost its connection makes another.
    if (!broker.isConnected()) await inTime(broker.connect(), 2 * CONNECT_MS_MAX);
    return broker;
  };
  const ask = async <T>(place: string, request: KafkaRequest<T>, waitMs = 0): Promise<T> => {
    const broker = await brokerAt(place);
    const { apiKey, apiName, apiVersion, body } = request;
    if ((broker.versions[apiKey]?.maxVersion ?? 0) < apiVersion)
      throw new BrewhouseError('broker_refused', `the broker at ${place} is older than Kafka 3.1`, {
        remedy: 'name brokers of Kafka 3.1 or newer',
      });
    const { Encoder } = await loadKafkajs();
    const encode = async () => new Encoder().writeBuffer(body);
    const answer = broker.connectionPool.send({
      request: { apiKey, apiVersion, apiName, encode },
      response: { decode: async (payload) => ({ payload }), parse: async ({ payload }) => payload },
    });
    return readAnswer(request, await inTime(answer, patience.silenceMs + waitMs));
  };
  return {
    ...{ options, kafkajs: loadKafkajs, connections, signal: closing.signal },
    async persist(wish, work) {
      const since = effects.now();
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        closing.signal.throwIfAborted();
        try {
          return await work();
        } catch (cause) {
          closing.signal.throwIfAborted();
          const waited = effects.now() - since;
          const pause = pauseAfter(tries);
          const failure = failureOf(wish, cause);
          if (failure.code !== 'broker_gone' || waited + pause > patience.waitMs) throw failure;
          await sleep(pause, undefined, { signal: closing.signal }).catch(() => {});
        }
      }
      throw new Error(`${TRIES_MAX} tries to ${wish}`);
    },
    async metadata(topics) {
      const places = new Set([...nodes.map(({ host, port }) => `${host}:${port}`), ...brokers]);
      let failure: unknown;
      for (const place of places) {
        try {
          const metadata = await ask(place, metadataRequest(topics));
          nodes = metadata.nodes;
          return metadata;
        } catch (error) {
          failure = error;
        }
      }
      throw failure;
    },
    askNode(node, request, waitMs) {
      const found = nodes.find((each) => each.node === node);
      if (found === undefined) throw new NotYet(`node ${node} is away`);
      return ask(`${found.host}:${found.port}`, request, waitMs);
    },
    async close() {
      closing.abort(new BrewhouseError('broker_gone', 'the connections to the brokers were closed'));
      for (const broker of connected.values()) await broker.then((each) => each.disconnect()).catch(() => {});
    },
  };
}

/** WATCHDOG: kafkajs has ways to wait for ever (https://github.com/tulios/kafkajs/issues/659). */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NotYet(`no answer in ${ms / SECOND_MS} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Types of kafkajs' errors by which a broker says that it does not let us. */
const REFUSED = /AUTHORIZATION|SASL|AUTHENTICATION|UNSUPPORTED_VERSION|MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE/;

/**
 * What kept us from a wish: an answer, or none, of a broker. What is neither an error of kafkajs nor
 * of the network is a bug, and thrown as it is.
 */
export function failureOf(wish: string, cause: unknown): BrewhouseError {
  if (cause instanceof BrewhouseError) return cause;
  const { name = '', message = '', type, code, cause: inner } = cause as Partial<Record<string, unknown>>;
  const isRefused = REFUSED.test(String(type)) || name === 'KafkaJSSASLAuthenticationError';
  const isOfNetwork = cause instanceof NotYet || /^KafkaJS/.test(String(name)) || typeof code === 'string';
  if (!isOfNetwork) throw cause;
  // Of a TypeError within kafkajs' retries it makes an error of its own.
  const original = inner as Partial<Record<string, unknown>> | undefined;
  if (/^(TypeError|RangeError|ReferenceError|SyntaxError)$/.test(String(original?.name))) throw cause;
  if (!isRefused && REFUSED.test(String(original?.type))) return failureOf(wish, inner);
  return new BrewhouseError(isRefused ? 'broker_refused' : 'broker_gone', `cannot ${wish}: ${String(message)}`, {
    cause,
  });
}

/** Throws what an error of the protocol means: a wish for `topic` that was answered so. */
export function checkAnswer(error: number, topic: string): void {
  if (error === ANSWER.none) return;
  if (error === ANSWER.unknownTopic) throw missingTopic(topic);
  if (error === ANSWER.topicRefused || error === ANSWER.clusterRefused || error === ANSWER.groupRefused)
    throw new BrewhouseError('broker_refused', `the cluster does not let us read topic ${topic}`);
  throw new NotYet(`the broker answers with error ${error} of topic ${topic}`);
}
