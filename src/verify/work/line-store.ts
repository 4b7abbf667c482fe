/**
 * Cut lines of item versions: some in memory, all in scratch files, where every thread finds those
 * of the others.
 */
import { deserialize, serialize } from 'node:v8';
import { type Appender, readExtent } from '../events/spill.ts';
import type { LineStore, VersionLines } from '../reference/line-book.ts';
import type { Version } from '../world/timeline.ts';
import { StoredVersion } from './item-table.ts';

/** Bytes of lines that a thread keeps in memory. */
const KEPT_BYTES_MAX = 12 * 1024 * 1024;
const LENGTH_BYTES = 4;
/** Where a thread's number is in a pointer: below it is a place in its file. */
const THREAD_BIT = 48n;

/** What threads share of their lines. */
export interface SharedLines {
  /** The scratch file of each thread. */
  readonly descriptors: readonly number[];
  /** By number of a version where its lines lie, plus one; 0 where nobody has cut them. */
  readonly pointers: BigInt64Array;
}

type Kept = { readonly lines: VersionLines; readonly bytes: number };

/** The store of thread `thread`. Bound: KEPT_BYTES_MAX; scratch files grow with the versions. */
export function lineStoreOf({ descriptors, pointers }: SharedLines, thread: number, own: Appender): LineStore {
  const kept = new Map<Version, Kept>();
  let bytes = 0;
  const keep = (version: Version, one: Kept) => {
    kept.set(version, one);
    bytes += one.bytes;
    for (const [oldest, { bytes: freed }] of kept) {
      if (bytes <= KEPT_BYTES_MAX) break;
      kept.delete(oldest);
      bytes -= freed;
    }
    return one.lines;
  };
  return {
    get(version) {
      const known = kept.get(version);
      if (known !== undefined) return known.lines;
      const pointer = version instanceof StoredVersion ? Atomics.load(pointers, version.number) : 0n;
      if (pointer === 0n) return undefined;
      const offset = Number(BigInt.asUintN(Number(THREAD_BIT), pointer)) - 1;
      const descriptor = descriptors[Number(pointer >> THREAD_BIT)] ?? -1;
      const length = readExtent({ descriptor, offset, bytes: LENGTH_BYTES }).readUInt32LE(0);
      const packed = readExtent({ descriptor, offset: offset + LENGTH_BYTES, bytes: length });
      return keep(version, { lines: deserialize(packed) as VersionLines, bytes: 2 * length });
    },
    set(version, lines) {
      if (!(version instanceof StoredVersion)) throw new Error('a version that is in no table');
      const packed = serialize(lines);
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32LE(packed.length);
      const { offset } = own.append(Buffer.concat([length, packed]));
      Atomics.store(pointers, version.number, (BigInt(thread) << THREAD_BIT) + BigInt(offset + 1));
      keep(version, { lines, bytes: 2 * packed.length });
    },
  };
}
