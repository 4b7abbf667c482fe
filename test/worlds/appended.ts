/** One world taken in file by file, and all at once: where the two lakes come to something else. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { checkLake } from '../../pipelines/check-lake.ts';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { ReleaseId } from '../../schemas/ids.ts';
import { FILLED_SPLITS } from '../../schemas/ledger.ts';
import { eventsAt, releaseAt } from '../../src/adapters/checker-reader.ts';
import { openStore } from '../../src/adapters/open-store.ts';
import { buildFrom } from '../../src/cli/commands/build.ts';
import { releaseFrom } from '../../src/cli/commands/release.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { verifyRelease } from '../../src/verify/verify-release.ts';
import { DAY, NOON } from '../timeline/events.ts';
import { saidBy } from './compare-worlds.ts';
import type { Difference } from './long-run.ts';
import { anyShippedWorld, type World } from './worlds.ts';

const KEY = '5a'.repeat(32);

/** A world that arrives in several files, each followed by a build. */
export interface ArrivingWorld {
  readonly world: World;
  /** Into which file each line goes, modulo their number. */
  readonly files: readonly number[];
  /** How far each build goes, epoch ms; null: to the end. Its length is the number of files. */
  readonly untils: readonly (number | null)[];
}

/** In any order of lines, and any of ends: an earlier one than before asks for nothing. */
export const anyArrivingWorld: fc.Arbitrary<ArrivingWorld> = fc
  .record({
    world: anyShippedWorld,
    files: fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
    ends: fc.array(fc.nat(24), { minLength: 1, maxLength: 4 }),
    isWhole: fc.nat(2).map((n) => n === 0),
  })
  .map(({ world, files, ends, isWhole }) => ({
    ...{ world, files },
    untils: ends.map((n) => (isWhole ? null : NOON + (n * DAY) / 2)),
  }));

/** What came of an arriving world. */
export interface Arrived {
  readonly refused?: string;
  readonly rows: number;
  readonly difference?: Difference;
}

