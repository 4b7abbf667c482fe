/**
 * One member with very many events among a few others: what it adds to a build in time and memory,
 * and whether the other partitions wait for it.
 */
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { grouped } from '../../../src/grouped.ts';
import { partitionOf } from '../../../src/lake/murmur2.ts';
import type { Bench, Ran } from '../bench.ts';
import { figureOf, quotients } from '../figures.ts';
import { buildArguments, type InputSet, recipe, simulated } from '../inputs.ts';
import { sideOf } from '../sides.ts';

/** Events of the member; of a quick run a tenth. */
const SIZES = [10_000, 100_000, 1_000_000] as const;
const OTHERS = 20;
const MEMBER = 'a-member-of-many-events';
/** As many as a lake has unless it is told. */
const PARTITIONS = 16;
/**
 * Rows grow with the events, and reading, not rendering, is to weigh most: one question in fifty.
 */
const SHARE = 0.02;
/** Where the simulator's time ends: all items are there. */
const FIRST_TIME = Date.UTC(2026, 2, 1);
const STEP_MS = 7 * 60_000;
const SESSION_EVENTS = 5;
const ACTIONS = ['impression', 'impression', 'impression', 'viewed', 'viewed', 'dismissed', 'impression', 'applied'];
/**
 * A build with the member that takes longer has no end: where time grows with the square, hours
 * would pass.
 */
const SECONDS_MAX = { full: 1_800, quick: 40 };
/** Lines written at once. */
const LINES = 10_000;
/** Before any event: takes events in and renders nothing. */
const NOTHING_YET = '1970-01-02T00:00:00Z';

/** What a build costs, and the least that counts as a cost that something adds. */
interface Cost {
  of(turn: Turn): number;
  readonly floor: number;
}
const CPU: Cost = { of: ({ takeIn, render }) => sums(takeIn, render).cpuSeconds, floor: 0.1 };
/** A build that was ended for its time never showed its peak. */
const MEMORY: Cost = {
  of: ({ takeIn, render }) =>
    Number.isFinite(render.wallSeconds) ? Math.max(takeIn.peakMb, render.peakMb) : Number.POSITIVE_INFINITY,
  floor: 10,
};

interface Turn {
  readonly takeIn: Ran<unknown>;
  readonly render: Ran<unknown>;
  /** Seconds of the rendering build until the last partition but the member's was committed. */
  readonly othersSeconds: number;
}

/** In turns: without the member, and with the member of each size. */
export async function measureMember(bench: Bench): Promise<void> {
  const base = await simulated(bench, OTHERS);
  const sizes = SIZES.map((size) => (bench.options.isQuick ? size / 10 : size));
  const file = recipe(bench, 'demo', 'member', ({ corpus }) => {
    corpus.ask = { ...corpus.ask, share: SHARE };
  });
  const sets = sizes.map((size) => withMember(bench, base, size));
  const secondsMax = bench.options.isQuick ? SECONDS_MAX.quick : SECONDS_MAX.full;
  const without: Turn[] = [];
  const alone: Turn[] = [];
  const runs: Turn[][] = sets.map(() => []);
  await bench.turns('member', async () => {
    without.push(await buildOnce(bench, base, file));
    alone.push(await buildOnce(bench, base, file, { flags: ['--workers', '1'] }));
    for (const [i, set] of sets.entries()) runs[i]?.push(await buildOnce(bench, set, file, { secondsMax }));
  });
  const sides = [without, ...runs].map((turns, i) =>
    sideOf(
      i === 0 ? `${OTHERS} other members` : `with a member of ${grouped(sizes[i - 1] ?? 0)} events`,
      turns.map(({ takeIn, render }) => ({ ...render, ...sums(takeIn, render) })),
    ),
  );
  // What a size adds, at least so much that the quotient is not of two noises.
  const added = (which: number, { of, floor }: Cost) =>
    (runs[which] ?? []).map((turn, run) => Math.max(floor, of(turn) - of(without[run] ?? turn)));
  const growth = (which: number, cost: Cost) =>
    figureOf(quotients(added(which, cost), added(which - 1, cost)).map((times) => endless(times / 10)));
  const notes = [`CPU seconds, since one thread has the member; sizes: ${sizes.map(grouped).join(', ')}`];
  bench.found.set('member-time', { value: growth(1, CPU), sides, notes });
  bench.found.set('member-time-most', { value: growth(2, CPU), sides, notes });
  bench.found.set('member-memory', {
    value: growth(2, MEMORY),
    sides,
    notes: [`peak of the whole process tree, less that without the member, at least ${MEMORY.floor} MB`],
  });
  const others = (turns: readonly Turn[]) => turns.map(({ othersSeconds }) => othersSeconds);
  const [beside, by] = [others(runs[2] ?? []), others(alone)];
  bench.found.set('member-others', {
    value: figureOf(quotients(beside, by).map(endless)),
    sides: [],
    notes: [`${beside.map(said)} s and ${by.map(said)} s from the start of a build, events taken in before`],
  });
}

