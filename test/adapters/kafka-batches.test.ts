/** Record batches as kafkajs writes them, and what a fetch says of offsets without a record. */
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { crc32c } from '../../src/adapters/kafka/crc32c.ts';
import { fetchedBatch } from '../../src/adapters/kafka/fetched-batch.ts';
import { loadKafkajs } from '../../src/adapters/kafka/load-kafkajs.ts';
import { BATCH_RECORDS_MAX, type RecordBatch, readBatches } from '../../src/adapters/kafka/record-batches.ts';
import { BrokenBytes } from '../../src/adapters/kafka/wire.ts';
import { unexplained } from '../contract/topic-log.ts';

const inside = createRequire(import.meta.url);
interface Encoded {
  readonly buffer: Buffer;
}
const { RecordBatch: encodeBatch } = inside('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  RecordBatch(batch: object): Promise<Encoded>;
};
const encodeRecord = inside('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: object) => Encoded;

const FIRST_TIME = 1_760_000_000_000;
interface Sent {
  readonly key: string | null;
  readonly value: string | null;
  readonly time?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A batch as kafkajs sends it. */
async function encoded(records: readonly Sent[], more: object = {}): Promise<Buffer> {
  const { buffer } = await encodeBatch({
    ...{ compression: 0, firstTimestamp: FIRST_TIME, maxTimestamp: FIRST_TIME + 9, partitionLeaderEpoch: 0 },
    ...{ lastOffsetDelta: records.length - 1, ...more },
    records: records.map(({ key, value, time = FIRST_TIME, headers = {} }, offsetDelta) =>
      encodeRecord({ offsetDelta, timestampDelta: time - FIRST_TIME, key, value, headers }),
    ),
  });
  return Buffer.from(buffer);
}

/** The batch with some of its bytes changed, and with the sum of what it is then. */
function changed(batch: Buffer, change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(batch);
  change(bytes);
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  return bytes;
}

describe('a record batch', () => {
  it('has the records that kafkajs wrote: keys, values, nulls, times before and behind the first', async () => {
    const records: Sent[] = [
      { key: 'a', value: 'x'.repeat(300), headers: { h: 'v', other: 'w' } },
      { key: null, value: null, time: FIRST_TIME - 5_000_000_000 },
      { key: '', value: 'é', time: FIRST_TIME + 5_000_000_000_000 },
    ];
    const batch = changed(await encoded(records), (bytes) => bytes.writeBigInt64BE(7n, 0));
    const [first, second] = await readBatches(Buffer.concat([batch, batch]));
    expect(second).toEqual(first);
    expect(first).toMatchObject({ first: 7, last: 9, mark: undefined, unreadable: undefined, count: 3 });
    expect(
      first?.records.map(({ key, value, ...rest }) => ({ ...rest, key: key && `${key}`, value: value && `${value}` })),
    ).toEqual(records.map(({ key, value, time = FIRST_TIME }, i) => ({ offset: 7 + i, timestamp: time, key, value })));
    const [appended] = await readBatches(changed(batch, (bytes) => bytes.writeInt16BE(0x08, 21)));
    expect(appended?.records.map(({ timestamp }) => timestamp)).toEqual(Array(3).fill(FIRST_TIME + 9));
  });

  it('of 200,000 records is read, at which the decoder of kafkajs overflows the stack', async () => {
    const batch = await encoded(Array.from({ length: 200_000 }, () => ({ key: null, value: 'x' })));
    const [{ records } = { records: [] }] = await readBatches(batch);
    expect(records.length).toBe(200_000);
    expect(records.at(-1)).toMatchObject({ offset: 199_999 });
    const decode = inside('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js') as (
      from: object,
    ) => Promise<unknown>;
    const Decoder = inside('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object;
    const size = Buffer.alloc(4);
    size.writeInt32BE(batch.length);
    // When this is mended, ours may go.
    await expect(decode(new Decoder(Buffer.concat([size, batch])))).rejects.toThrow(RangeError);
  });

  it('in a codec or format that nobody knows, or of other bytes, is unreadable with its offsets', async () => {
    const batch = await encoded([
      { key: 'a', value: 'b' },
      { key: 'a', value: 'c' },
    ]);
    const reasonOf = async (bytes: Buffer) => {
      const [one, next] = await readBatches(Buffer.concat([bytes, batch]));
      expect(next?.records).toHaveLength(2);
      return [one?.unreadable, one?.first, one?.last, one?.count];
    };
    expect(await reasonOf(changed(batch, (bytes) => bytes.writeInt16BE(5, 21)))).toEqual(['unknown_format', 0, 1, 2]);
    expect(await reasonOf(changed(batch, (bytes) => bytes.writeInt16BE(4, 21)))).toEqual(['damaged', 0, 1, 2]);
    expect(await reasonOf(changed(batch, (bytes) => bytes.writeInt32BE(9, 57)))).toEqual(['damaged', 0, 1, 9]);
    const many = changed(batch, (bytes) => bytes.writeInt32BE(BATCH_RECORDS_MAX + 1, 57));
    expect(await reasonOf(many)).toEqual(['too_large', 0, 1, BATCH_RECORDS_MAX + 1]);
    const mark = changed(batch, (bytes) => bytes.writeInt16BE(0x30 | 5, 21));
    await expect(readBatches(mark)).rejects.toThrow('the mark of a transaction at offset 0 is unknown_format');
    const flipped = Buffer.from(batch);
    flipped[batch.length - 2]! ^= 1;
    expect(await reasonOf(flipped)).toEqual(['damaged', 0, 1, 2]);
    const old = Buffer.from(batch);
    old[16] = 1;
    expect(await reasonOf(old)).toEqual(['unknown_format', 0, 0, 1]);
  });

  it('is the last of a fetch where those before fill memory: the rest is for the next one', async () => {
    const large = await encoded([{ key: null, value: 'x'.repeat(33 * 1024 * 1024) }]);
    expect(await readBatches(Buffer.concat([large, large, large]))).toHaveLength(2);
  });

  it('that is cut off at the end of a fetch is left out, and a length that leads nowhere is refused', async () => {
    const batch = await encoded([{ key: 'a', value: 'b' }]);
    for (const cut of [1, 16, 20, batch.length - 1])
      expect(await readBatches(Buffer.concat([batch, batch.subarray(0, cut)]))).toHaveLength(1);
    const broken = Buffer.from(batch);
    broken.writeInt32BE(-1, 8);
    await expect(readBatches(broken)).rejects.toThrow(BrokenBytes);
  });
});

const batchOf = (
  first: number,
  last: number,
  more: Partial<RecordBatch> & { readonly gone?: readonly number[] } = {},
) => ({
  ...{ first, last, producerId: -1n, isTransactional: false, mark: undefined, unreadable: undefined, bytes: 0 },
  count: last - first + 1,
  records: Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .filter((offset) => !more.gone?.includes(offset))
    .map((offset) => ({ offset, timestamp: 0, key: null, value: null })),
  ...more,
});
const from = (offset: number, more: object = {}) => ({
  ...{ at: { topic: 't', partition: 0, offset }, aborted: [], end: 100, isCompacted: false },
  ...more,
});

describe('what was fetched', () => {
  it('leaves out what lies before the offset, of a batch that holds it too', () => {
    const batch = fetchedBatch([batchOf(0, 4), batchOf(5, 9), batchOf(10, 11)], from(7));
    expect(batch).toMatchObject({ next: 12, end: 100, explained: [], unreadable: [] });
    expect(batch.records.map(({ offset }) => offset)).toEqual([7, 8, 9, 10, 11]);
  });

  it('explains what is missing where the topic is compacted, and nowhere else', () => {
    const batches = [batchOf(2, 9, { gone: [4, 5, 9] }), batchOf(12, 14, { records: [] }), batchOf(20, 20)];
    const compacted = fetchedBatch(batches, from(0, { isCompacted: true }));
    expect(compacted.explained).toEqual([
      { from: 0, to: 2 },
      { from: 4, to: 6 },
      { from: 9, to: 20 },
    ]);
    expect(unexplained([compacted], 0)).toEqual([]);
    const kept = fetchedBatch(batches, from(0));
    expect(kept.explained).toEqual([]);
    expect(unexplained([kept], 0)).toEqual([
      { from: 0, to: 2 },
      { from: 4, to: 6 },
      { from: 9, to: 20 },
    ]);
  });

  it('has neither records that were aborted nor marks, of transactions that overlap', () => {
    const of = (first: number, producerId: bigint, more = {}) =>
      batchOf(first, first, { producerId, isTransactional: true, ...more });
    const marked = (mark: 'commit' | 'abort') => ({ mark, records: [] });
    const batches = [
      of(0, 1n),
      of(1, 2n),
      of(2, 1n, marked('commit')),
      of(3, 2n),
      of(4, 2n, marked('abort')),
      of(5, 2n),
    ];
    batches.push(batchOf(6, 6, { producerId: 2n }));
    batches.push(of(7, 3n, { unreadable: 'damaged', records: [] }), of(8, 3n, marked('abort')));
    const aborted = [
      { producerId: 3n, first: 7 },
      { producerId: 2n, first: 1 },
    ];
    const batch = fetchedBatch(batches, from(0, { aborted }));
    expect(batch.records.map(({ offset }) => offset)).toEqual([0, 5, 6]);
    expect([batch.explained, batch.unreadable]).toEqual([
      [
        { from: 1, to: 5 },
        { from: 7, to: 9 },
      ],
      [],
    ]);
  });

  it('tells of unreadable batches from the offset on', () => {
    const batch = fetchedBatch([batchOf(0, 9, { unreadable: 'damaged', records: [] }), batchOf(10, 10)], from(4));
    expect(batch.unreadable).toEqual([{ from: 4, to: 10, records: 6, reason: 'damaged' }]);
    expect(batch.next).toBe(11);
  });
});

describe('requests of kafkajs that wait', () => {
  afterEach(() => vi.restoreAllMocks());

  it('set no timer for a moment that is over (TimeoutNegativeWarning), and none while nothing waits', async () => {
    const { RequestQueue, logger } = await loadKafkajs();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const queue = new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 1_000,
      clientId: 'c',
      broker: 'b',
      logger,
    });
    queue.checkPendingRequests();
    queue.scheduleCheckPendingRequests();
    expect(timers).not.toHaveBeenCalled();
    queue.pending.push({});
    queue.scheduleCheckPendingRequests();
    queue.scheduleCheckPendingRequests();
    expect(timers.mock.calls.map(([, ms]) => ms)).toEqual([10]);
    clearTimeout(queue.throttleCheckTimeoutId!);
  });
});
