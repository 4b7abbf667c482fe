/**
 * A record on its way through take-in's sorter, as bytes: chains, then entities, come out whole
 * and in order.
 */
import type { EventRecord } from '../../schemas/event.ts';
import { entityOf } from '../../schemas/event-time.ts';
import type { DeadLetter } from '../../src/adapters/parquet/dead-letters.ts';
import { byteAt } from '../../src/checked.ts';
import { partitionOf } from '../../src/lake/murmur2.ts';
import type { ByteRecord } from '../../src/sort/byte-records.ts';
import type { EventLine } from '../../src/sources/event-files.ts';
import { parseLineBytes } from '../../src/sources/event-line.ts';

/** Where a record was read: number of the input file, and line in it from 1. */
export interface ReadFrom {
  readonly file: number;
  readonly line: number;
}

/** A dead letter whose source is still a number. */
export type UnreadLetter = Omit<DeadLetter, 'source' | 'line'>;

/** What comes out of the sorter. */
export type DealtRecord =
  | (ReadFrom & { readonly kind: 'event'; readonly chain: number; readonly event: EventRecord })
  | (ReadFrom & { readonly kind: 'unread'; readonly chain: number; readonly letter: UnreadLetter });

/** Within a chain events come first, then what is none. */
const ORDER = { event: 0, unread: 1 } as const;
/** Number of the chain in three bytes, big-endian, and one of ORDER. */
const CHAIN_BYTES = 3;
const KEY_HEAD_BYTES = CHAIN_BYTES + 1;
/** Digits of a file's and a line's number, so that they sort as text. */
const NUMBER_DIGITS = 12;
const SPACE = 0x20;
/** A UTF-16 unit is at most three bytes of UTF-8. */
const UNIT_BYTES_MAX = 3;

/** Makes one record after another; each is there until the next is made. */
export type Dealer = (line: EventLine, file: number) => ByteRecord;

/**
 * Key: chain, ORDER, entity (member or item id in UTF-8). Payload: file, line, and the line as it
 * was read, parted by spaces: to read it twice is cheaper than to write it anew. The chain of a
 * member is its partition; that of the items comes behind all partitions. What is no event belongs
 * to nobody: it lies in partition 0, sorted by where it was read, as a letter in JSON.
 * `only`: all records are of this chain. Bound: the longest record.
 */
export function createDealer(partitions: number, only?: number): Dealer {
  let keys = Buffer.alloc(0);
  let payloads = Buffer.alloc(0);
  const keyOf = (order: number, entity: string): Buffer => {
    keys = atLeast(keys, KEY_HEAD_BYTES + entity.length * UNIT_BYTES_MAX);
    const key = keys.subarray(0, KEY_HEAD_BYTES + keys.write(entity, KEY_HEAD_BYTES, 'utf8'));
    key.writeUInt8(order, CHAIN_BYTES);
    return key;
  };
  const payloadOf = (file: number, line: number, bytes: Uint8Array): Buffer => {
    const head = `${file} ${line} `;
    payloads = atLeast(payloads, head.length + bytes.length);
    payloads.write(head, 0, 'latin1');
    payloads.set(bytes, head.length);
    return payloads.subarray(0, head.length + bytes.length);
  };
  return ({ line, outcome, bytes }, file) => {
    if (outcome.ok) {
      const { event } = outcome;
      const key = keyOf(ORDER.event, entityOf(event));
      const ofItem = event.type === 'item' ? partitions : undefined;
      const chain = only ?? ofItem ?? partitionOf(key.subarray(KEY_HEAD_BYTES), partitions);
      key.writeUIntBE(chain, 0, CHAIN_BYTES);
      return { key, payload: payloadOf(file, line, bytes) };
    }
    const { reason, field = '', message, raw } = outcome;
    const letter = { reason, field, message, raw: Buffer.from(raw).toString('base64') };
    const readFrom = [file, line].map((number) => String(number).padStart(NUMBER_DIGITS, '0')).join(' ');
    const key = keyOf(ORDER.unread, readFrom);
    key.writeUIntBE(only ?? 0, 0, CHAIN_BYTES);
    return { key, payload: payloadOf(file, line, Buffer.from(JSON.stringify(letter), 'utf8')) };
  };
}

function atLeast(buffer: Buffer<ArrayBuffer>, bytes: number): Buffer<ArrayBuffer> {
  return buffer.length >= bytes ? buffer : Buffer.allocUnsafeSlow(Math.max(bytes, 2 * buffer.length));
}

/** The chain of a record, by its key. */
export function chainOfDealt(key: Uint8Array): number {
  return (byteAt(key, 0) * 256 + byteAt(key, 1)) * 256 + byteAt(key, 2);
}

/** What a dealer made. Throws Error, a bug of ours, where a line that was an event is none now. */
export function decodeDealt({ key, payload }: ByteRecord): DealtRecord {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  const first = bytes.indexOf(SPACE);
  const second = bytes.indexOf(SPACE, first + 1);
  const at = {
    chain: chainOfDealt(key),
    file: Number(bytes.toString('latin1', 0, first)),
    line: Number(bytes.toString('latin1', first + 1, second)),
  };
  const content = bytes.subarray(second + 1);
  if (byteAt(key, CHAIN_BYTES) === ORDER.unread) {
    const letter = JSON.parse(content.toString('utf8')) as Omit<UnreadLetter, 'raw'> & { readonly raw: string };
    return { kind: 'unread', ...at, letter: { ...letter, raw: Buffer.from(letter.raw, 'base64') } };
  }
  const parsed = parseLineBytes(content);
  if (parsed?.ok !== true) throw new Error(`line ${at.line} of file ${at.file} is no longer an event`);
  return { kind: 'event', ...at, event: parsed.event };
}
