/**
 * WHO RETRIES: this module, for whatever is asked of brokers. A question is asked again, a little
 * later each time, until the driver is no longer patient.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BrewhouseError } from '../../errors.ts';
import { completeOptions, createConnections, type KafkaConnections, type KafkaOptions } from './kafka-connections.ts';
import { failureOf, NotYet } from './kafka-failures.ts';
import { type ClusterMetadata, type KafkaRequest, metadataRequest } from './requests.ts';

/** As measured: with these no send failed while a broker was killed; by default some did. */
export const KAFKAJS_RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 1.5, retries: 100 } as const;
/** Of one question: more than the longest wait has pauses. */
const TRIES_MAX = 100_000;

/** What asks the brokers of one cluster. */
export interface KafkaClient extends Pick<KafkaConnections, 'settings'> {
  readonly options: Required<KafkaOptions>;
  /**
   * Does `work` until it succeeds. `wish` completes "cannot WISH". Throws `broker_gone` where
   * waiting did not help, `broker_refused` at once, what is no answer of a broker as it is, and
   * the reason of `until`, by default that it was closed.
   */
  persist<T>(wish: string, work: () => Promise<T>, until?: AbortSignal): Promise<T>;
  /** What any broker knows of topics; asked once. */
  metadata(topics: readonly string[]): Promise<ClusterMetadata>;
  /** Asks the node once; it may take `waitMs` over its answer. Throws what kafkajs throws. */
  askNode<T>(node: number, request: KafkaRequest<T>, waitMs?: number): Promise<T>;
  /** What is asked from then on fails. */
  close(): Promise<void>;
  /** Aborted when it is closed. */
  readonly signal: AbortSignal;
}

/** The pause after so many failures in a row: 100 ms, then half as much again, up to a second. */
export function pauseAfter(failures: number): number {
  return Math.min(KAFKAJS_RETRY.maxRetryTime, KAFKAJS_RETRY.initialRetryTime * KAFKAJS_RETRY.multiplier ** failures);
}

/** A client that has asked nothing yet. */
export function createKafkaClient(given: KafkaOptions): KafkaClient {
  const options = completeOptions(given);
  const { patience, effects, brokers } = options;
  const { settings, ask, close } = createConnections(options);
  const closing = new AbortController();
  const { signal } = closing;
  let nodes: ClusterMetadata['nodes'] = [];
  return {
    ...{ options, settings, signal },
    async persist(wish, work, until = signal) {
      const since = effects.now();
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        until.throwIfAborted();
        try {
          return await work();
        } catch (cause) {
          until.throwIfAborted();
          const pause = pauseAfter(tries);
          const failure = failureOf(wish, cause);
          const isToBeTried = failure.code === 'broker_gone' && effects.now() - since + pause <= patience.waitMs;
          if (!isToBeTried) throw failure;
          await sleep(pause, undefined, { signal: until }).catch(() => {});
        }
      }
      throw new Error(`${TRIES_MAX} tries to ${wish}`);
    },
    async metadata(topics) {
      signal.throwIfAborted();
      let failure: unknown;
      for (const place of new Set([...nodes.map(({ host, port }) => `${host}:${port}`), ...brokers])) {
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
    async askNode(node, request, waitMs) {
      signal.throwIfAborted();
      const found = nodes.find((each) => each.node === node);
      if (found === undefined) throw new NotYet(`node ${node} is away`);
      return ask(`${found.host}:${found.port}`, request, waitMs);
    },
    async close() {
      closing.abort(new BrewhouseError('broker_gone', 'the connections to the brokers were closed'));
      await close();
    },
  };
}
