/** Canonical JSON (NAME-1): one text for one value, so that a hash over it names the value. */
import { compareUtf8 } from './byte-order.ts';

/** The most levels; deeper ones are a circle. */
const DEPTH_MAX = 100;

/**
 * The value as JSON without white space: keys in order of their UTF-8 bytes, numbers and strings as
 * ECMAScript's JSON.stringify writes them (RFC 8785 but for the order of keys, which is by UTF-16
 * there); -0 is 0. Throws Error, a bug of ours, where the value is not JSON: undefined, NaN,
 * infinities, bigint, functions, half of a surrogate pair, objects with a prototype of their own,
 * more than DEPTH_MAX levels.
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, 0);
}

/**
 * Where a text or a key of a value is not well-formed, keys and positions from the outside;
 * undefined where none is: no hash could name what such a value says. A key is found at its object.
 */
export function halfPair(value: unknown, path: readonly PropertyKey[] = []): readonly PropertyKey[] | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    const found = key.isWellFormed() ? halfPair(inner, at) : path;
    if (found !== undefined) return found;
  }
  return undefined;
}

function textOf(value: unknown, depth: number): string {
  if (depth > DEPTH_MAX) throw new Error(`canonical JSON deeper than ${DEPTH_MAX} levels`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`canonical JSON has no ${value}`);
    return JSON.stringify(value);
  }
  // Array.from visits holes too, which map would pass over.
  if (Array.isArray(value)) return `[${Array.from(value, (element) => textOf(element, depth + 1)).join(',')}]`;
  if (typeof value !== 'object' || !isPlain(value)) throw new Error(`canonical JSON has no ${typeof value} like this`);
  const members = Object.entries(value)
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([key, member]) => `${quoted(key)}:${textOf(member, depth + 1)}`);
  return `{${members.join(',')}}`;
}

function quoted(text: string): string {
  if (!text.isWellFormed()) throw new Error('canonical JSON has no half of a surrogate pair');
  return JSON.stringify(text);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
