/** What a schema fills in by itself, field by field. */
import { z } from 'zod';

/** Defaults by the path of their field; `[FORM]` is the kind of a union. */
export function defaultsIn(schema: unknown, path = ''): Record<string, unknown> {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return { [path]: schema.parse(undefined), ...defaultsIn(schema.unwrap(), path) };
  }
  return Object.assign({}, ...partsOf(schema, path).map(([part, inner]) => defaultsIn(part, inner)));
}

/** Unions in a schema whose kinds no field tells apart. */
export function loneUnions(schema: unknown): z.ZodType[] {
  const own = schema instanceof z.ZodUnion && !(schema instanceof z.ZodDiscriminatedUnion) ? [schema] : [];
  return [...own, ...partsOf(schema, '').flatMap(([part]) => loneUnions(part))];
}

function partsOf(schema: unknown, path: string): [part: unknown, path: string][] {
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).map(([key, part]) => [part, path === '' ? key : `${path}.${key}`]);
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return schema.options.map((kind) => [kind, `${path}[${kindOf(kind, schema.def.discriminator)}]`]);
  }
  if (schema instanceof z.ZodUnion) return schema.options.map((part) => [part, path]);
  if (schema instanceof z.ZodArray) return [[schema.element, `${path}[]`]];
  if (schema instanceof z.ZodPipe) return [[schema.in, path]];
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable
  ) {
    return [[schema.unwrap(), path]];
  }
  return [];
}

function kindOf(kind: unknown, discriminator: string): string {
  const field: unknown = kind instanceof z.ZodObject ? kind.shape[discriminator] : undefined;
  return field instanceof z.ZodLiteral ? String([...field.values][0]) : '';
}
