/**
 * Files that come day by day: late, copied, conflicting and erasing records and late item versions
 * among them, each build killed at every point on its way, come to the bytes of one build.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../schemas/durations.ts';
import { brewhouse, expectKilled, releaseHashes, tempFolder } from './brewhouse.ts';
import { build, buildArgs, makeSmallWorld, release, releaseArgs, type SmallWorld } from './small-world.ts';

interface Line {
  readonly text: string;
  readonly type: string;
  readonly at: number;
  readonly member: string;
}

const folder = tempFolder();
const PARTITIONS = ['--partitions', '3'];
/** The moments at which a file of events ends, and a build asks. */
const ENDS = ['2026-02-05', '2026-02-12', '2026-02-19', '2026-02-25'].map((day) => `${day}T00:00:00Z`);
const last = ENDS.length - 1;

let world: SmallWorld;
/** The same with a folder of events of its own, which grows. */
let growing: SmallWorld;
let days: string[][];

/** Simulated lines in files by day, and what goes wrong in the way of real feeds. */
function daysOf(events: string): string[][] {
  const lines = readdirSync(events)
    .filter((name) => name.endsWith('.gz'))
    .flatMap((name) =>
      gunzipSync(readFileSync(join(events, name)))
        .toString('utf8')
        .trimEnd()
        .split('\n'),
    )
    .map((text): Line => {
      const { type, event_time, member_id = '' } = JSON.parse(text);
      return {
        text,
        type,
        member: member_id,
        at: typeof event_time === 'number' ? event_time : Date.parse(event_time),
      };
    });
  const ends = ENDS.map((end) => Date.parse(end));
  const files: string[][] = ENDS.map(() => []);
  const erased = lines.find(({ type }) => type === 'interaction')?.member;
  for (const [i, { text, type, at, member }] of lines.entries()) {
    const due = Math.min(
      last,
      ends.findIndex((end, n) => at < end || n === last),
    );
    const isLate = i % 11 === 0 || (type === 'item' && i % 5 === 0);
    files[Math.min(last, due + (isLate ? 1 : 0))]?.push(text);
    if (i % 17 === 0) files[Math.min(last, due + 1)]?.push(text);
    // A second content makes both dead.
    if (i % 101 === 0 && type === 'interaction')
      files[last]?.push(text.replace(/"action":"[^"]*"/, '"action":"viewed"'));
    if (i === lines.length - 1)
      files[2]?.push(
        JSON.stringify({
          ...{ type: 'member', op: 'delete', event_id: 'gone', member_id: erased },
          event_time: ends[1]! - DAY_MS,
        }),
      );
    if (member === erased && at > ends[2]!) files[last]?.push(text);
  }
  return files;
}

const arrive = (day: number) => writeFileSync(join(growing.events, `day-${day}.ndjson`), `${days[day]!.join('\n')}\n`);
const until = (day: number) => [...PARTITIONS, '--append', '--until', ENDS[day]!];

beforeAll(async () => {
  world = await makeSmallWorld(folder);
  days = daysOf(world.events);
  growing = { ...world, events: join(folder, 'growing') };
  mkdirSync(growing.events);
});

describe('a lake that takes in file after file', () => {
  const lake = join(folder, 'lake');
  let first: { readonly path: string; readonly hashes: Record<string, string> };

  it('goes on after kills between any two commits, and comes to a release of its own each time', async () => {
    for (const day of ENDS.keys()) {
      arrive(day);
      if (day > 0) {
        const points = ['sorting', `timeline-upload:${day}`, 'rendering:2', `corpus-upload:${day}`, 'corpus-upload:1'];
        for (const point of points.slice(day === 1 ? 0 : 3))
          await expectKilled(buildArgs(growing, lake, until(day)), { env: { BREWHOUSE_CRASH_AT: point } });
      }
      const built = await build(growing, lake, until(day));
      expect(built.events).toBe(days.slice(0, day + 1).flat().length);
      if (day !== 1) continue;
      const { path } = await release(growing, lake, ['--until', ENDS[day]!, '--allow-empty', 'test,validation']);
      first = { path, hashes: releaseHashes(path) };
    }
  });

  it('has the bytes of one build over all files', async () => {
    const whole = await build(growing, join(folder, 'whole'), [...PARTITIONS, '--until', ENDS[last]!]);
    const { questions, examples, tokens, events, used, duplicates, dead, dropped } = whole;
    const again = await build(growing, lake, until(last));
    expect(again).toMatchObject({ questions, examples, tokens, events, used, duplicates, dead, dropped });
    expect([dead > 0, dropped > 0, duplicates > 0]).toEqual([true, true, true]);
    expect(again.corpora.map(({ rendered_rows: rows }) => rows)).toEqual([0]);
    const [own, right] = [await release(growing, lake), await release(growing, join(folder, 'whole'))];
    expect(own.id).toBe(right.id);
    expect(releaseHashes(own.path)).toEqual(releaseHashes(right.path));
    const verified = await brewhouse([
      'verify',
      own.path,
      '--events',
      growing.events,
      '--tokenizer',
      join(folder, 'tokenizer'),
    ]);
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  });

  it('leaves releases as they were', () => {
    expect(releaseHashes(first.path)).toEqual(first.hashes);
  });

  it('refuses new files where nobody says --append, and files that are others or gone', async () => {
    writeFileSync(join(growing.events, 'new.ndjson'), '');
    const refused = await brewhouse(buildArgs(growing, lake, PARTITIONS));
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/new\.ndjson is new[\s\S]*--append/)]);
    renameSync(join(growing.events, 'new.ndjson'), join(growing.events, 'new.txt'));
    writeFileSync(join(growing.events, 'day-0.ndjson'), `${days[0]!.slice(1).join('\n')}\n`);
    const changed = await brewhouse(buildArgs(growing, lake, until(last)));
    expect([changed.code, changed.stderr]).toEqual([2, expect.stringMatching(/day-0\.ndjson is changed/)]);
    renameSync(join(growing.events, 'day-0.ndjson'), join(growing.events, 'day-0.txt'));
    const gone = await brewhouse(buildArgs(growing, lake, until(last)));
    expect([gone.code, gone.stderr]).toEqual([2, expect.stringMatching(/day-0\.ndjson is missing now/)]);
    arrive(0);
  });

  it('refuses a release of a corpus that was not asked again since', async () => {
    const other = { ...growing, recipe: join(folder, 'other.yaml') };
    writeFileSync(other.recipe, readFileSync(growing.recipe, 'utf8').replace('seed: 7', 'seed: 8'));
    writeFileSync(join(growing.events, 'day-9.ndjson'), `${days[0]![0]}\n`);
    await build(other, lake, until(last));
    const refused = await brewhouse(releaseArgs(growing, lake));
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/rendered from fewer events than were taken in since\n.*brewhouse build with its recipe/),
    ]);
  });
});
