/** Many rows of a release at once, and how a wrong wish is answered. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { brewhouse, brewhouseJson, tempFolder } from './brewhouse.ts';
import { build, makeSmallWorld, type ReleaseJson, release, type SmallWorld, tokenizerFlag } from './small-world.ts';
import { expectRefusal } from './tiny-world.ts';

const folder = tempFolder();
let world: SmallWorld;
let released: ReleaseJson;
const inspect = (...flags: readonly string[]) => ['inspect', released.path, ...tokenizerFlag(world), ...flags];

beforeAll(async () => {
  world = await makeSmallWorld(folder, { members: 40 });
  await build(world, join(folder, 'lake'));
  released = await release(world, join(folder, 'lake'));
});

describe('inspect', () => {
  it('shows rows A to B, both included, each as by itself', async () => {
    const { rows } = await brewhouseJson<{ rows: object[] }>(inspect('--rows', '2..4'));
    const alone = [];
    for (const row of ['2', '3', '4']) alone.push(await brewhouseJson<object>(inspect('--row', row)));
    expect(rows).toEqual(alone);
    const { stdout } = await brewhouse(inspect('--rows', '2..4'));
    expect(stdout.match(/^row \d+ of train:$/gm)).toEqual(['row 2 of train:', 'row 3 of train:', 'row 4 of train:']);
    expect(stdout.match(/^C control {2}I instruction/gm)).toHaveLength(1);
  });

  it('reads a whole split', async () => {
    const count = released.rows.test!;
    const { rows } = await brewhouseJson<{ rows: { sidecar: { split: string } }[] }>(
      inspect('--split', 'test', '--rows', `0..${count - 1}`),
    );
    expect(rows).toHaveLength(count);
    expect(new Set(rows.map(({ sidecar }) => sidecar.split))).toEqual(new Set(['test']));
  });

  it.each([
    [['--rows', '4..2'], '--rows 4..2 is no range of rows', '--rows 0..9'],
    [['--rows', '4'], '--rows 4 is no range of rows', '--rows 0..9'],
    [['--rows', '-1..2'], 'is no range of rows', '--rows 0..9'],
    [['--rows', '0..9', '--row', '1'], '--row and --rows name rows in two ways', '--rows A..B'],
    [['--example', 'x', '--split', 'test'], '--example and --split name rows in two ways', '--split goes with'],
  ])('refuses %s', async (flags, says, remedy) => {
    expectRefusal(await brewhouse(inspect(...flags)), EXIT.usage, [says, remedy]);
  });

  it('says how many rows there are where the range goes beyond', async () => {
    const { test } = released.rows;
    const ran = await brewhouse(inspect('--split', 'test', '--rows', `0..${test}`));
    expectRefusal(ran, EXIT.usage, [`the split test has ${test} rows, and row ${test} is none of them`]);
  });
});

describe('a release whose tokenizer is a folder', () => {
  it.each(['inspect', 'verify'])('tells %s to ask where it lies', async (command) => {
    const ran = await brewhouse([command, released.path, ...(command === 'verify' ? ['--events', world.events] : [])]);
    expectRefusal(ran, EXIT.usage, [/tokenizer/, /--tokenizer DIR/]);
  });
});
