/** Whole numbers that grow at the end, without an object or a new array for each. */

const FIRST_SIZE = 1024;

/** The first `length` of the values count. */
export interface IntList {
  values: Int32Array;
  length: number;
}

/** An empty list. */
export function intList(): IntList {
  return { values: new Int32Array(FIRST_SIZE), length: 0 };
}

/** Adds one number. */
export function pushInt(list: IntList, value: number): void {
  if (list.length === list.values.length) grow(list, list.length + 1);
  list.values[list.length++] = value;
}

/** Adds many. */
export function pushInts(list: IntList, values: Int32Array): void {
  const end = list.length + values.length;
  if (end > list.values.length) grow(list, end);
  list.values.set(values, list.length);
  list.length = end;
}

/** The numbers, as a view that holds until the next is added. */
export function intsOf(list: IntList): Int32Array {
  return list.values.subarray(0, list.length);
}

function grow(list: IntList, least: number): void {
  const grown = new Int32Array(Math.max(least, 2 * list.values.length));
  grown.set(intsOf(list));
  list.values = grown;
}
