/**
 * Faults in the files of one honest release, each of which verify names; and changes that it lets
 * pass.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pinnedParts } from '../../pipelines/pinned-parts.ts';
import type { Certificate } from '../../schemas/manifest.ts';
import { eventsAt, openReader, releaseAt } from '../../src/adapters/checker-reader.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { BrewhouseError } from '../../src/errors.ts';
import { loadTokenizer } from '../../src/tokenize/load-tokenizer.ts';
import { verifyRelease } from '../../src/verify/verify-release.ts';
import { runCli } from '../cli/run-cli.ts';
import { prunedSha256 } from '../tokenize/pruned-tokenizer.ts';
import { type FaultyWorld, KEY, makeFaultyWorld } from './faulty-world.ts';
import { inZstd, withFirstPage } from './parquet-pages.ts';
import { testPlanted } from './rotation.ts';
import { type HonestRelease, type TamperedRelease, tamper } from './tampered-release.ts';
import { digestOf, releasedRows, rewriteRows, toldRowOf } from './tampered-rows.ts';
import type { Tampering } from './tampering.ts';
import { TAMPERINGS } from './tamperings.ts';

const python = process.env.BREWHOUSE_PYTHON ?? 'python3';
const hasPyarrow = spawnSync(python, ['-c', 'import pyarrow']).status === 0;
if (!hasPyarrow) console.warn(`SKIPPED: ${python} cannot import pyarrow, so no Python library writes token files anew`);

/** What was found: faults of the certificate, or the failure under its code. */
interface Found {
  readonly by: string;
  readonly rule: readonly string[];
  readonly detail: string;
}

let world: FaultyWorld;
let honest: HonestRelease;

/** Less than the small world has of both labels. */
const CAPS = '{ ranking.pointwise: { did not interact: 7 }, ranking.binary: { No: 9 } }';

beforeAll(async () => {
  world = await makeFaultyWorld({ members: 6, budget: 20_000, caps: CAPS, isImported: true });
  const { events, domain, recipe } = world;
  const lake = join(world.folder, 'lake');
  await ran(['build', '--events', events, '--domain', domain, '--recipe', recipe, '--lake', lake, '--partitions', '1']);
  const { path } = JSON.parse(await ran(['release', '--lake', lake, '--recipe', recipe, '--json'])) as { path: string };
  const dir = path.replace(/^file:\/\//, '');
  const tokenizer = loadTokenizer({ path: join(world.folder, 'tokenizer'), sha256: prunedSha256() }, world.folder);
  const rowOf = (folder: string) => toldRowOf(folder, tokenizer);
  honest = { world, dir, digest: digestOf(await releasedRows(dir)), rowOf, row: await rowOf(dir) };
});

afterAll(() => rmSync(world.folder, { recursive: true, force: true }));

async function ran(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args, { environment: { BREWHOUSE_KEY: KEY, NO_COLOR: '1' } });
  expect(code, stderr).toBe(0);
  return stdout;
}

async function foundIn(releaseDir: string, isPinned = false): Promise<Found[]> {
  const tokenizerPath = join(world.folder, 'tokenizer');
  const { events, recipe, domain } = world;
  try {
    const pinned = isPinned ? await pinnedParts(openReader(releaseAt(releaseDir)), { recipe, domain }) : {};
    const { faults } = await verifyRelease({
      ...{ release: releaseAt(releaseDir), events: eventsAt(events), key: KEY },
      ...{ tokenizerPath, pinned },
    });
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
      const dir = await tamper(honest, tampering.name, tampering.change);
      expectFound(await foundIn(dir, tampering.isPinned), tampering);
    },
  );
});

describe('verify finds nothing', () => {
  test('in a copy of the release', async () => {
    const dir = await tamper(honest, 'copied', () => undefined);
    expect(await foundIn(dir)).toEqual([]);
    expect(await foundIn(dir, true)).toEqual([]);
  });

  test('in its rows written anew', async () => {
    const dir = await tamper(honest, 'written anew', (release) => rewriteRows(release, (rows) => rows));
    expect(await foundIn(dir)).toEqual([]);
  });

  test('in token files that are compressed as well as can be', async () => {
    const compressed = (bytes: Buffer) => withFirstPage(bytes, 'input_ids', () => undefined, { pack: inZstd(19) });
    const dir = await tamper(honest, 'compressed', (release) => rewriteData(release, compressed));
    expect(await foundIn(dir)).toEqual([]);
  });

  for (const compression of ['zstd', 'snappy', 'none']) {
    test.skipIf(!hasPyarrow)(`in token files that pyarrow wrote anew, compressed by ${compression}`, async () => {
      const rewrite = (bytes: Buffer, name: string) => byPyarrow(bytes, `${name}.${compression}`, compression);
      const dir = await tamper(honest, `pyarrow ${compression}`, (release) => rewriteData(release, rewrite));
      expect(await foundIn(dir)).toEqual([]);
    });
  }
});

