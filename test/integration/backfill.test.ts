/**
 * A lake that topics fed, whose late log is taken in by commands that are killed on their way, with
 * corpora that can and cannot be rendered again; files without the late log; dead letters.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../schemas/durations.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { canonicalEvent, eventTimes } from '../../schemas/event-time.ts';
import { openStore } from '../../src/adapters/open-store.ts';
import { streamInto } from '../stream/streamed-lake.ts';
import { eventsBelow } from './asked-again.ts';
import { brewhouse, brewhouseJson, expectKilled, releaseHashes, tempFolder } from './brewhouse.ts';
import { type BuildJson, build, buildArgs, makeSmallWorld, release, type SmallWorld } from './small-world.ts';
import { expectRefusal, viewed } from './tiny-world.ts';

/** What `backfill --json` prints, as far as tests look at it. */
interface TakenJson {
  readonly files: number;
  readonly read: number;
  readonly used: number;
  readonly duplicates: number;
  readonly late: number;
  readonly dead: number;
  readonly corpora: readonly {
    readonly corpus: string;
    readonly rendered_rows: number;
    readonly rows_taken_out: number;
  }[];
  readonly behind: readonly { readonly corpus: string; readonly why: string }[];
}

const folder = tempFolder();
const PARTITIONS = ['--partitions', '3'];
const lake = join(folder, 'lake');
const letters = join(folder, 'letters');

let world: SmallWorld;
/** The same with an empty file of events, by which a build renders what topics brought. */
let streamed: SmallWorld;
let other: SmallWorld;
let events: EventRecord[];
let lates = 0;

const tokenizer = () => ['--tokenizer', join(folder, 'tokenizer')];
const backfill = (flags: readonly string[] = []) => brewhouseJson<TakenJson>(['backfill', '--lake', lake, ...flags]);
const linesOf = (records: readonly EventRecord[]) => records.map((event) => `${canonicalEvent(event)}\n`).join('');

async function sameRelease(one: readonly [SmallWorld, string], two: readonly [SmallWorld, string]): Promise<void> {
  const [own, right] = [await release(...one), await release(...two)];
  expect(own.id).toBe(right.id);
  expect(releaseHashes(own.path)).toEqual(releaseHashes(right.path));
}

beforeAll(async () => {
  world = await makeSmallWorld(folder, { members: 50 });
  const timeOf = (event: EventRecord) => eventTimes(event, 'event_time').at;
  // Items first: each with its members' topic, all of them as they happened, but for some.
  events = eventsBelow(world.events).sort((a, b) => timeOf(a) - timeOf(b));
  const inTime = events.filter((_, i) => i % 7 > 0);
  const tooLate = events.filter((_, i) => i % 7 === 0);
  await streamInto(openStore(lake), [...inTime, ...tooLate], {
    ...{ partitions: 3, allowedLatenessMs: DAY_MS, rowsMax: 2_000 },
  });
  streamed = { ...world, events: join(folder, 'none') };
  mkdirSync(streamed.events);
  writeFileSync(join(streamed.events, 'none.ndjson'), '');
  const recipe = join(folder, 'other.yaml');
  writeFileSync(recipe, readFileSync(world.recipe, 'utf8').replace('seed: 7', 'seed: 8'));
  other = { ...world, recipe };
  mkdirSync(letters);
}, 120_000);

describe('a lake with a late log', () => {
  it('is rendered as that of a build from the same events that leaves out what the log holds', async () => {
    const built = await build(streamed, lake, ['--append']);
    await build({ ...streamed, recipe: other.recipe }, lake, ['--append']);
    lates = built.late;
    expect(lates).toBeGreaterThan(100);
    const without = await build(world, join(folder, 'without'), [...PARTITIONS, '--without', lake]);
    const { used, late, questions, examples } = built;
    expect(without).toMatchObject({ used, late, questions, examples, events: events.length });
    await sameRelease([streamed, lake], [world, join(folder, 'without')]);
    const appended = await brewhouse(buildArgs(world, join(folder, 'without'), ['--append', '--without', folder]));
    expect(appended.code, appended.stderr).toBe(2);
  });

  it('takes it in once, wherever the command is killed', async () => {
    const args = ['backfill', '--lake', lake, '--workers', '1', ...tokenizer()];
    for (const point of ['sorting:2', 'timeline-upload:2', 'rendering:2', 'corpus-upload:2', 'corpus-upload:1'])
      await expectKilled(args, { env: { BREWHOUSE_CRASH_AT: point } });
    const ran = await brewhouse(['backfill', '--lake', lake]);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^nothing to do: no late log is waiting\n/) });
    expect(ran.stderr).toMatch(/corpus [0-9a-f]{16} lags behind: [\s\S]*brewhouse build with its recipe/);
  });

  it('is caught up by a build with a recipe, and without one where the tokenizer is said', async () => {
    const whole = join(folder, 'whole');
    const right = await build(world, whole, PARTITIONS);
    await build(other, whole);
    const caught = await build(streamed, lake, ['--append']);
    const { used, questions, examples, tokens } = right;
    expect(caught).toMatchObject({ used, questions, examples, tokens, late: 0, dead: 0, duplicates: 0 });
    await sameRelease([streamed, lake], [world, whole]);
    const { files, behind, corpora } = await backfill(tokenizer());
    expect({ files, behind }).toEqual({ files: 0, behind: [] });
    expect(corpora.map(({ rendered_rows: rows }) => rows > 0)).toEqual([true]);
    await sameRelease([other, lake], [other, whole]);
    expect(await backfill(tokenizer())).toMatchObject({ files: 0, corpora: [], behind: [] });
  });

  it('is verified by what it holds', async () => {
    const { path } = await release(streamed, lake);
    const ran = await brewhouse(['verify', path, '--lake', lake, ...tokenizer()]);
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  });
});

