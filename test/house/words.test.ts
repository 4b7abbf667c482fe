/** One meaning a word: README.md lists words that are not used, and none of them is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../source-files.ts';
import { runsOf, type TextFile, textFiles } from './source-text.ts';

/** A phrase of prose, or with a star a pattern of identifiers; each is refused whole. */
interface Banned {
  readonly spelling: string;
  readonly pattern: RegExp;
  readonly allowed: readonly string[];
  readonly isIdentifier: boolean;
}

const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, word]) => word ?? []);

/** The rows of the table `| not | but | why | except |` of a Markdown text. */
function bannedIn(text: string): Banned[] {
  const lines = text.split('\n');
  const head = lines.indexOf('| not | but | why | except |');
  const end = lines.findIndex((line, i) => i > head && !line.startsWith('|'));
  return lines.slice(head + 2, end).flatMap((line) => {
    const [, not = '', , , except = ''] = line.split('|');
    return quoted(not).map((spelling) => {
      const isIdentifier = spelling.includes('*');
      const body = spelling.replaceAll('*', '\\w*').replaceAll(' ', '\\s+');
      const pattern = isIdentifier ? new RegExp(`\\b${body}\\b`, 'g') : new RegExp(`\\b${body}\\b`, 'gi');
      return { spelling, pattern, allowed: quoted(except), isIdentifier };
    });
  });
}

/** What is looked for a phrase: comments or prose in one line, without what is quoted as code. */
const plain = (text: string): string =>
  text.replace(/\n\s*(\*(?!\/)|\/\/)/g, '\n').replace(/`[^`]*`/g, (code) => code.replace(/[^\n]/g, ''));

/** Markdown without code blocks. */
const withoutBlocks = (text: string): string =>
  text.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ''));

/** Uses of banned words in code and comments, or in the prose of Markdown. */
function usesIn({ path, text }: TextFile, banned: readonly Banned[]): string[] {
  const isCode = /\.(ts|js)$/.test(path);
  const runs = isCode ? runsOf(text) : [{ kind: 'comment', text: withoutBlocks(text), line: 1 }];
  return runs.flatMap((run) => {
    const searched = run.kind === 'code' ? run.text : plain(run.text);
    return banned
      .filter(({ isIdentifier }) => isIdentifier === (run.kind === 'code') && run.kind !== 'string')
      .flatMap(({ pattern, spelling, allowed }) =>
        [...searched.matchAll(pattern)]
          .filter(({ 0: word, index }) => !allowed.some((each) => isAllowed(searched.slice(index), word, each)))
          .map(({ index }) => `${path}:${run.line + searched.slice(0, index).split('\n').length - 1}: ${spelling}`),
      );
  });
}

/** An exception is the word itself, or a phrase that begins with it. */
function isAllowed(text: string, word: string, exception: string): boolean {
  return exception === word || (exception.includes(' ') && text.replace(/\s+/g, ' ').startsWith(exception));
}

const banned = bannedIn(readFileSync(join(REPOSITORY, 'README.md'), 'utf8'));

describe('words that README.md bans', () => {
  it('are listed with what to write instead and why', () => {
    expect(banned.filter(({ isIdentifier }) => isIdentifier).length).toBeGreaterThan(3);
    expect(banned.filter(({ isIdentifier }) => !isIdentifier).length).toBeGreaterThan(5);
  });

  it('are in no identifier, comment or page', () => {
    const files = textFiles(/^(src|schemas|pipelines)\/.*\.(ts|js)$|\.md$/);
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap((file) => usesIn(file, banned))).toEqual([]);
  });

  it('are found where they are used', () => {
    const table = '| `every so`, `*Bag` | x | y | `ToolBag`, `every so often` |';
    const some = bannedIn(`| not | but | why | except |\n|---|---|---|---|\n${table}\n\n`);
    const text =
      '/** Each, every\n * so many. */\nconst b: OptionBag | ToolBag = 1;\n// `every so` and every so often\n';
    expect(usesIn({ path: 'a.ts', text }, some)).toEqual(['a.ts:1: every so', 'a.ts:3: *Bag']);
    expect(usesIn({ path: 'README.md', text: 'Every so.\n```\nevery so\n```\n' }, some)).toHaveLength(1);
  });
});
