/** latest.md: the tables of the last runs, a section for each part of `npm run test:all`. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';

/** In the order in which they run. */
export const PARTS = ['sets', 'tests', 'texts', 'growing', 'chains'] as const;
export type Part = (typeof PARTS)[number];

const HEADINGS: Readonly<Record<Part, string>> = {
  sets: '## The demo and the real sets, with the recipes that ship',
  tests: '## Builder against checker',
  texts: '## What long texts cost',
  growing: '## Thirty days that come one by one',
  chains: '## Long chains on S3',
};

const FILE = join(packageRoot(), 'test/all/latest.md');

/** Writes the section of a part anew; the others stay. */
export function keepPart(part: Part, lines: readonly string[]): void {
  writeFileSync(FILE, pageWith(readFileSync(FILE, 'utf8'), part, [ranBy(part), '', ...lines]));
}

/** The page with another section of this part. Throws where the page has no such heading. */
export function pageWith(page: string, part: Part, lines: readonly string[]): string {
  const from = page.indexOf(`${HEADINGS[part]}\n`);
  if (from < 0) throw new Error(`latest.md has no heading "${HEADINGS[part]}"`);
  const next = page.indexOf('\n## ', from);
  const after = next < 0 ? '' : page.slice(next);
  return `${page.slice(0, from)}${[HEADINGS[part], '', ...lines, ''].join('\n')}${after}`;
}

/** The command, the commit, and the machine. */
function ranBy(part: Part): string {
  const commit = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: packageRoot(), encoding: 'utf8' });
  const of = commit.status === 0 ? ` at ${commit.stdout.trim()}` : '';
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}`;
  return `\`npm run test:all -- ${part}\`${of}, on ${machine}.`;
}