/** Builds the world file by file into one lake, and at once into another, and compares releases. */
export async function compareArrivals({ world, files, untils }: ArrivingWorld): Promise<Arrived> {
  const folder = mkdtempSync(join(tmpdir(), 'arriving-'));
  try {
    const events = join(folder, 'events');
    mkdirSync(events);
    writeFileSync(join(folder, 'domain.yaml'), JSON.stringify(world.domain));
    writeFileSync(join(folder, 'recipe.yaml'), JSON.stringify(world.recipe));
    const last = untils.some((until) => until === null) ? null : Math.max(...untils.map(Number));
    const writeFile = (n: number) => {
      const lines = world.lines.filter((_, i) => (files[i % files.length] ?? 0) % untils.length === n);
      writeFileSync(join(events, `${n}.ndjson`), lines.map((line) => `${line}\n`).join(''));
    };
    for (const n of untils.keys()) writeFile(n);
    const whole = await saidBy('builder', () => buildInto(folder, 'whole', { until: last, append: false }));
    if (!('value' in whole)) return { rows: 0, ...whole };
    for (const n of untils.keys()) rmSync(join(events, `${n}.ndjson`));
    for (const [n, until] of untils.entries()) {
      writeFile(n);
      const step = await saidBy('builder', () => buildInto(folder, 'grown', { until, append: n > 0 }));
      // Of fewer events an action may be unknown no more: what is refused is refused at the end.
      if ('difference' in step) return { rows: 0, ...step };
      if ('refused' in step) return { rows: 0, refused: `step ${step.refused}` };
    }
    const until = Math.min(last ?? NOON + 30 * DAY, Date.parse(world.recipe.release.until ?? '2026-03-01T00:00Z'));
    const made = await saidBy('builder', () => releasesOf(folder, { until, own: 'grown', right: 'whole' }));
    if (!('value' in made)) return { rows: 0, ...made };
    const difference =
      differenceOf(made.value) ??
      (await faultOf(folder, made.value.grown.path, world)) ??
      (await lakeFault(join(folder, 'grown')));
    return { rows: made.value.rows, ...(difference && { difference }) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A build in the folder of a world. */
export interface Step {
  /** Name of the folder of events; default: `events`. */
  readonly events?: string;
  readonly until: number | null;
  readonly append: boolean;
  readonly without?: string | undefined;
}

/** Builds into the lake of that name, of two partitions. */
export function buildInto(folder: string, lake: string, { events = 'events', ...step }: Step) {
  const files = { events: join(folder, events), recipe: join(folder, 'recipe.yaml'), lake: join(folder, lake) };
  const how = { ...step, partitions: 2, workers: 1, sourceFile: undefined, isSourceChanged: false };
  return buildFrom({ ...files, domain: join(folder, 'domain.yaml'), ...how }, PROCESS_EFFECTS);
}

/** The release that is compared, and the one that is right. */
export interface Made {
  readonly rows: number;
  readonly whole: { readonly path: string; readonly lineage: object };
  readonly grown: { readonly path: string; readonly lineage: object };
}

/** Two lakes in the folder of a world, of which releases are to be the same. */
export interface Compared {
  readonly until: number;
  readonly own: string;
  readonly right: string;
  /** Of both releases; default: by their rows. */
  readonly id?: ReleaseId;
}

/** Releases each of them. */
export async function releasesOf(folder: string, { until, own, right, id }: Compared): Promise<Made> {
  const release = (lake: string) =>
    releaseFrom(
      {
        ...{ lake: join(folder, lake), recipe: join(folder, 'recipe.yaml'), until, workers: 1, id },
        ...{ tokenBudget: undefined, profile: undefined, corpus: undefined, context: undefined },
        ...{ key: { text: KEY, file: undefined }, allowEmpty: FILLED_SPLITS },
      },
      PROCESS_EFFECTS,
    );
  const [whole, grown] = [await release(right), await release(own)];
  const rows = Object.values(whole.manifest.splits).reduce((sum, split) => sum + split.rows, 0);
  return { rows, whole, grown };
}

/** All that depends on how a corpus came about, and on nothing of a release. */
const OWN = ['parts', 'timelines', 'items', 'corpus', 'corpus_until'] as const;

/** What a lineage says beside that, as text. */
export function lineageOfRows(lineage: object): string {
  const rest: Record<string, unknown> = { ...lineage };
  for (const key of OWN) delete rest[key];
  return canonicalJson(rest);
}

function differenceOf({ whole, grown }: Made): Difference | undefined {
  const difference = differenceOfFiles({ whole, grown });
  if (difference !== undefined) return difference;
  const [told, right] = [grown, whole].map(({ lineage }) => lineageOfRows(lineage));
  return told === right ? undefined : { kind: 'lineage', builder: told!, checker: right! };
}

/** What depends on no way by which a corpus came about. */
export function differenceOfFiles({ whole, grown }: Pick<Made, 'whole' | 'grown'>): Difference | undefined {
  const names = (path: string) =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'lineage.json')
      .map((entry) => join(entry.parentPath, entry.name).slice(path.length))
      .sort();
  const [own, other] = [names(grown.path), names(whole.path)];
  if (own.join() !== other.join()) return { kind: 'files', builder: own.join(), checker: other.join() };
  for (const name of own)
    if (!readFileSync(grown.path + name).equals(readFileSync(whole.path + name)))
      return { kind: `bytes of ${name}`, builder: grown.path, checker: whole.path };
  return undefined;
}

/** All that records of the lake say of themselves and of their files holds. */
async function lakeFault(lake: string): Promise<Difference | undefined> {
  const { faults } = await checkLake(openStore(lake), PROCESS_EFFECTS);
  const [fault] = faults.faults;
  return fault && { kind: `lake: ${fault.check}`, builder: fault.file, checker: fault.detail };
}

async function faultOf(folder: string, releaseDir: string, { recipe }: World): Promise<Difference | undefined> {
  const { tokenizer } = recipe.corpus;
  const path = 'path' in tokenizer ? { tokenizerPath: tokenizer.path } : {};
  const { faults } = await verifyRelease({
    release: releaseAt(releaseDir),
    events: eventsAt(join(folder, 'events')),
    key: KEY,
    ...path,
  });
  const [fault] = faults;
  return fault && { kind: `fault ${fault.rule.join()}`, builder: '', checker: fault.detail };
}
