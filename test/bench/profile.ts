/**
 * Where the time and the memory go: build, release and verify of the main set with the profilers of
 * Node, self time, and bytes held at the end, by function and by the room of our code that it is
 * in.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';
import { type Bench, CORES } from './bench.ts';
import { buildArguments, type InputSet, mainSet, recipe } from './inputs.ts';
import { measureCommand } from './measure-command.ts';
import { allocatedBy, type CpuProfile, type HeapProfile, selfTimeBy, shareLines } from './profile-shares.ts';

/** What Node's two profilers are called, and how their files end. */
const KINDS = [
  { title: 'self time', flag: 'cpu-prof', ending: '.cpuprofile', unit: 's' },
  { title: 'memory held at its end', flag: 'heap-prof', ending: '.heapprofile', unit: 'MB' },
] as const;

/** Tables of both profiles of each stage; of the sources, whose functions have their own names. */
export async function profileStages(bench: Bench): Promise<string[]> {
  const set = await mainSet(bench);
  const lines: string[] = [];
  for (const { title, flag, ending, unit } of KINDS) {
    const lake = bench.newLake();
    for (const [i, { name, args }] of stagesIn(bench, set, lake).entries()) {
      bench.say(`profile: ${name}, ${title}`);
      const folder = bench.path(`${flag}-${i}`);
      mkdirSync(folder);
      const command = [process.execPath, `--${flag}`, `--${flag}-dir=${folder}`, LAUNCHER, ...args, '--json'];
      await measureCommand(command, { environment: bench.environment(), cores: CORES });
      const shares =
        unit === 's'
          ? selfTimeBy(readProfiles<CpuProfile>(folder, ending))
          : allocatedBy(readProfiles<HeapProfile>(folder, ending));
      lines.push('', `## ${name}: ${title}, ${unit}`, '', ...shareLines(shares));
    }
    bench.drop(lake);
  }
  return lines;
}

const LAUNCHER = join(packageRoot(), 'src/cli/brewhouse.js');

/** The second build has another seed: it asks other questions about the same texts. */
function stagesIn(bench: Bench, set: InputSet, lake: string) {
  const [first = '', second = ''] = [7, 8].map((seed) =>
    recipe(bench, set.name, `profile-${seed}`, ({ corpus }) => {
      corpus.seed = seed;
    }),
  );
  return [
    { name: 'build, texts new', args: buildArguments(set, first, lake) },
    { name: 'build, texts known', args: buildArguments(set, second, lake) },
    { name: 'release', args: ['release', '--lake', lake, '--recipe', second, '--id', 'profiled'] },
    { name: 'verify', args: ['verify', join(lake, 'releases', 'profiled'), '--events', set.events] },
  ];
}

function readProfiles<T extends CpuProfile | HeapProfile>(folder: string, ending: string): T[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as T);
}
