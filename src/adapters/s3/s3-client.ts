/**
 * The AWS SDK, loaded when a store is first asked something: commands on folders do not pay for it.
 * Endpoint, region and credentials are found as AWS tools find them: in the environment, in
 * profiles, from the machine.
 */
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { BrewhouseError } from '../../errors.ts';
import type { Patience } from './patience.ts';

/** The SDK as it is loaded, and a client of it. */
export interface LoadedS3 {
  readonly sdk: typeof import('@aws-sdk/client-s3');
  readonly client: S3Client;
}

/** A server and who asks it. */
export interface S3Account {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** How a store is asked. */
export interface S3Manner {
  readonly patience: Patience;
  /** Undefined: as the environment and profiles say. */
  readonly account?: S3Account | undefined;
}

/** Connections of one thread to a store: more do not make one machine faster. */
export const SOCKETS_MAX = 32;

const CONNECT_MS_MAX = 5_000;
/** Where a server of one's own is named without a region: every such server takes it. */
const REGION_DEFAULT = 'us-east-1';
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** Throws `store_refused` where nothing says in which region the bucket lies. */
export async function loadS3({ patience, account }: S3Manner): Promise<LoadedS3> {
  const sdk = await import('@aws-sdk/client-s3');
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const endpoint = account?.endpoint ?? (AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL);
  const agent = { keepAlive: true, maxSockets: SOCKETS_MAX };
  const config: S3ClientConfig = {
    // The SDK would send a commit again and take its own record for another writer's.
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // A body is sent at once: a proxy that knows no "100 Continue" would cost a pause each time.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: CONNECT_MS_MAX,
      socketTimeout: patience.silenceMs,
      httpAgent: agent,
      httpsAgent: agent,
    },
    logger: SILENT,
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    ...(account === undefined ? {} : { credentials: account.credentials }),
  };
  const named = account?.region ?? (AWS_REGION || AWS_DEFAULT_REGION);
  if (named) return { sdk, client: new sdk.S3Client({ ...config, region: named }) };
  const client = new sdk.S3Client(config);
  try {
    await client.config.region();
    return { sdk, client };
  } catch (cause) {
    if (endpoint) return { sdk, client: new sdk.S3Client({ ...config, region: REGION_DEFAULT }) };
    throw new BrewhouseError('store_refused', 'nothing says in which region the bucket lies', {
      remedy: 'set AWS_REGION, or AWS_ENDPOINT_URL_S3 for a server of your own',
      cause,
    });
  }
}
