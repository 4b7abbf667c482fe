/**
 * Which planted faults and real sets this run tries: `npm test` a fifth of them, another one with
 * each commit, and `npm run test:all` all.
 */
import { spawnSync } from 'node:child_process';
import { test } from 'vitest';
import { root } from '../cli/run-cli.ts';

const FIFTHS = 5;

/** Says which fifth runs, as 1 to 5 or `all`, in place of the commit. */
const FAULTS_VARIABLE = 'BREWHOUSE_FAULTS';

/** The fifth of this run, from 0; undefined: all. */
const fifth = wantedFifth();

/** Why this run leaves out number `n` (from 0) of `what`; undefined: it tries it. */
export function leftOut(n: number, what: string): string | undefined {
  if (fifth === undefined || n % FIFTHS === fifth) return undefined;
  return (
    `this run tries fifth ${fifth + 1} of ${FIFTHS} of ${what} ` +
    `(${FAULTS_VARIABLE}=all tries all, and so does npm run test:all)`
  );
}

/**
 * Tests of planted faults, one for each: those of this run's fifth, the others left out with the
 * reason. Each fifth has as many of each table as the others.
 */
export function testPlanted<T>(planted: readonly T[], nameOf: (fault: T) => string, run: (fault: T) => Promise<void>) {
  for (const [n, fault] of planted.entries()) {
    test(nameOf(fault), async ({ skip }) => {
      const reason = leftOut(n, 'the planted faults');
      if (reason !== undefined) skip(reason);
      await run(fault);
    });
  }
}

/**
 * One checkout always runs one fifth: that of its commit's number, so that any five commits in a
 * row run all. A clone without its history goes by the commit's hash, and one without git runs all.
 */
function wantedFifth(): number | undefined {
  const { BREWHOUSE_LONG: long, [FAULTS_VARIABLE]: wanted } = process.env;
  if (wanted === 'all' || (wanted === undefined && long !== undefined)) return undefined;
  if (wanted !== undefined) {
    const chosen = ['1', '2', '3', '4', '5'].indexOf(wanted);
    if (chosen < 0) throw new Error(`${FAULTS_VARIABLE} is ${wanted}; it may be 1 to 5 or all`);
    return chosen;
  }
  const number =
    git('rev-parse', '--is-shallow-repository') === 'false' ? git('rev-list', '--count', 'HEAD') : undefined;
  const hash = git('rev-parse', 'HEAD')?.slice(0, 8);
  if (number !== undefined) return Number(number) % FIFTHS;
  return hash === undefined ? undefined : Number.parseInt(hash, 16) % FIFTHS;
}

function git(...args: readonly string[]): string | undefined {
  const ran = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return ran.status === 0 ? ran.stdout.trim() : undefined;
}
