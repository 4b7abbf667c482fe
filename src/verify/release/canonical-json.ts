/** Canonical JSON: one text for one value, so that a hash over it names the value. */
import { createHash } from 'node:crypto';
import { compareBytes } from '../world/draws.ts';

/**
 * JSON without white space, keys in order of their UTF-8 bytes (NAME-1). Halves of surrogate pairs,
 * which have none, come in order of their units, so that the order of writing says nothing.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  entries.sort(([a], [b]) => compareBytes(a, b) || (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(',')}}`;
}

/** SHA-256 of the value's canonical JSON, 64 hexadecimal digits. */
export function canonicalSha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
