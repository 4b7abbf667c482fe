/**
 * Reads a YAML file against a zod schema and says by file, line, field and nearest known name what
 * is wrong.
 */

import { readFile } from 'node:fs/promises';
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { halfPair } from '../../schemas/canonical-json.ts';
import { ownValue } from '../../schemas/names.ts';
import { reading } from '../adapters/filesystem/user-files.ts';
import { nth } from '../checked.ts';
import { BrewhouseError, type ErrorCode, halfPairError, nearestName, quotedName, spellPath } from '../errors.ts';

/**
 * The largest file: recipes, domains and mappings are written by hand, and anything larger is a
 * wrong file.
 */
export const YAML_BYTES_MAX = 1_048_576;
/** Names that are offered where none is near; more would not fit on the line of a remedy. */
const NAMES_OFFERED_MAX = 12;
/** Faults that an error names; more would not be read. */
const FAULTS_NAMED_MAX = 6;

type Path = readonly PropertyKey[];
type NamedFile = { readonly file: string; readonly code: ErrorCode };

/**
 * The file's content as the schema's output type. YAML 1.2 core schema
 * (https://yaml.org/spec/1.2.2/): no dates, and `no` is a string. Throws BrewhouseError(code)
 * with file, line and field where it is unreadable, not UTF-8, not YAML, or not what the schema
 * says. Bound: YAML_BYTES_MAX.
 */
export async function readYaml<S extends z.ZodType>(file: string, schema: S, code: ErrorCode): Promise<z.output<S>> {
  const bytes = await reading(file, () => readFile(file), { code });
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
  return parseYaml(text, schema, { file, code });
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
  const source = { ...named, document, lines, value, schema };
  const half = halfPair(value);
  if (half !== undefined) {
    const field = half.length === 0 ? {} : { field: spellPath(half) };
    throw halfPairError(code, { file, line: lineOf(half, source), ...field });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw schemaError(flattenIssues(result.error.issues, []), source);
}

/** What was read, and as what. */
interface Source extends NamedFile {
  document: Document;
  lines: LineCounter;
  value: unknown;
  schema: z.ZodType;
}

type Issue = z.core.$ZodIssue;

/**
 * Issues with a union replaced by those of the branch that was most likely meant; paths from the
 * root.
 */
function flattenIssues(issues: readonly Issue[], base: Path): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...base, ...issue.path];
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, path } as Issue];
    const all = issue.errors.map((branch) => flattenIssues(branch, path));
    // What is written is a text or a list where this branch wants keys, or the other way round.
    const isOtherKind = (branch: Issue[]) =>
      branch[0]?.code === 'invalid_type' && branch[0].path.length === path.length;
    const ofKind = all.filter((branch) => !isOtherKind(branch));
    const branches = ofKind.length > 0 ? ofKind : all;
    const depth = (branch: Issue[]) => Math.max(...branch.map((each) => each.path.length));
    const shallow = branches.every(
      (branch) => depth(branch) === path.length && branch[0]?.code !== 'unrecognized_keys',
    );
    if (shallow) return [{ ...issue, path } as Issue];
    // The branch that was meant knows most of the keys; among equals, the one that came furthest.
    const strangeKeys = (each: Issue) =>
      each.code === 'unrecognized_keys' && each.path.length === path.length ? each.keys : [];
    const strange = (branch: Issue[]) => branch.flatMap(strangeKeys).length;
    return branches.reduce((best, branch) => {
      const by = strange(best) - strange(branch) || depth(branch) - depth(best) || best.length - branch.length;
      return by > 0 ? branch : best;
    });
  });
}

/** All that is wrong at once: who makes one mistake in a file makes others. */
function schemaError(issues: Issue[], source: Source): BrewhouseError {
  const told = withoutMistyped(issues, source);
  const keys = told.filter(({ code }) => code === 'unrecognized_keys');
  // An unknown key says more than what is wrong elsewhere: it may be why.
  const faults = [...keys, ...told.filter((each) => !keys.includes(each))].map((each) => describeIssue(each, source));
  const { message, remedy, path } = nth(faults, 0);
  const others = faults.slice(1);
  const named = others.slice(0, FAULTS_NAMED_MAX - 1);
  const unsaid = others.length - named.length;
  return new BrewhouseError(source.code, others.length === 0 ? message : `${message} (and ${others.length} more)`, {
    place: { file: source.file, line: lineOf(path, source), ...(path.length === 0 ? {} : { field: spellPath(path) }) },
    remedy: [
      remedy,
      ...named.map((each) => `line ${lineOf(each.path, source)}: ${each.message}; ${each.remedy}`),
      ...(unsaid === 0 ? [] : [`and ${unsaid} more`]),
    ].join('\n  '),
  });
}

/**
 * One issue for each unknown key, and none for what is missing beside it: a mistyped key is one
 * unknown and one missing key, of which the unknown one says more.
 */
function withoutMistyped(issues: readonly Issue[], source: Source): Issue[] {
  const parents = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => spellPath(path)));
  return issues.flatMap((issue): Issue[] => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ ...issue, keys: [key] }));
    const isMissing = issue.path.length > 0 && valueAt(source.value, issue.path) === undefined;
    return isMissing && parents.has(spellPath(issue.path.slice(0, -1))) ? [] : [issue];
  });
}

