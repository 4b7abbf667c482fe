/** Code blocks of Markdown pages, for tests that run what a page says. */

/** A fenced block. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** The heading that it lies under. */
  readonly heading: string;
}

/** Says, on the line before a block, why no test runs it. */
const NOT_RUN = /^<!-- not run: \S.* -->$/;

/** The blocks of a page in order, but for those that the page says are not run. */
export function codeBlocks(text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = text.split('\n');
  let heading = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (/^#+ /.test(line)) heading = line;
    const [, language] = /^```(\w*)$/.exec(line) ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf('```', i + 1);
    if (end < 0) throw new Error(`a block under ${heading} has no end`);
    const code = `${lines.slice(i + 1, end).join('\n')}\n`;
    if (!NOT_RUN.test(lines[i - 1] ?? '')) blocks.push({ language, code, heading });
    i = end;
  }
  return blocks;
}
