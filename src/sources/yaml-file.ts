/**
 * Reads a YAML file against a zod schema and says by file, line, field and nearest known name what
 * is wrong.
 */

import { readFile } from 'node:fs/promises';
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, stringify } from 'yaml';
import type { z } from 'zod';
import { halfPair } from '../../schemas/canonical-json.ts';
import { reading } from '../adapters/filesystem/user-files.ts';
import { BrewhouseError, type ErrorCode, halfPairError, spellPath } from '../errors.ts';
import { schemaError } from './schema-error.ts';
import type { Path } from './schema-places.ts';

/**
 * The largest file: recipes, domains and mappings are written by hand, and anything larger is a
 * wrong file.
 */
export const YAML_BYTES_MAX = 1_048_576;
type NamedFile = { readonly file: string; readonly code: ErrorCode };

/**
 * The file's content as the schema's output type. YAML 1.2 core schema
 * (https://yaml.org/spec/1.2.2/): no dates, and `no` is a string. Throws BrewhouseError(code)
 * with file, line and field where it is unreadable, not UTF-8, not YAML, or not what the schema
 * says. Bound: YAML_BYTES_MAX.
 */
export async function readYaml<S extends z.ZodType>(file: string, schema: S, code: ErrorCode): Promise<z.output<S>> {
  return yamlOfBytes(await reading(file, () => readFile(file), { code }), schema, { file, code });
}

/** As `readYaml`, from bytes; errors have its code and name its file, which is not read. */
export function yamlOfBytes<S extends z.ZodType>(bytes: Uint8Array, schema: S, named: NamedFile): z.output<S> {
  const { file, code } = named;
  if (bytes.length > YAML_BYTES_MAX) {
    throw new BrewhouseError(code, `${file} has ${bytes.length} bytes, more than ${YAML_BYTES_MAX}`, {
      place: { file },
      remedy: 'name the YAML file, not a data file',
    });
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new BrewhouseError(code, `${file} is not UTF-8`, { place: { file }, remedy: 'save it as UTF-8', cause });
  }
  return parseYaml(text, schema, named);
}

/** The value as a file of YAML: equal values make equal texts. */
export function writeYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

/**
 * As `readYaml`, from text; errors have its code and name its file, which is not read.
 */
export function parseYaml<S extends z.ZodType>(text: string, schema: S, named: NamedFile): z.output<S> {
  const { file, code } = named;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) {
    throw new BrewhouseError(code, `not valid YAML: ${fault.message}`, {
      place: { file, line: lines.linePos(fault.pos[0]).line },
      remedy: 'mend the line; indent with spaces, and quote text that holds ": " or " #".',
      cause: fault,
    });
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (cause) {
    throw new BrewhouseError(code, `not valid YAML: ${(cause as Error).message}`, {
      place: { file },
      remedy: 'write every anchor before the aliases of it, and no more than a few aliases',
      cause,
    });
  }
  const line = (path: Path) => lineOf(path, document, lines);
  const half = halfPair(value);
  if (half !== undefined) {
    const field = half.length === 0 ? {} : { field: spellPath(half) };
    throw halfPairError(code, { file, line: line(half), ...field });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw schemaError(result.error.issues, { ...named, value, schema, lineOf: line });
}

/** Line (from 1) of the deepest part of `path` that is in the file. */
function lineOf(path: Path, document: Document, lines: LineCounter): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : undefined) === String(part));
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return lines.linePos(offset).line;
}
