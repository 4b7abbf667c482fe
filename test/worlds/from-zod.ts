/**
 * Arbitraries from zod schemas: what any schema takes as its input, so that a generator follows the
 * schemas by itself when options are added to them.
 */
import fc from 'fast-check';
import type { z } from 'zod';
import { ALL_TEXTS, anyText } from './texts.ts';

/** Where the walk is in a schema. */
export interface Spot {
  /** Keys from the outside to the inside; `[]` is any element of a list, `*` any value of a map. */
  readonly path: readonly string[];
  readonly schema: z.core.$ZodType;
  /** What the walk would make here by itself. */
  generic(): fc.Arbitrary<unknown>;
}

/**
 * What is more likely at a spot than what the schema alone says; undefined where nothing is. What
 * it makes and the schema refuses is made again.
 */
export type Bias = (spot: Spot) => fc.Arbitrary<unknown> | undefined;

/** Tries until the walk gives up on a spot whose schema takes nothing that is made there. */
const TRIES_MAX = 20_000;

/** Any input that the schema takes. Throws Error for a kind of schema that it does not know. */
export function inputOf(schema: z.core.$ZodType, bias: Bias = () => undefined): fc.Arbitrary<unknown> {
  return walk(schema, bias, []);
}

function walk(schema: z.core.$ZodType, bias: Bias, path: readonly string[]): fc.Arbitrary<unknown> {
  const generic = () => kindOf(schema, bias, path);
  const likely = bias({ path, schema, generic });
  if (likely !== undefined) return accepted(likely, schema, path);
  return isOfParts(schema) ? generic() : accepted(generic(), schema, path);
}

/** Whether it takes whatever is made of parts that are accepted already, having no checks. */
function isOfParts(schema: z.core.$ZodType): boolean {
  const { type, checks } = definition(schema);
  const isWhole = ['object', 'array', 'record', 'union', 'optional', 'default', 'prefault', 'nullable'].includes(type);
  return isWhole && (checks ?? []).every((check) => check._zod.def.check !== 'custom');
}

/** Refinements and regular expressions filter; so does the end of a transform that refuses. */
function accepted(made: fc.Arbitrary<unknown>, schema: z.core.$ZodType, path: readonly string[]) {
  let tries = 0;
  return made.filter((value) => {
    const { issues } = schema._zod.run({ value, issues: [] }, { async: false }) as z.core.ParsePayload;
    if (issues.length === 0) tries = 0;
    else if (++tries > TRIES_MAX) throw new Error(`no input found for ${path.join('.')} (${definition(schema).type})`);
    return issues.length === 0;
  });
}

/** Whether one is the other, or that with a description. */
export function isSchema(schema: z.core.$ZodType, of: z.core.$ZodType): boolean {
  return definition(schema) === definition(of);
}

const definition = (schema: z.core.$ZodType) => (schema as z.core.$ZodTypes)._zod.def;

function kindOf(schema: z.core.$ZodType, bias: Bias, path: readonly string[]): fc.Arbitrary<unknown> {
  const def = definition(schema);
  const inside = (inner: z.core.$ZodType, ...keys: string[]) => walk(inner, bias, [...path, ...keys]);
  switch (def.type) {
    case 'string':
      return anyString(checksOf(def));
    case 'number':
      return anyNumber(checksOf(def));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'undefined':
    case 'void':
      return fc.constant(undefined);
    case 'any':
    case 'unknown':
    case 'custom':
      return fc.jsonValue({ maxDepth: 2 });
    case 'literal':
      return fc.constantFrom(...def.values);
    case 'enum':
      return fc.constantFrom(...new Set(Object.values(def.entries)));
    case 'union':
      return fc.oneof(...def.options.map((option) => inside(option)));
    case 'optional':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return inside(def.innerType);
    case 'nullable':
      return fc.option(inside(def.innerType), { nil: null });
    case 'lazy':
      return inside(def.getter());
    // Taken by its input; of a preprocessed value what it is made into is one.
    case 'pipe':
      return inside(definition(def.in).type === 'transform' ? def.out : def.in);
    case 'array': {
      const { minimum = 0, maximum = minimum + 4 } = lengthsOf(checksOf(def));
      return fc.array(inside(def.element, '[]'), { minLength: minimum, maxLength: maximum, size: 'max' });
    }
    case 'record':
      return (
        fc
          .uniqueArray(fc.tuple(inside(def.keyType, 'key'), inside(def.valueType, '*')), {
            selector: ([key]) => key,
            maxLength: 4,
          })
          // Every key is an own one, `__proto__` too.
          .map((entries) => Object.fromEntries(entries as [PropertyKey, unknown][]))
      );
    case 'object':
      return anyObject(Object.entries(def.shape), inside);
    default:
      throw new Error(`${path.join('.')}: no arbitrary for a schema of type ${def.type}`);
  }
}

