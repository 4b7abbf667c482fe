/**
 * What five texts of 1 MB cost: CPU seconds of check, build, release and verify of a small world
 * with them, less those of the same world without them. `node test/all/long-texts.ts [KIND ...]`
 * prints a line for each kind of text; `npm run test:all` prints those of MEASURED_KINDS.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DEMO_KEY } from '../../src/cli/commands/demo.ts';
import { packageRoot } from '../../src/config.ts';

const BYTES = 1_000_000;
const TEXTS = 5;
/** The median of so many runs is taken; runs of all kinds take turns, since machines have moods. */
const RUNS = 3;
const STEPS = ['check', 'build', 'release', 'verify'] as const;

type Kind = keyof typeof KINDS;
type Draw = (below: number) => number;
type Cost = Record<(typeof STEPS)[number], number>;

/** What the texts of a kind are, without an end. */
const KINDS = {
  words: (draw: Draw) => `${letters(draw, 1 + draw(9), 97, 26)} `,
  chinese: (draw: Draw) => letters(draw, 64, 0x4e00, 0x5000),
  thai: (draw: Draw) => letters(draw, 64, 0xe01, 0x39),
  url: (draw: Draw) => `/${letters(draw, 4, 97, 26)}?${letters(draw, 2, 48, 10)}=${letters(draw, 3, 97, 26)}&`,
  base64: (draw: Draw) => Buffer.from(letters(draw, 48, 1, 0x7f)).toString('base64'),
  letter: () => 'a'.repeat(64),
  spaces: (draw: Draw) => ' '.repeat(draw(4_000)) + letters(draw, 1, 97, 26),
  newlines: (draw: Draw) => `${letters(draw, draw(2), 97, 26)}\r\n\u2028\t`,
  bars: (draw: Draw) => ['<|', '<|'.repeat(9), '[INST]', '<|im_end|>', '|>', `<|${'x'.repeat(65)}`][draw(6)],
  marks: (draw: Draw) => ['\u0301', '\u0316', '\u0327'][draw(3)],
  emoji: (draw: Draw) => `${letters(draw, 1, 0x1f466, 4)}\u200d\u2764\ufe0f\u200d${letters(draw, 1, 0x1f3fb, 5)}`,
  hidden: (draw: Draw) => `${['<', '[', '<|', 'INST'][draw(4)]}${'\u200b'.repeat(draw(4_000))}`,
} satisfies Record<string, (draw: Draw) => string | undefined>;

/** The kinds that stand for all: spaced words, none, and five bad ones together. */
export const MEASURED_KINDS: readonly (readonly Kind[])[] = [
  ['words'],
  ['chinese', 'thai'],
  ['spaces', 'bars', 'marks', 'emoji', 'url'],
  ['hidden', 'newlines', 'base64', 'letter', 'words'],
];

function letters(draw: Draw, count: number, first: number, many: number): string {
  return Array.from({ length: count }, () => String.fromCodePoint(first + draw(many))).join('');
}

/** The same numbers in each run (a linear congruential generator). */
function drawing(seed: number): Draw {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function longText(kind: Kind, seed: number): string {
  const draw = drawing(seed);
  const parts: string[] = [];
  for (let bytes = 0; bytes < BYTES; ) {
    const part = KINDS[kind](draw) ?? '';
    parts.push(part);
    bytes += Buffer.byteLength(part);
  }
  return parts.join('');
}

/** CPU seconds of a command, of all its threads and processes, as the shell counts them. */
function cpuSeconds(args: readonly string[]): number {
  const run = spawnSync(
    'sh',
    ['-c', '"$@" >&2 || exit 1; times', 'sh', process.execPath, join(packageRoot(), 'src/cli/brewhouse.js'), ...args],
    { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, BREWHOUSE_KEY: DEMO_KEY } },
  );
  if (run.status !== 0) throw new Error(`brewhouse ${args.join(' ')} failed\n${run.stderr.slice(-2_000)}`);
  const spent = run.stdout.trim().split('\n').at(-1) ?? '';
  const seconds = [...spent.matchAll(/([\d.]+)m([\d.]+)s/g)].map(([, m, s]) => 60 * Number(m) + Number(s));
  return seconds.reduce((sum, each) => sum + each, 0);
}

