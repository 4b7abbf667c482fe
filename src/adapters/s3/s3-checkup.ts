/** What a lake needs of a bucket: credentials, rights, the clock, and no versioning. */
import { PROCESS_EFFECTS } from '../../effects.ts';
import { type Finding, finding, isLeftTrial, type TrialStore, trialName, unstopped } from '../checkup.ts';
import { answerCode, statusOf } from './s3-answers.ts';
import { openBucket, type S3Bucket } from './s3-bucket.ts';
import type { S3Manner } from './s3-client.ts';
import { parseS3Location } from './s3-location.ts';
import { getObject, listFolder } from './s3-reads.ts';
import { putTogether, removeObject } from './s3-writes.ts';

/** Whoever waited for a store that does not answer does not wait once more to clear it. */
const CLEAR_MS_MAX = 5_000;

/** S3 refuses requests that are 15 minutes off; a clock that is a minute off is not kept right. */
const SKEW_MS_MAX = 60_000;

/** Credentials, bucket, clock and versioning; where one is missing that others need, no others. */
export async function findInBucket(location: string, manner: S3Manner, effects = PROCESS_EFFECTS): Promise<Finding[]> {
  const at = parseS3Location(location);
  const bucket = openBucket(at, manner, effects);
  // A bucket of its own: who has credentials was not let in yet.
  const outside = openBucket(at, manner, effects);
  const credentials = await finding('credentials', () =>
    outside.ask('ask with credentials of', at.prefix, async ({ client }) => {
      const { accessKeyId } = await client.config.credentials();
      return `access key ${accessKeyId.slice(0, 4)}…`;
    }),
  );
  if (!credentials.ok) return [credentials];
  let skewMs: number | undefined;
  const reached = await finding('bucket', async () => {
    skewMs = await askClock(bucket, at.prefix, effects.now);
    return `${at.text} can be listed`;
  });
  if (!reached.ok) return [credentials, reached];
  return [credentials, reached, clockFinding(skewMs), await finding('versioning', () => askVersioning(bucket))];
}

/** Lists one name, and returns how far the clock of the server is before ours. */
async function askClock(bucket: S3Bucket, prefix: string, now: () => number): Promise<number | undefined> {
  return bucket.ask('list', prefix, async ({ sdk, client }, { signal }) => {
    const { Bucket } = bucket.at(prefix);
    const command = new sdk.ListObjectsV2Command({ Bucket, Prefix: prefix, MaxKeys: 1 });
    let date: number | undefined;
    command.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const { headers } = answer.response as { headers?: Readonly<Record<string, string>> };
        date = Date.parse(headers?.date ?? '');
        return answer;
      },
      { step: 'deserialize', name: 'date of the answer' },
    );
    const asked = now();
    await client.send(command, { abortSignal: signal });
    return date === undefined || Number.isNaN(date) ? undefined : date - (asked + now()) / 2;
  });
}

function clockFinding(skewMs: number | undefined): Finding {
  const name = 'clock';
  if (skewMs === undefined) return { name, ok: true, said: 'the server does not say what time it is', remedy: '' };
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const way = skewMs > 0 ? 'behind' : 'before';
  if (Math.abs(skewMs) <= SKEW_MS_MAX)
    return { name, ok: true, said: `${seconds} s off that of the server`, remedy: '' };
  const said = `the clock of this machine is ${seconds} s ${way} that of the server`;
  return { name, ok: false, said, remedy: 'set the clock right (NTP): S3 refuses requests that are 15 minutes off' };
}

async function askVersioning(bucket: S3Bucket): Promise<Omit<Finding, 'name'> | string> {
  return bucket.ask('look at the versioning of', '', async ({ sdk, client }, { signal }) => {
    const command = new sdk.GetBucketVersioningCommand({ Bucket: bucket.at('').Bucket });
    try {
      const { Status } = await client.send(command, { abortSignal: signal });
      if (Status !== 'Enabled') return 'off';
    } catch (error) {
      // Rights to ask it are not needed for anything else, and small servers do not know it.
      const isUnknown = [403, 404, 405, 501].includes(statusOf(error)) && answerCode(error) !== 'NoSuchBucket';
      if (isUnknown) return 'cannot be asked here: see to it that it is off';
      throw error;
    }
    return {
      ok: false,
      said: 'on: a removed file leaves a mark, and every version of a file costs room and outlives an erasure',
      remedy: 'use a bucket whose versioning was never on',
    };
  });
}

/** Removes what trials of before have left: the process had ended before they could. */
export async function sweepS3Trials(location: string, manner: S3Manner, effects = PROCESS_EFFECTS): Promise<void> {
  const at = parseS3Location(location);
  const bucket = openBucket(at, manner, effects);
  for (const folder of (await listFolder(bucket, at.prefix)).folders)
    if (isLeftTrial(folder.slice(at.prefix.length), effects.now())) await removeBelow(bucket, folder);
}

async function removeBelow(bucket: S3Bucket, folder: string): Promise<void> {
  const { keys } = await listFolder(bucket, folder);
  await Promise.all(keys.map((key) => removeObject(bucket, key)));
}

/** A folder of the lake's that no lake uses; nothing is written yet. */
export function openS3Trial(location: string, manner: S3Manner, effects = PROCESS_EFFECTS): TrialStore {
  const { text } = parseS3Location(location);
  const at = parseS3Location(`${text}/${trialName(effects)}`);
  const bucket = openBucket(at, manner, effects);
  return {
    store: {
      get: (key) => getObject(bucket, at.prefix + key),
      putIfAbsent: (key, bytes, gate) => putTogether(bucket, at.prefix + key, { bytes, gate }),
    },
    clear() {
      const patience = { ...manner.patience, waitMs: Math.min(manner.patience.waitMs, CLEAR_MS_MAX) };
      return removeBelow(openBucket(at, { ...manner, patience }, unstopped(effects)), at.prefix);
    },
  };
}