const ABSENT = Symbol('absent');

/** An option that may be left out is left out every other time. */
function anyObject(
  fields: readonly (readonly [string, z.core.$ZodType])[],
  inside: (inner: z.core.$ZodType, key: string) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const entries = fields.map(([key, schema]) => {
    const value = inside(schema, key);
    const field = schema._zod.optin === undefined ? value : fc.option(value, { nil: ABSENT, freq: 2 });
    return field.map((given) => [key, given] as const);
  });
  return fc
    .tuple(...entries)
    .map((given) => Object.fromEntries(given.filter(([, value]) => value !== ABSENT && value !== undefined)));
}

type Check = z.core.$ZodChecks['_zod']['def'];

/** Its own first: `z.int()` is a number whose definition is the check. */
function checksOf(def: { checks?: z.core.$ZodCheck<never>[] | undefined }): Check[] {
  const own = 'check' in def ? [def as unknown as Check] : [];
  return [...own, ...(def.checks ?? []).map((check) => (check as unknown as z.core.$ZodChecks)._zod.def)];
}

function lengthsOf(checks: readonly Check[]): { minimum?: number; maximum?: number } {
  const lengths: { minimum?: number; maximum?: number } = {};
  for (const check of checks) {
    if (check.check === 'min_length') lengths.minimum = check.minimum;
    if (check.check === 'max_length') lengths.maximum = check.maximum;
    if (check.check === 'length_equals') lengths.minimum = lengths.maximum = check.length;
  }
  return lengths;
}

const patterned = new Map<string, fc.Arbitrary<string>>();

/** Odd texts; where an expression must match, those that do and what is made of the expression. */
function anyString(checks: readonly Check[]): fc.Arbitrary<string> {
  const patterns = checks.flatMap((check) =>
    check.check === 'string_format' && check.pattern !== undefined ? [check.pattern] : [],
  );
  const [pattern] = patterns;
  if (pattern === undefined) return anyText;
  const known = patterned.get(String(pattern));
  if (known !== undefined) return known;
  const isTaken = (text: string) => patterns.every((each) => new RegExp(each.source, each.flags).test(text));
  const begun = ['x', 'A', '7', '[', 'a-'].flatMap((begin) => ALL_TEXTS.map((text) => begin + text));
  const taken = [...ALL_TEXTS, ...begun].filter(isTaken);
  const sources = [...matching(pattern), ...(taken.length === 0 ? [] : [fc.constantFrom(...taken)])];
  if (sources.length === 0) throw new Error(`no text found for ${pattern}`);
  const made = fc.oneof(...sources);
  patterned.set(String(pattern), made);
  return made;
}

/** None where the expression has what fast-check cannot make. */
function matching(pattern: RegExp): fc.Arbitrary<string>[] {
  try {
    const made = fc.stringMatching(pattern);
    fc.sample(made, 3);
    return [made];
  } catch {
    return [];
  }
}

/** Small ones, those at the bounds, and any; fractions of few digits and of many. */
function anyNumber(checks: readonly Check[]): fc.Arbitrary<number> {
  let [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let isWhole = false;
  for (const check of checks) {
    if (check.check === 'greater_than') least = Math.max(least, Number(check.value));
    if (check.check === 'less_than') most = Math.min(most, Number(check.value));
    if (check.check === 'number_format') isWhole ||= check.format !== 'float32' && check.format !== 'float64';
  }
  if (isWhole) {
    const min = Math.max(Math.ceil(least), Number.MIN_SAFE_INTEGER);
    const max = Math.min(Math.floor(most), Number.MAX_SAFE_INTEGER);
    const near = Math.max(min, Math.min(0, max));
    return fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: near, max: Math.min(max, near + 12) }) },
      { weight: 1, arbitrary: fc.constantFrom(min, max) },
      { weight: 1, arbitrary: fc.integer({ min, max }) },
    );
  }
  const [min, max] = [Math.max(least, -Number.MAX_VALUE), Math.min(most, Number.MAX_VALUE)];
  const within = (value: number) => Math.min(max, Math.max(min, value));
  return fc.oneof(
    { weight: 4, arbitrary: fc.nat(10).map((tenths) => within(tenths / 10)) },
    { weight: 4, arbitrary: fc.nat(1_000_000).map((millionths) => within(millionths / 1_000_000)) },
    { weight: 1, arbitrary: fc.nat(50).map(within) },
    { weight: 1, arbitrary: fc.double({ min, max, noNaN: true }) },
  );
}
