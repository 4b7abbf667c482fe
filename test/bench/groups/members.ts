/**
 * Growth with the members: ten times as many in a world of the simulator, and, of a long run, a
 * billion tokens.
 */
import { grouped } from '../../../src/grouped.ts';
import type { Bench, Ran } from '../bench.ts';
import { figureOf, quotients } from '../figures.ts';
import { buildArguments, type InputSet, recipe, simulated } from '../inputs.ts';
import { peaksOf, sideOf, wallsOf } from '../sides.ts';

const MEMBERS = { full: 400, quick: 50 };
/** Rendered from that many members: over a billion tokens, half a million rows. */
const MEMBERS_BILLION = 40_000;
/** Of a history of no more events a row is about 300 tokens. */
const SHORT_HISTORY = 1;

interface Steps {
  readonly build: Ran<{ tokens: number; examples: number }>;
  readonly release: Ran<{ path: string; tokens: number; rows: Record<string, number> }>;
  readonly verify: Ran<unknown>;
}

/** In turns, both worlds from events to certificate. */
export async function measureMembers(bench: Bench): Promise<void> {
  const members = bench.options.isQuick ? MEMBERS.quick : MEMBERS.full;
  const worlds = { one: await simulated(bench, members), ten: await simulated(bench, 10 * members) };
  const file = recipe(bench, 'demo', 'members', () => {});
  const runs: Record<'one' | 'ten', Steps[]> = { one: [], ten: [] };
  await bench.turns('members', async () => {
    for (const name of ['one', 'ten'] as const) {
      const lake = bench.newLake();
      runs[name].push(await allSteps(bench, worlds[name], file, lake));
      bench.drop(lake);
    }
  });
  const tokens = (name: 'one' | 'ten') => runs[name][0]?.build.json.tokens ?? 0;
  const notes = [
    `${members} and ${10 * members} simulated members, ${grouped(tokens('one'))} and ` +
      `${grouped(tokens('ten'))} tokens rendered`,
  ];
  for (const step of ['build', 'release', 'verify'] as const) {
    const [one, ten] = [runs.one.map((run) => run[step]), runs.ten.map((run) => run[step])];
    const sides = [sideOf(`${step}, 10x`, ten), sideOf(`${step}, 1x`, one)];
    bench.found.set(`members-${step}-time`, { value: figureOf(quotients(wallsOf(ten), wallsOf(one))), sides, notes });
    const value = figureOf(quotients(peaksOf(ten), peaksOf(one)));
    bench.found.set(`members-${step}-memory`, { value, sides, notes });
  }
}

async function allSteps(bench: Bench, set: InputSet, file: string, lake: string): Promise<Steps> {
  const build: Steps['build'] = await bench.brewhouse(buildArguments(set, file, lake));
  const release: Steps['release'] = await bench.brewhouse(['release', '--lake', lake, '--recipe', file]);
  const verify = await bench.brewhouse(['verify', release.json.path, '--events', set.events]);
  return { build, release, verify };
}

/**
 * Once: a billion tokens from events to certificate, beside those of a tenth of the members; then a
 * corpus of short rows, as many as the same events ask, and its release. Takes tens of minutes and
 * about 10 GB of disk.
 */
export async function measureBillion(bench: Bench): Promise<void> {
  const file = recipe(bench, 'demo', 'billion', () => {});
  const tenth = await simulated(bench, MEMBERS_BILLION / 10);
  bench.say('billion: build, release, verify of a tenth');
  const small = bench.newLake();
  const less = await allSteps(bench, tenth, file, small);
  bench.drop(small);
  const set = await simulated(bench, MEMBERS_BILLION);
  const lake = bench.newLake();
  bench.say('billion: build, release, verify');
  const steps = await allSteps(bench, set, file, lake);
  const rendered = `${grouped(steps.build.json.tokens)} tokens rendered, ${rowsOf(steps.release)}`;
  for (const step of ['build', 'release', 'verify'] as const) {
    const [most, least] = [[steps[step]], [less[step]]];
    const own = sideOf(step, most);
    bench.found.set(`billion-${step}`, { value: figureOf(peaksOf(most)), sides: [own], notes: [rendered] });
    bench.found.set(`billion-${step}-growth`, {
      value: figureOf(quotients(peaksOf(most), peaksOf(least))),
      sides: [own, sideOf(`${step} of a tenth of the members`, least)],
      notes: [`${rendered}; of a tenth ${grouped(less.build.json.tokens)} tokens rendered`],
    });
  }
  bench.say('billion: short rows');
  const short = recipe(bench, 'demo', 'rows', ({ corpus }) => {
    corpus.max_events = SHORT_HISTORY;
    corpus.ask = { ...corpus.ask, share: 1, per_member_day: 1_000 };
  });
  const build = await bench.brewhouse<{ examples: number }>(buildArguments(set, short, lake));
  const release: Steps['release'] = await bench.brewhouse(['release', '--lake', lake, '--recipe', short]);
  bench.drop(lake);
  bench.found.set('rows-release', {
    value: figureOf(peaksOf([release])),
    sides: [sideOf('release', [release]), sideOf('build', [build])],
    notes: [`${grouped(build.json.examples)} rows rendered, ${rowsOf(release)}`],
  });
}

function rowsOf({ json }: Steps['release']): string {
  const rows = Object.values(json.rows).reduce((sum, each) => sum + each, 0);
  return `${grouped(rows)} rows released with ${grouped(json.tokens)} tokens`;
}
