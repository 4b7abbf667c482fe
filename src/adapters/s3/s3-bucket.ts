/** A bucket that is asked with patience; the SDK is loaded with the first request. */
import type { Effects } from '../../effects.ts';
import { type Attempt, createPersistence } from './patience.ts';
import { type LoadedS3, loadS3, type S3Manner, SOCKETS_MAX } from './s3-client.ts';
import type { S3Location } from './s3-location.ts';

/** One request to the SDK. */
export type S3Request<T> = (s3: LoadedS3, attempt: Attempt) => Promise<T>;

/** The bucket that a lake lies in. */
export interface S3Bucket {
  /** How a request names a key. */
  at(key: string): { readonly Bucket: string; readonly Key: string };
  /**
   * Makes a request about a key, or about a beginning of keys, until it succeeds; `doing` completes
   * "cannot DOING s3://...". Throws as `createPersistence` says.
   */
  ask<T>(doing: string, key: string, request: S3Request<T>): Promise<T>;
}

/** Asks nothing yet. */
export function openBucket({ bucket, text }: S3Location, manner: S3Manner, effects: Effects): S3Bucket {
  const { patience } = manner;
  const persist = createPersistence({ location: text, patience, atOnce: SOCKETS_MAX, effects });
  let loading: Promise<LoadedS3> | undefined;
  return {
    at: (Key) => ({ Bucket: bucket, Key }),
    ask: (doing, key, request) =>
      persist({ doing, name: `s3://${bucket}/${key}` }, async (attempt) => {
        loading ??= loadS3(manner);
        return request(await loading, attempt);
      }),
  };
}
