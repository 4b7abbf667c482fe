/**
 * `npm run test:rules [SET...]`: counts by rule what the law changed in rows since 0.1.0. It builds
 * each set by the law, by all rules of 0.1.0 together and by each of them alone, prints tables, and
 * keeps those of all sets.
 * With BREWHOUSE_RULES=EVENT-4,CUT-2 it tries these alone and no others.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_KEY } from '../../src/cli/commands/demo.ts';
import { packageRoot } from '../../src/config.ts';
import type { Planting } from '../faults/planted-builder.ts';
import { changesOf, type Rows, rowsOf, tableByRule } from './count-by-rule.ts';
import { RULES_BEFORE, type RuleBefore } from './rules-before.ts';

/**
 * The demo has 300 members, and of the real sets some questions are asked, so that all builders
 * take an hour; BREWHOUSE_FULL=1 leaves nothing out.
 */
const SETS: Readonly<Record<string, { readonly share?: number }>> = {
  demo: {},
  ifdb: { share: 0.01 },
  'us-senate-rollcalls': { share: 0.001 },
};
const DEMO_SHORT = ['--members', '300', '--days', '90'];
const isFull = process.env.BREWHOUSE_FULL === '1';
const older = process.env.BREWHOUSE_OLDER;
const wantedRules = process.env.BREWHOUSE_RULES?.split(',');
const isWanted = ({ rule }: RuleBefore) => wantedRules?.includes(rule.split(',')[0] ?? '') ?? true;
const data = process.env.BREWHOUSE_DATA ?? join(packageRoot(), '..', 'shared', 'data');

const folder = mkdtempSync(join(tmpdir(), 'brewhouse-rules-'));
/** A copy of the sources: what is planted is planted there. */
const copy = join(folder, 'builder');

