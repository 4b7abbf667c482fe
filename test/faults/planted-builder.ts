/**
 * A builder with one rule switched off: a copy of the sources with one text replaced, run from the
 * command line.
 */

import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Certificate } from '../../schemas/manifest.ts';
import { eventsAt, releaseAt } from '../../src/adapters/checker-reader.ts';
import { present } from '../../src/checked.ts';
import { verifyRelease } from '../../src/verify/verify-release.ts';
import { root, runCli } from '../cli/run-cli.ts';
import { type FaultyWorld, KEY, makeFaultyWorld, type WorldOptions } from './faulty-world.ts';
import type { PlantedRule } from './planted-rule.ts';

/** One replacement in one source file; `from` stands there exactly once. */
export interface Planting {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface PlantedBuilder {
  /**
   * Builds and releases with one text replaced (with none: as it is); returns the release's folder.
   */
  buildWith(planting?: Planting): Promise<string>;
  /** Releases only, from a lake that stands, by the world's recipe or another release section. */
  releaseWith(lake: string, planting: Planting, recipe?: string): Promise<string>;
}

/** A world and a builder for it, from before the first test of a file to behind its last. */
export interface PlantedWorld {
  readonly world: FaultyWorld;
  readonly builder: PlantedBuilder;
}

/** Makes them for the file that calls it; `prepare` does more before the first test. */
export function usePlantedBuilder(
  options: Partial<WorldOptions> = {},
  prepare: (of: PlantedWorld) => Promise<void> = async () => {},
): PlantedWorld {
  let made: PlantedWorld | undefined;
  beforeAll(async () => {
    const world = await makeFaultyWorld(options);
    made = { world, builder: openPlantedBuilder(world) };
    await prepare(made);
  });
  afterAll(() => rmSync(present(made, 'the world').world.folder, { recursive: true, force: true }));
  return {
    get world() {
      return present(made, 'the world').world;
    },
    get builder() {
      return present(made, 'the builder').builder;
    },
  };
}

/** A command of the copy, and its flags as they are read. */
type CopyCommand = readonly [name: 'build' | 'release', flags: Readonly<Record<string, unknown>>];

/** Runs commands one after another in one process: to start one takes as long as they do. */
const RUN_COMMANDS = `import { PROCESS_EFFECTS } from './src/effects.ts';
for (const [name, flags] of JSON.parse(process.argv[2])) {
  const { run } = await import(\`./src/cli/commands/\${name}.ts\`);
  await run({ flags, args: [] }, PROCESS_EFFECTS);
}
`;

/**
 * Copies the sources; runs must follow one another, since each changes the copy and sets it right
 * again.
 */
function openPlantedBuilder(world: FaultyWorld): PlantedBuilder {
  const copy = join(world.folder, 'planted');
  for (const part of ['schemas', 'src', 'pipelines', 'package.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
  const script = join(copy, 'run-commands.mjs');
  writeFileSync(script, RUN_COMMANDS);
  const run = async (...commands: readonly CopyCommand[]) => {
    const ran = await runCli([JSON.stringify(commands)], {
      ...{ script, cwd: copy },
      // What is compiled of the copy goes when the world goes.
      environment: { BREWHOUSE_KEY: KEY, NO_COLOR: '1', NODE_COMPILE_CACHE: join(world.folder, 'compiled') },
    });
    expect(ran.code, `commands with a planted fault must come to their end: ${ran.stderr}`).toBe(0);
  };
  let runs = 0;
  return {
    buildWith: (planting) =>
      planted(copy, planting, async () => {
        const lake = join(world.folder, `lake-${++runs}`);
        const { events, domain, recipe } = world;
        const build = { events, domain, recipe, lake, partitions: 1, workers: 1 };
        await run(['build', build], ['release', { lake, recipe, id: 'made' }]);
        return join(lake, 'releases', 'made');
      }),
    releaseWith: (lake, planting, recipe = world.recipe) =>
      planted(copy, planting, async () => {
        const id = `planted-${++runs}`;
        await run(['release', { lake, recipe, id }]);
        return join(lake, 'releases', id);
      }),
  };
}

/**
 * Replaces the text while `work` runs. Fails where the source has changed so that it does not stand
 * there once.
 */
async function planted<T>(copy: string, planting: Planting | undefined, work: () => Promise<T>): Promise<T> {
  if (planting === undefined) return work();
  const file = join(copy, planting.file);
  const source = readFileSync(file, 'utf8');
  const found = source.split(planting.from).length - 1;
  expect(found, `${planting.file} must hold exactly once: ${planting.from}`).toBe(1);
  writeFileSync(
    file,
    source.replace(planting.from, () => planting.to),
  );
  try {
    return await work();
  } finally {
    writeFileSync(file, source);
  }
}

/** What the unmodified checker says of a release. */
export function verify({ folder, events }: FaultyWorld, releaseDir: string): Promise<Certificate> {
  return verifyRelease({
    ...{ release: releaseAt(releaseDir), events: eventsAt(events), key: KEY },
    ...{ tokenizerPath: join(folder, 'tokenizer'), pinned: {} },
  });
}

/** As many as a person reads: among them the fault must stand by its name. */
const FAULTS_READ = 5;

/**
 * The release was refused, and the check that is meant names a row of it, or an entry of a table,
 * and the rule, among the first faults.
 */
export function expectCaught(verified: Certificate, { check, rule, isOfTable }: PlantedRule): void {
  const told = JSON.stringify(verified.fault_counts);
  expect(verified.ok, 'the fault was not found').toBe(false);
  expect(verified.fault_counts[check] ?? 0, told).toBeGreaterThan(0);
  const first = verified.faults.slice(0, FAULTS_READ).filter((fault) => fault.check === check);
  const offending = first.filter(({ row }) => row >= 0 || isOfTable === true);
  const inRow = { split: expect.stringMatching(/./), example_id: expect.stringMatching(/./) };
  expect(offending[0], told).toMatchObject(
    isOfTable === true ? { detail: expect.stringMatching(/^(segment|event) \d/) } : inRow,
  );
  expect(offending.flatMap((fault) => fault.rule)).toContain(rule);
}
