/**
 * The whole job, raw tables to a release, against a pandas and `datasets` script that does the
 * same.
 */
import { rmSync } from 'node:fs';
import { grouped } from '../../../src/grouped.ts';
import { type Bench, CORES, TOKENIZER } from '../bench.ts';
import { figureOf, quotients } from '../figures.ts';
import { buildArguments, importArguments, mainTables, recipe, shipped } from '../inputs.ts';
import type { Measured } from '../measure-command.ts';
import { oneAfterAnother, sideOf, wallsOf } from '../sides.ts';

/** Rows and tokens of the script may differ by so much: its draws and levels are its own. */
const DIFFERS_MOST = 0.05;

interface Made {
  readonly rows: number;
  readonly tokens: number;
}

/**
 * In turns. Throws Missing without the real set or Python, and where a side did not do the work.
 */
export async function measureJob(bench: Bench): Promise<void> {
  const tables = mainTables(bench);
  bench.pythonCommand();
  const file = recipe(bench, 'ifdb', 'job', () => {});
  const ours: ReturnType<typeof oneAfterAnother>[] = [];
  const script: Measured[] = [];
  let said = '';
  await bench.turns('job', async (run) => {
    const [events, lake, out] = [bench.path(`job-events-${run}`), bench.newLake(), bench.path('job.out')];
    const imported = await bench.brewhouse(importArguments(tables, events));
    const build = await bench.brewhouse(
      buildArguments({ name: 'ifdb', events, domain: shipped('domains', 'ifdb') }, file, lake),
    );
    const release = await bench.brewhouse<{ rows: Record<string, number>; tokens: number }>([
      ...['release', '--lake', lake, '--recipe', file],
    ]);
    ours.push(oneAfterAnother([imported, build, release]));
    const peer = await bench.peer<Made>('whole_job', [tables, TOKENIZER, out, String(CORES)]);
    script.push(peer);
    const made = { rows: sum(Object.values(release.json.rows)), tokens: release.json.tokens };
    requireLike(made, peer.json);
    said = `${counts(made)} against ${counts(peer.json)} of the script`;
    bench.drop(lake);
    for (const path of [events, `${events}.dead`, out]) rmSync(path, { recursive: true, force: true });
  });
  bench.found.set('whole-job', {
    value: figureOf(quotients(wallsOf(script), wallsOf(ours))),
    sides: [sideOf('import, build, release', ours), sideOf('pandas and `datasets`', script)],
    notes: [said],
  });
}

const sum = (values: readonly number[]) => values.reduce((all, each) => all + each, 0);
const counts = ({ rows, tokens }: Made) => `${grouped(rows)} rows, ${grouped(tokens)} tokens`;

/** Throws where the script skipped work, or did more. */
function requireLike(ours: Made, script: Made): void {
  for (const what of ['rows', 'tokens'] as const) {
    if (Math.abs(script[what] / ours[what] - 1) > DIFFERS_MOST)
      throw new Error(`${counts(ours)} and ${counts(script)} of the script differ by more than 5 % in ${what}`);
  }
}
