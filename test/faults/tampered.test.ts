/**
 * Faults in the files of one honest release, each of which verify names; and changes that it lets
 * pass.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BrewhouseError } from '../../src/errors.ts';
import { verifyRelease } from '../../src/verify/verify-release.ts';
import { runCli } from '../cli/run-cli.ts';
import { type FaultyWorld, KEY, makeFaultyWorld } from './faulty-world.ts';
import { testPlanted } from './rotation.ts';
import { type HonestRelease, tamper } from './tampered-release.ts';
import { digestOf, releasedRows, rewriteRows } from './tampered-rows.ts';
import type { Tampering } from './tampering.ts';
import { TAMPERINGS } from './tamperings.ts';

/** What was found: faults of the certificate, or the failure under its code. */
interface Found {
  readonly by: string;
  readonly rule: readonly string[];
  readonly detail: string;
}

let world: FaultyWorld;
let honest: HonestRelease;

beforeAll(async () => {
  world = await makeFaultyWorld({ members: 6, budget: 20_000, isImported: true });
  const { events, domain, recipe } = world;
  const lake = join(world.folder, 'lake');
  await ran(['build', '--events', events, '--domain', domain, '--recipe', recipe, '--lake', lake, '--partitions', '1']);
  const { path } = JSON.parse(await ran(['release', '--lake', lake, '--recipe', recipe, '--json'])) as { path: string };
  const dir = path.replace(/^file:\/\//, '');
  honest = { world, dir, digest: digestOf(await releasedRows(dir)) };
});

afterAll(() => rmSync(world.folder, { recursive: true, force: true }));

async function ran(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args, { environment: { BREWHOUSE_KEY: KEY, NO_COLOR: '1' } });
  expect(code, stderr).toBe(0);
  return stdout;
}

async function foundIn(releaseDir: string): Promise<Found[]> {
  const tokenizerPath = join(world.folder, 'tokenizer');
  try {
    const { faults } = await verifyRelease({ releaseDir, events: world.events, key: KEY, tokenizerPath });
    return faults.map(({ check, rule, detail }) => ({ by: check, rule, detail }));
  } catch (error) {
    // Anything else is a failure of the checker, which would end with exit code 70.
    if (!(error instanceof BrewhouseError)) throw error;
    return [{ by: error.code, rule: [], detail: `${error.message} ${JSON.stringify(error.place)}` }];
  }
}

/** Found by what is meant, and by nothing else: the tampering was signed well. */
function expectFound(found: readonly Found[], { by, law, says, isWide = false }: Tampering): void {
  const meant = [by].flat();
  expect(found.length, 'verify found nothing').toBeGreaterThan(0);
  const others = found.filter((each) => !isWide && !meant.includes(each.by));
  expect(others, 'found by another check than is meant').toEqual([]);
  const told = found.filter((each) => meant.includes(each.by) && says.test(each.detail));
  expect(told.length, `nothing says ${says}: ${JSON.stringify(found.slice(0, 5))}`).toBeGreaterThan(0);
  const laws = [law].flat();
  const isRule = laws.every((each) => /^[A-Z]+-\d+$/.test(each));
  // A failure cites no rule: what is of no release's form breaks none.
  const withRule = told.filter((each) => !isRule || each.by.includes('_') || each.rule.some((id) => laws.includes(id)));
  expect(withRule.length, `no fault cites ${law}: ${JSON.stringify(told.slice(0, 5))}`).toBeGreaterThan(0);
}

describe('verify finds', () => {
  testPlanted(
    TAMPERINGS,
    ({ name, by }) => `${name}, by ${[by].flat().join(' or ')}`,
    async (tampering) => {
      expectFound(await foundIn(await tamper(honest, tampering.name, tampering.change)), tampering);
    },
  );
});

describe('verify finds nothing', () => {
  test('in a copy of the release', async () => {
    expect(await foundIn(await tamper(honest, 'copied', () => undefined))).toEqual([]);
  });

  test('in its rows written anew', async () => {
    expect(
      await foundIn(await tamper(honest, 'written anew', (release) => rewriteRows(release, (rows) => rows))),
    ).toEqual([]);
  });
});
