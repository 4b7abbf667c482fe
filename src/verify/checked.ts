/** Reads what must be there, or throws a bug of the checker's own; bisects; and remembers. */

/** Element `index` of a list without holes. Throws Error beyond its end. */
export function nth<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new Error(`no element ${index} in a list of ${list.length}`);
  return element;
}

/** Number `index` of a list or typed array. Throws Error beyond its end. */
export function numberAt(numbers: ArrayLike<number>, index: number): number {
  const number = numbers[index];
  if (number === undefined) throw new Error(`no number ${index} in ${numbers.length} of them`);
  return number;
}

/**
 * How many of `length` elements come before a border: `isBefore` is true up to it, and then false.
 */
export function countBefore(length: number, isBefore: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A map, weak or not. */
type Memory<K, V> = { get(key: K): V | undefined; set(key: K, value: V): unknown };

/** The value under a key of a map, which is made where there is none yet. */
export function remember<K, V>(made: Memory<K, V>, key: K, make: () => V): V {
  const known = made.get(key);
  if (known !== undefined) return known;
  const value = make();
  made.set(key, value);
  return value;
}

/** The value itself. Throws Error, which names it as `what`, where it is undefined. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is missing`);
  return value;
}
