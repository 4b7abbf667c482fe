/**
 * `npm run test:all`: the tests of which `npm test` runs a part, in full; then the demo and the two
 * real sets from raw tables to a verified release; then what long texts cost. It prints tables and
 * keeps them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_KEY } from '../../src/cli/commands/demo.ts';
import { packageRoot } from '../../src/config.ts';
import { grouped } from '../../src/grouped.ts';
import { goldenContent, releaseContent } from '../integration/release-content.ts';
import { type Compared, comparedIn } from '../worlds/long-run.ts';
import { changedRows, fatesOf } from './changed-rows.ts';
import { runLongTests } from './long-tests.ts';
import { type LongTexts, longTextsTable, measureLongTexts } from './long-texts.ts';

const root = packageRoot();
/**
 * A folder that holds an older release of each set under the set's name, to be compared row by row;
 * made under the demo's key. Without it nothing is compared.
 */
const older = process.env.BREWHOUSE_OLDER;
const data = process.env.BREWHOUSE_DATA ?? join(root, '..', 'shared', 'data');
const folder = mkdtempSync(join(tmpdir(), 'brewhouse-all-'));

type Result = Record<string, unknown> & { peak_memory_bytes?: number };

/** Runs one command with --json. Throws where it fails. */
function brewhouse(args: readonly string[]): Result & { seconds: number } {
  const started = performance.now();
  const run = spawnSync(process.execPath, [join(root, 'src/cli/brewhouse.js'), ...args, '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
    env: { ...process.env, BREWHOUSE_KEY: DEMO_KEY },
  });
  if (run.status !== 0) {
    throw new Error(`brewhouse ${args.join(' ')} ended with ${run.status}\n${run.stdout.slice(0, 2_000)}`);
  }
  return { seconds: (performance.now() - started) / 1000, ...(JSON.parse(run.stdout) as Result) };
}

interface Outcome {
  readonly set: string;
  readonly events: number;
  readonly questions: Record<string, number>;
  readonly examples: number;
  readonly tokens: number;
  readonly build: { seconds: number; tokensPerSecond: number; memory: number };
  readonly release: { seconds: number; rows: number; memory: number };
  /** Splits whose rows differ in content from those that are kept. */
  readonly changed: readonly string[];
  /** Rows by what changed in them, and questions by fate; empty without an older release. */
  readonly since: ReadonlyMap<string, string>;
  readonly verify: { seconds: number; rows: number; faults: number; memory: number; sentence: string };
}

/** Splits that are kept otherwise, or that only one of the two has; all where none is kept. */
async function changedSplits(set: string, release: string): Promise<string[]> {
  const is = await releaseContent(release);
  const was = goldenContent(set, is) ?? {};
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names.filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
}

/** What a release and an older one of the same set have otherwise, in the order of the table. */
async function changedSince(set: string, release: string): Promise<ReadonlyMap<string, string>> {
  const before = join(older ?? '', set);
  if (older === undefined || !existsSync(before)) return new Map();
  const rows = [...(await changedRows(before, release))].map(([reason, rows]) => [reason, count(rows)] as const);
  const [was, is] = [fatesOf(before), fatesOf(release)];
  const fates = [...new Set([...was.keys(), ...is.keys()])].sort();
  const moved = (fate: string) => `${count(was.get(fate) ?? 0)} to ${count(is.get(fate) ?? 0)}`;
  return new Map([...rows, ...fates.map((fate) => [`questions ${fate}`, moved(fate)] as const)]);
}

async function runSet(set: string, events: string, domain: string): Promise<Outcome> {
  const recipe = join(root, 'pipelines/recipes', `${set}.yaml`);
  const lake = join(folder, `${set}-lake`);
  const built = brewhouse(['build', '--events', events, '--domain', domain, '--recipe', recipe, '--lake', lake]);
  const released = brewhouse(['release', '--lake', lake, '--recipe', recipe]);
  const verified = brewhouse(['verify', String(released.path), '--events', events]);
  const rows = Object.values(released.rows as Record<string, number>).reduce((sum, each) => sum + each, 0);
  return {
    set,
    events: Number(built.events),
    questions: built.questions as Record<string, number>,
    examples: Number(built.examples),
    tokens: Number(built.tokens),
    changed: await changedSplits(set, String(released.path)),
    since: await changedSince(set, String(released.path)),
    build: { seconds: built.seconds, tokensPerSecond: Number(built.tokens_per_second), memory: memoryOf(built) },
    release: { seconds: released.seconds, rows, memory: memoryOf(released) },
    verify: {
      seconds: verified.seconds,
      rows: Number(verified.rows_checked),
      faults: (verified.faults as unknown[]).length,
      memory: memoryOf(verified),
      sentence: String(verified.sentence),
    },
  };
}

function memoryOf(result: Result): number {
  return Math.round(Number(result.peak_memory_bytes ?? 0) / 1e6);
}

