/**
 * Reads the JSON of a release into types: whatever has another form is `release_broken`, and its
 * field is named.
 */
import { BrewhouseError } from '../errors.ts';

/**
 * Reads one value, undefined where it is missing; `field` says where it is, as
 * `identity.section.seed`. Throws `release_broken` for a value of another form.
 */
export type Shape<T> = (value: unknown, field: string) => T;

/** What a shape reads. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

/** Shapes by the names of an object's fields. */
export type Fields = Readonly<Record<string, Shape<unknown>>>;

type ObjectOf<F extends Fields> = { readonly [K in keyof F]: Shaped<F[K]> };

/** The failure of a value that is not what was `wanted`. */
export function broken(field: string, wanted: string): BrewhouseError {
  return new BrewhouseError('release_broken', `manifest or lineage: ${field} is not ${wanted}`, {
    place: { field },
    remedy: 'verify reads releases of its own version of Brewhouse',
  });
}

/** A string. */
export const text: Shape<string> = (value, field) => {
  if (typeof value !== 'string') throw broken(field, 'a text');
  return value;
};

/** true or false. */
export const flag: Shape<boolean> = (value, field) => {
  if (typeof value !== 'boolean') throw broken(field, 'true or false');
  return value;
};

/** A number from `least` to `most`. */
export function number(least = -Number.MAX_VALUE, most = Number.MAX_VALUE): Shape<number> {
  return (value, field) => {
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw broken(field, `a number from ${least} to ${most}`);
  };
}

/** A number from 0 to 1. */
export const share = number(0, 1);

/** A whole number from `least` to `most`. */
export function whole(least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): Shape<number> {
  return (value, field) => {
    if (!Number.isInteger(value)) throw broken(field, 'a whole number');
    return number(least, most)(value, field);
  };
}

/** One of a few texts. */
export function oneOf<T extends string>(...names: readonly T[]): Shape<T> {
  return (value, field) => {
    const found = names.find((name) => name === value);
    if (found === undefined) throw broken(field, `one of ${names.join(', ')}`);
    return found;
  };
}

/** What the shape reads, or `fallback` where the value is missing. */
export function orElse<T>(shape: Shape<T>, fallback: NoInfer<T>): Shape<T> {
  return (value, field) => (value === undefined ? fallback : shape(value, field));
}

/** What the shape reads, or undefined where the value is missing. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, field) => (value === undefined ? undefined : shape(value, field));
}

/**
 * What the shape reads of the value, or of an empty object where it is missing: the defaults of all
 * its fields.
 */
export function orEmpty<T>(shape: Shape<T>): Shape<T> {
  return (value, field) => shape(value === undefined ? {} : value, field);
}

/** What the shape reads, or null. */
export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value, field) => (value === null ? null : shape(value, field));
}

/** A list of at least so many values of one shape. */
export function listOf<T>(shape: Shape<T>, least = 0): Shape<readonly T[]> {
  return (value, field) => {
    if (!Array.isArray(value) || value.length < least) throw broken(field, `a list of at least ${least}`);
    return value.map((one: unknown, index) => shape(one, `${field}[${index}]`));
  };
}

/** An object whose names are free, as a map: a name may be one that every object has. */
export function mapOf<T>(shape: Shape<T>): Shape<ReadonlyMap<string, T>> {
  return (value, field) =>
    new Map(Object.entries(objectOf(value, field)).map(([name, one]) => [name, shape(one, `${field}.${name}`)]));
}

/** An object of these fields, whatever else it holds. */
export function open<F extends Fields>(fields: F): Shape<ObjectOf<F>> {
  return (value, field) => {
    const object = objectOf(value, field);
    const read = Object.entries(fields).map(([name, shape]) => {
      return [name, shape(Object.hasOwn(object, name) ? object[name] : undefined, `${field}.${name}`)];
    });
    return Object.fromEntries(read) as ObjectOf<F>;
  };
}

/** An object of these fields and no others: an unknown option is refused (NAME-3). */
export function closed<F extends Fields>(fields: F): Shape<ObjectOf<F>> {
  return (value, field) => {
    const stranger = Object.keys(objectOf(value, field)).find((name) => !Object.hasOwn(fields, name));
    if (stranger !== undefined) throw broken(`${field}.${stranger}`, 'an option that is known');
    return open(fields)(value, field);
  };
}

/** An object as it is. */
export const objectOf: Shape<Readonly<Record<string, unknown>>> = (value, field) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw broken(field, 'an object');
  return value as Readonly<Record<string, unknown>>;
};
