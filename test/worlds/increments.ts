/**
 * One world that arrives file by file, with a release after the first and an increment after each
 * of the others: what these hold is worked out from plain releases.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ReleaseId } from '../../schemas/ids.ts';
import { FILLED_SPLITS } from '../../schemas/ledger.ts';
import { CHANGES } from '../../schemas/rows.ts';
import { eventsAt, releaseAt } from '../../src/adapters/checker-reader.ts';
import { openStore } from '../../src/adapters/open-store.ts';
import { buildFrom } from '../../src/cli/commands/build.ts';
import { releaseFrom } from '../../src/cli/commands/release.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { withFile } from '../../src/release/release-file.ts';
import { readRelease } from '../../src/release/release-reader.ts';
import { recordGroups } from '../../src/shard/records.ts';
import { verifyRelease } from '../../src/verify/verify-release.ts';
import { shown } from '../integration/shown-row.ts';
import { DAY, NOON } from '../timeline/events.ts';
import { saidBy } from './compare-worlds.ts';
import type { Difference } from './long-run.ts';
import { anyShippedWorld, type World } from './worlds.ts';

/** The pseudonym key of these worlds. */
export const KEY = '5a'.repeat(32);

/** A world in several files, each followed by a build and a release or an increment. */
export interface GrowingWorld {
  readonly world: World;
  /** Into which file each line goes, modulo their number. */
  readonly files: readonly number[];
  /** Where each release ends, epoch ms: none before the one before it. */
  readonly ends: readonly number[];
  /** Whether builds go to the end of all, and not to that of the release. */
  readonly isWhole: boolean;
  readonly replay: number;
}

/** Worlds without what an increment refuses. */
export const anyGrowingWorld: fc.Arbitrary<GrowingWorld> = fc
  .record({
    world: anyShippedWorld,
    files: fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
    steps: fc.array(fc.nat(10), { minLength: 2, maxLength: 4 }),
    isWhole: fc.boolean(),
    replay: fc.constantFrom(0, 0, 0.3, 1),
  })
  .map(({ world, steps, ...more }) => {
    const ends = steps.map((_, n) => {
      const halves = steps.slice(0, n + 1).reduce((sum, step) => sum + step, 0);
      return NOON + (halves * DAY) / 2;
    });
    return { ...more, ends, world: withoutCuts(world) };
  });

/** Without what takes rows away; with few shards, so that no remainder is of a size of its own. */
function withoutCuts(world: World): World {
  const { label_caps: _, token_budget: _none, train_shards: _two, ...release } = world.recipe.release;
  return { ...world, recipe: { ...world.recipe, release } };
}

/** What came of a growing world. */
export interface Grown {
  readonly refused?: string;
  /** Rows of all increments, and what they removed and replaced. */
  readonly rows: number;
  readonly removed: number;
  readonly replaced: number;
  readonly replayed: number;
  readonly difference?: Difference;
}

/** Content of rows by example id. */
type Rows = ReadonlyMap<string, string>;