/** A side that was ended for its time has no end, and neither has what was measured against it. */
const endless = (value: number) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);
const said = (value: number) => value.toFixed(1);

function sums(first: Ran<unknown>, second: Ran<unknown>) {
  return {
    wallSeconds: first.wallSeconds + second.wallSeconds,
    cpuSeconds: first.cpuSeconds + second.cpuSeconds,
    peakMb: Math.max(first.peakMb, second.peakMb),
  };
}

interface BuildOptions {
  readonly flags?: readonly string[];
  readonly secondsMax?: number;
}

async function buildOnce(bench: Bench, set: InputSet, file: string, of: BuildOptions = {}): Promise<Turn> {
  const { flags = [], secondsMax } = of;
  const lake = bench.newLake();
  const build = buildArguments(set, file, lake);
  const takeIn = await bench.brewhouse([...build, '--until', NOTHING_YET]);
  const before = Date.now();
  const render = await bench.brewhouse([...build, ...flags], { secondsMax });
  const othersSeconds = (lastCommit(lake, before) - before) / 1_000;
  bench.drop(lake);
  return { takeIn, render, othersSeconds };
}

/**
 * When the last partition but the member's had what this build rendered; infinite where one has
 * not.
 */
function lastCommit(lake: string, since: number): number {
  const own = partitionOf(MEMBER, PARTITIONS);
  const corpora = join(lake, 'corpora');
  const times = readdirSync(corpora).flatMap((corpus) =>
    Array.from({ length: PARTITIONS }, (_, partition) => {
      const commits = join(corpora, corpus, String(partition), 'commits');
      const names = existsSync(commits) ? readdirSync(commits) : [];
      const newest = Math.max(...names.map((name) => statSync(join(commits, name)).mtimeMs));
      return partition === own ? since : newest < since ? Number.POSITIVE_INFINITY : newest;
    }),
  );
  return Math.max(...times);
}

/** The events of the base with a file of the member's beside them. */
function withMember(bench: Bench, base: InputSet, size: number): InputSet {
  const events = bench.path(`member-${size}`);
  mkdirSync(events);
  for (const name of readdirSync(base.events).filter((each) => each.endsWith('.ndjson.gz')))
    cpSync(join(base.events, name), join(events, name));
  const items = idsIn(join(base.events, 'items-00000.ndjson.gz'));
  const file = openSync(join(events, 'member.ndjson'), 'w');
  for (let from = 0; from < size; from += LINES)
    writeSync(
      file,
      Array.from({ length: Math.min(LINES, size - from) }, (_, i) => eventLine(from + i, items)).join(''),
    );
  closeSync(file);
  return { ...base, events };
}

function idsIn(file: string): string[] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  return [...new Set(lines.map((line) => (JSON.parse(line) as { item_id: string }).item_id))];
}

/**
 * Sessions of five events, seven minutes apart; items and actions by two steps that share no
 * divisor.
 */
function eventLine(i: number, items: readonly string[]): string {
  const event = {
    event_id: `many-${i}`,
    event_time: new Date(FIRST_TIME + i * STEP_MS).toISOString(),
    type: 'interaction',
    member_id: MEMBER,
    item_id: items[(i * 7_919) % items.length],
    action: ACTIONS[(i * 5) % ACTIONS.length],
    surface: 'feed',
    session_id: `session-${Math.floor(i / SESSION_EVENTS)}`,
  };
  return `${JSON.stringify(event)}\n`;
}
