/**
 * What the smallest things cost: a build and a preview of 34 events, a preview of the main set, and
 * `--help`.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/config.ts';
import { type Bench, CORES, type Ran } from '../bench.ts';
import { figureOf, quotients } from '../figures.ts';
import { buildArguments, type InputSet, mainSet, recipe, shipped } from '../inputs.ts';
import { type Measured, measureCommand } from '../measure-command.ts';
import { peaksOf, sideOf, wallsOf } from '../sides.ts';

const MEMBERS = 4;
const ITEMS = 10;
const INTERACTIONS = 20;
/** How often it is looked whether rows are in the lake. */
const LOOK_MS = 5;
/** Runs of `--help` for each run of other rows: one takes tens of milliseconds. */
const HELP_TIMES = 5;
const ACTIONS = ['viewed', 'impression', 'applied', 'dismissed', 'impression'];

/** 34 events of the jobs marketplace: 4 members, 10 items, 20 interactions of January 2026. */
export function smallSet(bench: Bench): InputSet {
  const events = bench.path('small-events');
  if (!existsSync(events)) {
    mkdirSync(events);
    const lines: object[] = Array.from({ length: ITEMS }, (_, i) => itemEvent(i));
    lines.push(...Array.from({ length: MEMBERS }, (_, i) => memberEvent(i)));
    lines.push(...Array.from({ length: INTERACTIONS }, (_, i) => interactionEvent(i)));
    writeFileSync(join(events, 'events.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  return { name: 'demo', events, domain: shipped('domains', 'demo') };
}

const at = (day: number) => new Date(Date.UTC(2026, 0, day)).toISOString();

function itemEvent(i: number) {
  const attributes = {
    title: `Nurse of ward ${i}`,
    location: 'Leeds',
    company: `Clinic ${i % 3}`,
    description: 'Care.',
  };
  return { event_id: `item-${i}`, event_time: at(1), type: 'item', item_id: `j${i}`, op: 'upsert', attributes };
}

function memberEvent(i: number) {
  const attributes = { position: 'nurse', company: `Clinic ${i}`, location: 'Leeds' };
  return { event_id: `member-${i}`, event_time: at(1), type: 'member', member_id: `m${i}`, op: 'upsert', attributes };
}

function interactionEvent(i: number) {
  const [member_id, item_id] = [`m${i % MEMBERS}`, `j${(i * 3) % ITEMS}`];
  const action = ACTIONS[i % ACTIONS.length];
  return { event_id: `act-${i}`, event_time: at(2 + (i % 15)), type: 'interaction', member_id, item_id, action };
}

/** The recipe that ships, asking everything. */
export function smallRecipe(bench: Bench): string {
  return recipe(bench, 'demo', 'small', ({ corpus }) => {
    corpus.ask = { ...corpus.ask, share: 1 };
  });
}

/** In turns: the build, watched for its first rows, and both previews. */
export async function measureSmall(bench: Bench): Promise<void> {
  const [small, main] = [smallSet(bench), await mainSet(bench)];
  const file = smallRecipe(bench);
  const mainFile = recipe(bench, main.name, 'preview', () => {});
  const runs = { build: [] as Ran<{ examples: number }>[], small: [] as Measured[], main: [] as Measured[] };
  const firsts: number[] = [];
  await bench.turns('small', async () => {
    const lake = bench.newLake();
    const first = watchRows(lake);
    runs.build.push(await bench.brewhouse(buildArguments(small, file, lake)));
    firsts.push(first());
    bench.drop(lake);
    runs.small.push(await preview(bench, small, file));
    runs.main.push(await preview(bench, main, mainFile));
  });
  const rows = runs.build[0]?.json.examples ?? 0;
  const sides = [sideOf('build', runs.build)];
  const notes = [`34 events, ${rows} rows; the file of the first row is looked for every ${LOOK_MS} ms`];
  bench.found.set('small-memory', { value: figureOf(peaksOf(runs.build)), sides, notes });
  bench.found.set('small-first', { value: figureOf(firsts), sides, notes });
  for (const name of ['small', 'main'] as const) {
    const found = { value: figureOf(wallsOf(runs[name])), sides: [sideOf('preview', runs[name])], notes: [] };
    bench.found.set(`${name}-preview`, found);
  }
}

function preview(bench: Bench, { events, domain }: InputSet, file: string) {
  return bench.brewhouse(['preview', '--events', events, '--domain', domain, '--recipe', file]);
}

/** Looks for a part's file in the lake; the function stops that and returns the seconds it took. */
function watchRows(lake: string): () => number {
  const started = performance.now();
  let found = Number.POSITIVE_INFINITY;
  const timer = setInterval(() => {
    if (!hasRows(join(lake, 'corpora'))) return;
    found = (performance.now() - started) / 1_000;
    clearInterval(timer);
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    return found;
  };
}

function hasRows(corpora: string): boolean {
  if (!existsSync(corpora)) return false;
  return readdirSync(corpora, { recursive: true }).some((name) =>
    /[\\/](parts|meta)[\\/][^\\/]+\.parquet$/.test(String(name)),
  );
}

/**
 * In turns: `--help` in a clone and of the package, and a Node that does nothing. Caches are warm.
 */
export async function measureHelp(bench: Bench): Promise<void> {
  const environment = bench.environment();
  const nodes = {
    clone: [join(packageRoot(), 'src/cli/brewhouse.js'), '--help'],
    package: [bench.packageLauncher, '--help'],
    nothing: ['-e', '0'],
  };
  const runs: Record<keyof typeof nodes, Measured[]> = { clone: [], package: [], nothing: [] };
  const run = (name: keyof typeof nodes) =>
    measureCommand([process.execPath, ...nodes[name]], { environment, cores: CORES });
  for (const name of Object.keys(nodes) as (keyof typeof nodes)[]) await run(name);
  await bench.turns('help', async () => {
    for (let time = 0; time < HELP_TIMES; time++)
      for (const name of Object.keys(nodes) as (keyof typeof nodes)[]) runs[name].push(await run(name));
  });
  for (const name of ['clone', 'package'] as const) {
    const value = figureOf(quotients(wallsOf(runs[name]), wallsOf(runs.nothing)));
    const sides = [sideOf(`--help, ${name}`, runs[name]), sideOf('node -e 0', runs.nothing)];
    bench.found.set(`help-${name}`, { value, sides, notes: ['wall time, the Node of the package on both sides'] });
  }
}
