/** Lines end at 120 columns, comments at 100; files end at 400 lines. */
import { describe, expect, it } from 'vitest';
import { runsOf, type TextFile, textFiles } from './source-text.ts';

const COLUMNS_MAX = 120;
const COMMENT_COLUMNS_MAX = 100;

/**
 * Written by a machine or exact by design: tables of measured runs, prompts that are compared
 * letter by letter.
 */
const EXACT =
  /^(package-lock\.json|docs\/schemas\/|test\/(all|bench)\/latest(-profile)?\.(md|json)|test\/(golden|identities)\/)/;

const overlong = (path: string, lines: readonly string[], columnsMax: number): string[] =>
  lines.flatMap((line, i) => (line.length > columnsMax ? [`${path}:${i + 1}: ${line.length} columns`] : []));

/** Lines that begin with a comment and run beyond its columns. */
function longComments({ path, text }: TextFile): string[] {
  const lines = text.split('\n');
  return runsOf(text)
    .filter(
      ({ kind, line, text: part }) => kind === 'comment' && lines[line - 1]?.trimStart().startsWith(part.slice(0, 2)),
    )
    .flatMap(({ line, text: part }) =>
      part
        .split('\n')
        .map((_, i) => line + i)
        .filter((at) => (lines[at - 1]?.length ?? 0) > COMMENT_COLUMNS_MAX)
        .map((at) => `${path}:${at}: ${lines[at - 1]?.length} columns`),
    );
}

/**
 * Prose of a Markdown file: without code blocks, tables, and lines whose length is that of a link.
 */
function proseOf(text: string): string[] {
  let isCode = false;
  return text.split('\n').map((line) => {
    if (/^\s*(```|~~~)/.test(line)) isCode = !isCode;
    return isCode || /^\s*\|/.test(line) || /^\s*\S*\s?\S*https?:\/\/\S+$/.test(line) ? '' : line;
  });
}

describe('lines', () => {
  it('of code and data end at 120 columns', () => {
    const files = textFiles(/\.(ts|js|yaml|yml|json|py)$/).filter(({ path }) => !EXACT.test(path));
    expect(files.length).toBeGreaterThan(3);
    expect(files.flatMap(({ path, text }) => overlong(path, text.split('\n'), COLUMNS_MAX))).toEqual([]);
  });

  it('of comments end at 100', () => {
    const files = textFiles(/\.ts$/);
    expect(files.flatMap(longComments)).toEqual([]);
  });

  it('of prose end at 120', () => {
    const files = textFiles(/\.md$/).filter(({ path }) => !EXACT.test(path));
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap(({ path, text }) => overlong(path, proseOf(text), COLUMNS_MAX))).toEqual([]);
  });

  it('are at most 400 a file', () => {
    const files = textFiles(/\.(ts|js)$/);
    expect(files.filter(({ text }) => text.split('\n').length > 400).map(({ path }) => path)).toEqual([]);
  });

  it('are found where they are too long', () => {
    const long = 'word '.repeat(30);
    expect(overlong('a.ts', ['short', long], COLUMNS_MAX)).toEqual(['a.ts:2: 150 columns']);
    const comment = `// ${'word '.repeat(20)}`;
    const text = `const a = 1; // ${'b'.repeat(90)}\n${comment}\n/**\n * ${comment}\n */\n`;
    expect(longComments({ path: 'a.ts', text })).toEqual(['a.ts:2: 103 columns', 'a.ts:4: 106 columns']);
    expect(proseOf(`${long}\n| ${long}|\n\`\`\`\n${long}\n\`\`\`\nhttps://a.b/${'c'.repeat(200)}\n`)).toEqual([
      long,
      ...['', '', '', '```', '', ''],
    ]);
  });
});
