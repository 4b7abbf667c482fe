/**
 * Source text as the house tests look at it: which characters are comment, which string, which
 * code.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { REPOSITORY } from '../source-files.ts';

/** A run of characters of one kind; the runs of a file joined are the file. */
export interface Run {
  readonly kind: 'code' | 'comment' | 'string';
  readonly text: string;
  /** Line of its first character, from 1. */
  readonly line: number;
}

/** A file with its text, its path from the repository with slashes. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Comments, strings and templates, regular expressions. A slash begins an expression only after
 * what cannot end a value. Code inside of `${}` counts as string.
 */
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*|^#!.*/;
const STRING = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/;
const EXPRESSION = /(?<=[=(,:[!&|?{};>\n]\s*|return\s|=>\s)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/;
const TOKENS = new RegExp(`(?<comment>${COMMENT.source})|${STRING.source}|${EXPRESSION.source}`, 'g');

/** TypeScript or JavaScript, cut into its runs. */
export function runsOf(text: string): Run[] {
  const runs: Run[] = [];
  let line = 1;
  let end = 0;
  const push = (kind: Run['kind'], until: number): void => {
    if (until === end) return;
    const part = text.slice(end, until);
    runs.push({ kind, text: part, line });
    line += part.split('\n').length - 1;
    end = until;
  };
  for (const { index, groups, 0: all } of text.matchAll(TOKENS)) {
    push('code', index);
    push(groups?.comment === undefined ? 'string' : 'comment', index + all.length);
  }
  push('code', text.length);
  return runs;
}

const FOLDERS = ['.github', 'docs', 'infra', 'pipelines', 'schemas', 'src', 'test'];

/**
 * Files of the repository whose path the pattern takes: those at its root and all below FOLDERS.
 */
export function textFiles(path: RegExp): TextFile[] {
  const atRoot = readdirSync(REPOSITORY, { withFileTypes: true }).filter((entry) => entry.isFile());
  const below = FOLDERS.filter((folder) => existsSync(join(REPOSITORY, folder))).flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
  );
  return [...atRoot, ...below]
    .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((name) => path.test(name))
    .sort()
    .map((name) => ({ path: name, text: readFileSync(join(REPOSITORY, name), 'utf8') }));
}