/** Grows the world and holds each increment to the releases that the law speaks of. */
export async function growWorld(growing: GrowingWorld): Promise<Grown> {
  const folder = mkdtempSync(join(tmpdir(), 'growing-'));
  const sums = { rows: 0, removed: 0, replaced: 0, replayed: 0 };
  try {
    const said = await saidBy('builder', () => growIn(folder, growing, sums));
    if ('value' in said) return { ...sums, ...(said.value && { difference: said.value }) };
    return { ...sums, ...said };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Sums = { -readonly [K in 'rows' | 'removed' | 'replaced' | 'replayed']: number };

async function growIn(folder: string, growing: GrowingWorld, sums: Sums): Promise<Difference | undefined> {
  const { world, files, ends, replay } = growing;
  mkdirSync(join(folder, 'events'));
  writeFileSync(join(folder, 'domain.yaml'), JSON.stringify(world.domain));
  writeFileSync(join(folder, 'recipe.yaml'), JSON.stringify(world.recipe));
  const pasts: Rows[] = [];
  const kept = new Map<string, string>();
  let first: Rows = new Map();
  let since: ReleaseId | undefined;
  for (const [n, until] of ends.entries()) {
    const lines = world.lines.filter((_, i) => (files[i % files.length] ?? 0) % ends.length === n);
    writeFileSync(join(folder, 'events', `${n}.ndjson`), lines.map((line) => `${line}\n`).join(''));
    await buildTo(folder, { until: growing.isWhole ? null : until, append: n > 0 });
    const made = await releaseTo(folder, 'recipe.yaml', { until, since, replay: since && replay });
    const all = await trainRowsTo(folder, growing, until);
    if (since === undefined) {
      first = await rowsOf(made.path, 'train');
      for (const [example, row] of first) kept.set(example, row);
    } else {
      const before = { until: ends[n - 1]!, rows: pasts.at(-1)! };
      const told = await toldBy(made.path);
      const still = await trainRowsTo(folder, growing, before.until);
      const wrong = differenceOf(told, { all, still, before: before.rows });
      if (wrong !== undefined) return { ...wrong, kind: `increment ${n}: ${wrong.kind}` };
      for (const example of told.changes.keys()) kept.delete(example);
      for (const [example, row] of told.train) kept.set(example, row);
      sums.rows += told.train.size;
      sums.replayed += told.replay.size;
      for (const change of told.changes.values()) sums[change as 'removed' | 'replaced']++;
    }
    pasts.push(all);
    const fault = await faultOf(folder, made.path, world);
    if (fault !== undefined) return fault;
    since = made.id;
  }
  const closed = await trainRowsTo(folder, growing, ends[0]!);
  return lawDifference({ kept, first, pasts, all: pasts.at(-1)!, closed });
}

/** What an increment holds. */
export interface Told {
  readonly train: Rows;
  readonly replay: Rows;
  /** Example id -> what became of it. */
  readonly changes: ReadonlyMap<string, string>;
}

/** Reads an increment. */
export async function toldBy(path: string): Promise<Told> {
  const changes = new Map<string, string>();
  await withFile(openStore(path), 'changes.parquet', async (file) => {
    for await (const rows of recordGroups(file, CHANGES))
      for (const { example_id, change } of rows) changes.set(example_id, change);
  });
  return { train: await rowsOf(path, 'train'), replay: await rowsOf(path, 'replay'), changes };
}

interface Right {
  /** Train rows now, and those of them that close by the end of the release before. */
  readonly all: Rows;
  readonly still: Rows;
  /** Those that there were then. */
  readonly before: Rows;
}

/** INCREMENT-2 and INCREMENT-3 by plain releases whose t1 is their `until`. */
function differenceOf({ train, replay, changes }: Told, { all, still, before }: Right): Difference | undefined {
  const stands = new Map([...all].filter(([id, row]) => !still.has(id) || before.get(id) !== row));
  const right = new Map<string, string>();
  for (const id of before.keys()) {
    if (!all.has(id)) right.set(id, 'removed');
    else if (stands.has(id)) right.set(id, 'replaced');
  }
  const past = new Map([...still].filter(([id]) => !stands.has(id)));
  const strange = new Map([...replay].filter(([id, row]) => past.get(id) !== row));
  return (
    mapDifference('train', train, stands) ??
    mapDifference('changes', new Map([...changes].sort()), new Map([...right].sort())) ??
    mapDifference('replay', strange, new Map())
  );
}

function mapDifference(kind: string, is: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>) {
  const [more, less] = [[...is.keys()].filter((id) => !right.has(id)), [...right.keys()].filter((id) => !is.has(id))];
  const other = [...is.keys()].filter((id) => right.has(id) && right.get(id) !== is.get(id));
  if (more.length + less.length + other.length === 0) return undefined;
  const told = { more, less, other };
  return { kind, builder: JSON.stringify(told), checker: `${right.size} entries` };
}

interface Law {
  /** What keeping all releases comes to, the first one's train among it. */
  readonly kept: Rows;
  readonly first: Rows;
  readonly pasts: readonly Rows[];
  /** Train rows at the end, and those of them that close by the end of the first release. */
  readonly all: Rows;
  readonly closed: Rows;
}

/** INCREMENT-5: besides what is left of the first release, what the law names. */
function lawDifference({ kept, first, pasts, all, closed }: Law): Difference | undefined {
  const isOfLaw = (id: string, row: string) =>
    !closed.has(id) || pasts.some((past) => past.get(id) === undefined || past.get(id) !== row);
  const right = new Map([...all].filter(([id, row]) => isOfLaw(id, row)));
  const ofIncrements = new Map([...kept].filter(([id, row]) => right.has(id) || first.get(id) !== row));
  return mapDifference('law', ofIncrements, right);
}

/** Train rows of a plain release whose t1 is its `until`, nothing of which is taken off. */
async function trainRowsTo(folder: string, { world }: GrowingWorld, until: number): Promise<Rows> {
  const { release } = world.recipe;
  const [, gap = '0'] = /^(\d+)ms$/.exec(String(release.splits.gap)) ?? [];
  const at = (time: number) => new Date(time).toISOString();
  const splits = { t1: at(until), t2: at(until + Number(gap)), gap: release.splits.gap };
  const recipe = { ...world.recipe, release: { ...release, splits, train_shards: 1 } };
  writeFileSync(join(folder, 'plain.yaml'), JSON.stringify(recipe));
  const { path } = await releaseTo(folder, 'plain.yaml', { until });
  return rowsOf(path, 'train');
}

/** Builds what lies in the folder. */
export function buildTo(folder: string, { until, append }: { until: number | null; append: boolean }) {
  const paths = { events: join(folder, 'events'), recipe: join(folder, 'recipe.yaml'), lake: join(folder, 'lake') };
  const how = { partitions: 2, workers: 1, until, append, sourceFile: undefined, isSourceChanged: false };
  return buildFrom({ ...paths, domain: join(folder, 'domain.yaml'), ...how }, PROCESS_EFFECTS);
}

interface ReleaseWish {
  readonly until: number;
  readonly since?: ReleaseId | undefined;
  readonly replay?: number | undefined;
  readonly id?: ReleaseId;
}

/** Makes a release of the lake in the folder. */
export function releaseTo(folder: string, recipe: string, wish: ReleaseWish) {
  const from = { lake: join(folder, 'lake'), recipe: join(folder, recipe), workers: 1, id: undefined, ...wish };
  const none = { tokenBudget: undefined, profile: undefined, corpus: undefined, context: undefined };
  return releaseFrom(
    { ...from, ...none, key: { text: KEY, file: undefined }, allowEmpty: FILLED_SPLITS },
    PROCESS_EFFECTS,
  );
}

/** Ids and labels of a split by example id; none where there is no such split. */
export async function rowsOf(path: string, split: string): Promise<Rows> {
  const reader = await readRelease(openStore(path));
  const { rows: to = 0 } = reader.manifest.splits[split] ?? {};
  const found = new Map<string, string>();
  if (to > 0)
    for await (const row of reader.rows({ split, from: 0, to })) {
      const { meta, ids, labels } = shown(row);
      found.set(meta.example_id, `${ids.join()} ${labels.join()}`);
    }
  return found;
}

async function faultOf(folder: string, releaseDir: string, { recipe }: World): Promise<Difference | undefined> {
  const { tokenizer } = recipe.corpus;
  const path = 'path' in tokenizer ? { tokenizerPath: tokenizer.path } : {};
  const { faults, fault_counts: counts } = await verifyRelease({
    ...{ release: releaseAt(releaseDir), events: eventsAt(join(folder, 'events')), key: KEY },
    ...path,
  });
  const [fault] = faults;
  const builder = JSON.stringify(counts);
  return fault && { kind: `fault ${fault.check} ${fault.rule.join()}`, builder, checker: fault.detail };
}
