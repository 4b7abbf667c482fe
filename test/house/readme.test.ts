/** What README.md and test/README.md show is what the repository has. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Domain } from '../../schemas/domain.ts';
import { Mapping } from '../../schemas/mapping.ts';
import { COMMAND_NAMES } from '../../src/cli/command-table.ts';
import { codeBlocks } from '../docs/code-blocks.ts';
import { REPOSITORY } from '../source-files.ts';
import { textFiles } from './source-text.ts';

const read = (name: string) => readFileSync(join(REPOSITORY, name), 'utf8');

describe('README.md', () => {
  it('opens with the golden prompt, word for word', () => {
    const prompt = codeBlocks(read('README.md')).find(({ language }) => language === 'text');
    expect(prompt?.code).toBe(`${read('test/golden/seed-prompt.txt').trimEnd()}\n`);
  });
});

/** YAML blocks of the page by the name that they begin with. */
const yamlNamed = (name: string): unknown => {
  const block = codeBlocks(read('README.md')).find(({ code }) => code.startsWith(`name: ${name}\n`));
  return parse(block?.code ?? '');
};

describe('what README.md shows to copy', () => {
  it('is a mapping and a domain that parse', () => {
    expect(Mapping.safeParse(yamlNamed('shop')).error).toBeUndefined();
    expect(Domain.safeParse(yamlNamed('jobs')).error).toBeUndefined();
  });

  it('names every command', () => {
    const rows = [...read('README.md').matchAll(/^\| `([a-z]+) /gm)].map(([, name]) => name);
    expect(COMMAND_NAMES.filter((name) => !rows.includes(name))).toEqual([]);
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
