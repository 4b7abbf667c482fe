/** What README.md and test/README.md show is what the repository has. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../source-files.ts';
import { textFiles } from './source-text.ts';

const read = (name: string) => readFileSync(join(REPOSITORY, name), 'utf8');

describe('README.md', () => {
  it('opens with the golden prompt, word for word', () => {
    const [, prompt] = /^```text\n([\s\S]*?)^```$/m.exec(read('README.md')) ?? [];
    expect(prompt).toBe(`${read('test/golden/seed-prompt.txt').trimEnd()}\n`);
  });
});

describe('test/README.md', () => {
  it('names test files that exist, and all of faults and of whole commands', () => {
    const named = [...read('test/README.md').matchAll(/^\| `([\w/-]+\.test\.ts)` \|/gm)].flatMap(
      ([, path]) => path ?? [],
    );
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((path) => !existsSync(join(REPOSITORY, 'test', path)))).toEqual([]);
    expect(named).toEqual(named.toSorted());
    const whole = textFiles(/^test\/(faults|integration)\/.*\.test\.ts$/).map(({ path }) => path.slice('test/'.length));
    expect(whole.length).toBeGreaterThan(8);
    expect(whole.filter((path) => !named.includes(path))).toEqual([]);
  });
});
