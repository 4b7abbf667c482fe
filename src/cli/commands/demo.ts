/** `brewhouse demo`: simulates a jobs marketplace, builds and verifies a release, and shows it. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { releaseTokenizer } from '../../../pipelines/corpus-inputs.ts';
import { FILLED_SPLITS } from '../../../schemas/ledger.ts';
import { eventsAt, releaseAt } from '../../adapters/checker-reader.ts';
import { isTaken } from '../../adapters/filesystem/file-errors.ts';
import { keyFileOf } from '../../adapters/filesystem/key-file.ts';
import { writing } from '../../adapters/filesystem/user-files.ts';
import { openRelease } from '../../adapters/open-release.ts';
import { recordOf } from '../../checked.ts';
import { shippedFolder } from '../../config.ts';
import { sha256Hex } from '../../content-hash.ts';
import type { Effects } from '../../effects.ts';
import { BrewhouseError, EXIT } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import { parsedJson } from '../../parsed-json.ts';
import type { ReleaseRow } from '../../release/release-reader.ts';
import { simulate } from '../../simulate/simulate.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { readFinished, type Told, writeFinished } from '../demo-finished.ts';
import { demoDetails, demoRow, demoSentence, nextCommands } from '../demo-text.ts';
import { buildFrom } from './build.ts';
import { releaseFrom } from './release.ts';
import { verify } from './verify.ts';

/**
 * THE DEMO'S KEY IS NO SECRET: everybody who runs the demo gets the same release, byte for byte.
 */
export const DEMO_KEY = sha256Hex(Buffer.from('the pseudonym key of the Brewhouse demo'));

const MEMBERS_DEFAULT = 2_000;
/** Fewer may leave a split without a row. */
const MEMBERS_ENOUGH = 100;
const SEED = 7;
const DAYS = 90;
/** Rows of train among which the one to show is looked for: they lie in one row group or two. */
const ROWS_TRIED_MAX = 200;
/** Past interactions that a row to show should have. */
const HISTORY_ENOUGH = 3;

/** All events, on all cores. */
const HOW_TO_BUILD = {
  ...{ sourceFile: undefined, isSourceChanged: false },
  until: null,
  workers: availableParallelism(),
  partitions: undefined,
};
const WISHES = ['until', 'tokenBudget', 'profile', 'id', 'context', 'corpus', 'allowEmpty'] as const;
const AS_THE_RECIPE_SAYS = recordOf(WISHES, () => undefined);

/**
 * Exits as verify does. Run again it takes up what is there, and does nothing where all is there.
 * Throws `usage` where another demo lies in the folder.
 */
export async function run({ flags, colour }: CallOf<'demo'>, effects: Effects): Promise<Outcome> {
  const started = effects.now();
  const { out = 'demo', members = MEMBERS_DEFAULT } = flags;
  const paths = await preparePaths(out, members);
  const before = await readFinished(out, effects);
  if (before !== undefined)
    effects.observe({ kind: 'stage', message: 'nothing to do: all files are as the run before left them' });
  const { exit, told, sentence } =
    before === undefined ? await makeDemo(paths, members, effects) : againSaid(before, out);
  const folder = join(out, told.release);
  const row = await demoRowOf(folder, colour, effects);
  const seconds = (effects.now() - started) / 1000;
  const text = [
    row,
    `\n${sentence}`,
    ...(flags.details ? [`\n${told.details}`] : []),
    nextCommands({ ...paths, folder }, seconds),
  ];
  return { exit, result: told, text: text.join('\n') };
}

/** A demo that is done: how it ended, what of it is kept, and its closing sentence. */
interface Made {
  readonly exit: number;
  readonly told: Told;
  readonly sentence: string;
}

/** VERIFIED BEFORE: no byte that the certificate is about is another one. */
function againSaid(told: Told, out: string): Made {
  return {
    exit: EXIT.done,
    told,
    sentence: `${told.sentence} Verified before (certificate ${join(out, CERTIFICATE)}).`,
  };
}

