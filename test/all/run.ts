/**
 * `npm run test:all`: the demo and the real sets from raw tables to a verified release; the tests
 * of which `npm test` runs a part, in full; what long texts cost; and what days cost a lake that
 * grows by them, and long chains a reader. It prints tables and keeps them in latest.md. `npm run
 * test:all -- sets`, `-- tests`, `-- texts`, `-- growing` and `-- chains` run one part, and leave
 * the other parts of the page as they are.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_KEY } from '../../src/cli/commands/demo.ts';
import { labelLines } from '../../src/cli/label-lines.ts';
import { packageRoot, shippedFolder } from '../../src/config.ts';
import { grouped, percent } from '../../src/grouped.ts';
import type { ItemLines } from '../../src/prompt/item-lines.ts';
import type { LabelCounts } from '../../src/release/label-balance.ts';
import { goldenContent, releaseContent } from '../integration/release-content.ts';
import { REAL_DATA, REAL_SETS } from '../real-sets.ts';
import { comparedIn, tableIn } from '../worlds/long-run.ts';
import { keepPart, PARTS, type Part } from './latest-page.ts';
import { runLongTests } from './long-tests.ts';
import { longTextsTable, measureLongTexts } from './long-texts.ts';

const root = packageRoot();
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
  readonly labels: LabelCounts;
  readonly lines: ItemLines;
  readonly verify: { seconds: number; rows: number; faults: number; memory: number; sentence: string };
}

/** Splits that are kept otherwise, or that only one of the two has; all where none is kept. */
async function changedSplits(set: string, release: string): Promise<string[]> {
  const is = await releaseContent(release);
  const was = goldenContent(set, is) ?? {};
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names.filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
}

async function runSet(set: string, events: string, domain: string): Promise<Outcome> {
  const recipe = shipped('recipes', set);
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
    labels: released.train_labels as LabelCounts,
    lines: built.item_lines as ItemLines,
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

function shipped(kind: 'mappings' | 'domains' | 'recipes', name: string): string {
  return join(shippedFolder(kind), `${name}.yaml`);
}

function memoryOf(result: Result): number {
  return Math.round(Number(result.peak_memory_bytes ?? 0) / 1e6);
}

const count = (value: number) => grouped(Math.round(value));

/** How many items were compared, and the share whose line reads like another's, level by level. */
function lineRows(outcomes: readonly Outcome[]): [string, (each: Outcome) => string][] {
  const levels = outcomes[0]?.lines.levels.map(({ level }) => level) ?? [];
  return [
    ['item lines: compared, of items', ({ lines }) => `${count(lines.compared)} of ${count(lines.items)}`],
    ['item lines: distinct before cutting', ({ lines }) => count(lines.distinct)],
    ...levels.map((level, i): [string, (each: Outcome) => string] => [
      `item lines: distinct at ${level}; like another`,
      ({ lines: { levels, compared } }) =>
        `${count(levels[i]?.distinct ?? 0)}; ${percent(levels[i]?.alike ?? 0, compared)}`,
    ]),
  ];
}

/** The table of the sets, what each certificate says, and labels of train. */
function setsTable(outcomes: readonly Outcome[]): string[] {
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
    ...lineRows(outcomes),
    ['splits that differ from test/golden', (each) => each.changed.join(', ') || 'none'],
    ['verify: rows checked', (each) => count(each.verify.rows)],
    ['verify: faults', (each) => count(each.verify.faults)],
    ['verify: seconds', (each) => each.verify.seconds.toFixed(0)],
    ['verify: peak memory, MB', (each) => count(each.verify.memory)],
  ];
  return [
    `| | ${outcomes.map((each) => each.set).join(' | ')} |`,
    `|---|${outcomes.map(() => '---:|').join('')}`,
    ...rows.map(([name, of]) => `| ${name} | ${outcomes.map(of).join(' | ')} |`),
    '',
    ...outcomes.map((each) => `- ${each.set}: ${each.verify.sentence}`),
    '',
    'Labels of train, by task:',
    '',
    ...outcomes.flatMap(({ set, labels }) => labelLines(labels).map((line) => `- ${set}: ${line.trim()}`)),
  ];
}

