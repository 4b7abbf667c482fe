/**
 * Token segments that threads share: written once by whichever needs one first, read by all,
 * nothing copied.
 */

/** What is handed to another thread; plain shared memory. */
export interface SharedArena {
  /** Two numbers an entry: where it lies (plus one; 0: not there) and how many numbers it has. */
  readonly places: SharedArrayBuffer;
  /** The numbers themselves; grows up to ARENA_BYTES_MAX. */
  readonly numbers: SharedArrayBuffer;
  /** How many numbers are taken. */
  readonly taken: SharedArrayBuffer;
}

export interface SegmentArena {
  readonly shared: SharedArena;
  /** The entry's numbers as a view, or undefined where nobody has put it. */
  get(entry: number): Int32Array | undefined;
  /**
   * Puts an entry's numbers; of two threads that put the same entry either stays, since both hold
   * the same. A full arena keeps nothing.
   */
  put(entry: number, numbers: Int32Array): void;
}

/**
 * Reserved, not used: memory is taken as the arena grows. Item texts of about a million versions.
 */
export const ARENA_BYTES_MAX = 2 ** 31;
/** The arena grows by this much at once. */
const GROWTH_BYTES = 2 ** 22;

/** An empty arena of `entries` entries. */
export function createSegmentArena(entries: number): SegmentArena {
  return openSegmentArena({
    places: new SharedArrayBuffer(entries * 8),
    numbers: new SharedArrayBuffer(GROWTH_BYTES, { maxByteLength: ARENA_BYTES_MAX }),
    taken: new SharedArrayBuffer(4),
  });
}

/** The arena that another thread shares. */
export function openSegmentArena(shared: SharedArena): SegmentArena {
  const places = new Int32Array(shared.places);
  const taken = new Int32Array(shared.taken);
  // Without a length it follows the buffer as it grows.
  const numbers = new Int32Array(shared.numbers);
  return {
    shared,
    get(entry) {
      // The place is stored last, so whoever sees it sees the numbers too.
      const place = Atomics.load(places, 2 * entry);
      if (place === 0) return undefined;
      return numbers.subarray(place - 1, place - 1 + places[2 * entry + 1]!);
    },
    put(entry, values) {
      if (Atomics.load(places, 2 * entry) !== 0) return;
      if ((Atomics.load(taken, 0) + values.length) * 4 > ARENA_BYTES_MAX - GROWTH_BYTES) return;
      const at = Atomics.add(taken, 0, values.length);
      growTo(shared.numbers, (at + values.length) * 4);
      numbers.set(values, at);
      Atomics.store(places, 2 * entry + 1, values.length);
      Atomics.store(places, 2 * entry, at + 1);
    },
  };
}

/** Grows in steps; another thread may have grown it further in the meantime, which is as good. */
function growTo(buffer: SharedArrayBuffer, bytes: number): void {
  while (buffer.byteLength < bytes) {
    const wanted = Math.min(ARENA_BYTES_MAX, Math.ceil(bytes / GROWTH_BYTES) * GROWTH_BYTES);
    try {
      buffer.grow(wanted);
    } catch (error) {
      if (buffer.byteLength < bytes) throw error;
    }
  }
}
