/**
 * kafkajs, loaded when a broker is first asked something, and mended. Of its insides we take what
 * makes connections, joins groups and sends records; what reads is ours (see ARCHITECTURE.md).
 */
import { createRequire } from 'node:module';
import { PROCESS_EFFECTS } from '../../effects.ts';

/** The only version whose insides are known. */
export const KAFKAJS_VERSION = '2.2.4';

/** The package as it is loaded. */
export type LoadedKafkajs = Awaited<ReturnType<typeof loadAll>>;

let loading: Promise<LoadedKafkajs> | undefined;

/** Throws Error where the package is of another version than the one that is known. */
export function loadKafkajs(): Promise<LoadedKafkajs> {
  loading ??= loadAll();
  return loading;
}

async function loadAll() {
  const { version } = createRequire(import.meta.url)('kafkajs/package.json') as { readonly version: string };
  if (version !== KAFKAJS_VERSION) throw new Error(`kafkajs is ${version}, and ${KAFKAJS_VERSION} alone is known`);
  const [front, loggers, encoder, sockets, queue, pools, broker, cluster, group] = await Promise.all([
    import('kafkajs'),
    import('kafkajs/src/loggers/index.js'),
    import('kafkajs/src/protocol/encoder.js'),
    import('kafkajs/src/network/socketFactory.js'),
    import('kafkajs/src/network/requestQueue/index.js'),
    import('kafkajs/src/cluster/connectionPoolBuilder.js'),
    import('kafkajs/src/broker/index.js'),
    import('kafkajs/src/cluster/index.js'),
    import('kafkajs/src/consumer/consumerGroup.js'),
  ]);
  waitNoNegativeTime(queue.default);
  const { createLogger, LEVELS } = loggers.default;
  return {
    ...{ front: front.default, Encoder: encoder.default, createSocketFactory: sockets.default },
    ...{ RequestQueue: queue.default, buildPools: pools.default, Broker: broker.default, Cluster: cluster.default },
    ConsumerGroup: group.default,
    // What goes wrong is thrown; a line of a package on stderr would say it twice.
    logger: createLogger({ level: LEVELS.NOTHING, logCreator: () => () => {} }),
  };
}

/** How soon a request that waits for another one's answer is looked at again. */
const LOOK_AGAIN_MS = 10;

/**
 * kafkajs sets a timer for a moment that is over, which Node 24 warns of, and when it rings the
 * next one, a thousand a second while nothing waits (https://github.com/tulios/kafkajs/pull/1751).
 * A postinstall script could patch the file here and not at who installs Brewhouse, so the method
 * is replaced when it is loaded.
 */
function waitNoNegativeTime({ prototype }: Pick<LoadedKafkajs['RequestQueue'], 'prototype'>): void {
  prototype.scheduleCheckPendingRequests = function schedule() {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
    const look = () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    };
    this.throttleCheckTimeoutId = setTimeout(
      look,
      Math.max(LOOK_AGAIN_MS, this.throttledUntil - PROCESS_EFFECTS.now()),
    );
  };
}
