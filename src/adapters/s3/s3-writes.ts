/**
 * What a lake writes to its bucket: one PUT for each object. It goes with the SHA-256 of its bytes,
 * and a server that got others refuses them (BadDigest) and stores nothing.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Sha256 } from '../../../schemas/ids.ts';
import { translateFileError } from '../filesystem/file-errors.ts';
import type { Attempt } from './patience.ts';
import { statusOf } from './s3-answers.ts';
import type { S3Bucket } from './s3-bucket.ts';

/** A local file as it is sent. */
export interface SentFile {
  readonly path: string;
  readonly sha256: Sha256;
  readonly bytes: number;
}

/** Puts the bytes over what was there. Throws as `ask` does, as all functions here. */
export async function putObject(bucket: S3Bucket, key: string, bytes: Uint8Array): Promise<void> {
  await send(bucket, key, sentBytes(bytes));
}

/** Puts the file over what was there; each try reads it anew. */
export async function putFile(bucket: S3Bucket, key: string, { path, sha256, bytes }: SentFile): Promise<void> {
  const checksum = Buffer.from(sha256, 'hex').toString('base64');
  await send(bucket, key, { length: bytes, checksum, open: () => createReadStream(path) });
}

/**
 * ONE WINNER PER NAME: false where the key is there, perhaps by a try of ours whose answer was
 * lost. A 409 says that another request is at it and leaves open who wins: it is asked again.
 */
export async function putObjectIfAbsent(bucket: S3Bucket, key: string, bytes: Uint8Array): Promise<boolean> {
  return send(bucket, key, { ...sentBytes(bytes), condition: { IfNoneMatch: '*' } });
}

/**
 * As `putObjectIfAbsent`, but the last byte waits at the gate: requests that are whole at one
 * moment show best whether a server lets several win.
 */
export async function putTogether(
  bucket: S3Bucket,
  key: string,
  { bytes, gate }: { readonly bytes: Uint8Array; readonly gate: () => Promise<void> },
): Promise<boolean> {
  const { length, checksum } = sentBytes(bytes);
  const open = () => Readable.from(heldBack(bytes, gate), { objectMode: false });
  return send(bucket, key, { length, checksum, open, condition: { IfNoneMatch: '*' } });
}

async function* heldBack(bytes: Uint8Array, gate: () => Promise<void>): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, -1);
  await gate();
  yield bytes.subarray(-1);
}

/** Removes the key; it may be gone already. */
export async function removeObject(bucket: S3Bucket, key: string): Promise<void> {
  await bucket.ask('remove', key, ({ sdk, client }, { signal }) =>
    client.send(new sdk.DeleteObjectCommand(bucket.at(key)), { abortSignal: signal }),
  );
}

interface Sent {
  readonly length: number;
  /** SHA-256 in base64. */
  readonly checksum: string;
  readonly condition?: { readonly IfNoneMatch: '*' };
}
/** Bytes, or what is opened anew for each try. */
type SentBody = Sent & ({ readonly bytes: Uint8Array } | { readonly open: () => Readable });

function sentBytes(bytes: Uint8Array) {
  return { length: bytes.length, checksum: createHash('sha256').update(bytes).digest('base64'), bytes };
}

/** False where the condition does not hold. */
function send(bucket: S3Bucket, key: string, body: SentBody): Promise<boolean> {
  return bucket.ask('write', key, async ({ sdk, client }, attempt) => {
    const { length: ContentLength, checksum: ChecksumSHA256, condition = {} } = body;
    attempt.expect(ContentLength);
    try {
      await withBody(body, attempt, (Body, abortSignal) => {
        const input = { ...bucket.at(key), Body, ContentLength, ChecksumSHA256, ...condition };
        return client.send(new sdk.PutObjectCommand(input), { abortSignal });
      });
      return true;
    } catch (error) {
      if (statusOf(error) === 412) return false;
      throw error;
    }
  });
}

/** Sends the body once. A file that cannot be read ends the try. */
async function withBody(
  body: SentBody,
  { signal }: Attempt,
  send: (body: Uint8Array | Readable, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  if ('bytes' in body) return void (await send(body.bytes, signal));
  const end = new AbortController();
  const onAbort = () => end.abort(signal.reason);
  let unreadable: unknown;
  const stream = body.open();
  // The SDK does not listen to it, and an error that nobody hears ends the process.
  stream.on('error', (cause) => {
    unreadable = translateFileError(cause, 'read', 'path' in stream ? String(stream.path) : '');
    end.abort();
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await send(stream, end.signal);
  } catch (error) {
    throw unreadable ?? error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    // An answer may come before the end of the file is seen. Such a request is not over for Node:
    // it would keep its connection, and the process, until the server hangs up.
    if (!stream.readableEnded) end.abort();
    stream.destroy();
  }
}