/** What a part found: lines of its section, and how it ended. */
interface PartResult {
  readonly lines: readonly string[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Whether it may be kept: a set that was left out makes the table another one. */
  readonly isWhole: boolean;
}

async function runSets(): Promise<PartResult> {
  const outcomes: Outcome[] = [];
  const simulated = join(folder, 'demo-events');
  brewhouse(['simulate', '--members', '2000', '--seed', '7', '--out', simulated]);
  outcomes.push(await runSet('demo', simulated, join(simulated, 'domain.yaml')));
  const isThere = ({ name }: { readonly name: string }) => existsSync(join(REAL_DATA, name));
  const missing = REAL_SETS.filter((set) => !isThere(set));
  for (const { name } of missing)
    process.stderr.write(`SKIPPED ${name}: no folder ${name} in the data folder (set BREWHOUSE_DATA)\n`);
  for (const { name, importFlags } of REAL_SETS.filter(isThere)) {
    const events = join(folder, `${name}-events`);
    const [mapping, domain] = [shipped('mappings', name), shipped('domains', name)];
    brewhouse([...['import', '--mapping', mapping, '--from', join(REAL_DATA, name), '--out', events], ...importFlags]);
    brewhouse(['check', '--events', events, '--domain', domain]);
    outcomes.push(await runSet(name, events, domain));
  }
  const passed = outcomes.filter((each) => each.verify.faults === 0 && each.changed.length === 0).length;
  return {
    lines: setsTable(outcomes),
    passed,
    failed: outcomes.length - passed,
    skipped: missing.length,
    isWhole: missing.length === 0,
  };
}

function runTests(): PartResult {
  const long = join(folder, 'long');
  const { passed, failed, skipped } = runLongTests(long);
  const lines = [
    '| builder against checker | compared | differences of readers |',
    '|---|---:|---:|',
    ...comparedIn(long).map(({ what, cases, differences }) => `| ${what} | ${count(cases)} | ${count(differences)} |`),
  ];
  return { lines, passed, failed: failed.length, skipped: skipped.length, isWhole: true };
}

/** The table of a test on S3, which leaves out what is not installed. */
function runMeasured(name: string): PartResult {
  const long = join(folder, name);
  const { passed, failed, skipped } = runLongTests(long, [`test/s3/${name}.test.ts`]);
  const table = tableIn(long, name);
  const isWhole = table !== undefined && skipped.length === 0;
  return { lines: table ?? [], passed, failed: failed.length, skipped: skipped.length, isWhole };
}

/** It measures, and so has nothing that fails. */
function runTexts(): PartResult {
  const lines = longTextsTable(measureLongTexts(join(folder, 'long-texts')));
  return { lines, passed: 0, failed: 0, skipped: 0, isWhole: true };
}

const RUN: Readonly<Record<Part, () => PartResult | Promise<PartResult>>> = {
  sets: runSets,
  tests: runTests,
  texts: runTexts,
  growing: () => runMeasured('thirty-days'),
  chains: () => runMeasured('long-chains'),
};

const named = process.argv.slice(2);
const unknown = named.find((name) => !PARTS.some((part) => part === name));
if (unknown !== undefined) throw new Error(`${unknown} is no part; they are ${PARTS.join(', ')}`);
const sum = { passed: 0, failed: 0, skipped: 0 };
try {
  for (const part of PARTS) {
    if (named.length > 0 && !named.includes(part)) continue;
    const { lines, isWhole, ...ended } = await RUN[part]();
    process.stdout.write(`\n${lines.join('\n')}\n\n`);
    if (isWhole) keepPart(part, lines);
    for (const key of ['passed', 'failed', 'skipped'] as const) sum[key] += ended[key];
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const left = sum.skipped === 0 ? '' : `, ${sum.skipped} skipped`;
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed${left}\n`);
process.exitCode = sum.failed === 0 ? 0 : 1;
