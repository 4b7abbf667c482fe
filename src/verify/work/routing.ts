/** Which bucket a record is put into, and how it is written there. */
import { deserialize, serialize } from 'node:v8';
import { type LineBlock, recordsOf } from '../events/event-stream.ts';
import type { Spill } from '../events/spill.ts';

/** Buckets of members, by a hash of their ids: what lies in one is looked at together. */
export const MEMBER_BUCKETS = 1_024;
/** Buckets of items, behind those of members: copies of a record are in one. */
export const ITEM_BUCKETS = 16;

/** Records as a folder has them, or parsed ones of a stream. */
export type RecordBlock = { readonly lines: LineBlock } | { readonly records: Uint8Array };

/** Packs parsed records for another thread. */
export function packRecords(records: readonly unknown[]): RecordBlock {
  return { records: serialize(records) };
}

/** Records that were read, and those that are none or are of nobody. */
export interface RouteCounts {
  read: number;
  dead: number;
}

const [AS_LINE, AS_VALUE] = [0, 1];

/**
 * Puts the records of a block aside. What is no event for another reason is found when it is read.
 */
export function routeBlock(block: RecordBlock, spill: Spill, counts: RouteCounts): void {
  const put = (record: unknown, packed: () => Uint8Array, kind: number) => {
    counts.read++;
    const bucket = bucketOf(record);
    if (bucket < 0) counts.dead++;
    else spill.put(bucket, packed(), kind);
  };
  if ('lines' in block) {
    for (const { line, record } of recordsOf(block.lines)) put(record, () => line, AS_LINE);
  } else {
    for (const record of deserialize(block.records) as unknown[]) put(record, () => serialize(record), AS_VALUE);
  }
}

/** The record that bytes of a bucket hold. */
export function readRecord(bytes: Buffer, kind: number): unknown {
  if (kind === AS_VALUE) return deserialize(bytes);
  for (const { record } of recordsOf(bytes)) return record;
  throw new Error('a line put aside holds no record');
}

/** -1 where no member or item is named. */
function bucketOf(record: unknown): number {
  if (typeof record !== 'object' || record === null || !('type' in record)) return -1;
  const { type, member_id: member, item_id: item } = record as Record<string, unknown>;
  if (type === 'item') return typeof item === 'string' ? MEMBER_BUCKETS + (hashOf(item) % ITEM_BUCKETS) : -1;
  if (type !== 'member' && type !== 'interaction') return -1;
  return typeof member === 'string' ? hashOf(member) % MEMBER_BUCKETS : -1;
}

/** FNV-1a over the units of a text, 32 bits. */
function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619);
  return hash >>> 0;
}
