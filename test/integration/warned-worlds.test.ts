/**
 * Worlds that are wrong as people's are: `build` says so by name; where it has nothing to do it
 * compares no lines.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { brewhouse, tempFolder } from './brewhouse.ts';
import { buildArgs, DOMAIN, releaseArgs, tokenizerFlag } from './small-world.ts';
import { makeTinyWorld, ndjson, TINY_EVENTS, TINY_RECIPE, viewed } from './tiny-world.ts';

const folder = tempFolder();

const LONG_TITLE = 'A senior engineer who builds and runs the software of a large company in the far north';
/** Items with one long beginning; what tells them apart comes last. */
const item = (i: number, time: string | null) => ({
  ...{ event_id: `i-k${i}`, event_time: time, type: 'item', item_id: `k${i}`, op: 'upsert' },
  attributes: { title: `${LONG_TITLE}, number ${i}`, location: 'Oslo', country: 'Norway', company: 'Example' },
});
const ITEMS = Array.from({ length: 8 }, (_, i) => i);
const views = ITEMS.map((i) =>
  viewed(`v${i}`, { item_id: `k${i}`, event_time: `2026-02-0${1 + (i % 7)}T1${i}:00:00Z` }),
);
/** No exposures, so that what is not the member's is drawn from items that have a time. */
const SHOP = DOMAIN.replace('exposures: [impression]', 'exposures: []\nignored: [impression]');
const recipe = (...tasks: string[]) =>
  TINY_RECIPE.replace(/ {2}tasks:\n( {4}- .*\n)+/, `  tasks:\n${tasks.map((task) => `    - ${task}\n`).join('')}`)
    .replace(/ {2}weights: .*\n/, '')
    .replace('t1: 2026-02-08', 't1: 2026-02-15')
    .replace('t2: 2026-02-15', 't2: 2026-02-20');

/** The world's warnings of `build`, and its one object. */
async function built(name: string, files: Readonly<Record<string, string>>, ...tasks: string[]) {
  const world = makeTinyWorld(folder, name, { files, domain: SHOP, recipe: recipe(...tasks) });
  const lake = join(folder, name, 'lake');
  const run = async () => {
    const { code, stdout, stderr } = await brewhouse(buildArgs(world, lake, ['--json']));
    expect(code, stderr).toBe(0);
    const warnings = stderr.split('\n').flatMap((line) => /^warning: (.*)$/.exec(line)?.[1] ?? []);
    return { warnings, result: JSON.parse(stdout) as Record<string, unknown> };
  };
  return { ...(await run()), world, lake, again: run };
}

describe('build', () => {
  test('warns of one label in all train rows, as release does, and of lines that read alike', async () => {
    const more = [...ITEMS.map((i) => item(i, '2026-01-01T00:00:00Z')), ...views];
    const world = await built('labels', { 'more.ndjson': ndjson(more) }, '{ form: next-action.action }');
    const told = [
      /^\d+ of \d+ train rows of next-action.action \(100.0 %\) are labelled "nothing more": /,
      /^72.7 % of the item lines read at the level title like that of an item which says something else: /,
    ];
    expect(world.warnings).toEqual(expect.arrayContaining(told.map((each) => expect.stringMatching(each))));
    expect(world.result).toMatchObject({
      train_labels: { 'next-action.action': { 'nothing more': expect.any(Number) } },
      item_lines: { compared: 11, items: 11, distinct: 11, levels: [{}, {}, { level: 'title', alike: 8 }] },
    });

    const second = await world.again();
    expect(second.result).toMatchObject({ train_labels: world.result.train_labels, item_lines: null });
    expect(second.warnings).toEqual([expect.stringMatching(told[0]!)]);

    const released = await brewhouse(releaseArgs(world.world, world.lake, ['--json']));
    expect(released.stderr).toMatch(/^warning: \d+ of \d+ train rows of next-action.action \(100.0 %\)/m);
    expect(JSON.parse(released.stdout)).toMatchObject({ train_labels: world.result.train_labels });
  });

  test('warns of a task that lost its questions since items have no time, and no note says what it drew', async () => {
    const isItem = (event: object) => 'op' in event && 'item_id' in event;
    const undated = TINY_EVENTS.map((event) => (isItem(event) ? { ...event, event_time: null } : event));
    const tasks = ['{ form: ranking.pointwise }', '{ form: ranking.binary }', '{ form: retrieval.choose, random: 1 }'];
    const { warnings, world, lake } = await built('undated', { 'events.ndjson': ndjson(undated) }, ...tasks);
    for (const task of ['ranking.binary', 'retrieval.choose'])
      expect(warnings).toContainEqual(
        expect.stringMatching(new RegExp(`^${task} loses (\\d) of \\1 questions .*: .*, or --first-seen$`)),
      );
    expect(warnings.join()).not.toContain('ranking.pointwise loses');

    const released = await brewhouse(releaseArgs(world, lake, ['--id', 'r']));
    expect(released.code, released.stderr).toBe(0);
    const release = join(lake, 'releases', 'r');
    expect(readFileSync(join(release, 'README.md'), 'utf8')).not.toContain('Negatives are drawn');
    const verified = await brewhouse(['verify', release, '--events', world.events, ...tokenizerFlag(world)]);
    expect(verified.code, verified.stdout).toBe(0);
  });
});
