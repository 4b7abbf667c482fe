/**
 * `npm run bench`: measures every row of rows.ts, prints the table, and keeps it in latest.md and
 * latest.json. `-- ROW ...` (or a group) measures some; `--quick` at a tenth of the size, one run
 * of each side, kept in .bench/ alone; `--long` also the rows of a billion tokens; `--runs N`
 * another number of runs than five; `--profile` shows instead where the time and the memory go, and
 * keeps it in latest-profile.md.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/config.ts';
import { Bench, Missing } from './bench.ts';
import { measureAppend } from './groups/append.ts';
import { measureCorpus } from './groups/corpus.ts';
import { measureEvents, measureTexts } from './groups/inside.ts';
import { measureJob } from './groups/job.ts';
import { measureMember } from './groups/member.ts';
import { measureBillion, measureMembers } from './groups/members.ts';
import { measureHelp, measureSmall } from './groups/small.ts';
import { measureCores, measureVerify } from './groups/verify.ts';
import { describeMachine } from './machine.ts';
import { endRunning } from './measure-command.ts';
import { installPackage } from './package.ts';
import { pageText, problemLines, profileText, tableLines } from './page.ts';
import { profileStages } from './profile.ts';
import { findPython } from './python.ts';
import { readResults, resultsText, rowsNamed, verdictOf, withOutcome } from './results.ts';
import { GROUPS, type GroupName, ROW_NAMES, ROWS, type RowName } from './rows.ts';

const MEASURE: Readonly<Record<GroupName, (bench: Bench) => Promise<void>>> = {
  corpus: measureCorpus,
  texts: measureTexts,
  job: measureJob,
  verify: measureVerify,
  cores: measureCores,
  members: measureMembers,
  append: measureAppend,
  member: measureMember,
  small: measureSmall,
  events: measureEvents,
  help: measureHelp,
  billion: measureBillion,
};
const RUNS = 5;
const IGNORED = join(packageRoot(), '.bench');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    runs: { type: 'string' },
  },
});
const runs = Number(values.runs ?? (values.quick ? 1 : RUNS));
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs} is no number of runs`);
const rows = rowsNamed(positionals, values.long);

const folder = mkdtempSync(join(tmpdir(), 'brewhouse-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    endRunning();
    process.exit(130);
  });
const say = (text: string) => process.stderr.write(`${text}\n`);
const python = findPython(say);
if ('missing' in python) say(`SKIPPED: rows against peers have no value: ${python.missing}`);
const making = {
  command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
  at: new Date().toISOString(),
  machine: describeMachine(python),
};
const launcher = installPackage(folder);
const bench = new Bench({ options: { runs, isQuick: values.quick }, folder, launcher, python });

if (values.profile) {
  keepProfile(await profileStages(bench));
} else {
  for (const group of GROUPS) {
    const own = rows.filter((name) => ROWS[name].group === group);
    if (own.length > 0) await measureGroup(group, own);
  }
  keep();
}

/** Every row has a value in the end, or why it has none. */
async function measureGroup(group: GroupName, own: readonly RowName[]): Promise<void> {
  const started = performance.now();
  try {
    await MEASURE[group](bench);
  } catch (error) {
    const reason = withoutPaths(error instanceof Error ? error.message : String(error));
    const kind = error instanceof Missing ? 'skipped' : 'failed';
    bench.say(`${kind.toUpperCase()} ${group}: ${reason}`);
    for (const name of own) if (!bench.found.has(name)) bench.problems.set(name, { kind, reason });
  }
  const reason = 'missing' in python ? python.missing : 'the group measured everything but this row';
  for (const name of own) {
    if (bench.found.has(name) || bench.problems.has(name)) continue;
    bench.problems.set(name, { kind: 'missing' in python ? 'skipped' : 'failed', reason });
  }
  bench.say(`${group} took ${((performance.now() - started) / 1_000).toFixed(0)} s`);
}

/** A page that is kept says nothing of where a machine has its folders. */
function withoutPaths(text: string): string {
  return text.replaceAll(`${folder}/`, '').replaceAll(`${packageRoot()}/`, '');
}

/** Prints the profile, and keeps it beside the table. */
function keepProfile(lines: readonly string[]): void {
  const text = profileText(making, lines);
  process.stdout.write(text);
  const kept = `${keptAs()}-profile`;
  writeFileSync(`${kept}.md`, text);
}

/** Where results are kept, without an ending: a quick run's are in a folder that git ignores. */
function keptAs(): string {
  mkdirSync(IGNORED, { recursive: true });
  return values.quick ? join(IGNORED, 'quick') : join(import.meta.dirname, 'latest');
}

/** Prints the table of what was measured now, and writes it into what is kept. */
function keep(): void {
  const now = withOutcome({ makings: [], rows: {} }, making, bench);
  process.stdout.write(`\n${tableLines(now).join('\n')}\n\n`);
  const problems = problemLines(now);
  if (problems.length > 0) process.stdout.write(`${problems.join('\n')}\n\n`);
  const kept = keptAs();
  const [page, json] = [`${kept}.md`, `${kept}.json`];
  const all = withOutcome(readResults(json), making, bench);
  writeFileSync(json, resultsText(all));
  writeFileSync(page, pageText(all));
  const verdicts = ROW_NAMES.flatMap((name) => {
    const row = now.rows[name];
    return row === undefined ? [] : verdictOf(name, row);
  });
  const count = (verdict: string) => verdicts.filter((each) => each === verdict).length;
  process.stdout.write(
    `${count('met')} met, ${count('MISSED')} missed, ${count('FAILED')} failed, ${count('skipped')} skipped; ${page}\n`,
  );
  process.exitCode = count('FAILED') === 0 ? 0 : 1;
}
