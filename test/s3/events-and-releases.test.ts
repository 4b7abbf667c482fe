/**
 * Events, lake and release in a bucket of a real server: the commands say and write what they do
 * with folders, but for where things lie.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventsAt, readerOfStore, releaseAt } from '../../src/adapters/checker-reader.ts';
import { besideOnS3, openEvents } from '../../src/adapters/open-events.ts';
import { eventsInStore } from '../../src/adapters/store-events.ts';
import { EXIT } from '../../src/errors.ts';
import { openRelease } from '../../src/index.ts';
import { parsePseudonymKey, pseudonymsOf } from '../../src/release/pseudonyms.ts';
import { verifyRelease } from '../../src/verify/verify-release.ts';
import { describeEventSource } from '../contract/event-source.ts';
import { describeReader } from '../contract/reader.ts';
import { eventsBelow } from '../integration/asked-again.ts';
import {
  brewhouse,
  brewhouseJson,
  KEY,
  type Ran,
  releaseHashes,
  sidecarOf,
  tempFolder,
} from '../integration/brewhouse.ts';
import { buildArgs, makeSmallWorld, releaseArgs, type SmallWorld, tokenizerFlag } from '../integration/small-world.ts';
import { expectRefusal } from '../integration/tiny-world.ts';
import { keysOf } from '../lake/temp-lake.ts';
import { environmentAt, newLocation, openAt, testServer } from './servers.ts';

const server = await testServer('versitygw');
const folder = tempFolder();

/** Puts files in the bucket; those that begin with `beside/` beside the location. */
async function put(location: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  const [within, beside] = [location, `${location}.dead`].map((each) => openAt(server.endpoint, each));
  for (const [name, bytes] of Object.entries(files)) {
    const isBeside = name.startsWith('beside/');
    await (isBeside ? beside! : within!).put(isBeside ? name.slice('beside/'.length) : name, Buffer.from(bytes));
  }
}

const opened = async (files: Readonly<Record<string, string | Uint8Array>>) => {
  const location = newLocation();
  await put(location, files);
  return (ending: string) => openAt(server.endpoint, besideOnS3(location, ending));
};

/** Where everything lies: once in folders, once in the bucket. */
interface Places {
  readonly events: string;
  readonly lake: string;
}

