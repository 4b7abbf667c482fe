/** Keeps the ids of all segments in shared typed arrays, so that worker threads read what one thread tokenized. */

/** Ids in one chunk (4 MiB): small enough for a test, large enough that a million items need few. */
const CHUNK_IDS = 1 << 20;

/** Handles in one chunk of places (768 KiB). */
const CHUNK_HANDLES = 1 << 16;

/** Int32 numbers that say where a segment lies: chunk, offset, length. */
const PLACE_INTS = 3;

/** 4,096 chunks are 16 GiB of ids; more is a mistake, since a process that shares them would be killed for memory. */
const CHUNKS_MAX = 4_096;

/** What goes to a worker (`workerData`, `postMessage`): shared, not copied. Handles below `handles` are readable. */
export interface ExportedArena {
  readonly ids: readonly SharedArrayBuffer[];
  readonly places: readonly SharedArrayBuffer[];
  readonly handles: number;
}

/** Segments by handle: 0, 1, 2 ... in the order in which they were added. */
export interface ReadonlyArena {
  /** Handles that can be read. */
  readonly size: number;
  /** Ids in a segment. Throws RangeError for an unknown handle. */
  length(handle: number): number;
  /** Writes a segment's ids into `target` from `at` on and gives the place behind them. Throws RangeError for an unknown handle or where they do not fit. */
  copyTo(handle: number, target: Int32Array, at: number): number;
}

/** An arena that grows; only the thread that made it adds. */
export interface SegmentArena extends ReadonlyArena {
  /** Copies `ids` in and gives their handle. */
  add(ids: Int32Array): number;
  /** The arena as it stands; segments added later need another export. */
  exportArena(): ExportedArena;
}

/** An empty arena. */
export function createSegmentArena(): SegmentArena {
  const ids: Int32Array<SharedArrayBuffer>[] = [];
  const places: Int32Array<SharedArrayBuffer>[] = [];
  let size = 0;
  let used = 0;

  const roomFor = (length: number): Int32Array => {
    const last = ids.at(-1);
    if (last !== undefined && used + length <= last.length) return last;
    if (ids.length >= CHUNKS_MAX) throw new RangeError(`a segment arena holds at most ${CHUNKS_MAX} chunks`);
    const chunk = sharedInts(Math.max(CHUNK_IDS, length));
    ids.push(chunk);
    used = 0;
    return chunk;
  };

  return {
    get size() {
      return size;
    },
    add(segment) {
      const chunk = roomFor(segment.length);
      if (size % CHUNK_HANDLES === 0) places.push(sharedInts(CHUNK_HANDLES * PLACE_INTS));
      const place = places[places.length - 1]!;
      const at = (size % CHUNK_HANDLES) * PLACE_INTS;
      chunk.set(segment, used);
      place[at] = ids.length - 1;
      place[at + 1] = used;
      place[at + 2] = segment.length;
      used += segment.length;
      return size++;
    },
    length: (handle) => lengthAt(places, size, handle),
    copyTo: (handle, target, at) => copyAt({ ids, places, size }, handle, { target, at }),
    exportArena: () => ({
      ids: ids.map((chunk) => chunk.buffer),
      places: places.map((chunk) => chunk.buffer),
      handles: size,
    }),
  };
}

/** Reads, in another thread, what `exportArena` shared; nothing is copied. */
export function importArena(exported: ExportedArena): ReadonlyArena {
  const ids = exported.ids.map((buffer) => new Int32Array(buffer));
  const places = exported.places.map((buffer) => new Int32Array(buffer));
  const size = exported.handles;
  return {
    size,
    length: (handle) => lengthAt(places, size, handle),
    copyTo: (handle, target, at) => copyAt({ ids, places, size }, handle, { target, at }),
  };
}

function sharedInts(length: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
}

function placeOf(size: number, handle: number): number {
  if (!(handle >= 0 && handle < size)) throw new RangeError(`no segment has the handle ${handle}; there are ${size}`);
  return (handle % CHUNK_HANDLES) * PLACE_INTS;
}

function lengthAt(places: readonly Int32Array[], size: number, handle: number): number {
  const at = placeOf(size, handle);
  return places[Math.floor(handle / CHUNK_HANDLES)]![at + 2]!;
}

function copyAt(
  arena: { readonly ids: readonly Int32Array[]; readonly places: readonly Int32Array[]; readonly size: number },
  handle: number,
  to: { readonly target: Int32Array; readonly at: number },
): number {
  const place = placeOf(arena.size, handle);
  const places = arena.places[Math.floor(handle / CHUNK_HANDLES)]!;
  const chunk = arena.ids[places[place]!]!;
  const from = places[place + 1]!;
  const length = places[place + 2]!;
  const { target, at } = to;
  if (!(at >= 0 && at + length <= target.length)) {
    throw new RangeError(`${length} ids do not fit at ${at} of ${target.length}`);
  }
  // Segments are short: a loop beats the view that `set(subarray)` would make for each.
  for (let i = 0; i < length; i++) target[at + i] = chunk[from + i]!;
  return at + length;
}
