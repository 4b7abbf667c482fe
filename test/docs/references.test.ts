/** Nothing in the tree refers to a text outside it, and every link of its pages leads somewhere. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textFiles } from '../house/source-text.ts';
import { REPOSITORY } from '../source-files.ts';

/** Names of Markdown files; those that a lake or a release holds are files of the user. */
const MARKDOWN = /(?<![\w/-])(?:[\w-]+\/)*[\w-]+\.md\b/g;
const FILES = textFiles(/\.(ts|js|md|yaml|yml|py)$/);

/** Where a name in a file may lead: from the root of the tree, or from the file's own folder. */
function leads(path: string, name: string): boolean {
  return [REPOSITORY, join(REPOSITORY, 'docs'), join(REPOSITORY, dirname(path))].some((folder) =>
    existsSync(join(folder, name)),
  );
}

describe('texts of the tree', () => {
  it('name no Markdown file that is not in it', () => {
    const found = FILES.flatMap(({ path, text }) =>
      (text.match(MARKDOWN) ?? []).filter((name) => !leads(path, name)).map((name) => `${path}: ${name}`),
    );
    expect(FILES.length).toBeGreaterThan(300);
    expect([...new Set(found)]).toEqual([]);
  });

  it('link to files and headings that are there', () => {
    const headings = new Map(
      FILES.map(({ path, text }) => [
        path,
        [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading)),
      ]),
    );
    const links = FILES.filter(({ path }) => path.endsWith('.md')).flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => ({ path, target })),
    );
    const broken = links.filter(({ path, target }) => {
      const [file = '', heading] = target.split('#');
      const to = file === '' ? path : join(dirname(path), file);
      return !existsSync(join(REPOSITORY, to)) || (heading !== undefined && !headings.get(to)?.includes(heading));
    });
    expect(links.length).toBeGreaterThan(10);
    expect(broken).toEqual([]);
  });
});

/** The anchor that Markdown renderers give a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