describe('corrected dead letters', () => {
  const bad = join(folder, 'bad');
  const lines = [
    '{',
    JSON.stringify(viewed('r1', { event_time: 'noon' })),
    JSON.stringify({ ...viewed('r2'), type: 'x' }),
  ];
  let growing: SmallWorld;

  it('are found as lines, with where they were and why they are dead', async () => {
    growing = { ...world, events: bad };
    mkdirSync(bad);
    writeFileSync(join(bad, 'a.ndjson'), `${linesOf(events)}${lines.join('\n')}\n`);
    await build(growing, join(folder, 'replayed'), PARTITIONS);
    const ran = await brewhouse(['inspect', join(folder, 'replayed'), '--dead']);
    expect(ran.code, ran.stderr).toBe(0);
    const told = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(told.map(({ file, line, reason, record }) => [file, line, reason, record])).toEqual([
      ['a.ndjson', events.length + 1, 'not_json', lines[0]],
      ['a.ndjson', events.length + 2, 'time_invalid', lines[1]],
      ['a.ndjson', events.length + 3, 'type_unknown', lines[2]],
    ]);
    const some = await brewhouseJson<{ letters: object[] }>([
      'inspect',
      join(folder, 'replayed'),
      '--dead',
      '--rows',
      '1..1',
    ]);
    expect(some.letters).toEqual([told[1]]);
    expectRefusal(await brewhouse(['inspect', join(folder, 'replayed'), '--dead', '--row', '1']), 2, [/--rows A\.\.B/]);
  });

  it('are taken in once, wherever the command is killed, and parked again where they are dead still', async () => {
    const [member] = events.flatMap((event) => (event.type === 'interaction' ? [event] : []));
    const { member_id, item_id } = member!;
    const right = [1, 2].map((n) => viewed(`r${n}`, { member_id, item_id, event_time: `2026-02-0${n}T10:00:00Z` }));
    writeFileSync(join(letters, 'mended.ndjson'), [...right.map((each) => JSON.stringify(each)), '{'].join('\n'));
    const args = ['replay', '--lake', join(folder, 'replayed'), '--from', letters, '--workers', '1', ...tokenizer()];
    for (const point of ['sorting', 'timeline-upload:3', 'rendering:1', 'corpus-upload:1'])
      await expectKilled(args, { env: { BREWHOUSE_CRASH_AT: point } });
    const ran = await brewhouse(args);
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^all these files were taken in before\ncorpus [0-9a-f]{16}: rendered /),
    });
    writeFileSync(join(letters, 'more.ndjson'), JSON.stringify(viewed('r3', { member_id, item_id })));
    const again = await brewhouseJson<TakenJson>(args);
    expect(again).toMatchObject({ files: 1, read: 1, used: 1, dead: 0, behind: [] });
    const dead = await brewhouseJson<{ letters: { file: string }[] }>(['inspect', join(folder, 'replayed'), '--dead']);
    expect(dead.letters.map(({ file }) => file).sort()).toEqual(['a.ndjson', 'a.ndjson', 'a.ndjson', 'mended.ndjson']);
    // Files that come later stand beside them.
    writeFileSync(join(bad, 'b.ndjson'), `${JSON.stringify(viewed('r4', { member_id, item_id }))}\n`);
    const appended = await build(growing, join(folder, 'replayed'), ['--append']);
    const all: SmallWorld = { ...world, events: join(folder, 'all') };
    mkdirSync(all.events);
    const mended = [...right, viewed('r3', { member_id, item_id }), viewed('r4', { member_id, item_id })];
    writeFileSync(
      join(all.events, 'a.ndjson'),
      linesOf(events) + mended.map((each) => `${JSON.stringify(each)}\n`).join(''),
    );
    const { used, questions, examples } = await build(all, join(folder, 'all-lake'), PARTITIONS);
    expect(appended).toMatchObject({
      used,
      questions,
      examples,
      dead: 4,
      events: used + 4,
    } satisfies Partial<BuildJson>);
    await sameRelease([growing, join(folder, 'replayed')], [all, join(folder, 'all-lake')]);
  });

  it('are refused where there is no such file or lake', async () => {
    const missing = await brewhouse(['replay', '--lake', lake, '--from', join(letters, 'mendet.ndjson')]);
    expectRefusal(missing, 3, [/mendet\.ndjson/, /did you mean .*mended\.ndjson/]);
    const nowhere = await brewhouse(['backfill', '--lake', join(folder, 'nowhere')]);
    expectRefusal(nowhere, 2, [/there is no lake/]);
    expectRefusal(await brewhouse(buildArgs(world, join(folder, 'x'), ['--without', join(folder, 'nowhere')])), 3, [
      /nowhere/,
    ]);
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expectRefusal(await brewhouse(['replay', '--lake', lake, '--from', empty]), 3, [/no event files/]);
    expectRefusal(await brewhouse(buildArgs(world, join(folder, 'x'), ['--without', empty])), 3, [/no late log/]);
  });
});
