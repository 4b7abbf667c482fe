/** The files that people write, each with its schema and the examples that ship. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Domain } from '../../schemas/domain.ts';
import { Mapping } from '../../schemas/mapping.ts';
import { SourceFacts } from '../../schemas/source.ts';
import { Recipe } from '../../src/forms/recipe.ts';
import { Template } from '../../src/forms/template.ts';

/** The part of a JSON Schema that the reference reads; zod 4 writes it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly description?: string;
  readonly examples?: readonly unknown[];
}

/** One kind of file: its schema as JSON Schema, and what the files of it that ship say. */
export interface FileKind {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly shipped: readonly unknown[];
}

const ROOT = join(import.meta.dirname, '../..');

/** All kinds, in the order of the reference page. */
export function fileKinds(): FileKind[] {
  return [
    kind('mapping', Mapping, 'mappings'),
    kind('domain', Domain, 'domains'),
    kind('recipe', Recipe, 'recipes'),
    kind('template', Template, 'templates'),
    kind('source', SourceFacts),
  ];
}

/** Files of that kind ship in `folder` of pipelines/, or nowhere. */
function kind(name: string, schema: z.ZodType, folder?: string): FileKind {
  const root = join(ROOT, 'pipelines', folder ?? '');
  const names = folder === undefined ? [] : (readdirSync(root, { recursive: true }) as string[]);
  const files = names.filter((file) => file.endsWith('.yaml')).sort();
  return {
    name,
    schema: z.toJSONSchema(schema, { io: 'input' }) as JsonSchema,
    shipped: files.map((file) => parse(readFileSync(join(root, file), 'utf8')) as unknown),
  };
}

/** The text of a JSON Schema for editors. */
export function editorSchema({ name, schema }: FileKind): string {
  const { $schema, ...rest } = schema as Record<string, unknown>;
  return `${JSON.stringify({ $schema, title: `${name}.yaml of Brewhouse`, ...rest }, null, 2)}\n`;
}
