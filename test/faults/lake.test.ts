/** `verify --lake` on a lake that took in file after file, and on copies with one fault in each. */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkLake } from '../../pipelines/check-lake.ts';
import { openStore } from '../../src/adapters/open-store.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { EXIT } from '../../src/errors.ts';
import { brewhouse, tempFolder } from '../integration/brewhouse.ts';
import { makeGrowingLake, releaseAs } from '../integration/growing-lake.ts';
import { expectRefusal } from '../integration/tiny-world.ts';
import { FILE_FOLDERS, type LakeToSpoil, type Planted, RECORD_FAULTS, SPOILT, spoiltFile } from './planted-lake.ts';

const folder = tempFolder();
const right = join(folder, 'lake');
const spoilt = join(folder, 'spoilt');

beforeAll(async () => {
  const growing = await makeGrowingLake(folder, 30);
  await growing.grow();
  await releaseAs(growing, 'first', { end: 0 });
  // A record that is dead, for a file of dead letters.
  writeFileSync(join(growing.world.events, 'dead.ndjson'), '{"type":"member"}\n');
  await growing.grow();
  await growing.grow();
});

afterEach(() => rmSync(spoilt, { recursive: true, force: true }));

/** Draws the same each time for the same name. */
function chance(name: string): LakeToSpoil['draw'] {
  const seed = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7);
  return (from) => {
    expect(from.length, `nothing to plant "${name}" in`).toBeGreaterThan(0);
    return fc.sample(fc.constantFrom(...from), { numRuns: 1, seed })[0]!;
  };
}

async function expectFound(name: string, plant: (of: LakeToSpoil) => Planted): Promise<void> {
  cpSync(right, spoilt, { recursive: true });
  const { check, file, detail } = plant({ lake: spoilt, draw: chance(name) });
  const { faults } = await checkLake(openStore(spoilt), PROCESS_EFFECTS);
  const wanted = { check, detail: expect.stringMatching(detail), file: file ?? expect.any(String) };
  expect(faults.faults).toContainEqual(wanted);
}

describe('verify --lake', () => {
  it('finds nothing in a lake that builds have written, and says what it looked at', async () => {
    const ran = await brewhouse(['verify', '--lake', right, '--json']);
    expect(ran.code, ran.stdout).toBe(EXIT.done);
    const { checks, ...found } = JSON.parse(ran.stdout);
    expect(found).toMatchObject({ ok: true, chains: 33, faults: [], fault_counts: {} });
    for (const name of ['records', 'entities', 'rows']) expect(found[name]).toBeGreaterThan(30);
    for (const name of ['record', 'link', 'file', 'counts', 'rewrite']) expect(checks[name]).toBeGreaterThan(10);
    const { code, stdout } = await brewhouse(['verify', '--lake', right]);
    expect([code, stdout]).toEqual([EXIT.done, expect.stringMatching(/^verified: every record and every file/m)]);
  });

  it('exits with 1 and says each fault in a line', async () => {
    cpSync(right, spoilt, { recursive: true });
    const { file } = spoiltFile({ lake: spoilt, draw: chance('told') }, 'parts', 'nothing where it was');
    const { code, stdout } = await brewhouse(['verify', '--lake', spoilt]);
    expect([code, stdout.includes(`  file ${file}: `)]).toEqual([EXIT.fault, true]);
    expect(stdout).toMatch(/^FAULTS FOUND$/m);
  });

  it.each([
    [[], /needs a RELEASE, or --lake LAKE/],
    [['--lake', right, '--sample', '3'], /--sample goes with a RELEASE/],
    [['--lake', join(folder, 'events')], /there is no lake at/],
  ])('refuses %s', async (flags, said) => {
    expectRefusal(await brewhouse(['verify', ...flags]), EXIT.usage, [said]);
  });

  it.each(FILE_FOLDERS.flatMap((of) => Object.keys(SPOILT).map((how) => [how, of] as const)))(
    'finds %s in %s',
    (how, of) => expectFound(`${how} in ${of}`, (lake) => spoiltFile(lake, of, how)),
  );

  it.each(Object.entries(RECORD_FAULTS))('finds %s', (name, plant) => expectFound(name, plant));
});
