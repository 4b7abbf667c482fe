/** Which blocks of a page a test runs. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeBlocks } from './code-blocks.ts';
import { page } from './pages.ts';

describe('the code blocks of a page', () => {
  it('are all but those before which the page says why they are not run', () => {
    const fence = (mark: string, code: string) => `${mark}\n\`\`\`ts\n${code}\n\`\`\`\n`;
    const text = [
      '# One\n',
      fence('', 'run'),
      fence('<!-- not run: it needs a model -->', 'left out'),
      fence('<!-- not run: -->', 'without a reason'),
      '## Two\n',
      fence('', '# no heading'),
      fence('', 'last'),
    ].join('\n');
    expect(codeBlocks(text)).toEqual([
      { language: 'ts', code: 'run\n', heading: '# One' },
      { language: 'ts', code: 'without a reason\n', heading: '# One' },
      { language: 'ts', code: '# no heading\n', heading: '## Two' },
      { language: 'ts', code: 'last\n', heading: '## Two' },
    ]);
    expect(() => codeBlocks('```ts\nopen')).toThrow('has no end');
  });

  it('are programs on the pages that test/cli/package.test.ts runs alone', () => {
    const pages = readdirSync(new URL('../../docs/', import.meta.url)).filter((name) => name.endsWith('.md'));
    const withPrograms = pages.filter((name) => codeBlocks(page(name)).some(({ language }) => language === 'ts'));
    expect(withPrograms).toEqual(['serving.md']);
  });
});
