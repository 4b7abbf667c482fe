/**
 * A title of 15 January that came in on 25 February, asked about on 1 February: what was ingested
 * late is shown, with a warning and a note, or waited for (ASOF-1).
 */
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { brewhouse } from './brewhouse.ts';
import { buildArgs, CASE_FILES, releaseArgs } from './small-world.ts';

const root = mkdtempSync(join(tmpdir(), 'brewhouse-late-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Builds, releases and verifies the case, with more events and another `known`. */
async function madeOf(name: string, known: string, more: readonly object[] = []) {
  const folder = join(root, name);
  cpSync(join(import.meta.dirname, '..', 'cases', 'backfilled-version'), folder, { recursive: true });
  for (const event of more) appendFileSync(join(folder, 'events', 'x.ndjson'), `${JSON.stringify(event)}\n`);
  const recipe = join(folder, 'recipe.yaml');
  writeFileSync(recipe, readFileSync(recipe, 'utf8').replace('seed: 7', `seed: 7\n  known: ${known}`));
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await brewhouse(args, { cwd: folder });
    expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
    return { stdout, stderr };
  };
  const { stderr } = await run(...buildArgs(CASE_FILES, 'lake'));
  await run(...releaseArgs(CASE_FILES, 'lake', ['--id', 'r']));
  const shown = await run('inspect', 'lake/releases/r', '--row', '0');
  const verified = await run('verify', 'lake/releases/r', '--events', 'events', '--json');
  return {
    warned: stderr,
    card: readFileSync(join(folder, 'lake', 'releases', 'r', 'README.md'), 'utf8'),
    row: shown.stdout,
    verdict: JSON.parse(verified.stdout) as object,
  };
}

const late = { event_time: '2026-02-02T00:00:00Z', ingest_time: '2026-02-02T01:00:00.001Z', type: 'interaction' };
const on = (event_id: string, more: object = {}) => ({
  ...late,
  ...{ event_id, member_id: 'm0', item_id: 'j2', action: 'viewed', surface: 'feed' },
  ...more,
});

it('builds with a warning, and the card counts what is later by more than the window, once, as of until', async () => {
  const more = [
    on('over'),
    on('over', { ingest_time: '2026-02-09T00:00:00Z' }),
    on('just', { ingest_time: '2026-02-02T01:00:00Z' }),
    on('day', { event_time: '2026-02-02', ingest_time: '2026-02-03T00:59:00Z' }),
    on('unknown', { event_time: null }),
    on('ignored', { event_time: '2026-03-01T00:00:00Z', ingest_time: '2026-04-01T00:00:00Z' }),
    { ...on('gone'), member_id: 'm9' },
    { type: 'member', event_id: 'd', event_time: '2026-02-20T00:00:00Z', member_id: 'm9', op: 'delete' },
  ];
  const { warned, card, row, verdict } = await madeOf('shown', 'event_time', more);
  expect(warned).toMatch(/1 versions and 2 interactions were ingested later .*known: ingest_time/);
  expect(card).toMatch(/^- 1 versions and 1 interactions were ingested later than their time .*known: ingest_time/m);
  expect(row).toContain('CORRECTED LATER');
  expect(verdict).toMatchObject({ ok: true, faults: [] });
}, 120_000);

it('waits for it with known: ingest_time, and has nothing to say', async () => {
  const { warned, card, row, verdict } = await madeOf('waited', 'ingest_time');
  expect(`${warned}${card}`).not.toContain('ingested later');
  expect(row).toContain('old title');
  expect(row).not.toContain('CORRECTED LATER');
  expect(verdict).toMatchObject({ ok: true, faults: [] });
}, 120_000);
