/** A cache bounded by bytes: what was not asked for lately is forgotten first. */

/** Values by key, as many as their bytes allow. */
export interface Generations<K, T> {
  get(key: K): T | undefined;
  /** Returns the value. */
  set(key: K, value: T, bytes: number): T;
}

/**
 * Two generations of at most `bytesMax` each and one entry: when the young one is full, the old one
 * is forgotten and the young one becomes old. What is asked for is young again.
 */
export function createGenerations<K, T>(bytesMax: number): Generations<K, T> {
  interface Entry {
    readonly value: T;
    readonly bytes: number;
  }
  let young = new Map<K, Entry>();
  let old = new Map<K, Entry>();
  let youngBytes = 0;
  const keep = (key: K, entry: Entry) => {
    if (youngBytes > 0 && youngBytes + entry.bytes > bytesMax) {
      old = young;
      young = new Map();
      youngBytes = 0;
    }
    young.set(key, entry);
    youngBytes += entry.bytes;
    return entry.value;
  };
  return {
    get(key) {
      const entry = young.get(key);
      if (entry !== undefined) return entry.value;
      const before = old.get(key);
      if (before === undefined) return undefined;
      old.delete(key);
      return keep(key, before);
    },
    set: (key, value, bytes) => keep(key, { value, bytes }),
  };
}
