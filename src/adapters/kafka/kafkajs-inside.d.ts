/**
 * What of the insides of kafkajs 2.2.4 the adapter uses; the package has types of its front alone.
 * load-kafkajs.ts refuses every other version.
 */
declare module 'kafkajs/src/loggers/index.js' {
  export interface Logger {
    namespace(name: string): Logger;
  }
  const loggers: {
    createLogger(options: { level: number; logCreator: () => () => void }): Logger;
    LEVELS: { NOTHING: number };
  };
  export default loggers;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    writeBuffer(bytes: Buffer): Encoder;
  }
}

declare module 'kafkajs/src/network/socketFactory.js' {
  export default function createSocketFactory(): object;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    pending: unknown[];
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    constructor(options: object);
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  }
}

declare module 'kafkajs/src/cluster/connectionPoolBuilder.js' {
  export interface ConnectionPool {
    /** `decode` is given what follows the correlation id. */
    send<T>(what: {
      request: {
        apiKey: number;
        apiVersion: number;
        apiName: string;
        encode(): Promise<import('kafkajs/src/protocol/encoder.js').default>;
      };
      response: {
        decode(payload: Buffer): Promise<{ payload: Buffer }>;
        parse(decoded: { payload: Buffer }): Promise<T>;
      };
      requestTimeout?: number;
    }): Promise<T>;
  }
  export default function connectionPoolBuilder(options: object): {
    build(place?: { host: string; port: number; rack?: string | null }): Promise<ConnectionPool>;
  };
}

declare module 'kafkajs/src/broker/index.js' {
  import type { ConnectionPool } from 'kafkajs/src/cluster/connectionPoolBuilder.js';
  export default class Broker {
    connectionPool: ConnectionPool;
    /** By the number of the request. */
    versions: Readonly<Record<number, { minVersion: number; maxVersion: number }>>;
    constructor(options: { connectionPool: ConnectionPool; logger: object; authenticationTimeout?: number });
    isConnected(): boolean;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
  }
}

declare module 'kafkajs/src/cluster/index.js' {
  export default class Cluster {
    constructor(options: object);
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    refreshMetadata(): Promise<void>;
    addMultipleTargetTopics(topics: string[]): Promise<void>;
    findTopicPartitionMetadata(topic: string): { partitionId: number }[];
  }
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  export default class ConsumerGroup {
    memberId: string | null;
    constructor(options: object);
    joinAndSync(): Promise<void>;
    assigned(): { topic: string; partitions: number[] }[];
    heartbeat(options: { interval: number }): Promise<void>;
    commitOffsets(offsets: {
      topics: { topic: string; partitions: { partition: number; offset: string }[] }[];
    }): Promise<void>;
    leave(): Promise<void>;
  }
}
