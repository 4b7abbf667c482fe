/**
 * A mistyped path is answered with the nearest name in its folder: for every command, where errors
 * come out.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { amendError, type BrewhouseError, type ErrorCode, nearestName, quotedName } from '../errors.ts';
import type { Command, Given } from './command.ts';

/** Errors that a path which is not there can end in. */
const PATH_ERRORS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'recipe_invalid',
  'domain_invalid',
  'mapping_invalid',
  'source_invalid',
  'input_unreadable',
  'lake_broken',
  'release_broken',
  'tokenizer_refused',
  'not_found',
  'key_missing',
]);

/**
 * The error with `did you mean PATH?` before its remedy, where a path that the command reads is not
 * there but one of nearly its name is; else the error as it is.
 */
export function suggestPath(error: BrewhouseError, command: Command, given: Given): BrewhouseError {
  if (!PATH_ERRORS.has(error.code)) return error;
  for (const path of pathsOf(command, given)) {
    if (existsSync(path) || !isAbout(error, path)) continue;
    const near = nearestPath(path);
    if (near === undefined) continue;
    const remedy = [`did you mean ${quotedName(near, PATH_QUOTED_MAX)}?`, error.remedy].filter(Boolean).join(' else ');
    return amendError(error, { remedy });
  }
  return error;
}

const PATH_QUOTED_MAX = 1_000;

/** What the command line says is to be read: flags marked so, and the last argument. */
function pathsOf(command: Command, { flags, args }: Given): string[] {
  const named = Object.entries(command.flags).flatMap(([flag, spec]) =>
    spec.value !== undefined && spec.reads === true ? [flags[flag]] : [],
  );
  return [...named, args.at(-1)].filter(
    (path): path is string => typeof path === 'string' && path !== '' && !path.includes('://'),
  );
}

function isAbout({ message, place }: BrewhouseError, path: string): boolean {
  return [path, resolve(path)].some((each) => message.includes(each) || place.file?.startsWith(each) === true);
}

/** The path with its first missing name replaced by the nearest in that folder. */
function nearestPath(path: string): string | undefined {
  const folder = dirname(path);
  if (folder === path) return undefined;
  if (!existsSync(folder)) {
    const near = nearestPath(folder);
    const fixed = near === undefined ? undefined : join(near, basename(path));
    return fixed !== undefined && existsSync(fixed) ? fixed : near;
  }
  try {
    // A link to nothing is listed and is not there.
    const names = readdirSync(folder).filter((name) => name !== basename(path));
    const near = nearestName(basename(path), names);
    return near === undefined ? undefined : join(folder, near);
  } catch {
    // A file, or a folder that this user may not look into: there is nothing to suggest.
    return undefined;
  }
}
