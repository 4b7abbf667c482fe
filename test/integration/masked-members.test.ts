/** A member who was erased: no command shows what a release from before holds of them. */
import { cpSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { openRelease } from '../../src/index.ts';
import { parsePseudonymKey, pseudonymsOf } from '../../src/release/pseudonyms.ts';
import { brewhouse, brewhouseJson, KEY, releaseHashes, sidecarOf, tempFolder } from './brewhouse.ts';
import { build, type ReleaseJson, release, releaseArgs, type SmallWorld, tokenizerFlag } from './small-world.ts';
import { expectRefusal, makeTinyWorld, ndjson, viewed } from './tiny-world.ts';

const folder = tempFolder();
const lake = join(folder, 'lake');
const CANARY = 'Canary';
const GONE = { type: 'member', op: 'delete', event_id: 'gone', event_time: '2026-02-04T00:00:00Z', member_id: 'm3' };
const SAID = /masked: the lake has erased its member by the delete of 2026-02-04T00:00:00\.000Z; .*made now/;
const { member, event } = pseudonymsOf(parsePseudonymKey(KEY, 'the test'));
/** What no command may say: text, ids and events of the member. */
const SECRETS = [CANARY, member('m3'), ...['p-m3', 'c-0', 'c-1'].map((id) => event(id))];

const profile = (id: string, time: string) => ({
  ...{ event_id: id, event_time: time, type: 'member', member_id: 'm3', op: 'upsert' },
  attributes: { position: CANARY, company: CANARY, location: CANARY },
});

let world: SmallWorld;
let old: ReleaseJson;
let hashes: Record<string, string>;
/** Rows of train whose member is erased, and those of the others. */
let erased: number[];
let others: number[];

const inspect = (path: string, ...flags: readonly string[]) => ['inspect', path, ...tokenizerFlag(world), ...flags];
const append = (name: string, records: readonly object[]) => {
  writeFileSync(join(world.events, `${name}.ndjson`), ndjson(records));
  return build(world, lake, ['--append']);
};
const rowsOf = async (path: string) => {
  const sidecar = await sidecarOf(path, 'train');
  return sidecar.flatMap((row, i) => (row.member === member('m3') ? [i] : []));
};

beforeAll(async () => {
  const seen = ['j1', 'j2'].map((id, i) =>
    viewed(`c-${i}`, { member_id: 'm3', item_id: id, event_time: `2026-02-0${i + 1}T11:00:00Z`, surface: 'feed' }),
  );
  world = makeTinyWorld(folder, 'world', { more: [profile('p-m3', '2026-01-02T00:00:00Z'), ...seen] });
  await build(world, lake);
  old = await release(world, lake);
  hashes = releaseHashes(old.path);
  erased = await rowsOf(old.path);
  others = [...Array(old.rows.train).keys()].filter((row) => !erased.includes(row));
  const shown = await brewhouse(inspect(old.path, '--row', String(erased[0])));
  expect([shown.code, SECRETS.slice(0, 2).every((secret) => shown.stdout.includes(secret))]).toEqual([0, true]);
  await append('gone', [GONE]);
});

afterEach(() => vi.unstubAllEnvs());

describe('a release that stands while a member of it is erased', () => {
  it('is told by inspect without a word of the member, by row, rows and example', async () => {
    const example = String((await sidecarOf(old.path, 'train'))[erased[0]!]!.example_id);
    const rows = ['--rows', `0..${old.rows.train! - 1}`];
    for (const flags of [rows, ['--row', String(erased[0])], ['--example', example]]) {
      for (const more of [[], ['--json']]) {
        const ran = await brewhouse(inspect(old.path, ...flags, ...more));
        expect([ran.code, ran.stdout]).toEqual([0, expect.stringMatching(SAID)]);
        expect(SECRETS.filter((secret) => (ran.stdout + ran.stderr).includes(secret))).toEqual([]);
      }
    }
    const all = await brewhouseJson<{ rows: { masked: object | null; sidecar: object | null; text: string }[] }>(
      inspect(old.path, ...rows),
    );
    expect(all.rows.flatMap(({ masked }, i) => (masked === null ? [] : [i]))).toEqual(erased);
    expect(erased.map((row) => all.rows[row])).toEqual(
      erased.map((row) => ({
        ...{ input_ids: [], labels: [], text: '', segments: [], sidecar: null },
        masked: { split: 'train', row, erased_by: Date.parse(GONE.event_time), said: expect.stringMatching(SAID) },
      })),
    );
    expect(others.filter((row) => all.rows[row]!.text === '')).toEqual([]);
  });

  it('is masked in the library, and where a link leads to it', async () => {
    vi.stubEnv('BREWHOUSE_KEY', KEY);
    symlinkSync(old.path, join(folder, 'latest'));
    for (const path of [old.path, join(folder, 'latest')]) {
      const { row } = await openRelease(path);
      const masked = { split: 'train', row: erased[0], erasedBy: Date.parse(GONE.event_time) };
      expect(await row('train', erased[0]!)).toEqual(masked);
    }
  });

  it.each(['--lake', '--events'])(
    'is not called wrong by verify %s, which says why it cannot be verified',
    async (by) => {
      const args = ['verify', old.path, by, by === '--lake' ? lake : world.events, ...tokenizerFlag(world)];
      const ran = await brewhouse(args);
      const says = [
        `${erased.length} rows of this release are of a member whom the lake has erased`,
        /make a new release/,
      ];
      expectRefusal(ran, EXIT.usage, says);
      expect(SECRETS.filter((secret) => ran.stderr.includes(secret))).toEqual([]);
    },
  );

  it('keeps its bytes, and no other command says a word of the member', async () => {
    const { domain, recipe, events } = world;
    const preview = ['preview', '--events', events, '--domain', domain, '--recipe', recipe, '--rows', '20'];
    const runs = [preview, ['check', '--events', events], ['releases', lake], releaseArgs(world, lake)];
    for (const args of runs) {
      const ran = await brewhouse(args);
      expect([ran.code, SECRETS.filter((secret) => (ran.stdout + ran.stderr).includes(secret))]).toEqual([0, []]);
    }
    expect(releaseHashes(old.path)).toEqual(hashes);
  });

  it('is told in whole where it was copied out of the lake: nothing is known there', async () => {
    cpSync(old.path, join(folder, 'copied'), { recursive: true });
    const ran = await brewhouse(inspect(join(folder, 'copied'), '--row', String(erased[0])));
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining(CANARY)]);
    expect(ran.stdout).not.toMatch(/masked|erased/);
  });

  it('is not shown in part by who has another key, or none', async () => {
    const other = await brewhouse(inspect(old.path, '--row', String(others[0])), {
      env: { BREWHOUSE_KEY: '7b'.repeat(32) },
    });
    expectRefusal(other, EXIT.usage, [/erased a member since .* another one than/, /set BREWHOUSE_KEY/]);
    const none = await brewhouse(inspect(old.path, '--row', String(others[0])), { env: { BREWHOUSE_KEY: '' } });
    expectRefusal(none, EXIT.usage, [/erased a member since .* is not known/, /set BREWHOUSE_KEY/]);
    const file = `${lake}.key`;
    writeFileSync(file, KEY);
    const beside = await brewhouse(inspect(old.path, '--row', String(others[0])), { env: { BREWHOUSE_KEY: '' } });
    rmSync(file);
    expect([beside.code, beside.stdout]).toEqual([0, expect.stringContaining('example')]);
  });

  it('is masked all the same where its lineage is gone, or names another chain', async () => {
    const lineage = join(old.path, 'lineage.json');
    const text = readFileSync(lineage, 'utf8');
    const foreign = JSON.parse(text);
    for (const each of foreign.timelines) each.sha256 = '0'.repeat(64);
    renameSync(lineage, `${lineage}.away`);
    for (const said of [undefined, JSON.stringify(foreign)]) {
      if (said !== undefined) writeFileSync(lineage, said);
      expect((await brewhouse(inspect(old.path, '--row', String(erased[0])))).stdout).toMatch(SAID);
    }
    renameSync(`${lineage}.away`, lineage);
  });
});

describe('a member who comes back', () => {
  it('has rows that are shown in a release that was made since, and masked ones before', async () => {
    const back = [
      profile('p-back', '2026-02-04T06:00:00Z'),
      viewed('back', { member_id: 'm3', event_time: '2026-02-04T12:00:00Z' }),
    ];
    await append('back', back);
    const { path } = await release(world, lake);
    const [first] = await rowsOf(path);
    expect((await brewhouse(inspect(path, '--row', String(first)))).stdout).toContain(CANARY);
    expect((await brewhouse(inspect(old.path, '--row', String(erased[0])))).stdout).toMatch(SAID);
    const verified = await brewhouse(['verify', path, '--lake', lake, ...tokenizerFlag(world)]);
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);

    // Gone again: now that release shows what is erased.
    await append('again', [{ ...GONE, event_id: 'gone-again', event_time: '2026-02-06T00:00:00Z' }]);
    const ran = await brewhouse(inspect(path, '--row', String(first)));
    expect(ran.stdout).toMatch(/erased its member by the delete of 2026-02-06/);
    expect(ran.stdout).not.toContain(CANARY);
  });
});
