/**
 * A record on its way through take-in's sorter, as bytes: partitions, then entities, come out whole
 * and in order.
 */
import type { EventRecord } from '../../schemas/event.ts';
import { canonicalEvent, entityOf } from '../../schemas/event-time.ts';
import type { DeadLetter } from '../../src/adapters/parquet/dead-letters.ts';
import { partitionOf } from '../../src/lake/murmur2.ts';
import type { ByteRecord } from '../../src/sort/byte-records.ts';
import type { EventLine } from '../../src/sources/event-files.ts';

/** Where a record was read: number of the input file, and line in it from 1. */
export interface ReadFrom {
  readonly file: number;
  readonly line: number;
}

/** A dead letter whose source is still a number. */
export type UnreadLetter = Omit<DeadLetter, 'source' | 'line'>;

/** What comes out of the sorter. */
export type DealtRecord =
  | (ReadFrom & { readonly kind: 'event'; readonly partition: number; readonly event: EventRecord })
  | (ReadFrom & { readonly kind: 'unread'; readonly partition: number; readonly letter: UnreadLetter });

/** Within a partition items come first, then members, then what is no event. */
const ORDER = { item: 0, member: 1, unread: 2 } as const;
/** Partition in two bytes, big-endian, and one of ORDER. */
const KEY_HEAD_BYTES = 3;
/** Digits of a file's and a line's number, so that they sort as text. */
const NUMBER_DIGITS = 12;

/**
 * Key: partition, ORDER, entity (member or item id in UTF-8). Payload: file, line and canonical
 * JSON, parted by spaces. What is no event belongs to no member: it lies in partition 0, sorted by
 * where it was read.
 */
export function encodeDealt({ line, outcome }: EventLine, file: number, partitions: number): ByteRecord {
  const payload = (json: string) => Buffer.from(`${file} ${line} ${json}`, 'utf8');
  if (outcome.ok) {
    const { event } = outcome;
    const entity = entityOf(event);
    const order = event.type === 'item' ? ORDER.item : ORDER.member;
    return { key: sortKey(partitionOf(entity, partitions), order, entity), payload: payload(canonicalEvent(event)) };
  }
  const { reason, field = '', message, raw } = outcome;
  const letter = { reason, field, message, raw: Buffer.from(raw).toString('base64') };
  const readFrom = [file, line].map((number) => String(number).padStart(NUMBER_DIGITS, '0')).join(' ');
  return { key: sortKey(0, ORDER.unread, readFrom), payload: payload(JSON.stringify(letter)) };
}

/** What `encodeDealt` encoded. */
export function decodeDealt({ key, payload }: ByteRecord): DealtRecord {
  const head = Buffer.from(key.buffer, key.byteOffset, KEY_HEAD_BYTES);
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8');
  const first = text.indexOf(' ');
  const second = text.indexOf(' ', first + 1);
  const at = {
    partition: head.readUInt16BE(0),
    file: Number(text.slice(0, first)),
    line: Number(text.slice(first + 1, second)),
  };
  const json: unknown = JSON.parse(text.slice(second + 1));
  if (head.readUInt8(2) !== ORDER.unread) return { kind: 'event', ...at, event: json as EventRecord };
  const letter = json as Omit<UnreadLetter, 'raw'> & { readonly raw: string };
  return { kind: 'unread', ...at, letter: { ...letter, raw: Buffer.from(letter.raw, 'base64') } };
}

function sortKey(partition: number, order: number, entity: string): Buffer {
  const key = Buffer.allocUnsafe(KEY_HEAD_BYTES + Buffer.byteLength(entity, 'utf8'));
  key.writeUInt16BE(partition, 0);
  key.writeUInt8(order, 2);
  key.write(entity, KEY_HEAD_BYTES, 'utf8');
  return key;
}
