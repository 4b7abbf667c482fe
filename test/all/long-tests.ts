/** The tests of which `npm test` runs a part, here in full. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';
import { REPORT_VARIABLE, type TestReport } from '../report.ts';
import { LONG_VARIABLE } from '../worlds/long-run.ts';

/** What failed where the tests did not come to an end. */
const RUN = 'the run of the long tests';

/** Planted faults; comparisons of builder and checker, and of our encoder and the library. */
const LONG_FOLDERS = ['test/faults', 'test/worlds', 'test/tokenize/byte-level'];

/**
 * Runs them to their end. `folder` takes what the comparisons compared, a file each, and the tables
 * of measures. A run that does not come to its end counts as one failed test.
 */
export function runLongTests(folder: string, paths: readonly string[] = LONG_FOLDERS): TestReport {
  mkdirSync(folder, { recursive: true });
  const root = packageRoot();
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=default', `--reporter=${join(root, 'test', 'report.ts')}`];
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...paths],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, BREWHOUSE_FAULTS: 'all', [LONG_VARIABLE]: folder, [REPORT_VARIABLE]: file },
    },
  );
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as TestReport;
    const isSilent = status !== 0 && report.failed.length === 0;
    return isSilent ? { ...report, failed: [RUN] } : report;
  } catch {
    return { passed: 0, failed: [RUN], skipped: [] };
  }
}
