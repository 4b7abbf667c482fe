/** What a schema says of the places of a value: their keys, kinds and examples. */
import { z } from 'zod';
import { ownValue } from '../../schemas/names.ts';

/** Keys and positions from the root on. */
export type Path = readonly PropertyKey[];

/** A value and the schema that it is held to. */
export interface SchemaPlaces {
  readonly schema: z.ZodType;
  readonly value: unknown;
}

/** What is at `path` of the value; undefined where nothing is. */
export function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const part of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = ownValue<unknown>(here as Record<string, unknown>, String(part));
  }
  return here;
}

/**
 * The keys that objects at `path` of the schema may have, of those whose schema is taken; of a
 * union of kinds, those of the kind that is there.
 */
export function keysAt(source: SchemaPlaces, path: Path, takes: (schema: z.ZodType) => boolean = () => true): string[] {
  const objects = schemasAt(source, path).filter((each) => each instanceof z.ZodObject);
  const keys = objects.flatMap(({ shape }) => Object.entries(shape).filter(([, schema]) => takes(schema)));
  return [...new Set(keys.map(([key]) => key))];
}

/**
 * What the reference shows for the key at `path`, as it is written; undefined where it shows
 * nothing.
 */
export function exampleAt(source: SchemaPlaces, path: Path): string | undefined {
  const key = String(path.at(-1));
  for (const parent of schemasAt(source, path.slice(0, -1))) {
    const schema = parent instanceof z.ZodObject ? ownValue<unknown>(parent.shape, key) : undefined;
    const example = exampleOf(schema);
    if (example !== undefined) return typeof example === 'string' ? example : JSON.stringify(example);
  }
  return undefined;
}

function exampleOf(schema: unknown): unknown {
  if (!(schema instanceof z.ZodType)) return undefined;
  const [example] = (schema.meta()?.examples as unknown[] | undefined) ?? [];
  if (example !== undefined) return example;
  if (schema instanceof z.ZodPipe) return exampleOf(schema.in);
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? exampleOf(schema.unwrap()) : undefined;
}

/** What the field at `path`, which tells kinds apart, may say. */
export function kindsAt({ schema, value }: SchemaPlaces, path: Path): string[] {
  return schemasAt({ schema, value }, path).flatMap((each) =>
    each instanceof z.ZodLiteral ? [...each.values].map(String) : [],
  );
}

function schemasAt({ schema, value }: SchemaPlaces, path: Path): z.ZodType[] {
  let here = unwrap(schema, value);
  for (const [i, part] of path.entries()) {
    const there = valueAt(value, path.slice(0, i + 1));
    here = here.flatMap((each) => {
      if (each instanceof z.ZodObject) return unwrap(ownValue<unknown>(each.shape, String(part)), there);
      if (each instanceof z.ZodArray) return unwrap(each.element, there);
      if (each instanceof z.ZodRecord) return unwrap(each.valueType, there);
      return [];
    });
  }
  return here;
}

/**
 * The schemas that a schema may stand for, without optional, default, transform and union around
 * them.
 */
function unwrap(schema: unknown, value: unknown): z.ZodType[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return unwrap(schema.unwrap(), value);
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.in, value);
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const kinds = schema.options.flatMap((each) => unwrap(each, value));
    const meant = kinds.filter((each) => isKind(each, schema.def.discriminator, value));
    return meant.length > 0 ? meant : kinds;
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((each) => unwrap(each, value));
  return schema instanceof z.ZodType ? [schema] : [];
}

function isKind(schema: z.ZodType, discriminator: string, value: unknown): boolean {
  if (!(schema instanceof z.ZodObject)) return false;
  const field = ownValue<unknown>(schema.shape, discriminator);
  return field instanceof z.ZodLiteral && field.safeParse(valueAt(value, [discriminator])).success;
}
