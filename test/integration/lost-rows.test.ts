/**
 * Promise 3 from the tables on: every row, and every line of an event file, ends in exactly one
 * count; and what died is told all the way to the certificate.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { DEAD_REASONS, type DeadReason } from '../../schemas/event.ts';
import type { Certificate, Lineage } from '../../schemas/manifest.ts';
import { brewhouse, brewhouseJson, type Ran, tempFolder } from './brewhouse.ts';
import { EVENTS_ALONE, FAULTY_LINES, FAULTY_MAPPING, FAULTY_TABLES, type RowEnd, tableBytes } from './lost-rows.ts';
import {
  type BuildJson,
  buildArgs,
  type ReleaseJson,
  releaseArgs,
  type SmallWorld,
  tokenizerFlag,
} from './small-world.ts';
import { makeTinyWorld } from './tiny-world.ts';

interface Imported {
  readonly rows: number;
  readonly events: Readonly<Record<string, number>>;
  readonly filtered: number;
  readonly equal: number;
  readonly dead: number;
  readonly dead_by_reason: Readonly<Record<string, number>>;
}

const folder = tempFolder();
const tables = join(folder, 'tables');
const out = join(folder, 'events');
const mapping = join(folder, 'mapping.yaml');
const importArgs = (to: string, ...more: string[]) => [
  ...['import', '--mapping', mapping, '--from', tables, '--out', to, ...more, '--json'],
];

const ends = FAULTY_TABLES.flatMap(({ rows }) => rows.map(([end]) => end));
const count = (end: RowEnd, among = ends) => among.filter((one) => one === end).length;
const deadCounts = (among = ends) =>
  Object.fromEntries(DEAD_REASONS.map((reason) => [reason, count(reason, among)]).filter(([, n]) => n !== 0));

let ran: Ran;

beforeAll(async () => {
  mkdirSync(tables, { recursive: true });
  for (const table of FAULTY_TABLES) writeFileSync(join(tables, table.file), tableBytes(table));
  writeFileSync(mapping, FAULTY_MAPPING);
  ran = await brewhouse(importArgs(out));
});

describe('rows of tables', () => {
  test('die of every reason there is but those that files of events alone can have', () => {
    const tried = new Set<RowEnd>(ends);
    expect(DEAD_REASONS.filter((reason) => !tried.has(reason))).toEqual([...EVENTS_ALONE]);
  });

  test('are all counted: read = mapped + filtered + equal + dead by reason; past the gate the code is 1', async () => {
    expect(ran.code, ran.stderr).toBe(1);
    const imported = JSON.parse(ran.stdout) as Imported;
    expect(imported).toMatchObject({
      ...{ rows: ends.length, filtered: count('filtered'), equal: count('equal') },
      ...{ events: { member: 0, item: 0, interaction: count('mapped') }, dead_by_reason: deadCounts() },
    });
    const dead = Object.values(imported.dead_by_reason).reduce((sum, n) => sum + n, 0);
    expect(imported.dead).toBe(dead);
    expect(imported.rows).toBe(imported.events.interaction! + imported.filtered + imported.equal + dead);
    const allowed = await brewhouse(importArgs(join(folder, 'allowed'), '--max-dead', '1'));
    expect(allowed.code).toBe(0);
    expect({ ...JSON.parse(allowed.stdout), max_dead: 0 }).toEqual({ ...JSON.parse(ran.stdout), max_dead: 0 });
  });

  test.each(FAULTY_TABLES)('of $file lie in the file of its dead rows with place and reason', (table) => {
    const text = readFileSync(join(`${out}.dead`, table.file, `${table.file.replace(/\.gz$/, '')}.ndjson`), 'utf8');
    const dead = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const expected = table.rows.flatMap(([end], i) => {
      const line = table.head.length + i + 1;
      return (DEAD_REASONS as readonly RowEnd[]).includes(end) ? [{ file: table.file, line, reason: end }] : [];
    });
    expect(dead.map(({ file, line, reason }) => ({ file, line, reason }))).toEqual(expected);
    for (const { message, raw } of dead) expect([message, raw]).toEqual([expect.any(String), expect.anything()]);
    const ledger = JSON.parse(readFileSync(join(`${out}.dead`, 'tables.json'), 'utf8')) as {
      readonly files: readonly { readonly path: string; readonly counts: object }[];
    };
    const own = table.rows.map(([end]) => end);
    expect(ledger.files.find(({ path }) => path === table.file)?.counts).toEqual({
      ...{ rows: own.length, mapped: count('mapped', own), filtered: count('filtered', own) },
      ...{ equal: count('equal', own), dead: deadCounts(own) },
      events: { member: 0, item: 0, interaction: count('mapped', own) },
    });
  });
});

describe('lines of an event file', () => {
  test('die of every reason there is, and check names each with its line', async () => {
    expect(Object.keys(FAULTY_LINES)).toEqual([...DEAD_REASONS]);
    const { events } = makeTinyWorld(folder, 'lines', { files: { 'more.ndjson': faultyFile() } });
    const checked = await brewhouse(['check', '--events', events, '--json']);
    expect(checked.code).toBe(1);
    const { errors } = JSON.parse(checked.stdout) as { errors: { code: DeadReason; file: string; line: number }[] };
    let line = 0;
    const expected = DEAD_REASONS.map((code) => {
      line += FAULTY_LINES[code].length;
      return { code, file: 'more.ndjson', line };
    });
    expect(errors.map(({ code, file, line: at }) => ({ code, file, line: at }))).toEqual(expected);
  });
});

function faultyFile(): Buffer {
  const lines = Object.values(FAULTY_LINES).flat();
  return Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]));
}

describe('what died', () => {
  let world: SmallWorld;
  let lineage: Lineage;
  let release: string;
  const lake = join(folder, 'lake');

  beforeAll(async () => {
    // The imported interactions beside items, members and dead lines.
    world = makeTinyWorld(folder, 'world', { files: { 'more.ndjson': faultyFile() } });
    for (const table of FAULTY_TABLES)
      copyFileSync(join(out, table.file, `${table.file}.ndjson.gz`), join(world.events, `${table.file}.ndjson.gz`));
    mkdirSync(`${world.events}.dead`);
    copyFileSync(join(`${out}.dead`, 'tables.json'), join(`${world.events}.dead`, 'tables.json'));
    const built = await brewhouseJson<BuildJson>(buildArgs(world, lake, ['--workers', '1']));
    const lost = Object.values(FAULTY_LINES).flat().length;
    expect(built.dead).toBe(lost);
    expect(built.events).toBe(built.used + built.duplicates + built.late + built.dead + built.dropped);
    release = (await brewhouseJson<ReleaseJson>(releaseArgs(world, lake))).path;
    lineage = JSON.parse(readFileSync(join(release, 'lineage.json'), 'utf8')) as Lineage;
  });

  test('is in the lineage: rows of tables by reason, and dead records', () => {
    expect(lineage.dead_rows).toEqual(deadCounts());
    expect(lineage.records).toMatchObject({ dead: Object.values(FAULTY_LINES).flat().length });
  });

  test('is what the card points at', () => {
    const note = 'Rows of tables that became no event are counted in lineage.json, by reason.';
    expect(readFileSync(join(release, 'README.md'), 'utf8')).toContain(note);
  });

  test.each([
    ['the folder of events', 'tables.json', () => ['--events', world.events]],
    ['the lake', 'lake.json', () => ['--lake', lake]],
  ] as const)('is named by the certificate, as %s counts it', async (_what, file, against) => {
    const verified = await brewhouse(['verify', release, ...against(), ...tokenizerFlag(world)]);
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
    const dead = Object.values(deadCounts()).reduce<number>((sum, n) => sum + Number(n), 0);
    const certificate = JSON.parse(readFileSync(join(release, 'certificate.json'), 'utf8')) as Certificate;
    expect(certificate).toMatchObject({ ok: true, dead_rows: deadCounts(), dead_rows_in: file });
    expect(certificate.sentence).toContain(` ${dead} rows of tables became no event.`);
    expect(verified.stdout).toMatch(
      new RegExp(`rows of tables that became no event, by ${file}: .*not_json ${count('not_json')}`),
    );
  });

  test('is a fault of a release that counts it otherwise', async () => {
    const ledger = join(`${world.events}.dead`, 'tables.json');
    renameSync(ledger, `${ledger}.away`);
    const verified = await brewhouse(['verify', release, '--events', world.events, ...tokenizerFlag(world)]);
    renameSync(`${ledger}.away`, ledger);
    expect(existsSync(ledger)).toBe(true);
    expect(verified.code).toBe(1);
    expect(verified.stdout).toContain('dead_rows');
  });

  test('since a release was made is counted in its lineage once it is asked for again', async () => {
    const file = join(`${world.events}.dead`, 'tables.json');
    const ledger = JSON.parse(readFileSync(file, 'utf8')) as { files: { counts: { dead: Record<string, number> } }[] };
    ledger.files[0]!.counts.dead.not_json = 1_000_000;
    writeFileSync(file, JSON.stringify(ledger));
    await brewhouseJson<BuildJson>(buildArgs(world, lake, ['--workers', '1']));
    expect((await brewhouseJson<ReleaseJson>(releaseArgs(world, lake))).path).toBe(release);
    const { dead_rows } = JSON.parse(readFileSync(join(release, 'lineage.json'), 'utf8')) as Lineage;
    expect(dead_rows.not_json).toBeGreaterThanOrEqual(1_000_000);
    const verified = await brewhouse(['verify', release, '--events', world.events, ...tokenizerFlag(world)]);
    expect(verified.code, verified.stdout).toBe(0);
  });
});
