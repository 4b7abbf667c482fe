/**
 * What the bench reads: the main set, a real one where it is there, simulated worlds, and recipes
 * made of those that ship.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { shippedFolder } from '../../src/config.ts';
import { copyTables } from '../integration/copy-tables.ts';
import { REAL_DATA } from '../real-sets.ts';
import { type Bench, Missing } from './bench.ts';

/** A set to build from: paths, and the recipe that ships for it. */
export interface InputSet {
  readonly name: 'ifdb' | 'demo';
  readonly events: string;
  readonly domain: string;
}

/** The main set: the largest texts of the real ones. */
const MAIN = 'ifdb';
/** Of the members one in nine: ids are letters and digits by chance. */
const SOME = { did: /^events/, kept: /^[^,]*[0-3],/ };
/** Members of the set that is taken where there is no real one. */
const STAND_IN_MEMBERS = { full: 2_000, quick: 200 };

/** The tables of the main set, unpacked, of a quick run those of some members. Throws Missing. */
export function mainTables(bench: Bench): string {
  const from = join(REAL_DATA, MAIN);
  if (!existsSync(from))
    throw new Missing(`there is no data set ${from}; set BREWHOUSE_DATA to the folder that holds it`);
  return once(bench, 'tables', (to) => copyTables(from, to, bench.options.isQuick ? SOME : { did: /^$/, kept: /^$/ }));
}

/** The main set as events; a simulated one, saying so, where the data is missing. */
export async function mainSet(bench: Bench): Promise<InputSet> {
  const { isQuick } = bench.options;
  const folder = join(REAL_DATA, MAIN);
  if (!existsSync(folder)) {
    const members = isQuick ? STAND_IN_MEMBERS.quick : STAND_IN_MEMBERS.full;
    bench.say(`MISSING: no data set ${folder}, so the main set is ${members} simulated members (set BREWHOUSE_DATA)`);
    return simulated(bench, members);
  }
  const events = bench.path('main-events');
  if (!existsSync(events)) await bench.brewhouse(importArguments(mainTables(bench), events));
  return { name: MAIN, events, domain: shipped('domains', MAIN) };
}

/** The flags of the main set's import. */
export function importArguments(tables: string, events: string): string[] {
  return ['import', '--mapping', shipped('mappings', MAIN), '--from', tables, '--out', events];
}

/** So many members of the simulated marketplace, for its 90 days or fewer. */
export async function simulated(bench: Bench, members: number, days = 90): Promise<InputSet> {
  const events = bench.path(`simulated-${members}-${days}`);
  const size = ['--members', String(members), '--days', String(days)];
  if (!existsSync(events)) await bench.brewhouse(['simulate', ...size, '--seed', '7', '--out', events]);
  return { name: 'demo', events, domain: join(events, 'domain.yaml') };
}

/** A recipe as parsed, of which a change replaces parts. */
export interface LooseRecipe {
  corpus: Record<string, unknown> & { tasks: Record<string, unknown>[]; ask: Record<string, unknown> };
  release: Record<string, unknown>;
}

/** Writes the recipe that ships with a change, in JSON, which is YAML; its path. */
export function recipe(
  bench: Bench,
  of: InputSet['name'],
  name: string,
  change: (recipe: LooseRecipe) => void,
): string {
  const changed = parse(readFileSync(shipped('recipes', of), 'utf8')) as LooseRecipe;
  change(changed);
  return bench.write(`${of}-${name}.yaml`, `${JSON.stringify(changed, null, 1)}\n`);
}

/** The flags of a build of the set into a lake. */
export function buildArguments({ events, domain }: InputSet, recipeFile: string, lake: string): string[] {
  return ['build', '--events', events, '--domain', domain, '--recipe', recipeFile, '--lake', lake];
}

/** A file that ships. */
export function shipped(kind: 'mappings' | 'domains' | 'recipes', name: string): string {
  return join(shippedFolder(kind), `${name}.yaml`);
}

/** Makes a folder where it is not there yet. */
function once(bench: Bench, name: string, make: (to: string) => void): string {
  const to = bench.path(name);
  mkdirSync(bench.folder, { recursive: true });
  if (!existsSync(to)) make(to);
  return to;
}