/** The world of `simulated`, where the titles of its five most seen items are these texts. */
function writeWorld(simulated: string, events: string, texts: readonly string[]): void {
  mkdirSync(events, { recursive: true });
  const records = (name: string): { item_id: string; attributes: object }[] =>
    gunzipSync(readFileSync(join(simulated, `${name}-00000.ndjson.gz`)))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const seen = new Map<string, number>();
  for (const { item_id } of records('interactions')) seen.set(item_id, (seen.get(item_id) ?? 0) + 1);
  const longest = new Map([...seen].sort(([, a], [, b]) => b - a).map(([id], i) => [id, texts[i]]));
  const items = records('items').map((item) => {
    const title = longest.get(item.item_id);
    longest.delete(item.item_id);
    return JSON.stringify(title === undefined ? item : { ...item, attributes: { ...item.attributes, title } });
  });
  for (const name of ['interactions', 'members']) {
    cpSync(join(simulated, `${name}-00000.ndjson.gz`), join(events, `${name}.ndjson.gz`));
  }
  writeFileSync(join(events, 'items.ndjson'), `${items.join('\n')}\n`);
}

function runWorld(folder: string, events: string): Cost {
  const recipe = join(packageRoot(), 'pipelines/recipes/demo.yaml');
  const given = ['--events', events, '--domain', join(packageRoot(), 'pipelines/domains/demo.yaml')];
  const lake = join(folder, 'lake');
  try {
    return {
      check: cpuSeconds(['check', ...given]),
      build: cpuSeconds(['build', ...given, '--recipe', recipe, '--lake', lake]),
      release: cpuSeconds(['release', '--lake', lake, '--recipe', recipe, '--id', 'long']),
      verify: cpuSeconds(['verify', join(lake, 'releases', 'long'), '--events', events]),
    };
  } finally {
    rmSync(lake, { recursive: true, force: true });
  }
}

/** CPU seconds of a world, and how many more it takes with texts of each of the kinds. */
export interface LongTexts {
  readonly kind: string;
  readonly cost: Cost;
  readonly total: number;
}

/** Measures them in `folder`; the first is the world without such texts. */
export function measureLongTexts(folder: string, kinds = MEASURED_KINDS, runs = RUNS): LongTexts[] {
  const simulated = join(folder, 'simulated');
  cpuSeconds(['simulate', '--members', '60', '--seed', '7', '--out', simulated]);
  const worlds = [[], ...kinds].map((own, i) => {
    const events = join(folder, `events-${i}`);
    const texts = own.length === 0 ? [] : Array.from({ length: TEXTS }, (_, n) => longText(nthOf(own, n), n + 1));
    writeWorld(simulated, events, texts);
    return { kind: own.join(', '), events, costs: [] as Cost[] };
  });
  for (let run = 0; run < runs; run++) for (const { events, costs } of worlds) costs.push(runWorld(folder, events));
  const medians = worlds.map(({ kind, costs }) => ({ kind, cost: medianOf(costs) }));
  const plain = medians[0]?.cost;
  return medians.map(({ kind, cost }, i) => {
    const added = i === 0 || plain === undefined ? cost : byStep((step) => cost[step] - plain[step]);
    return { kind, cost: added, total: STEPS.reduce((sum, step) => sum + added[step], 0) };
  });
}

function nthOf(kinds: readonly Kind[], n: number): Kind {
  return kinds[n % kinds.length] ?? 'words';
}

function byStep(of: (step: keyof Cost) => number): Cost {
  return { check: of('check'), build: of('build'), release: of('release'), verify: of('verify') };
}

function medianOf(costs: readonly Cost[]): Cost {
  return byStep((step) => costs.map((cost) => cost[step]).sort((a, b) => a - b)[costs.length >> 1] ?? 0);
}

/** The table of `npm run test:all`. */
export function longTextsTable(measured: readonly LongTexts[]): string[] {
  return [
    `| CPU seconds, median of ${RUNS} | ${STEPS.join(' | ')} | together |`,
    '|---|---:|---:|---:|---:|---:|',
    ...measured.map(({ kind, cost, total }, i) => {
      const what = i === 0 ? 'a world of 60 members' : `added by five texts of 1 MB: ${kind}`;
      return `| ${what} | ${[...STEPS.map((step) => cost[step]), total].map((each) => each.toFixed(1)).join(' | ')} |`;
    }),
  ];
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'brewhouse-long-'));
  const named = process.argv.slice(2).map((kind) => [kind as Kind]);
  try {
    process.stdout.write(
      `${longTextsTable(measureLongTexts(folder, named.length > 0 ? named : MEASURED_KINDS)).join('\n')}\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
