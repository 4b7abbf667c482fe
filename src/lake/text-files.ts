/**
 * Files of encoded texts, a cache: any of them may be missing, half written or damaged, and then
 * what it held is not found.
 */
import { hash } from 'node:crypto';
import { BrewhouseError } from '../errors.ts';
import type { ObjectStore, RangeReader } from './object-store.ts';

/** What a text's numbers are kept under: a SHA-256 in hexadecimal digits of what it says. */
export interface KeptText {
  readonly key: string;
  readonly numbers: Int32Array;
}

/** Where the numbers of a text lie in a file. */
export interface TextSpot {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** How the files' names end. */
export const TEXTS_ENDING = '.texts';
/** Of the key, and of the hash that an entry and an index are checked by. */
const KEY_BYTES = 32;
const CHECK_BYTES = 16;
/** Key, check, numbers. */
const ENTRY_HEAD = KEY_BYTES + CHECK_BYTES;
/** Key, from, to. */
const INDEX_BYTES = KEY_BYTES + 8;
/** Number of entries, check of the index. */
const FOOTER_BYTES = 4 + CHECK_BYTES;
/** Entries that lie so near are read with what is between them. */
const GAP_BYTES_MAX = 64 * 1024;

/** A file of the texts: entries one after the other, then an index of them, then the footer. */
export function packTexts(texts: readonly KeptText[]): Uint8Array {
  const entries = texts.map(({ key, numbers }) => {
    const body = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    const head = Buffer.from(key, 'hex');
    return Buffer.concat([head, checkOf([head, body]), body]);
  });
  const index = Buffer.alloc(texts.length * INDEX_BYTES);
  let from = 0;
  for (const [i, entry] of entries.entries()) {
    entry.copy(index, i * INDEX_BYTES, 0, KEY_BYTES);
    index.writeUInt32LE(from, i * INDEX_BYTES + KEY_BYTES);
    from += entry.length;
    index.writeUInt32LE(from, i * INDEX_BYTES + KEY_BYTES + 4);
  }
  const count = Buffer.alloc(4);
  count.writeUInt32LE(texts.length);
  return Buffer.concat([...entries, index, count, checkOf([index])]);
}

/** What the file holds; nothing where its end does not read. */
export async function readTextSpots(store: ObjectStore, key: string): Promise<TextSpot[]> {
  return (await reading(store, key, indexOf)) ?? [];
}

async function indexOf(file: RangeReader): Promise<TextSpot[]> {
  if (file.size < FOOTER_BYTES) return [];
  const footer = Buffer.from(await file.read(file.size - FOOTER_BYTES, file.size));
  const count = footer.readUInt32LE(0);
  const end = file.size - FOOTER_BYTES;
  const from = end - count * INDEX_BYTES;
  if (from < 0) return [];
  const index = Buffer.from(await file.read(from, end));
  if (!checkOf([index]).equals(footer.subarray(4))) return [];
  const places = Array.from({ length: count }, (_, i) => {
    const at = i * INDEX_BYTES;
    return {
      key: index.toString('hex', at, at + KEY_BYTES),
      from: index.readUInt32LE(at + KEY_BYTES),
      to: index.readUInt32LE(at + KEY_BYTES + 4),
    };
  });
  return places.filter((place) => place.from + ENTRY_HEAD <= place.to && place.to <= from);
}

/** The texts at the places of a file, those that read as they were written. */
export async function readTexts(store: ObjectStore, key: string, places: readonly TextSpot[]): Promise<KeptText[]> {
  const found: KeptText[] = [];
  await reading(store, key, async (file) => {
    for (const near of nearSpots(places)) {
      const from = near[0]?.from ?? 0;
      const bytes = await file.read(from, near.at(-1)?.to ?? 0);
      for (const place of near) {
        const text = textOf(bytes.subarray(place.from - from, place.to - from), place.key);
        if (text !== undefined) found.push(text);
      }
    }
  });
  return found;
}

/** EACH ENTRY IS CHECKED BY ITS HASH. Undefined where it is not what was written under the key. */
function textOf(entry: Uint8Array, key: string): KeptText | undefined {
  const [head, check, body] = [
    entry.subarray(0, KEY_BYTES),
    entry.subarray(KEY_BYTES, ENTRY_HEAD),
    entry.subarray(ENTRY_HEAD),
  ];
  const isWhole = Buffer.from(key, 'hex').equals(head) && checkOf([head, body]).equals(check);
  return isWhole ? { key, numbers: new Int32Array(Uint8Array.from(body).buffer) } : undefined;
}

/** In the order of the file, those together that lie near each other. */
function nearSpots(places: readonly TextSpot[]): TextSpot[][] {
  const groups: TextSpot[][] = [];
  for (const place of places.toSorted((a, b) => a.from - b.from)) {
    const last = groups.at(-1);
    if (last !== undefined && place.from - (last.at(-1)?.to ?? 0) <= GAP_BYTES_MAX) last.push(place);
    else groups.push([place]);
  }
  return groups;
}

function checkOf(parts: readonly Uint8Array[]): Buffer {
  return hash('sha256', Buffer.concat(parts), 'buffer').subarray(0, CHECK_BYTES);
}

/** Undefined where the store has no such bytes, or does not let us read them. */
async function reading<T>(
  store: ObjectStore,
  key: string,
  read: (file: RangeReader) => Promise<T>,
): Promise<T | undefined> {
  let file: RangeReader | undefined;
  try {
    file = await store.openRead(key);
    return await read(file);
  } catch (error) {
    if (error instanceof BrewhouseError) return undefined;
    throw error;
  } finally {
    await file?.close();
  }
}