test.skipIf(!hasPyarrow)('verify finds a sidecar that pyarrow wrote anew, by schema', async () => {
  const dir = await tamper(honest, 'pyarrow sidecar', (release) => {
    const path = `meta/${release.shard('train')}`;
    release.write(path, byPyarrow(release.read(path), 'sidecar', 'zstd'));
  });
  const by = new Set((await foundIn(dir)).map((each) => each.by));
  expect([...by]).toEqual(['schema']);
});

test('the certificate is the same whatever threads there are, of a right release and a wrong one', async () => {
  const faulty = await tamper(honest, 'full of faults', (release) =>
    rewriteRows(release, (rows) => {
      const others = rows.map((row) => ({ ...row, meta: { ...row.meta, surface: 'elsewhere' } }));
      return [others[0]!, ...others.slice(0, -1)];
    }),
  );
  const tokenizerPath = join(world.folder, 'tokenizer');
  for (const releaseDir of [honest.dir, faulty]) {
    const options = {
      ...{ release: releaseAt(releaseDir), events: eventsAt(world.events) },
      ...{ key: KEY, tokenizerPath },
    };
    const [alone, shared] = [
      await verifyRelease({ ...options, threads: 0 }),
      await verifyRelease({ ...options, threads: 3 }),
    ];
    expect(shared).toEqual(alone);
    expect(alone.ok).toBe(releaseDir === honest.dir);
    const ofRows = alone.faults.filter(({ check }) => check === 'sidecar');
    if (!alone.ok) expect(ofRows).toHaveLength(20);
    const places = ofRows.map(({ split, row }) => `${split} ${String(row).padStart(6, '0')}`);
    expect(places).toEqual(places.toSorted());
  }
});

describe('the command verify', () => {
  const verify = (dir: string) => {
    const args = ['verify', dir, '--events', world.events, '--tokenizer', join(world.folder, 'tokenizer'), '--json'];
    return runCli(args, { environment: { BREWHOUSE_KEY: KEY, NO_COLOR: '1' } });
  };
  const certificateIn = (dir: string) => JSON.parse(readFileSync(join(dir, 'certificate.json'), 'utf8')) as Certificate;

  test('exits 0 and leaves a certificate that a second run finds in order', async () => {
    const dir = await tamper(honest, 'twice', () => undefined);
    for (let run = 0; run < 2; run++) expect(await verify(dir)).toMatchObject({ code: 0 });
    expect(certificateIn(dir)).toMatchObject({ ok: true, faults: [] });
  });

  test('exits 1 and writes what it found over a certificate that says otherwise', async () => {
    const dir = await tamper(honest, 'forged', (release) => {
      release.manifest.items_without_time += 1;
      release.sign();
      const manifest_sha256 = sha256Hex(release.read('manifest.json'));
      writeFileSync(join(release.dir, 'certificate.json'), JSON.stringify({ manifest_sha256, ok: true }));
    });
    expect(await verify(dir)).toMatchObject({ code: 1 });
    expect(certificateIn(dir)).toMatchObject({ ok: false, fault_counts: { manifest: 2 } });
  });

  test('ends as a broken release, and not as a failure of its own, where a manifest is none', async () => {
    const dir = await tamper(honest, 'no manifest', (release) => release.write('manifest.json', '{"format":3}'));
    const { code, stderr } = await verify(dir);
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/manifest/);
  });
});

/** Every token file once more, as `rewrite` has it. */
function rewriteData(release: TamperedRelease, rewrite: (bytes: Buffer, name: string) => Uint8Array): void {
  for (const { kind, path, split } of release.manifest.files) {
    if (kind !== 'data') continue;
    const rewritten = rewrite(release.read(path), split);
    expect(Buffer.compare(rewritten, release.read(path)), 'the same bytes').not.toBe(0);
    release.write(path, rewritten);
  }
}

function byPyarrow(bytes: Buffer, name: string, compression: string): Uint8Array {
  const [source, target] = ['in', 'out'].map((end) => join(world.folder, `${name}.${end}.parquet`)) as [string, string];
  writeFileSync(source, bytes);
  const script = join(import.meta.dirname, 'rewrite-data.py');
  const { status, stderr } = spawnSync(python, [script, source, target, compression], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return readFileSync(target);
}