/** Each step takes up what it finds. */
async function makeDemo(paths: Paths, members: number, effects: Effects): Promise<Made> {
  const begin = (message: string) => effects.observe({ kind: 'stage', message });
  begin(`1 of 4  simulate: a jobs marketplace of ${grouped(members)} members, seed ${SEED}, ${DAYS} days`);
  const world = { members, seed: SEED, days: DAYS, duplicates: 0, shuffle: false, late: 0, memory: true };
  const simulated = await simulate({ ...world, out: paths.events }, effects);
  begin('2 of 4  build: timelines, questions, prompts, tokens');
  const built = await buildFrom({ ...paths, ...HOW_TO_BUILD, domain: join(paths.events, 'domain.yaml') }, effects);
  begin('3 of 4  release: splits, shuffle, shards');
  const key = { text: DEMO_KEY, file: undefined };
  const allowEmpty = members < MEMBERS_ENOUGH ? FILLED_SPLITS : undefined;
  const released = await releaseFrom(
    { ...paths, ...AS_THE_RECIPE_SAYS, workers: HOW_TO_BUILD.workers, allowEmpty, key },
    effects,
  );
  begin('4 of 4  verify: every row against the events');
  const release = join('lake', 'releases', released.id);
  const folder = join(paths.out, release);
  const verified = await verify({ release: releaseAt(folder), events: eventsAt(paths.events), key: DEMO_KEY }, effects);

  const sentence = demoSentence(built, released, verified.sentence);
  const told = {
    release,
    sentence,
    details: demoDetails({ verified: verified.text, events: simulated.events, built, released }),
  };
  if (verified.exit === EXIT.done) {
    await writing(paths.out, async () => {
      await copyFile(join(folder, CERTIFICATE), join(paths.out, CERTIFICATE));
      await writeFinished(paths.out, told, effects);
    });
  }
  return { exit: verified.exit, told, sentence };
}

const CERTIFICATE = 'certificate.json';
type Paths = Awaited<ReturnType<typeof preparePaths>>;

/** Where the demo keeps its things. */
async function preparePaths(out: string, members: number) {
  const paths = { out, events: join(out, 'events'), lake: join(out, 'lake'), recipe: join(out, 'recipe.yaml') };
  await writing(out, async () => {
    await mkdir(out, { recursive: true });
    const file = join(out, 'demo.json');
    const before = membersOf(await keepFirst(file, `${JSON.stringify({ members, seed: SEED })}\n`), file);
    if (before !== members) {
      throw new BrewhouseError('usage', `${out} holds a demo with another number of members: ${before}`, {
        remedy: `name another folder: --out ${out}-${members}`,
      });
    }
    await copyFile(join(shippedFolder('recipes'), 'demo.yaml'), paths.recipe);
    await keepFirst(keyFileOf(paths.lake), `${DEMO_KEY}\n`);
  });
  return paths;
}

/**
 * How many members the demo in the folder has. Throws `usage` where its `demo.json` says no such
 * thing.
 */
function membersOf(text: string, file: string): number {
  const said = parsedJson(text);
  if (typeof said === 'object' && said !== null && 'members' in said && Number.isSafeInteger(said.members))
    return Number(said.members);
  throw new BrewhouseError('usage', `${file} is not what a demo writes`, {
    place: { file },
    remedy: 'remove that folder, or name another one: --out DIR',
  });
}

/** Writes the file unless it is there; returns what it holds. */
async function keepFirst(file: string, text: string): Promise<string> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    return text;
  } catch (error) {
    if (!isTaken(error)) throw error;
    return readFile(file, 'utf8');
  }
}

/** The row among the first that is worth most to a person who sees one for the first time. */
async function demoRowOf(folder: string, colour: boolean, effects: Effects): Promise<string> {
  const { manifest, rows } = await openRelease(folder, effects);
  const to = Math.min(ROWS_TRIED_MAX, manifest.splits.train?.rows ?? 0);
  let best: ReleaseRow | undefined;
  for await (const row of to > 0 ? rows({ split: 'train', from: 0, to }) : [])
    if (row.erasedBy === null && (best === undefined || worth(row) > worth(best))) best = row;
  if (best === undefined) return '';
  return demoRow(best, await releaseTokenizer(manifest.identity), colour);
}

/** The seed's own words before all, then a history that says enough, then the fewest tokens. */
function worth({ meta, ids }: ReleaseRow): number {
  const history = Math.min(meta.n_history_shown, HISTORY_ENOUGH);
  return (meta.template === 'seed' ? 1e9 : 0) + history * 1e8 - ids.length;
}
