/**
 * Record batches of Kafka (format v2) to records. kafkajs has a decoder too: it overflows the stack
 * at some 124,000 records of one batch, checks no sum and does not tell where a batch ends.
 */
import type { TopicRecord, UnreadableReason } from '../../stream/topic-log.ts';
import { RECORD_BYTES } from '../batch-queue.ts';
import { crc32c } from './crc32c.ts';
import { UNPACKED_BYTES_MAX, unpack } from './unpack.ts';
import { BrokenBytes, readWire } from './wire.ts';

/** One batch of a log. */
export interface RecordBatch {
  readonly first: number;
  /** Of the batch as it was sent: compaction may have taken its last record. */
  readonly last: number;
  readonly producerId: bigint;
  readonly isTransactional: boolean;
  /** What ends a transaction; undefined where the batch is no mark of one. */
  readonly mark: 'commit' | 'abort' | undefined;
  /** None of a mark, or where they cannot be read. */
  readonly records: readonly TopicRecord[];
  /** As its header says. */
  readonly count: number;
  readonly unreadable: UnreadableReason | undefined;
  /** Of memory. */
  readonly bytes: number;
}

/**
 * Of one batch: more than fit into a megabyte that is packed well, and a hundred megabytes of
 * memory, whatever they say.
 */
export const BATCH_RECORDS_MAX = 500_000;

/** Offset, length, leader epoch and format: what every format has in these places. */
const HEAD_BYTES = 17;
/** A batch begins with its first offset and the length of what follows. */
const LENGTH_AT = 8;
const LENGTH_END = 12;
const FORMAT_AT = 16;
const SUM_AT = 17;
/** What the sum is of begins here. */
const SUMMED_AT = 21;
const FORMAT = 2;
const [CODEC, IS_APPEND_TIME, IS_TRANSACTIONAL, IS_CONTROL] = [0x07, 0x08, 0x10, 0x20];

/**
 * The batches of a fetch, in order; the last one is left out where it is cut off, as brokers do
 * that. Throws `BrokenBytes` where nobody can tell where a batch or a transaction ends. Bound:
 * UNPACKED_BYTES_MAX, and a batch: whatever lies behind is for the next fetch.
 */
export async function readBatches(bytes: Buffer): Promise<RecordBatch[]> {
  const batches: RecordBatch[] = [];
  let unpacked = 0;
  for (let at = 0; at + HEAD_BYTES <= bytes.length && unpacked < UNPACKED_BYTES_MAX; ) {
    const length = bytes.readInt32BE(at + LENGTH_AT);
    if (length < HEAD_BYTES - LENGTH_END) throw new BrokenBytes(`a batch of ${length} bytes`);
    const end = at + LENGTH_END + length;
    if (end > bytes.length) break;
    const batch = await readBatch(bytes.subarray(at, end));
    batches.push(batch);
    unpacked += batch.bytes;
    at = end;
  }
  return batches;
}

async function readBatch(bytes: Buffer): Promise<RecordBatch> {
  const first = readWire(bytes).int64();
  const none = { records: [], mark: undefined, bytes: bytes.length };
  const unknown = { ...none, first, last: first, producerId: -1n, isTransactional: false };
  if (bytes[FORMAT_AT] !== FORMAT) return { ...unknown, count: 1, unreadable: 'unknown_format' };
  const reader = readWire(bytes, SUMMED_AT);
  const attributes = reader.int16();
  const last = first + reader.int32();
  const [firstTime, newestTime] = [reader.int64(), reader.int64()];
  const producerId = reader.bigint64();
  // Epoch and first sequence number.
  reader.bytes(6);
  const count = reader.int32();
  const isTransactional = (attributes & IS_TRANSACTIONAL) !== 0;
  const isSound = crc32c(bytes.subarray(SUMMED_AT)) === bytes.readUInt32BE(SUM_AT);
  const times = { firstTime, appendTime: attributes & IS_APPEND_TIME ? newestTime : undefined };
  const packed = { codec: attributes & CODEC, bytes: reader.bytes(reader.left()) };
  const read = isSound ? await unpackRecords(packed, { first, count, ...times }) : 'damaged';
  const head = { ...none, first, last, producerId, isTransactional, count };
  const isControl = (attributes & IS_CONTROL) !== 0;
  if (typeof read !== 'string')
    return { ...head, unreadable: undefined, ...(isControl ? { mark: markOf(read.records) } : read) };
  // Without it nobody knows whether what comes next of its producer was aborted.
  if (isControl) throw new BrokenBytes(`the mark of a transaction at offset ${first} is ${read}`);
  return { ...head, unreadable: read };
}

/** The records and the memory that they take, or why they cannot be had. */
async function unpackRecords(
  { codec, bytes }: { readonly codec: number; readonly bytes: Buffer },
  head: RecordsHead,
): Promise<Pick<RecordBatch, 'records' | 'bytes'> | UnreadableReason> {
  if (head.count > BATCH_RECORDS_MAX) return 'too_large';
  const unpacked = await unpack(codec, bytes);
  if (typeof unpacked === 'string') return unpacked;
  try {
    const records = readRecords(unpacked, head);
    return { records, bytes: unpacked.length + RECORD_BYTES * records.length };
  } catch (error) {
    if (error instanceof BrokenBytes) return 'damaged';
    throw error;
  }
}

interface RecordsHead {
  readonly first: number;
  readonly count: number;
  readonly firstTime: number;
  readonly appendTime: number | undefined;
}

function readRecords(bytes: Buffer, { first, count, firstTime, appendTime }: RecordsHead): TopicRecord[] {
  const reader = readWire(bytes);
  const field = () => {
    const length = reader.varint();
    return length < 0 ? null : reader.bytes(length);
  };
  const records: TopicRecord[] = [];
  for (let i = 0; i < count; i++) {
    const length = reader.varint();
    const end = reader.left() - length;
    if (length < 0 || end < 0) throw new BrokenBytes(`a record of ${length} bytes`);
    // Attributes, of which none is in use.
    reader.int8();
    const timestamp = appendTime ?? firstTime + reader.varlong();
    if (appendTime !== undefined) reader.varlong();
    const offset = first + reader.varint();
    const [key, value] = [field(), field()];
    // Headers: nothing of ours is in them.
    reader.bytes(reader.left() - end);
    records.push({ offset, timestamp, key, value });
  }
  return records;
}

/** Version and type in the key of the one record of a mark: 0 aborts, 1 commits. */
function markOf(records: readonly TopicRecord[]): 'commit' | 'abort' {
  const key = records[0]?.key;
  return key?.[3] === 0 && key[2] === 0 ? 'abort' : 'commit';
}