const count = (value: number) => grouped(Math.round(value));

/** Each row of either release is counted once, under the first reason that holds. */
function sinceTable(outcomes: readonly Outcome[]): string[] {
  const whats = [...new Set(outcomes.flatMap(({ since }) => [...since.keys()]))];
  if (whats.length === 0) return [];
  return [
    `| what changed in their rows | ${outcomes.map(({ set }) => set).join(' | ')} |`,
    `|---|${outcomes.map(() => '---:|').join('')}`,
    ...whats.map((what) => `| ${what} | ${outcomes.map(({ since }) => since.get(what) ?? '0').join(' | ')} |`),
    '',
  ];
}

function report(outcomes: readonly Outcome[], compared: readonly Compared[], measured: readonly LongTexts[]): string {
  const fates = [...new Set(outcomes.flatMap((each) => Object.keys(each.questions)))];
  const rows: [string, (each: Outcome) => string][] = [
    ['records read', (each) => count(each.events)],
    ...fates.map((fate): [string, (each: Outcome) => string] => [
      `questions ${fate}`,
      (each) => count(each.questions[fate] ?? 0),
    ]),
    ['examples', (each) => count(each.examples)],
    ['tokens', (each) => count(each.tokens)],
    ['build: seconds', (each) => each.build.seconds.toFixed(0)],
    ['build: tokens/s while rendering', (each) => count(each.build.tokensPerSecond)],
    ['build: peak memory, MB', (each) => count(each.build.memory)],
    ['release: rows', (each) => count(each.release.rows)],
    ['release: seconds', (each) => each.release.seconds.toFixed(0)],
    ['release: peak memory, MB', (each) => count(each.release.memory)],
    ['splits that differ from test/golden', (each) => each.changed.join(', ') || 'none'],
    ['verify: rows checked', (each) => count(each.verify.rows)],
    ['verify: faults', (each) => count(each.verify.faults)],
    ['verify: seconds', (each) => each.verify.seconds.toFixed(0)],
    ['verify: peak memory, MB', (each) => count(each.verify.memory)],
  ];
  return [
    '# The last full run',
    '',
    `\`npm run test:all\` on ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}` +
      '. Shipped recipes, nothing left out.',
    '',
    `| | ${outcomes.map((each) => each.set).join(' | ')} |`,
    `|---|${outcomes.map(() => '---:|').join('')}`,
    ...rows.map(([name, of]) => `| ${name} | ${outcomes.map(of).join(' | ')} |`),
    '',
    ...outcomes.map((each) => `- ${each.set}: ${each.verify.sentence}`),
    '',
    ...sinceTable(outcomes.filter(({ since }) => since.size > 0)),
    '| builder against checker | compared | differences of readers |',
    '|---|---:|---:|',
    ...compared.map(({ what, cases, differences }) => `| ${what} | ${count(cases)} | ${count(differences)} |`),
    '',
    ...longTextsTable(measured),
    '',
  ].join('\n');
}

const outcomes: Outcome[] = [];
const skipped: string[] = [];
const measured: LongTexts[] = [];
const long = join(folder, 'long');
const tests = runLongTests(long);
const compared = comparedIn(long);
try {
  const simulated = join(folder, 'demo-events');
  brewhouse(['simulate', '--members', '2000', '--seed', '7', '--out', simulated]);
  outcomes.push(await runSet('demo', simulated, join(simulated, 'domain.yaml')));
  for (const set of ['ifdb', 'us-senate-rollcalls']) {
    if (!existsSync(join(data, set))) {
      skipped.push(set);
      process.stderr.write(`SKIPPED ${set}: no folder ${set} in the data folder (set BREWHOUSE_DATA)\n`);
      continue;
    }
    const events = join(folder, `${set}-events`);
    brewhouse([
      'import',
      '--mapping',
      join(root, 'pipelines/mappings', `${set}.yaml`),
      '--from',
      join(data, set),
      '--out',
      events,
    ]);
    brewhouse(['check', '--events', events, '--domain', join(root, 'pipelines/domains', `${set}.yaml`)]);
    outcomes.push(await runSet(set, events, join(root, 'pipelines/domains', `${set}.yaml`)));
  }
  measured.push(...measureLongTexts(join(folder, 'long-texts')));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const text = report(outcomes, compared, measured);
process.stdout.write(text);
// A run that left something out does not stand for the whole.
if (skipped.length === 0) writeFileSync(join(root, 'test/all/latest.md'), text);
const passedSets = outcomes.filter((each) => each.verify.faults === 0 && each.changed.length === 0).length;
const passed = tests.passed + passedSets;
const failed = tests.failed.length + outcomes.length - passedSets;
const leftOut = tests.skipped.length + skipped.length;
process.stdout.write(`${passed} passed, ${failed} failed${leftOut === 0 ? '' : `, ${leftOut} skipped`}\n`);
process.exitCode = failed === 0 ? 0 : 1;
