/**
 * `verify` of every row of the main set's release, and two cores against one for build, release and
 * verify.
 */
import { grouped } from '../../../src/grouped.ts';
import { type Bench, CORES, type Ran } from '../bench.ts';
import { figureOf, quotients } from '../figures.ts';
import { buildArguments, mainSet, recipe } from '../inputs.ts';
import { peaksOf, sideOf, wallsOf } from '../sides.ts';

interface Verified {
  readonly ok: boolean;
  readonly rows_checked: number;
  readonly tokens_checked: number;
}

const STEPS = ['build', 'release', 'verify'] as const;

/** One lake and its release, verified as often as there are runs. */
export async function measureVerify(bench: Bench): Promise<void> {
  const set = await mainSet(bench);
  const file = recipe(bench, set.name, 'verify', () => {});
  const lake = bench.newLake();
  await bench.brewhouse(buildArguments(set, file, lake));
  const released = await bench.brewhouse<{ path: string }>(['release', '--lake', lake, '--recipe', file]);
  const runs: Ran<Verified>[] = [];
  await bench.turns('verify', async () => {
    runs.push(await verify(bench, released.json.path, set.events));
  });
  bench.drop(lake);
  const rates = runs.map(({ json, wallSeconds }) => json.tokens_checked / wallSeconds / 1e6);
  const { rows_checked = 0, tokens_checked = 0 } = runs[0]?.json ?? {};
  const sides = [sideOf('verify', runs)];
  const notes = [`${set.name}: ${grouped(rows_checked)} rows, ${grouped(tokens_checked)} tokens, no fault`];
  bench.found.set('verify-rate', { value: figureOf(rates), sides, notes });
  bench.found.set('verify-memory', { value: figureOf(peaksOf(runs)), sides, notes });
}

/** Throws where it finds a fault, with exit code 1. */
function verify(bench: Bench, release: string, events: string, cores = CORES): Promise<Ran<Verified>> {
  return bench.brewhouse<Verified>(['verify', release, '--events', events], { cores });
}

/** Everything from events to certificate, in turns on two cores and on one. */
export async function measureCores(bench: Bench): Promise<void> {
  const set = await mainSet(bench);
  const file = recipe(bench, set.name, 'cores', () => {});
  const runs = { two: emptyRuns(), one: emptyRuns() };
  await bench.turns('cores', async () => {
    for (const [name, cores] of [
      ['two', CORES],
      ['one', 1],
    ] as const) {
      const lake = bench.newLake();
      runs[name].build.push(await bench.brewhouse(buildArguments(set, file, lake), { cores }));
      const released = await bench.brewhouse<{ path: string }>(['release', '--lake', lake, '--recipe', file], {
        cores,
      });
      runs[name].release.push(released);
      runs[name].verify.push(await verify(bench, released.json.path, set.events, cores));
      bench.drop(lake);
    }
  });
  for (const step of STEPS) {
    const value = figureOf(quotients(wallsOf(runs.one[step]), wallsOf(runs.two[step])));
    const sides = [sideOf(`${step} on two cores`, runs.two[step]), sideOf(`${step} on one core`, runs.one[step])];
    bench.found.set(`cores-${step}`, { value, sides, notes: ['the whole process tree is bound by `taskset`'] });
  }
}

const emptyRuns = (): Record<(typeof STEPS)[number], Ran<unknown>[]> => ({ build: [], release: [], verify: [] });