function describeIssue(issue: Issue, source: Source): { message: string; remedy: string; path: Path } {
  const path = issue.path;
  const name = path.length === 0 ? 'the file' : spellPath(path);
  if (issue.code === 'unrecognized_keys') {
    const key = nth(issue.keys, 0);
    return { message: `unknown key "${key}"`, remedy: suggest(key, keysAt(source, path)), path: [...path, key] };
  }
  if (issue.code === 'invalid_value' || (issue.code === 'invalid_union' && issue.discriminator !== undefined)) {
    const found = valueAt(source.value, path);
    const known = issue.code === 'invalid_value' ? issue.values.map(String) : kindsAt(source, path);
    if (found === undefined)
      return { message: `${name} is missing`, remedy: `add it: one of ${known.join(', ')}`, path };
    return { message: `${name} cannot be ${JSON.stringify(found)}`, remedy: suggest(String(found), known), path };
  }
  if (valueAt(source.value, path) === undefined && path.length > 0) {
    return { message: `${name} is missing`, remedy: howToAdd(issue, source), path };
  }
  if (issue.code === 'invalid_union') {
    const found = quotedName(JSON.stringify(valueAt(source.value, path)) ?? '');
    const example = exampleAt(source, path);
    const remedy = example === undefined ? accepted(issue) : `write it as ${String(path.at(-1))}: ${example}`;
    return { message: `${name} cannot be ${found}`, remedy, path };
  }
  if (issue.code === 'invalid_type') {
    const wanted = KINDS[issue.expected] ?? issue.expected;
    return {
      message: `${name} is ${kindOf(valueAt(source.value, path))}, not ${wanted}`,
      remedy: accepted(issue),
      path,
    };
  }
  const [said] = splitAdvice(issue.message.replace(/^Invalid input: /, ''));
  return { message: `${name}: ${said}`, remedy: accepted(issue), path };
}

/** How a key that is missing is written: by its example, or by the keys that it must have itself. */
function howToAdd(issue: Issue, source: Source): string {
  const { path } = issue;
  const key = String(path.at(-1));
  const example = exampleAt(source, path);
  if (example !== undefined) return `add it, as ${key}: ${example}`;
  const must = keysAt(source, path, (each) => !each.safeParse(undefined).success);
  if (must.length > 0) return `add it, as ${key}: { ${must.map((each) => `${each}: ...`).join(', ')} }`;
  return `add ${accepted(issue).replace(/^write /, '')}`;
}

/**
 * Message and advice: messages of our own schemas may say after a semicolon what to write instead.
 */
function splitAdvice(message: string): [string, string] {
  const at = message.indexOf('; ');
  return at === -1 ? [message, ''] : [message.slice(0, at), message.slice(at + 2)];
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with their values',
  record: 'keys with their values',
};

/** What is written there, in the words of `KINDS`. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  return KINDS[Array.isArray(value) ? 'array' : typeof value] ?? typeof value;
}

/** What may be written instead, so that nobody has to look it up. */
function accepted(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `write ${issue.values.map(String).join(' or ')}`;
    case 'invalid_type':
      return `write ${KINDS[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return `write ${bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`;
    case 'too_big':
      return `write ${bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`;
    case 'invalid_union':
      return eitherOf(issue.errors.flat().map((each) => accepted(each as Issue)));
    case 'invalid_format': {
      const [said, advice] = splitAdvice(issue.message);
      // A message of zod's own only repeats the pattern.
      return advice || (said.startsWith('Invalid') ? `write a text that matches ${issue.pattern}` : `the text ${said}`);
    }
    default:
      return splitAdvice(issue.message)[1];
  }
}

/** `write a text or keys with their values`. */
function eitherOf(remedies: readonly string[]): string {
  const [first = '', ...others] = new Set(remedies);
  return [first, ...others.map((each) => each.replace(/^write /, ''))].join(' or ');
}

function bound(origin: string, word: string, limit: number | bigint): string {
  if (origin === 'string') return `a text of ${word} ${limit} letters`;
  return origin === 'array' ? `a list of ${word} ${limit}` : `${word} ${limit}`;
}

function suggest(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  if (known.length === 0) return 'take it out';
  const offered = known.slice(0, NAMES_OFFERED_MAX).join(', ');
  return `known here: ${offered}${known.length > NAMES_OFFERED_MAX ? ', ...' : ''}`;
}

function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const part of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = ownValue<unknown>(here as Record<string, unknown>, String(part));
  }
  return here;
}

/**
 * The keys that objects at `path` of the schema may have, of those whose schema is taken; of a union of kinds, those of the kind
 * that is there.
 */
function keysAt(source: Source, path: Path, takes: (schema: z.ZodType) => boolean = () => true): string[] {
  const objects = schemasAt(source, path).filter((each) => each instanceof z.ZodObject);
  const keys = objects.flatMap(({ shape }) => Object.keys(shape).filter((key) => takes(shape[key] as z.ZodType)));
  return [...new Set(keys)];
}

/**
 * What the reference shows for the key at `path`, as it is written; undefined where it shows
 * nothing.
 */
function exampleAt(source: Source, path: Path): string | undefined {
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
function kindsAt({ schema, value }: Source, path: Path): string[] {
  return schemasAt({ schema, value }, path).flatMap((each) =>
    each instanceof z.ZodLiteral ? [...each.values].map(String) : [],
  );
}

function schemasAt({ schema, value }: Pick<Source, 'schema' | 'value'>, path: Path): z.ZodType[] {
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

/** Line (from 1) of the deepest part of `path` that is in the file. */
function lineOf(path: Path, { document, lines }: Source): number {
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
