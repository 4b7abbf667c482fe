/** The one table of what S3 answers, or does not answer, and what that means for who asked. */
import { fileErrorCode } from '../filesystem/file-errors.ts';

/** Why a request failed. */
export interface Failure {
  /**
   * `busy`: the same request may do better later. `gone`: the bucket is not there. `refused`: the
   * store does not let us. `full`: it has no room.
   */
  readonly kind: 'busy' | 'gone' | 'refused' | 'full';
  /** Completes "cannot read s3://...: ". */
  readonly said: string;
  /** In place of the remedy of the error code. */
  readonly remedy?: string;
}

/** An answer whose body is not what its headers promised; the request is made again. */
export class CutAnswer extends Error {}

const RIGHTS = 'give these credentials s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket there';
const CREDENTIALS = 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE';
const CLOCK = 'set the clock of this machine right: S3 refuses requests that are 15 minutes off';
const REGION = 'set AWS_REGION to the region of the bucket';
const NETWORK = 'look at AWS_ENDPOINT_URL_S3 and the network';
const TRUST = 'name the file of the authority that signed its certificate in NODE_EXTRA_CA_CERTS';

const busy = (said: string): Failure => ({ kind: 'busy', said });
const refused = (said: string, remedy: string): Failure => ({ kind: 'refused', said, remedy });
const TLS = refused('its certificate cannot be trusted', TRUST);

/** By the code in the answer, or of the error below it: what its status alone would not say. */
const BY_CODE: ReadonlyMap<string, Failure> = new Map([
  ['NoSuchBucket', { kind: 'gone', said: 'there is no such bucket', remedy: 'make the bucket, or mend its name' }],
  ['AccessDenied', refused('permission denied', RIGHTS)],
  ['AllAccessDisabled', refused('permission denied', RIGHTS)],
  ['InvalidAccessKeyId', refused('the access key is not known there', CREDENTIALS)],
  ['SignatureDoesNotMatch', refused('the secret key does not fit the access key', CREDENTIALS)],
  ['ExpiredToken', refused('the session has expired', CREDENTIALS)],
  ['ExpiredTokenException', refused('the session has expired', CREDENTIALS)],
  ['InvalidToken', refused('the session token is not valid', CREDENTIALS)],
  ['CredentialsProviderError', refused('there are no credentials', CREDENTIALS)],
  ['RequestTimeTooSkewed', refused('the clocks differ too much', CLOCK)],
  ['PermanentRedirect', refused('the bucket lies in another region', REGION)],
  ['AuthorizationHeaderMalformed', refused('the bucket lies in another region', REGION)],
  ['IllegalLocationConstraintException', refused('the bucket lies in another region', REGION)],
  ['EntityTooLarge', refused('the file is larger than the store takes', 'choose a smaller size for shards')],
  ['QuotaExceeded', { kind: 'full', said: 'quota full' }],
  ['XMinioStorageFull', { kind: 'full', said: 'disk full' }],
  // S3 says 400 for these, and the same bytes may come through the next time.
  ['RequestTimeout', busy('it waited too long for our bytes')],
  ['IncompleteBody', busy('our bytes came through in part')],
  ['BadDigest', busy('our bytes came through damaged')],
  ['InvalidDigest', busy('our bytes came through damaged')],
  ['XAmzContentSHA256Mismatch', busy('our bytes came through damaged')],
  ['XAmzContentChecksumMismatch', busy('our bytes came through damaged')],
  ['SlowDown', busy('it asks us to slow down')],
  ['TimeoutError', busy('no answer in time')],
  ['ECONNREFUSED', busy('nobody listens there')],
  ['ECONNRESET', busy('the connection broke')],
  ['EPIPE', busy('the connection broke')],
  ['ETIMEDOUT', busy('no answer in time')],
  ['EHOSTUNREACH', busy('there is no way to it')],
  ['ENETUNREACH', busy('there is no network')],
  ['ENOTFOUND', { kind: 'busy', said: 'its name is not known', remedy: NETWORK }],
  ['EAI_AGAIN', { kind: 'busy', said: 'its name cannot be looked up', remedy: NETWORK }],
  ['EPROTO', { kind: 'busy', said: 'it does not speak as the address says', remedy: NETWORK }],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', TLS],
  ['SELF_SIGNED_CERT_IN_CHAIN', TLS],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', TLS],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', TLS],
  ['CERT_HAS_EXPIRED', TLS],
  ['ERR_TLS_CERT_ALTNAME_INVALID', TLS],
]);

/** What the SDK adds to an error. */
interface Answered {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number };
}

/** The status of the answer behind an error; 0 where there was none. */
export function statusOf(error: unknown): number {
  const { $metadata, $response } = error as Answered;
  return $metadata?.httpStatusCode ?? $response?.statusCode ?? 0;
}

/** The code in the answer, such as `NoSuchKey`; that of a HEAD has no body and no code. */
export function answerCode(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Null for what is no answer of a store: a bug of ours, or a failure that is told already. */
export function failureOf(error: unknown): Failure | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof CutAnswer) return busy(error.message);
  // The SDK calls a connection that broke a TimeoutError too: the code below it says more.
  const known = BY_CODE.get(fileErrorCode(error)) ?? BY_CODE.get(error.name);
  if (known !== undefined) return known;
  const status = statusOf(error);
  if (status === 0) return null;
  const said = `status ${status}${/^[A-Z][A-Za-z]+$/.test(error.name) ? ` ${error.name}` : ''}`;
  if (status === 401 || status === 403) return refused(`permission denied (${said})`, RIGHTS);
  if (status === 507) return { kind: 'full', said: 'disk full' };
  // Below 300: an answer that cannot be read. 409: another request is at it.
  const mayPass = status < 300 || [307, 408, 409, 425, 429].includes(status) || (status >= 500 && status !== 501);
  return mayPass ? busy(said) : refused(said, 'brewhouse doctor LAKE says what the store can do');
}
