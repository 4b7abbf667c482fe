/**
 * Reads the JSON of a release by schemas of the checker's own: whatever has another form is
 * `release_broken`, and its field is named.
 */
import { z } from 'zod';
import { BrewhouseError } from '../errors.ts';

/**
 * What the schema makes of a value; `field` says where the value is, as `identity.section`. Throws
 * `release_broken`, which names the first field that is wrong.
 */
export function readAs<S extends z.ZodType>(schema: S, value: unknown, field: string): z.infer<S> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const names = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...names].map((part) =>
    typeof part === 'number' ? `[${part}]` : `.${String(part)}`,
  );
  throw broken(`${field}${path.join('')}`, issue?.message ?? 'not readable');
}

/** The failure of a field in which something is `wrong`. */
export function broken(field: string, wrong: string): BrewhouseError {
  return new BrewhouseError('release_broken', `manifest or lineage: ${field}: ${wrong}`, {
    place: { field },
    remedy: 'verify reads releases of its own version of Brewhouse',
  });
}

const MILLION = 1_000_000;

/** A number of at most six decimals, from 0, as whole millionths (DRAW-2). */
export const weight = z
  .number()
  .min(0)
  .transform((value, context): bigint => {
    if (Number.isInteger(value)) return BigInt(value) * BigInt(MILLION);
    const [whole = '', decimals = ''] = String(value).split('.');
    if (/^\d{1,6}$/.test(decimals)) return BigInt(whole + decimals.padEnd(6, '0'));
    context.addIssue('has more than six decimals');
    return z.NEVER;
  });

/** A number from 0 to 1, as whole millionths (DRAW-2). */
export const share = z.number().max(1).pipe(weight).transform(Number);

/** A whole number from 0. */
export const count = z.int().min(0);

/** An object whose names are free, as a map: a name may be one that every object has. */
export function mapOf<S extends z.ZodType>(schema: S) {
  return z.preprocess(
    (value) => (z.core.util.isPlainObject(value) ? new Map(Object.entries(value)) : value),
    z.map(z.string(), schema),
  );
}

/** What has the name that is written. */
export function namedIn<T>(kinds: ReadonlyMap<string, T>) {
  return z.string().transform((name, context): T => {
    const kind = kinds.get(name);
    if (kind !== undefined) return kind;
    context.addIssue(`is not one of ${[...kinds.keys()].join(', ')}`);
    return z.NEVER;
  });
}
