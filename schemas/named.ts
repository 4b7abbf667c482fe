/** The schema of objects whose keys are names that users choose. */
import { z } from 'zod';
import { ownValue, setOwn } from './names.ts';

/** A schema of an object with any names for keys. */
export type Named<V extends z.ZodType, K extends z.ZodType<string, string> = z.ZodString> = z.ZodRecord<K, V>;

/** The name that zod's own records leave out. */
const PROTO = '__proto__';

const NamedRecord = z.core.$constructor<z.ZodRecord>('NamedRecord', (schema, definition) => {
  z.ZodRecord.init(schema, definition);
  const parseOthers = schema._zod.parse;
  schema._zod.parse = (payload, context) => {
    const input: unknown = payload.value;
    const parsed = parseOthers(payload, context);
    if (parsed instanceof Promise || typeof input !== 'object' || input === null) return parsed;
    const value: unknown = ownValue(input as Record<string, unknown>, PROTO);
    if (value === undefined) return parsed;
    const read = definition.valueType._zod.run({ value, issues: [] }, context);
    if (read instanceof Promise) throw new Error('a schema of named values is read at once');
    parsed.issues.push(...z.core.util.prefixIssues(PROTO, read.issues));
    if (parsed.issues.length === 0) setOwn(parsed.value as Record<string, unknown>, PROTO, read.value);
    return parsed;
  };
});

/** Any names, each with a value; as `z.record`, but `__proto__` is a name like the others. */
export function named<V extends z.ZodType, K extends z.ZodType<string, string> = z.ZodString>(
  value: V,
  key?: K,
): Named<V, K> {
  return new NamedRecord({ type: 'record', keyType: key ?? z.string(), valueType: value }) as unknown as Named<V, K>;
}