describe.skipIf(!server.isThere)('in a bucket', () => {
  describeEventSource('a bucket', async (files) => eventsInStore(await opened(files)));
  describeReader('a bucket', async (files) => readerOfStore(await opened(files)));

  it('what lies beside a whole bucket lies in it', () => {
    expect(besideOnS3('s3://bucket/', '.dead')).toBe('s3://bucket/.dead');
    expect(besideOnS3('s3://bucket/a//', '.dead')).toBe('s3://bucket/a.dead');
    expect(openEvents('s3://bucket').beside('.dead').location).toBe('s3://bucket/.dead');
  });

  describe('commands', () => {
    let world: SmallWorld;
    let local: Places;
    let remote: Places;
    const env = () => environmentAt(server.endpoint);
    const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
      brewhouse(args, { env: { ...env(), ...more } });
    const json = (args: readonly string[]) => brewhouseJson<Record<string, unknown>>(args, { env: env() });
    /** What a command prints in both places, the bucket's said as the folder's. */
    const both = async (argsOf: (places: Places) => readonly string[]) => {
      const [here, there] = [await json(argsOf(local)), await json(argsOf(remote))];
      const said = JSON.parse(
        JSON.stringify(there).replaceAll(remote.lake, local.lake).replaceAll(remote.events, local.events),
      ) as Record<string, unknown>;
      const rest = ({
        seconds: _,
        tokens_per_second: __,
        peak_memory_bytes: ___,
        ...result
      }: Record<string, unknown>) => result;
      expect(rest(said)).toEqual(rest(here));
      return there;
    };
    const releaseOf = ({ lake }: Places) => `${lake}/releases/named`;

    beforeAll(async () => {
      world = await makeSmallWorld(folder, { members: 40, flags: ['--duplicates', '0.05'] });
      const events = join(folder, 'packed', 'events');
      mkdirSync(join(events, 'more'), { recursive: true });
      mkdirSync(`${events}.dead`);
      const files: Record<string, string | Uint8Array> = {};
      for (const name of readdirSync(world.events).filter((each) => each.endsWith('.ndjson.gz'))) {
        const bytes = gunzipSync(readFileSync(join(world.events, name)));
        const half = bytes.lastIndexOf('\n', bytes.length / 2) + 1;
        files[name] = Buffer.concat([gzipSync(bytes.subarray(0, half)), gzipSync(bytes.subarray(half))]);
        files[`more/${name.replace('.gz', '.zst')}`] = zstdCompressSync(bytes.subarray(half));
      }
      Object.assign(files, { 'source.yaml': 'name: Jobs\n', 'notes.json': '{}', 'oracle/a.ndjson': 'x\n' });
      mkdirSync(join(events, 'oracle'));
      const ledger = { format: 1, tables: [], files: [] };
      for (const [name, bytes] of Object.entries(files)) writeFileSync(join(events, name), bytes);
      writeFileSync(join(`${events}.dead`, 'tables.json'), JSON.stringify(ledger));
      const location = newLocation();
      await put(location, { ...files, 'beside/tables.json': JSON.stringify(ledger) });
      local = { events, lake: join(folder, 'lake') };
      remote = { events: location, lake: newLocation() };
    });

    it('replay and build --without read the same file, and inspect tells the same letters', async () => {
      const place = join(folder, 'letters');
      mkdirSync(place);
      const at = newLocation();
      const [line] = gunzipSync(
        readFileSync(join(world.events, readdirSync(world.events).find((each) => each.endsWith('.gz'))!)),
      )
        .toString('utf8')
        .split('\n');
      await put(at, { 'one.ndjson': `${line}\n{\n` });
      writeFileSync(join(place, 'one.ndjson'), `${line}\n{\n`);
      const lakeOf = ({ lake }: Places) => `${lake}-without`;
      const letters = ({ lake }: Places) => (lake === remote.lake ? at : place);
      const args = (places: Places) =>
        buildArgs({ ...world, events: places.events }, lakeOf(places), ['--partitions', '2']);
      const built = await both((places) => [...args(places), '--without', `${letters(places)}/one.ndjson`]);
      expect(built).toMatchObject({ late: 1 });
      const tokenizer = tokenizerFlag(world);
      const replay = (places: Places) => ['replay', '--lake', lakeOf(places), '--from', letters(places), ...tokenizer];
      expect(await both(replay)).toMatchObject({ files: 1, read: 2, dead: 1, behind: [] });
      expect(await both(replay)).toMatchObject({ files: 0, read: 0, behind: [], corpora: [] });
      expect(await both((places) => ['backfill', '--lake', lakeOf(places), ...tokenizer])).toMatchObject({ files: 0 });
      const dead = await both((places) => ['inspect', lakeOf(places), '--dead']);
      expect(dead).toMatchObject({ letters: [{ file: 'one.ndjson', line: 2, reason: 'not_json', record: '{' }] });
    });

    it('check and preview say the same', async () => {
      const checked = await both(({ events }) => ['check', '--events', events]);
      expect(checked).toMatchObject({ errors: [], warnings: expect.arrayContaining([expect.anything()]) });
      await both(({ events }) => ['preview', '--events', events, '--domain', world.domain, '--recipe', world.recipe]);
    });

    it('build and release write the same bytes', async () => {
      await both(({ events, lake }) => buildArgs({ ...world, events }, lake, ['--partitions', '2']));
      await both(({ lake }) => releaseArgs(world, lake, ['--id', 'named']));
      const release = openAt(server.endpoint, releaseOf(remote));
      const hashes = releaseHashes(releaseOf(local));
      const keys = (await keysOf(release)).filter((key) => key !== 'lineage.json');
      expect(keys).toEqual(Object.keys(hashes).sort());
      for (const key of keys)
        expect(Buffer.from((await release.get(key))!).equals(readFileSync(join(releaseOf(local), key))), key).toBe(
          true,
        );
      // Once more there is nothing to do, and other events are refused by name.
      await both(({ events, lake }) => buildArgs({ ...world, events }, lake));
    });

    it('verify finds the same, against events and against the lake, and leaves the certificate', async () => {
      const tokenizer = tokenizerFlag(world);
      const pins = ['--recipe', world.recipe, '--domain', world.domain];
      const found = await both((at) => ['verify', releaseOf(at), '--events', at.events, ...tokenizer, ...pins]);
      expect(found).toMatchObject({ ok: true, faults: [], rows_checked: expect.any(Number) });
      const certificate = await openAt(server.endpoint, releaseOf(remote)).get('certificate.json');
      expect(String(Buffer.from(certificate!))).toBe(readFileSync(join(releaseOf(local), 'certificate.json'), 'utf8'));
      await both((at) => ['verify', releaseOf(at), '--lake', at.lake, ...tokenizer]);
      expect(await both(({ lake }) => ['releases', lake])).toMatchObject({
        releases: [{ id: 'named', verified: true }],
      });
    });

    it('each thread of the checker opens the bucket for itself', async () => {
      const before = { ...process.env };
      Object.assign(process.env, env());
      try {
        const certificate = await verifyRelease({
          ...{ release: releaseAt(releaseOf(remote)), events: eventsAt(remote.events), key: KEY, threads: 2 },
          tokenizerPath: tokenizerFlag(world)[1]!,
        });
        expect(certificate).toMatchObject({ ok: true, faults: [] });
        const reader = await openRelease(releaseOf(remote));
        const [row] = [await reader.row('train', 0)];
        expect(row).toEqual(await (await openRelease(releaseOf(local))).row('train', 0));
      } finally {
        for (const name of Object.keys(env())) delete process.env[name];
        Object.assign(process.env, before);
      }
    });

    it('inspect shows the same rows', async () => {
      await both((at) => ['inspect', releaseOf(at), '--rows', '0..4', ...tokenizerFlag(world)]);
      const { sidecar } = (await json(['inspect', releaseOf(remote), ...tokenizerFlag(world)])) as {
        sidecar: { example_id: string };
      };
      await both((at) => ['inspect', releaseOf(at), '--example', sidecar.example_id, ...tokenizerFlag(world)]);
    });

    it('verify --lake looks at the same, and finds nothing', async () => {
      const found = await both(({ lake }) => ['verify', '--lake', lake]);
      expect(found).toMatchObject({ ok: true, chains: 5, faults: [], checks: { file: expect.any(Number) } });
    });

    it('verify names what is there beside the release, or changed in it', async () => {
      const release = openAt(server.endpoint, releaseOf(remote));
      const verified = async (): Promise<{ ran: Ran; faults: { check: string; detail: string }[] }> => {
        const args = ['verify', releaseOf(remote), '--events', remote.events, ...tokenizerFlag(world), '--json'];
        const ran = await run(args);
        expect(ran.code, ran.stderr).toBe(EXIT.fault);
        return { ran, ...(JSON.parse(ran.stdout) as { faults: { check: string; detail: string }[] }) };
      };
      await release.put('data/notes.txt', Buffer.from('raw'));
      expect((await verified()).faults).toMatchObject([
        { check: 'manifest', detail: 'data/notes.txt is no file of the release' },
      ]);
      const card = await release.get('README.md');
      await release.put('README.md', Buffer.concat([card!, Buffer.from('more')]));
      expect((await verified()).faults).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ detail: expect.stringMatching(/^README\.md has \d+ bytes/) }),
        ]),
      );
    });

    it('errors name the bucket, and what to do', async () => {
      const nothing = newLocation();
      const verify = ['verify', releaseOf(remote), '--events', nothing, ...tokenizerFlag(world)];
      expectRefusal(await run(verify), EXIT.input, [/no event files/, nothing]);
      expectRefusal(await run(['check', '--events', nothing]), EXIT.input, [`no event files in ${nothing}`]);
      const none = ['verify', `${nothing}/releases/x`, '--events', remote.events];
      expectRefusal(await run(none), EXIT.usage, [`there is no release in ${nothing}/releases/x`]);
      expectRefusal(await run(verify, { BREWHOUSE_KEY: '' }), EXIT.usage, [/key is not known/, /set BREWHOUSE_KEY/]);
    });

    it('inspect masks a member whom the lake has erased since, and verify says so', async () => {
      const [row] = await sidecarOf(releaseOf(local), 'train');
      const { member } = pseudonymsOf(parsePseudonymKey(KEY, 'the test'));
      const ids = eventsBelow(world.events).flatMap((event) => (event.type === 'member' ? [event.member_id] : []));
      const gone = {
        type: 'member',
        op: 'delete',
        event_id: 'gone',
        member_id: ids.find((id) => member(id) === row?.member),
      };
      const text = `${JSON.stringify({ ...gone, event_time: '2026-02-27T00:00:00Z' })}\n`;
      writeFileSync(join(local.events, 'zz-gone.ndjson'), text);
      await put(remote.events, { 'zz-gone.ndjson': text });
      await both(({ events, lake }) => buildArgs({ ...world, events }, lake, ['--append']));
      const rows = ['--rows', `0..${(await sidecarOf(releaseOf(local), 'train')).length - 1}`, ...tokenizerFlag(world)];
      const shown = (await both((at) => ['inspect', releaseOf(at), ...rows])) as { rows: { masked: object | null }[] };
      const masked = shown.rows.filter((row) => row.masked !== null);
      expect([masked.length > 0, masked.length < shown.rows.length]).toEqual([true, true]);
      const verify = ['verify', releaseOf(remote), '--lake', remote.lake, ...tokenizerFlag(world)];
      expectRefusal(await run(verify), EXIT.usage, [/whom the lake has erased since it was made/]);
    });
  });
});
