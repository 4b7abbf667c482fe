/**
 * `npm test`: types, lint and tests; ends with the tests that were left out and one closing line of
 * counts.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closingLine, REPORT_VARIABLE, type TestReport } from './report.ts';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');

/** Types and lint count as one test each. */
const CHECKS: readonly { readonly name: string; readonly script: string; readonly args: readonly string[] }[] = [
  { name: 'types', script: 'typescript/bin/tsc', args: ['-p', '.'] },
  { name: 'lint and format', script: '@biomejs/biome/bin/biome', args: ['check', '.'] },
];

/**
 * Exit code of a script of a package, run on this Node with its output passed on; 1 where a signal
 * ended it.
 */
function runScript(script: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(modules, script), ...args], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...environment },
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

async function runTests(args: readonly string[], report: TestReport): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'brewhouse-test-'));
  const file = join(folder, 'report.json');
  try {
    const code = await runScript(
      'vitest/vitest.mjs',
      ['run', '--reporter=default', `--reporter=${join(root, 'test', 'report.ts')}`, ...args],
      { [REPORT_VARIABLE]: file },
    );
    const { passed, failed, skipped } = JSON.parse(readFileSync(file, 'utf8')) as TestReport;
    report.passed += passed;
    report.skipped.push(...skipped);
    // Vitest may refuse a run (no test files, say) in which no test failed.
    report.failed.push(...(code !== 0 && failed.length === 0 ? ['the run of the tests'] : failed));
  } catch (error) {
    console.error(`the tests did not come to an end: ${(error as Error).message}`);
    report.failed.push('the run of the tests');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const report: TestReport = { passed: 0, failed: [], skipped: [] };
for (const { name, script, args } of CHECKS) {
  console.log(`checking ${name}`);
  if ((await runScript(script, args)) === 0) report.passed++;
  else report.failed.push(name);
}
await runTests(process.argv.slice(2), report);
if (report.skipped.length > 0) {
  console.log('\nleft out:');
  for (const [reason, skipped] of Map.groupBy(report.skipped, (each) => each.reason)) {
    console.log(`  because ${reason}:`);
    for (const { test } of skipped) console.log(`    ${test}`);
  }
}
console.log(`\n${closingLine(report)}`);
process.exitCode = report.failed.length === 0 ? 0 : 1;
