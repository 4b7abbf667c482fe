/** `brewhouse demo`: simulates a jobs marketplace, builds and verifies a release of it, and shows what came out. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type BuildSummary, build } from '../../../pipelines/build.ts';
import { releaseTokenizer } from '../../../pipelines/corpus-inputs.ts';
import { type ReleaseSummary, release } from '../../../pipelines/release.ts';
import { keyFileOf } from '../../adapters/filesystem/key-file.ts';
import { openRelease } from '../../adapters/open-release.ts';
import { shippedFolder } from '../../config.ts';
import { BrewhouseError } from '../../errors.ts';
import { sha256Hex } from '../../lake/content-hash.ts';
import type { ReleaseRow } from '../../release/release-reader.ts';
import { type SimulationSummary, simulate } from '../../simulate/simulate.ts';
import type { OptionValues } from '../command.ts';
import { demoSummary, nextCommands } from '../demo-text.ts';
import { optionalText, wholeOf } from '../options.ts';
import { grouped, type Output } from '../output.ts';
import { buildProgress } from './build.ts';
import { showRow } from './inspect.ts';

/** THE DEMO'S KEY IS NO SECRET: everybody who runs the demo gets the same release, byte for byte. */
export const DEMO_KEY = sha256Hex(Buffer.from('the pseudonym key of the Brewhouse demo'));

const MEMBERS_DEFAULT = 2_000;
const SEED = 7;
const DAYS = 90;
/** Rows of train among which the prompt to show is looked for: each costs a row group to read. */
const PROMPT_ROWS_MAX = 25;

/** Where the demo keeps its things. */
interface DemoPlace {
  readonly out: string;
  readonly events: string;
  readonly lake: string;
  readonly recipe: string;
}

/** Exit code of verify. Run again it takes up what stands; throws `usage` where another demo stands in the folder. */
export async function run(options: OptionValues, _args: readonly string[], output: Output): Promise<number> {
  const started = performance.now();
  const members = wholeOf(options, 'members', 1) ?? MEMBERS_DEFAULT;
  const place = await preparePlace(optionalText(options, 'out') ?? 'demo', members);
  // The commands that run inside this one look for the key there.
  process.env.BREWHOUSE_KEY = DEMO_KEY;

  output.print(`1 of 4  simulate: a jobs marketplace of ${grouped(members)} members, seed ${SEED}, ${DAYS} days`);
  const simulated = await simulateInto(place, members, output);
  output.print('2 of 4  build: timelines, questions, prompts, tokens');
  const built = await buildInto(place, output);
  output.print('3 of 4  release: splits, shuffle, shards');
  const released = await releaseFrom(place, output);
  output.print('4 of 4  verify: every row against the events');
  const { run: verify } = await import('./verify.ts');
  const folder = join(place.lake, 'releases', released.id);
  const code = await verify({ events: place.events }, [folder], output);
  output.settle();

  output.print(demoSummary(simulated, built, released));
  await showPrompt(folder, output);
  output.print(nextCommands({ ...place, folder, seconds: (performance.now() - started) / 1000 }));
  return code;
}

async function preparePlace(out: string, members: number): Promise<DemoPlace> {
  const place = { out, events: join(out, 'events'), lake: join(out, 'lake'), recipe: join(out, 'recipe.yaml') };
  try {
    await mkdir(out, { recursive: true });
    const file = join(out, 'demo.json');
    const standing = membersOf(await keepFirst(file, `${JSON.stringify({ members, seed: SEED })}\n`), file);
    if (standing !== members) {
      throw new BrewhouseError('usage', `${out} holds a demo with another number of members: ${standing}`, {
        remedy: `name another folder: --out ${out}-${members}`,
      });
    }
    await copyFile(join(shippedFolder('recipes'), 'demo.yaml'), place.recipe);
    await keepFirst(keyFileOf(place.lake), `${DEMO_KEY}\n`);
  } catch (error) {
    throw refusedPlace(error, out);
  }
  return place;
}

/** How many members the demo has that stands in the folder. Throws `usage` where its `demo.json` says no such thing. */
function membersOf(text: string, file: string): number {
  try {
    const { members } = JSON.parse(text) as { members?: unknown };
    if (typeof members === 'number' && Number.isSafeInteger(members)) return members;
  } catch {
    // Not JSON, or null: said below.
  }
  throw new BrewhouseError('usage', `${file} is not what a demo writes`, {
    place: { file },
    remedy: 'remove that folder, or name another one: --out DIR',
  });
}

/** What the system said of the folder: it is a file, or it may not be written to. */
function refusedPlace(error: unknown, out: string): unknown {
  const { code, errno, message, path = out } = error as NodeJS.ErrnoException;
  // What is no answer of the system is ours.
  if (errno === undefined) return error;
  const place = { file: path };
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR') {
    const what = code === 'EISDIR' ? 'is a folder' : 'is no folder';
    return new BrewhouseError('usage', `the demo cannot be put into ${out}: ${path} ${what}`, {
      place,
      remedy: 'name a new folder: --out DIR',
      cause: error,
    });
  }
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new BrewhouseError(isFull ? 'disk_full' : 'store_refused', `the demo cannot write into ${out}: ${message}`, {
    place,
    remedy: isFull ? 'make room and run it again' : 'name a folder that can be written to: --out DIR',
    cause: error,
  });
}

/** Writes the file unless it stands; gives what it holds. */
async function keepFirst(file: string, text: string): Promise<string> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFile(file, 'utf8');
  }
}

async function simulateInto(place: DemoPlace, members: number, output: Output): Promise<SimulationSummary> {
  const world = { members, seed: SEED, out: place.events, days: DAYS };
  const summary = await simulate({ ...world, duplicates: 0, shuffle: false, late: 0, memory: true }, (done, total) =>
    output.progress('simulating members', done, total, { count: done, unit: 'members' }),
  );
  output.settle();
  return summary;
}

async function buildInto(place: DemoPlace, output: Output): Promise<BuildSummary> {
  const { events, recipe, lake } = place;
  const summary = await build({
    ...{ events, recipe, lake, domain: join(events, 'domain.yaml') },
    ...{ until: null, workers: availableParallelism(), partitions: undefined },
    progress: buildProgress(output),
  });
  output.settle();
  for (const warning of summary.warnings) output.warn(warning);
  return summary;
}

async function releaseFrom({ lake, recipe }: DemoPlace, output: Output): Promise<ReleaseSummary> {
  const summary = await release({
    ...{ lake, recipe, key: DEMO_KEY },
    ...{
      until: undefined,
      tokenBudget: undefined,
      profile: undefined,
      id: undefined,
      context: undefined,
      corpus: undefined,
    },
    progress: (step, done, total) => output.progress(step, done, total, { count: done, unit: 'rows' }),
    warn: (message) => output.warn(message),
  });
  output.settle();
  return summary;
}

/** The shortest of the first rows that are told in the seed's own words, its template `seed`; else the first row. */
async function showPrompt(folder: string, output: Output): Promise<void> {
  const { manifest, row } = await openRelease(folder);
  const rows: ReleaseRow[] = [];
  const count = Math.min(PROMPT_ROWS_MAX, manifest.splits.train?.rows ?? 0);
  for (let i = 0; i < count; i++) rows.push(await row('train', i));
  const seeds = rows.filter(({ meta }) => meta.template === 'seed');
  const shown = seeds.toSorted((a, b) => a.ids.length - b.ids.length)[0] ?? rows[0];
  if (shown === undefined) return;
  output.print(`\nrow ${shown.row} of train:\n`);
  await showRow(shown, await releaseTokenizer(manifest.identity), output);
}