/** Runs a command of the copy. Throws where it fails. */
function brewhouse(args: readonly string[]): void {
  const run = spawnSync(process.execPath, [join(copy, 'src/cli/brewhouse.js'), ...args, '--json'], {
    encoding: 'utf8',
    env: { ...process.env, BREWHOUSE_KEY: DEMO_KEY, NODE_COMPILE_CACHE: join(folder, 'compiled') },
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) throw new Error(`brewhouse ${args.join(' ')} ended with ${run.status}\n${run.stderr}`);
}

/** What all builders of a set begin with. */
interface Inputs {
  readonly set: string;
  readonly events: string;
  readonly domain: string;
  readonly recipe: string;
}

function inputsOf(set: string): Inputs {
  const [events, recipe] = [join(folder, `${set}-events`), join(folder, `${set}.yaml`)];
  const shipped = readFileSync(join(copy, 'pipelines/recipes', `${set}.yaml`), 'utf8');
  const share = isFull ? undefined : SETS[set]?.share;
  writeFileSync(
    recipe,
    share === undefined ? shipped : shipped.replace(/ask: \{ share: [0-9.]+/, `ask: { share: ${share}`),
  );
  if (set === 'demo') {
    brewhouse(['simulate', '--seed', '7', ...(isFull ? ['--members', '2000'] : DEMO_SHORT), '--out', events]);
    return { set, events, recipe, domain: join(events, 'domain.yaml') };
  }
  const mapping = join(copy, 'pipelines/mappings', `${set}.yaml`);
  brewhouse(['import', '--mapping', mapping, '--from', join(data, set), '--out', events]);
  return { set, events, recipe, domain: join(copy, 'pipelines/domains', `${set}.yaml`) };
}

/** Where the law's builder keeps the lake that others begin with. */
const lawLake = ({ set }: Inputs) => join(folder, `${set}-lake`);

/** Builds and releases with texts replaced; the lake begins with the law's timelines or empty. */
async function rowsWith(plantings: readonly Planting[], inputs: Inputs, begin: 'afresh' | 'taken in'): Promise<Rows> {
  const { set, events, domain, recipe } = inputs;
  const lake = plantings.length === 0 ? lawLake(inputs) : join(folder, 'lake');
  if (begin === 'taken in') {
    mkdirSync(lake);
    for (const part of ['lake.json', 'timelines'])
      cpSync(join(lawLake(inputs), part), join(lake, part), { recursive: true });
  }
  const sources = new Map(plantings.map(({ file }) => [join(copy, file), readFileSync(join(copy, file), 'utf8')]));
  try {
    for (const planting of plantings) plant(planting);
    brewhouse(['build', '--events', events, '--domain', domain, '--recipe', recipe, '--lake', lake]);
    brewhouse(['release', '--lake', lake, '--recipe', recipe, '--id', set]);
    return await rowsOf(join(lake, 'releases', set));
  } finally {
    for (const [file, source] of sources) writeFileSync(file, source);
    if (plantings.length > 0) rmSync(lake, { recursive: true, force: true });
  }
}

function plant({ file, from, to }: Planting): void {
  const path = join(copy, file);
  const parts = readFileSync(path, 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`${file} must hold exactly once: ${from}`);
  writeFileSync(path, parts.join(to));
}

async function tableOf(set: string): Promise<string> {
  const inputs = inputsOf(set);
  const say = (what: string) => process.stderr.write(`${set}: ${what}\n`);
  const law = await rowsWith([], inputs, 'afresh');
  say(`${law.size} rows by the law`);
  const all = RULES_BEFORE.flatMap(({ plantings }) => plantings);
  const before = await rowsWith(all, inputs, 'afresh');
  say(`${changesOf(before, law).size} rows are others with all rules as before`);
  const byRule = new Map<string, Rows>();
  for (const { rule, before: was, takenIn, plantings } of RULES_BEFORE.filter(isWanted)) {
    const rows = await rowsWith(plantings, inputs, takenIn === true ? 'afresh' : 'taken in');
    say(`${changesOf(rows, law).size} rows are others with ${rule} as before`);
    byRule.set(`${rule}: ${was}`, rows);
  }
  const kept = older === undefined ? undefined : join(older, isFull || set !== 'demo' ? set : 'demo300');
  const made = kept !== undefined && existsSync(kept) ? await rowsOf(kept) : undefined;
  const untried = RULES_BEFORE.filter((each) => !isWanted(each)).map(({ rule }) => rule);
  return tableByRule(set, { law, before, byRule, untried, older: made });
}

/** The last tables of all sets and all rules are in the tree. */
function keep(tables: readonly string[]): void {
  const how = isFull ? 'All of each set.' : 'The demo has 300 members, and of the real sets some questions are asked.';
  const said = `\`npm run test:rules\`. ${how} Where rows overlap, sums say nothing.`;
  const text = ['# What the law changed since 0.1.0, by rule', said, ...tables.map((table) => table.trimEnd())];
  const lines = text.join('\n\n').split('\n').map(wrapped);
  writeFileSync(join(packageRoot(), 'test/all/latest-rules.md'), `${lines.join('\n')}\n`);
}

/** Prose at 118 columns; rows of tables are left as they are. */
function wrapped(line: string): string {
  return line.startsWith('|') ? line : line.replace(/(.{1,118})(?: |$)/g, '$1\n').trimEnd();
}

try {
  for (const part of ['schemas', 'src', 'pipelines', 'package.json'])
    cpSync(join(packageRoot(), part), join(copy, part), { recursive: true });
  symlinkSync(join(packageRoot(), 'node_modules'), join(copy, 'node_modules'), 'dir');
  const wanted = process.argv.slice(2);
  const tables: string[] = [];
  for (const set of wanted.length === 0 ? Object.keys(SETS) : wanted) {
    tables.push(await tableOf(set));
    process.stdout.write(`${tables.at(-1)}\n`);
  }
  if (wanted.length === 0 && wantedRules === undefined) keep(tables);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
