/** The stored form of a value: every option that equals its schema's default is left out. */

import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { ownValue } from './names.ts';

/**
 * A copy of `value`, which the schema read, without what the schema would fill in again: reading it
 * once more brings the value back (NAME-2). So an option that comes later, with the behaviour of
 * before as its default, changes no stored form. Bound: a default inside a union is left out where
 * one kind alone reads the value; a test holds that of identities.
 */
export function withoutDefaults(schema: unknown, value: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    const inner = schema.unwrap();
    const kept = withoutDefaults(inner, value);
    return isSame(kept, withoutDefaults(inner, schema.parse(undefined))) ? undefined : kept;
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return withoutDefaults(schema.unwrap(), value);
  if (schema instanceof z.ZodUnion) return withoutDefaults(kindOf(schema, value), value);
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((element) => withoutDefaults(schema.element, element));
  }
  if (!(schema instanceof z.ZodObject) || typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .map(([key, field]) => [key, withoutDefaults(ownValue(schema.shape, key), field)] as const)
    .filter(([, field]) => field !== undefined);
  return Object.fromEntries(kept);
}

/** The kind of a union that reads the value. */
function kindOf(schema: z.ZodUnion, value: unknown): unknown {
  return schema.options.find((kind) => z.safeParse(kind, value).success);
}

function isSame(a: unknown, b: unknown): boolean {
  return a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b);
}
