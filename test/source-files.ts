/** The repository's own source files and what they import, for tests of its shape. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';

export const REPOSITORY = resolve(import.meta.dirname, '..');

export interface Import {
  /** As written: a package, `node:...`, or for a file of ours its path from the repository. */
  readonly target: string;
  readonly isFile: boolean;
  /** Nothing of it is there at run time. */
  readonly isType: boolean;
}

export interface SourceFile {
  /** Path from the repository, with slashes. */
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  readonly imports: readonly Import[];
}

/**
 * Biome keeps a statement at the line's start and the module's name in single quotes, so a pattern
 * is exact here; a line of a program that a test writes, with a `${slot}` for its module, is none
 * of ours.
 */
const STATEMENT =
  /^(?:import|export)\s(?<what>[^;'`]*?)\bfrom\s+'(?<from>[\w@./:-]+)'|^import\s+'(?<bare>[\w@./:-]+)'/gm;
/** Modules loaded later, and workers. */
const LATER = /\bimport\(\s*'([\w@./:-]+)'\s*\)|\bnew URL\(\s*'(\.[\w./-]+)',\s*import\.meta\.url\s*\)/g;

/** All .ts and .js files below the folders, declarations left out. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.d)\.(ts|js)$/.test(entry.name))
      .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .sort()
      .map((path) => {
        const code = withoutComments(readFileSync(join(REPOSITORY, path), 'utf8'));
        return { path, code, imports: importsOf(path, code) };
      }),
  );
}

/**
 * Line comments are taken off only where nothing but space or code without quotes stands before
 * them.
 */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^([^'"`\n/]*)\/\/.*$/gm, '$1');
}

function importsOf(path: string, code: string): Import[] {
  const resolved = (name: string, isType: boolean): Import => {
    const isFile = name.startsWith('.');
    return { target: isFile ? posix.join(dirname(path), name) : name, isFile, isType };
  };
  const stated = [...code.matchAll(STATEMENT)].map(({ groups }) =>
    resolved(groups!.from ?? groups!.bare!, (groups!.what ?? '').startsWith('type ')),
  );
  const later = [...code.matchAll(LATER)].map(([, module, worker]) => resolved(module ?? worker!, false));
  return [...stated, ...later];
}

/** `@scope/name` of `@scope/name/file`. */
export function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}
