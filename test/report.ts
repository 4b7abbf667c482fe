/**
 * A vitest reporter that counts what ran and keeps, for every test that was left out, the reason
 * that it gave.
 */
import { writeFileSync } from 'node:fs';
import type { UserConsoleLog } from 'vitest';
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from 'vitest/node';

/** Names the file that the report is written to. */
export const REPORT_VARIABLE = 'BREWHOUSE_TEST_REPORT';

/** How a run of tests ended. */
export interface TestReport {
  passed: number;
  /** What failed: tests, files, hooks. */
  readonly failed: string[];
  readonly skipped: { readonly test: string; readonly reason: string }[];
}

/** More names than these help nobody: the run above has all. */
const FAILED_NAMED_MAX = 5;

/** How a run ended, in one line that names what failed. */
export function closingLine({ passed, failed, skipped }: TestReport): string {
  const named = failed.slice(0, FAILED_NAMED_MAX).join('; ');
  const more = failed.length > FAILED_NAMED_MAX ? ` and ${failed.length - FAILED_NAMED_MAX} more` : '';
  return [
    `${passed} passed, ${failed.length} failed`,
    ...(skipped.length === 0 ? [] : [`, ${skipped.length} skipped`]),
    ...(failed.length === 0 ? [] : [`: ${named}${more}`]),
  ].join('');
}

/** What a test file prints where it leaves tests out: `SKIPPED: python3 cannot import pyarrow`. */
const SPOKEN_REASON = /^SKIPPED: (.+)$/m;
const NO_REASON = 'its condition does not hold on this machine';

/**
 * Writes a TestReport as JSON; a file that cannot be loaded, a failing hook and an error outside of
 * tests count as one failed test each.
 */
export default class CountingReporter implements Reporter {
  /** Module path -> the reason that its file printed. */
  private readonly spoken = new Map<string, string>();
  private vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  onUserConsoleLog(log: UserConsoleLog): void {
    const reason = SPOKEN_REASON.exec(log.content)?.[1];
    const task = log.taskId === undefined ? undefined : this.vitest?.state.idMap.get(log.taskId);
    if (reason !== undefined && task !== undefined) this.spoken.set(task.file.filepath, reason);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const report: TestReport = { passed: 0, failed: unhandled.map(({ message }) => message), skipped: [] };
    for (const module of modules) {
      const { relativeModuleId: id } = module;
      if (module.errors().length > 0) report.failed.push(id);
      for (const suite of module.children.allSuites())
        if (suite.errors().length > 0) report.failed.push(`${id}: ${suite.fullName}`);
      for (const test of module.children.allTests()) this.count(report, module, test);
    }
    const file = process.env[REPORT_VARIABLE];
    if (file !== undefined) writeFileSync(file, JSON.stringify(report));
  }

  private count(report: TestReport, module: TestModule, test: TestCase): void {
    const result = test.result();
    if (result.state === 'passed') report.passed++;
    else if (result.state === 'failed') report.failed.push(`${module.relativeModuleId}: ${test.fullName}`);
    else {
      const note = result.state === 'skipped' ? result.note : undefined;
      const reason = note ?? this.spoken.get(module.moduleId) ?? NO_REASON;
      report.skipped.push({ test: `${module.relativeModuleId}: ${test.fullName}`, reason });
    }
  }
}
