/** `s3://bucket/prefix` to a bucket and to how keys of the lake are called in it. */
import { BrewhouseError } from '../../errors.ts';

/** Where a lake lies in a bucket. */
export interface S3Location {
  readonly bucket: string;
  /** What every key of the lake begins with: empty, or names that each have a `/` after them. */
  readonly prefix: string;
  /** `s3://bucket/prefix` without a `/` at its end: the same text for the same lake. */
  readonly text: string;
}

/** Names of buckets as S3 has them; older ones and other servers have capitals and underscores. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/;

/** Throws `usage` for what names no bucket, or a folder that two spellings would name. */
export function parseS3Location(text: string): S3Location {
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/]*)\/*(.*)$/is.exec(text) ?? [];
  const names = rest.replace(/\/+$/, '').split('/');
  const isRoot = names.length === 1 && names[0] === '';
  const isOdd = (name: string) => name === '' || name === '.' || name === '..' || /[\\\p{Cc}]/u.test(name);
  if (!BUCKET.test(bucket) || (!isRoot && names.some(isOdd))) {
    throw new BrewhouseError('usage', `cannot open "${text}" as a folder on S3`, {
      remedy: 'write it as s3://BUCKET/FOLDER',
    });
  }
  const path = isRoot ? '' : names.join('/');
  return { bucket, prefix: isRoot ? '' : `${path}/`, text: `s3://${bucket}${isRoot ? '' : `/${path}`}` };
}
