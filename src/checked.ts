/**
 * Reads elements that must be there: an index beyond the end is a bug of ours and throws. One
 * function for each kind of array, so that each stays monomorphic where it is called often. And
 * makes records in which no name is missing.
 */

/** Element `i` of whole numbers of at most 32 bits. Throws Error beyond the end. */
export function intAt(values: Int32Array | Uint32Array | Int16Array, i: number): number {
  const value = values[i];
  return value === undefined ? beyond(i, values.length) : value;
}

/** Element `i` of doubles. Throws Error beyond the end. */
export function floatAt(values: Float64Array, i: number): number {
  const value = values[i];
  return value === undefined ? beyond(i, values.length) : value;
}

/** Byte `i`. Throws Error beyond the end. */
export function byteAt(values: Uint8Array, i: number): number {
  const value = values[i];
  return value === undefined ? beyond(i, values.length) : value;
}

/** Element `i` of a list that holds no undefined. Throws Error beyond the end. */
export function nth<T>(values: readonly T[], i: number): T {
  const value = values[i];
  return value === undefined ? beyond(i, values.length) : value;
}

/** The last element. Throws Error where there is none. */
export function last<T>(values: readonly T[]): T {
  return nth(values, values.length - 1);
}

/** The value, which is there. Throws Error, a bug of ours, that names `what` where it is not. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null) throw new Error(`there is no ${what}`);
  return value;
}

/** A record that holds a value for every one of `names`, in their order. */
export function recordOf<N extends string, T>(names: readonly N[], valueFor: (name: N, i: number) => T): Record<N, T> {
  return Object.fromEntries(names.map((name, i) => [name, valueFor(name, i)])) as Record<N, T>;
}

/** The entries of a record whose keys are known; those without a value are passed over. */
export function entriesOf<N extends string, T>(record: Readonly<Partial<Record<N, T>>>): [N, T][] {
  return (Object.entries(record) as [N, T | undefined][]).filter((entry): entry is [N, T] => entry[1] !== undefined);
}

function beyond(i: number, length: number): never {
  throw new Error(`there is no element ${i} of ${length}`);
}
