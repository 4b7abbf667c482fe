/** How many shards a split has and how many rows each: from tokens, never from compressed bytes. */

/** 64 million tokens were 48 to 84 MB compressed. */
export const SHARD_TOKENS = 64_000_000;
/** A shard of fewer rows is not worth a file. */
export const SHARD_ROWS_MIN = 1_000;
/** Above it counts go up in steps of it. */
const SHARD_STEP = 64;

/**
 * Shards of a split (RELEASE-4): tokens / 64 million, raised to a power of two, above 64 to a
 * multiple of 64; never more than rows / 1,000; at least 1.
 */
export function shardCount(tokens: number, rows: number): number {
  return Math.max(1, Math.min(raise(Math.ceil(tokens / SHARD_TOKENS)), lower(Math.floor(rows / SHARD_ROWS_MIN))));
}

function raise(count: number): number {
  if (count > SHARD_STEP) return Math.ceil(count / SHARD_STEP) * SHARD_STEP;
  let power = 1;
  while (power < count) power *= 2;
  return power;
}

function lower(count: number): number {
  if (count >= SHARD_STEP) return Math.floor(count / SHARD_STEP) * SHARD_STEP;
  let power = 1;
  while (power * 2 <= count) power *= 2;
  return count < 1 ? 1 : power;
}

/** Rows of each shard (RELEASE-4); the first ones have one more where they do not divide. */
export function shardRows(rows: number, shards: number): number[] {
  return Array.from({ length: shards }, (_, i) => Math.floor(rows / shards) + (i < rows % shards ? 1 : 0));
}

/** `data/train-00000-of-00064.parquet` without folder and ending. */
export function shardName(split: string, shard: number, shards: number): string {
  return `${split}-${String(shard).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}`;
}
