/**
 * Says of a value that a schema refuses by line, field and nearest known name what is wrong, and
 * what to write instead.
 */
import type { z } from 'zod';
import { nth } from '../checked.ts';
import { BrewhouseError, type ErrorCode, nearestName, quotedName, spellPath } from '../errors.ts';
import { exampleAt, keysAt, kindsAt, type Path, type SchemaPlaces, valueAt } from './schema-places.ts';

/** Names that are offered where none is near; more would not fit on the line of a remedy. */
const NAMES_OFFERED_MAX = 12;
/** Faults that an error names; more would not be read. */
const FAULTS_NAMED_MAX = 6;

/** A value, the schema that refuses it, and the file that it is from. */
export interface CheckedValue extends SchemaPlaces {
  readonly file: string;
  readonly code: ErrorCode;
  /** Line (from 1) of the deepest part of a path that is in the file. */
  readonly lineOf: (path: Path) => number;
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
export function schemaError(found: readonly Issue[], source: CheckedValue): BrewhouseError {
  const told = withoutMistyped(flattenIssues(found, []), source);
  const keys = told.filter(({ code }) => code === 'unrecognized_keys');
  // An unknown key says more than what is wrong elsewhere: it may be why.
  const faults = [...keys, ...told.filter((each) => !keys.includes(each))].map((each) => describeIssue(each, source));
  const { message, remedy, path } = nth(faults, 0);
  const others = faults.slice(1);
  const named = others.slice(0, FAULTS_NAMED_MAX - 1);
  const unsaid = others.length - named.length;
  return new BrewhouseError(source.code, others.length === 0 ? message : `${message} (and ${others.length} more)`, {
    place: { file: source.file, line: source.lineOf(path), ...(path.length === 0 ? {} : { field: spellPath(path) }) },
    remedy: [
      remedy,
      ...named.map((each) => `line ${source.lineOf(each.path)}: ${each.message}; ${each.remedy}`),
      ...(unsaid === 0 ? [] : [`and ${unsaid} more`]),
    ].join('\n  '),
  });
}

/**
 * One issue for each unknown key, and none for what is missing beside it: a mistyped key is one
 * unknown and one missing key, of which the unknown one says more.
 */
function withoutMistyped(issues: readonly Issue[], source: CheckedValue): Issue[] {
  const parents = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => spellPath(path)));
  return issues.flatMap((issue): Issue[] => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ ...issue, keys: [key] }));
    const isMissing = issue.path.length > 0 && valueAt(source.value, issue.path) === undefined;
    return isMissing && parents.has(spellPath(issue.path.slice(0, -1))) ? [] : [issue];
  });
}

function describeIssue(issue: Issue, source: CheckedValue): { message: string; remedy: string; path: Path } {
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

/** How a missing key is written: by its example, or by the keys that it must have itself. */
function howToAdd(issue: Issue, source: CheckedValue): string {
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
