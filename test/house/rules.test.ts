/**
 * The rules that the linter holds: they are on as errors, they bite, and nothing in the tree
 * switches one off.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../source-files.ts';
import { runsOf, textFiles } from './source-text.ts';

interface BiomeFile {
  readonly overrides: ReadonlyArray<{ readonly includes: readonly string[] }>;
}

const { overrides } = JSON.parse(readFileSync(join(REPOSITORY, 'biome.json'), 'utf8')) as BiomeFile;

const folder = mkdtempSync(join(tmpdir(), 'brewhouse-house-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What our linter reports of the planted files, as JSON. */
function biomeReport(command: 'lint' | 'check'): string {
  copyFileSync(join(REPOSITORY, 'biome.json'), join(folder, 'biome.json'));
  const biome = join(REPOSITORY, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  return `${spawnSync(process.execPath, [biome, command, '--reporter=json', '.'], { cwd: folder }).stdout}`;
}

/** Names of the rules that our linter finds broken in a text. */
function brokenRules(text: string): string[] {
  writeFileSync(join(folder, 'planted.ts'), text);
  return [...biomeReport('lint').matchAll(/lint\/\w+\/(\w+)/g)].flatMap(([, rule]) => rule ?? []);
}

describe('the linter', () => {
  it('refuses a non-null `!`, a fourth parameter, a long function and `any`', () => {
    const body = Array.from({ length: 71 }, (_, i) => `  say(${i});`).join('\n');
    const text = [
      'export const first = (list: number[]): number => list[0]!;',
      'export const sum = (a: number, b: number, c: number, d: number): number => a + b + c + d;',
      `export function long(say: (n: number) => void): void {\n${body}\n}`,
      'export const x: any = 1;',
    ].join('\n');
    const rules = ['noNonNullAssertion', 'useMaxParams', 'noExcessiveLinesPerFunction', 'noExplicitAny'];
    expect(brokenRules(text)).toEqual(expect.arrayContaining(rules));
    expect(brokenRules('export const a = 1;\n')).toEqual([]);
  });

  it('reads the sources alone: a demo or a lake in the clone changes nothing', () => {
    const left = ['demo/demo.json', 'demo/lake/lake.json', 'lake/lake.json', 'my-lake/lake.json', 'dist/src/a.js'];
    const ours = ['biome-too.json', 'src/a/b.ts', 'test/c.js', 'infra/d.json'];
    for (const path of [...left, ...ours]) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), '{ "a"   : 1}');
    }
    const reported = [...biomeReport('check').matchAll(/"path":\s*"([^"]+)"/g)].map(([, path]) => path);
    expect([...new Set(reported)].sort()).toEqual(ours.sort());
  });

  it('is told to look away only in tests', () => {
    expect(overrides.map((each) => each.includes)).toEqual([['test/**']]);
  });

  it('and the compiler are never silenced by a comment', () => {
    const silencer = /biome-ignore|eslint-disable|@ts-(ignore|expect-error|nocheck)/;
    const found = textFiles(/\.(ts|js)$/).flatMap(({ path, text }) =>
      runsOf(text)
        .filter(({ kind, text: part }) => kind === 'comment' && silencer.test(part))
        .map(({ line }) => `${path}:${line}`),
    );
    expect(found).toEqual([]);
    expect(silencer.test('// biome-ignore lint/style/x: because')).toBe(true);
  });
});
