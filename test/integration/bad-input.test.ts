/**
 * What a person got wrong is said in one to four lines: what, on which file, line or field, and
 * what to do.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { brewhouse, brewhouseJson, tempFolder } from './brewhouse.ts';
import { readParquet } from './read-parquet.ts';
import { type BuildJson, build, buildArgs, DOMAIN, refusedBuild, releaseArgs, type SmallWorld } from './small-world.ts';
import { expectRefusal, makeTinyWorld, ndjson, TINY_EVENTS, TINY_RECIPE, viewed } from './tiny-world.ts';

const folder = tempFolder();
const lakeOf = (name: string) => join(folder, name, 'lake');
const ONE = ['--partitions', '1', '--workers', '1'];
const buildTiny = (world: SmallWorld, lake: string) => brewhouseJson<BuildJson>(buildArgs(world, lake, ONE));

/** Dead letters of the lake's only partition. */
async function deadLetters(lake: string): Promise<Record<string, unknown>[]> {
  const dead = join(lake, 'timelines', '0', 'dead');
  const files = await Promise.all(readdirSync(dead).map((name) => readParquet(join(dead, name))));
  return files.flat();
}

describe('event files', () => {
  test('that are cut short stop a build before anything is committed', async () => {
    const whole = gzipSync(ndjson(Array.from({ length: 500 }, (_, i) => viewed(`v-${i}`, { item_id: `j${i}` }))));
    const cut = { 'more.ndjson.gz': whole.subarray(0, whole.length >> 1) };
    const world = makeTinyWorld(folder, 'cut', { files: cut });
    const said = [/cut short/, /at .*more\.ndjson\.gz:\d+/, /make the file again/];
    expectRefusal(await refusedBuild(world, lakeOf('cut'), ONE), 3, said);
    expect(existsSync(join(lakeOf('cut'), 'timelines'))).toBe(false);
    expectRefusal(await brewhouse(['check', '--events', world.events]), 3, said);
  });

  test('that are not there are missed by the name of the folder', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expectRefusal(await brewhouse(['check', '--events', empty]), 3, ['no event files in', empty, /\.ndjson\.gz/]);
    const absent = join(folder, 'absent');
    expectRefusal(await brewhouse(['check', '--events', absent]), 3, ['no such folder', absent]);
  });

  test('with an action that the domain does not know name it, its count, its first event and the nearest', async () => {
    const later = { item_id: 'j2', event_time: '2026-02-07T11:00:00Z' };
    const more = [viewed('x-1', { action: 'aplied' }), viewed('x-2', { action: 'aplied', ...later })];
    const world = makeTinyWorld(folder, 'action', { more });
    const said = [/"aplied" \(2 events, first .*x-1/, /did you mean applied\?/, /ignored/];
    expectRefusal(await refusedBuild(world, lakeOf('action'), ONE), 2, said);
    expect(existsSync(join(lakeOf('action'), 'corpora'))).toBe(false);
    const checked = await brewhouse(['check', '--events', world.events, '--domain', world.domain]);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toMatch(/action_unknown x 2, first at more\.ndjson:1, field action: .*"applied"\?/);
  });

  test('with a line of 100 MB lose that line alone, and take no memory for it', async () => {
    const name = 'a'.repeat(100_000_000);
    const line = JSON.stringify(viewed('long', { surface: name }));
    const files = { 'long.ndjson.gz': gzipSync(`${line}\n${JSON.stringify(viewed('after'))}\n`, { level: 1 }) };
    const world = makeTinyWorld(folder, 'long', { files });
    const plain = makeTinyWorld(folder, 'plain');
    const before = await brewhouse(buildArgs(plain, lakeOf('plain'), ONE));
    const built = await brewhouse(buildArgs(world, lakeOf('long'), [...ONE, '--json']));
    expect(built.code, built.stderr).toBe(0);
    expect(JSON.parse(built.stdout)).toMatchObject({ events: TINY_EVENTS.length + 2, dead: 1 });
    expect(built.peakBytes).toBeLessThan(before.peakBytes + 80e6);
    const [letter] = await deadLetters(lakeOf('long'));
    expect(letter).toMatchObject({ source: 'long.ndjson.gz', line: 1n, reason: 'line_too_long' });
    const checked = await brewhouse(['check', '--events', world.events]);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toMatch(/line_too_long x 1, first at long\.ndjson\.gz:1/);
    expect(checked.peakBytes).toBeLessThan(200e6);
  });

  test('in which every record is dead build nothing, say so, and name the first reason', async () => {
    const dead = makeTinyWorld(folder, 'dead', { files: { 'events.ndjson': '{"type":"member"}\nnonsense\n' } });
    const built = await brewhouse(buildArgs(dead, lakeOf('dead'), ONE));
    expect(built.code, built.stderr).toBe(0);
    expect(built.stdout).toContain('rendered no rows now: the events gave no question');
    expect(built.stdout).not.toContain('before');
    expect(built.stderr).toMatch(
      /^warning: 2 of 2 records are dead, the first seen at events\.ndjson:1, field_missing: /m,
    );
    expect(built.stderr).toContain(`brewhouse check --events ${dead.events}`);
    const again = await brewhouse(buildArgs(dead, lakeOf('dead'), ONE));
    expect(again.stderr).toMatch(/warning: 2 of 2 records are dead/);
    const empty = makeTinyWorld(folder, 'no-records', { files: { 'events.ndjson': '' } });
    const nothing = await brewhouse(buildArgs(empty, lakeOf('no-records'), ONE));
    expect(nothing.code, nothing.stderr).toBe(0);
    expect(nothing.stderr).toMatch(/^warning: the event files in .* hold no records$/m);
  });

  test('without a surface or an attribute that recipe and domain speak of are warned of with the nearest', async () => {
    const recipe = TINY_RECIPE.replace('members: 0 }', 'members: 0, surfaces: [feeed, feed] }');
    const domain = DOMAIN.replace('{company}]', '{compny}]').replace('Location: {location}.', 'Age: {age}.');
    const world = makeTinyWorld(folder, 'absent-names', { recipe, domain });
    const { code, stderr, stdout } = await brewhouse(buildArgs(world, lakeOf('absent-names'), ONE));
    expect(code, stderr).toBe(0);
    const warnings = stderr.split('\n').filter((line) => line.startsWith('warning: '));
    expect(warnings).toEqual([
      'warning: holdout.surfaces names "feeed" (did you mean "feed"?), and no interaction has that surface',
      expect.stringMatching(/^warning: the item line .* "compny" \(did you mean "company"\?\), which no event has/),
      expect.stringMatching(/^warning: the profile .* "age", which no event has/),
      // Of four candidates, where there are three items.
      expect.stringMatching(/^warning: retrieval\.choose loses 3 of 3 questions .* ask for fewer candidates, or/),
    ]);
    expect(stdout).toMatch(/rendered \d+ rows/);
    const second = await brewhouse(buildArgs(world, lakeOf('absent-names'), ONE));
    expect(second.stdout).toMatch(/rendered no rows now: nothing to do, all \d+ were rendered before/);
  });

  test('with an action as long as a text say it in a line', async () => {
    const world = makeTinyWorld(folder, 'long-action', {
      more: [viewed('x-1', { action: `\u001b${'a'.repeat(5_000)}` })],
    });
    const ran = await refusedBuild(world, lakeOf('long-action'), ONE);
    expectRefusal(ran, 2, [/does not know the action "\\u\{1b\}aaa/, /at .*domain\.yaml, field actions/]);
    expect(ran.stderr.length).toBeLessThan(2_000);
  });

  test('with one event id for two events bury both, and build the rest', async () => {
    const more = [viewed('same'), viewed('same', { item_id: 'j2' }), viewed('other')];
    const world = makeTinyWorld(folder, 'conflict', { more });
    expect(await buildTiny(world, lakeOf('conflict'))).toMatchObject({ events: TINY_EVENTS.length + 3, dead: 2 });
    const letters = await deadLetters(lakeOf('conflict'));
    expect(letters.map(({ source, line, reason }) => ({ source, line, reason }))).toEqual([
      { source: 'more.ndjson', line: 1n, reason: 'id_conflict' },
      { source: 'more.ndjson', line: 2n, reason: 'id_conflict' },
    ]);
    const checked = await brewhouse(['check', '--events', world.events]);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toMatch(/id_conflict x 2, first at more\.ndjson:2, field event_id: .*"same"/);
  });
});

describe('recipe, domain and mapping', () => {
  const refused = async (name: string, change: { recipe?: string; domain?: string }, says: (string | RegExp)[]) => {
    expectRefusal(await refusedBuild(makeTinyWorld(folder, name, change), lakeOf(name), ONE), 2, says);
    expect(existsSync(lakeOf(name))).toBe(false);
  };

  test('a key that is mistyped is named with its line and the nearest', async () => {
    const line = TINY_RECIPE.split('\n').findIndex((each) => each.includes('label_window')) + 1;
    await refused('typo', { recipe: TINY_RECIPE.replace('label_window', 'label_windw') }, [
      'label_windw',
      new RegExp(`recipe\\.yaml:${line}\\b`),
      /did you mean.*label_window/i,
    ]);
  });

  test('answers that cannot be told apart by one token are both named', async () => {
    const domain = DOMAIN.replace('will: dismiss,', 'will: apply late,');
    await refused('clash', { domain }, [
      /apply.*and.*apply late/,
      /rename one in the domain/,
      /at .*clash.domain\.yaml/,
    ]);
  });

  test('a context too short for what is always there says how long it must be', async () => {
    const recipe = TINY_RECIPE.replace('context: 1024', 'context: 512').replace('question: 80', 'question: 500');
    await refused('context', { recipe }, [
      /512 tokens is too short for the task/,
      /at .*context.recipe\.yaml, field corpus\.context/,
      /raise context to/,
    ]);
  });

  test('a fault that only the plan finds names the file that is to be mended', async () => {
    const recipe = TINY_RECIPE.replace('form: next-action.action', 'form: next-action.action, label_window: 0');
    await refused('plan', { recipe }, [/at .*plan.recipe\.yaml, field corpus\.tasks\[3\]\.label_window/]);
    await refused('none', { domain: DOMAIN.replaceAll(', positive: true', '') }, [
      /at .*none.domain\.yaml, field actions/,
    ]);
    const twice = DOMAIN.replace('none: { name: did not interact', 'none: { name: viewed');
    await refused('twice', { domain: twice }, [/names viewed twice/, /at .*twice.domain\.yaml, field none\.name/]);
  });

  test('a time that no calendar has is refused, in the recipe and on the command line', async () => {
    const recipe = TINY_RECIPE.replace('t1: 2026-02-08T', 't1: 2026-02-30T');
    await refused('calendar', { recipe }, [
      /does not exist/,
      /recipe\.yaml:\d+, field release\.splits\.t1/,
      /write it as/,
    ]);
    const until = await brewhouse(
      buildArgs(makeTinyWorld(folder, 'until'), lakeOf('until'), ['--until', '2026-02-30T00:00:00Z']),
    );
    expectRefusal(until, 2, ['--until', /does not exist/, '--until 2026-03-01T00:00:00Z']);
    expect(existsSync(lakeOf('until'))).toBe(false);
  });

  test('a column that a table does not have is named with the nearest', async () => {
    const from = join(folder, 'tables');
    mkdirSync(from);
    writeFileSync(join(from, 'sales.csv'), 'buyer,product,bought_at\n1,x,2018-05-01\n');
    const mapping = join(folder, 'mapping.yaml');
    const columns = ['member_id: buyer', 'item_id: produkt', 'action: { value: bought }', 'event_time: bought_at'];
    const table = ['name: sales', 'files: sales.csv', 'emit: interaction', ...columns].join('\n    ');
    writeFileSync(mapping, `name: shop\ncredit: the shop\nzone: UTC\ntables:\n  - ${table}\n`);
    const out = join(folder, 'imported');
    const ran = await brewhouse(['import', '--mapping', mapping, '--from', from, '--out', out]);
    expectRefusal(ran, 2, ['produkt', 'sales', /did you mean.*product/i]);
    const left = existsSync(out) ? readdirSync(out, { recursive: true, withFileTypes: true }) : [];
    expect(left.filter((entry) => !entry.isDirectory())).toEqual([]);
  });
});

describe('a command line', () => {
  test('with a command or flag that is mistyped is answered with the nearest', async () => {
    expectRefusal(await brewhouse(['biuld']), 2, ['no command biuld', 'did you mean brewhouse build?']);
    expectRefusal(await brewhouse(['check', '--event', folder]), 2, ['no flag --event', 'did you mean --events?']);
    expectRefusal(await brewhouse(['check']), 2, ['--events DIR is missing', /--help/]);
    expectRefusal(await brewhouse(['simulate', '--members', 'many', '--seed', '1', '--out', folder]), 2, ['many']);
  });

  test('with a path that is mistyped is answered with the nearest', async () => {
    const world = makeTinyWorld(folder, 'paths');
    const off = (path: string) => path.replace(/(.)(.)(\.yaml)?$/, '$2$1$3');
    for (const [change, code] of [
      [{ recipe: off(world.recipe) }, 2],
      [{ domain: off(world.domain) }, 2],
      [{ events: off(world.events) }, 3],
    ] as const) {
      const right = Object.keys(change)[0] as keyof SmallWorld;
      const ran = await refusedBuild({ ...world, ...change }, lakeOf('paths'), ONE);
      expectRefusal(ran, code, [`did you mean ${world[right]}?`]);
    }
    await build(world, lakeOf('paths'), ONE);
    expectRefusal(await brewhouse(releaseArgs(world, off(lakeOf('paths')))), 2, [`did you mean ${lakeOf('paths')}?`]);
  });

  test('with a number that is written otherwise, too small, or a flag twice is refused', async () => {
    const build = (...flags: string[]) => refusedBuild({ events: 'e', domain: 'd', recipe: 'r' }, 'l', flags);
    expectRefusal(await build('--workers', '0'), 2, ['--workers 0 is no whole number of at least 1', /--workers 1 /]);
    expectRefusal(await build('--workers', '1e1'), 2, ['--workers 1e1 is no whole number']);
    expectRefusal(await build('--workers', '1', '--workers=2'), 2, ['--workers stands twice', /build --help/]);
  });

  test('with --debug gets the stack, too', async () => {
    const ran = await brewhouse(['check', '--events', join(folder, 'nowhere'), '--debug']);
    expect(ran.code).toBe(3);
    expect(ran.stderr).toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  });
});

describe('a release', () => {
  let world: SmallWorld;
  const lake = lakeOf('released');
  const withRecipe = (name: string, recipe: string): SmallWorld => {
    const path = join(dirname(world.recipe), `${name}.yaml`);
    writeFileSync(path, recipe);
    return { ...world, recipe: path };
  };
  beforeAll(async () => {
    world = makeTinyWorld(folder, 'released');
    await buildTiny(world, lake);
  });

  test('without a lake names the place where none is', async () => {
    const nowhere = join(folder, 'nowhere');
    expectRefusal(await brewhouse(releaseArgs(world, nowhere)), 2, ['no lake at', nowhere, /build first/]);
    expect(existsSync(nowhere)).toBe(false);
  });

  test('without an until is told the newest event and a time to try', async () => {
    const timeless = withRecipe('timeless', TINY_RECIPE.replace(/ {2}until: .*\n/, ''));
    const said = ['release.until', /newest event is of 2026-02-06T10:00:00\.000Z/, /--until 2026-02-06T00:00:00/];
    expectRefusal(await brewhouse(releaseArgs(timeless, lake)), 2, said);
  });

  test('of a recipe that was never built is told to build, and which corpora there are', async () => {
    const other = withRecipe('other', TINY_RECIPE.replace('seed: 7', 'seed: 8'));
    const [corpus] = readdirSync(join(lake, 'corpora'));
    expectRefusal(await brewhouse(releaseArgs(other, lake)), 2, [/no corpus of this lake/, /build/, corpus!]);
  });

  test('of a task that the recipe does not have is told the nearest', async () => {
    const weighed = withRecipe('weighed', TINY_RECIPE.replace('{ ranking.pointwise: 0.4', '{ ranking.pointwize: 0.4'));
    const said = ['ranking.pointwize', 'release.weights', 'did you mean ranking.pointwise?'];
    expectRefusal(await brewhouse(releaseArgs(weighed, lake)), 2, said);
  });

  test('under a key that is none is refused', async () => {
    const ran = await brewhouse(releaseArgs(world, lake), { env: { BREWHOUSE_KEY: 'secret' } });
    expectRefusal(ran, 2, ['BREWHOUSE_KEY', /64 hexadecimal digits/]);
    expect(ran.stderr).not.toContain('secret');
  });

  test('in whose lake a record was changed names the file', async () => {
    const broken = lakeOf('broken');
    await buildTiny(world, broken);
    const file = join(broken, 'timelines', '0', 'commits', '00000000000000000001.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"attempt":"', '"attempt":"0'));
    expectRefusal(await brewhouse(releaseArgs(world, broken)), 3, [/timelines\/0\/commits\/0+2\.json/, /restore/]);
  });
});

test('items that no event defines are counted, and a share of them above half a percent is said aloud', async () => {
  const ghosts = makeTinyWorld(folder, 'ghosts', { more: [viewed('e-ghost', { item_id: 'ghost' })] });
  const ran = await brewhouse(buildArgs(ghosts, join(folder, 'ghosts-lake')));
  expect(ran.code).toBe(0);
  expect(ran.stderr).toMatch(/warning: [\d.]+ % of the questions .*item_unknown/);
});
