/**
 * What a lake reads from its bucket. What comes is counted against what was promised and got again
 * where it differs, and no body is left unread: it would keep its connection, and later requests
 * would wait for one for ever.
 */
import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { brokenFile } from '../../lake/broken-file.ts';
import type { Attempt } from './patience.ts';
import { answerCode, CutAnswer, statusOf } from './s3-answers.ts';
import type { S3Bucket } from './s3-bucket.ts';
import type { LoadedS3 } from './s3-client.ts';

/** Names directly below a folder: keys, and folders that hold some. */
export interface ListedFolder {
  readonly keys: readonly string[];
  readonly folders: readonly string[];
}

/** Pages of 1,000 names: a folder of a lake has fewer. */
const PAGES_MAX = 100_000;

/** All bytes of the key; null where there is none. All functions here throw as `ask` does. */
export function getObject(bucket: S3Bucket, key: string): Promise<Uint8Array | null> {
  return bucket.ask('read', key, (s3, attempt) =>
    orNull(async () => {
      const answer = await startGet(s3, bucket.at(key), attempt);
      return bodyOf(answer, promised(answer.ContentLength), attempt);
    }),
  );
}

/** How many bytes the key has; null where there is none. */
export function objectSize(bucket: S3Bucket, key: string): Promise<number | null> {
  return bucket.ask('open', key, async (s3, attempt) => {
    try {
      const head = new s3.sdk.HeadObjectCommand(bucket.at(key));
      return promised((await s3.client.send(head, { abortSignal: attempt.signal })).ContentLength);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      // Nothing in the answer tells a key that is not there from a bucket that is not.
      return orNull(async () => {
        const answer = await startGet(s3, bucket.at(key), attempt);
        bodyIn(answer).destroy();
        return promised(answer.ContentLength);
      });
    }
  });
}

/**
 * The bytes `from` up to, not with, `to`, which is more, of a key that has `size` bytes. Throws
 * `lake_broken` where it has another size by now.
 */
export function getRange(
  bucket: S3Bucket,
  key: string,
  { size, from, to }: Readonly<Record<'size' | 'from' | 'to', number>>,
): Promise<Uint8Array> {
  return bucket.ask('read', key, async (s3, attempt) => {
    const asked = { ...bucket.at(key), Range: `bytes=${from}-${to - 1}` };
    const answer = await startGet(s3, asked, attempt).catch((error: unknown) => {
      throw statusOf(error) === 416 ? changedFile(key) : error;
    });
    try {
      const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.ContentRange ?? '') ?? [];
      if (total !== undefined && Number(total) !== size) throw changedFile(key);
      if (Number(first) !== from || answer.ContentLength !== to - from)
        throw new CutAnswer('it answered with other bytes than it was asked for');
    } catch (error) {
      bodyIn(answer).destroy();
      throw error;
    }
    return bodyOf(answer, to - from, attempt);
  });
}

/** What lies directly below a beginning of keys that is empty or ends in `/`; in no order. */
export async function listFolder(bucket: S3Bucket, prefix: string): Promise<ListedFolder> {
  const found = { keys: [] as string[], folders: [] as string[] };
  let ContinuationToken: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const input = { Bucket: bucket.at(prefix).Bucket, Prefix: prefix, Delimiter: '/', ContinuationToken };
    const page = await bucket.ask('list', prefix, async ({ sdk, client }, { signal }) => {
      const answer = await client.send(new sdk.ListObjectsV2Command(input), { abortSignal: signal });
      const goesOn = answer.NextContinuationToken !== undefined;
      if (answer.IsTruncated === true && !goesOn)
        throw new CutAnswer('it has more names and does not say how to go on');
      return answer;
    });
    found.keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
    found.folders.push(...(page.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []));
    ContinuationToken = page.NextContinuationToken;
    if (page.IsTruncated !== true) return found;
  }
  throw new Error(`more than ${PAGES_MAX} pages of names below ${prefix}`);
}

interface Asked {
  readonly Bucket: string;
  readonly Key: string;
  readonly Range?: string;
}

function startGet({ sdk, client }: LoadedS3, asked: Asked, { signal }: Attempt): Promise<GetObjectCommandOutput> {
  return client.send(new sdk.GetObjectCommand(asked), { abortSignal: signal });
}

async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (answerCode(error) === 'NoSuchKey') return null;
    throw error;
  }
}

function promised(length: number | undefined): number {
  if (length === undefined) throw new CutAnswer('it did not say how many bytes there are');
  return length;
}

function bodyIn({ Body }: GetObjectCommandOutput): Readable {
  if (Body === undefined) throw new CutAnswer('its answer has no body');
  return Body as Readable;
}

/** All bytes of the body, of which there must be `length`. */
async function bodyOf(answer: GetObjectCommandOutput, length: number, attempt: Attempt): Promise<Uint8Array> {
  const body = bodyIn(answer);
  const stop = () => body.destroy();
  attempt.expect(length);
  attempt.signal.addEventListener('abort', stop, { once: true });
  try {
    const bytes = Buffer.allocUnsafeSlow(length);
    let done = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      if (done + chunk.length > length) throw new CutAnswer('it sent more bytes than it said');
      bytes.set(chunk, done);
      done += chunk.length;
    }
    if (done < length) throw new CutAnswer(`it sent ${done} of ${length} bytes`);
    return bytes;
  } finally {
    attempt.signal.removeEventListener('abort', stop);
    body.destroy();
  }
}

function changedFile(key: string): Error {
  return brokenFile(key, 'has another size than when it was opened');
}
