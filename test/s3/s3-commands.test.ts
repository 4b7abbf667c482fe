/**
 * Whole commands on a lake in a bucket: the bytes of a folder's release, whatever the network does
 * and wherever a command is killed.
 */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { brewhouse, expectKilled, releaseHashes, tempFolder } from '../integration/brewhouse.ts';
import {
  type BuildJson,
  buildArgs,
  makeSmallWorld,
  type ReleaseJson,
  release,
  releaseArgs,
  type SmallWorld,
} from '../integration/small-world.ts';
import { keysOf } from '../lake/temp-lake.ts';
import { type Fault, type FaultProxy, openFaultProxy, refused } from './fault-proxy.ts';
import { environmentAt, newLocation, openAt, testServer } from './servers.ts';

const NAMES = ['versitygw', 's3proxy'] as const;
const servers = await Promise.all(NAMES.map(async (name) => ({ name, server: await testServer(name) })));
const isAny = servers.some(({ server }) => server.isThere);

const TWO_WORKERS = ['--partitions', '4', '--workers', '2'];
/** With BREWHOUSE_FAULTS=all a store is gone for ten minutes. */
const OUTAGE_MS = process.env.BREWHOUSE_FAULTS === 'all' ? 600_000 : 4_000;
const MEGABYTE = 1024 * 1024;
/** What waiting may cost beside the work itself. */
const WAITING_BYTES_MAX = 150 * MEGABYTE;

let world: SmallWorld;
let built: BuildJson;
let hashes: Record<string, string>;
let folderPeak = 0;

beforeAll(async () => {
  if (!isAny) return;
  const folder = tempFolder();
  world = await makeSmallWorld(folder);
  const lake = join(folder, 'lake');
  const ran = await brewhouse([...buildArgs(world, lake, TWO_WORKERS), '--json']);
  folderPeak = ran.peakBytes;
  built = JSON.parse(ran.stdout) as BuildJson;
  hashes = releaseHashes((await release(world, lake)).path);
});

/** SHA-256 of every file of the one release of a lake, by its path, as of a folder's. */
async function hashesIn(store: ObjectStore): Promise<Record<string, string>> {
  const [id, ...others] = (await store.list('releases/')).filter((name) => name.endsWith('/'));
  expect(others).toEqual([]);
  const keys = await keysOf(store, `releases/${id}`);
  const found = keys.map(async (key) => {
    const bytes = (await store.get(key))!;
    return [key.slice(`releases/${id}`.length), createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries((await Promise.all(found)).filter(([name]) => Object.hasOwn(hashes, name)));
}

const COUNTS = ['events', 'used', 'questions', 'examples', 'tokens', 'parts', 'corpus'] as const;
const countsOf = (of: BuildJson) => Object.fromEntries(COUNTS.map((name) => [name, of[name]]));

/** One request of eight meets a fault, another one each time. */
function mixedFaults(): FaultProxy['choose'] {
  let requests = 0;
  const faults: readonly Fault[] = [
    refused(503, 'SlowDown'),
    { kind: 'answer lost' },
    { kind: 'body damaged' },
    { kind: 'answer cut' },
    refused(500, 'InternalError'),
    { kind: 'body cut' },
    refused(409, 'OperationAborted'),
  ];
  return () => {
    requests++;
    return requests % 8 === 0 ? faults[(requests / 8) % faults.length] : undefined;
  };
}

describe.each(servers)('a lake on $name', ({ server }) => {
  describe.skipIf(!server.isThere)('by whole commands', () => {
    let proxy: FaultProxy;
    let location = '';
    beforeAll(async () => {
      proxy = await openFaultProxy(server.endpoint);
    });
    afterAll(() => proxy.close());
    beforeEach(() => {
      location = newLocation();
      proxy.choose = () => undefined;
      proxy.seen.length = 0;
    });
    const direct = () => openAt(server.endpoint, location);
    const json = async <T>(args: readonly string[], at = proxy.endpoint): Promise<T> => {
      const ran = await brewhouse([...args, '--json'], { env: environmentAt(at) });
      expect(ran, ran.stderr).toMatchObject({ code: 0, signal: null });
      return JSON.parse(ran.stdout) as T;
    };
    const buildIt = (at?: string) => json<BuildJson>(buildArgs(world, location, TWO_WORKERS), at);
    const releaseIt = (at?: string) => json<ReleaseJson>(releaseArgs(world, location), at);

    it('has the bytes of the release of a folder', async () => {
      expect(countsOf(await buildIt(server.endpoint))).toEqual(countsOf(built));
      expect((await releaseIt(server.endpoint)).path).toMatch(new RegExp(`^${location}/releases/`));
      expect(await hashesIn(direct())).toEqual(hashes);
      expect((await direct().list('')).includes('tmp/')).toBe(false);
      const again = await buildIt(server.endpoint);
      expect(again.corpora.map(({ rendered_rows: rows }) => rows)).toEqual([0]);
    });

    it('has them though one request of eight meets a fault', async () => {
      proxy.choose = mixedFaults();
      expect(countsOf(await buildIt())).toEqual(countsOf(built));
      proxy.choose = mixedFaults();
      await releaseIt();
      expect(await hashesIn(direct())).toEqual(hashes);
      expect(proxy.seen.length).toBeGreaterThan(64);
    });
  });
});

const [{ server: gateway }] = servers as [(typeof servers)[number]];

describe.skipIf(!gateway.isThere)('a lake in a bucket', () => {
  let proxy: FaultProxy;
  let location = '';
  let env: Record<string, string> = {};
  beforeAll(async () => {
    proxy = await openFaultProxy(gateway.endpoint);
    env = environmentAt(proxy.endpoint);
  });
  afterAll(() => proxy.close());
  beforeEach(() => {
    location = newLocation();
    proxy.choose = () => undefined;
    proxy.seen.length = 0;
  });
  const direct = () => openAt(gateway.endpoint, location);

  /** Every record of every chain, by its key. */
  const records = async () => {
    const keys = (await keysOf(direct())).filter((key) => /\/commits\/\d{20}\.json$/.test(key));
    const found = keys.map(async (key) => [key, Buffer.from((await direct().get(key))!).toString()] as const);
    return Object.fromEntries(await Promise.all(found));
  };

  it('that is killed at every crash point comes to the same bytes', async () => {
    proxy.choose = mixedFaults();
    const points = [
      'sorting',
      'timeline-upload:2',
      'rendering:2',
      'corpus-upload:1',
      'corpus-upload:2',
      'texts-upload',
    ];
    for (const [args, named] of [
      [buildArgs(world, location, TWO_WORKERS), points],
      [releaseArgs(world, location), ['shuffle', 'manifest']],
    ] as const) {
      for (const point of named) {
        const before = await records();
        await expectKilled(args, { env: { ...env, BREWHOUSE_CRASH_AT: point } });
        expect(await records(), point).toMatchObject(before);
      }
      const ran = await brewhouse([...args, '--json'], { env });
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
    }
    expect(await hashesIn(direct())).toEqual(hashes);
  });

  it.each(['403 for everything', 'no answer'])('that meets %s in the middle ends with 5, and goes on', async (what) => {
    const fault = what === 'no answer' ? refused(503, 'SlowDown') : refused(403, 'AccessDenied');
    let puts = 0;
    proxy.choose = ({ method }) => {
      if (method === 'PUT') puts++;
      return puts > 20 ? fault : undefined;
    };
    const args = buildArgs(world, location, [...TWO_WORKERS, '--store-wait', '3s']);
    const ran = await brewhouse(args, { env });
    expect(ran).toMatchObject({ code: 5, stdout: '' });
    expect(ran.stderr).toMatch(what === 'no answer' ? /it asks us to slow down/ : /permission denied/);
    const before = await records();
    proxy.choose = () => undefined;
    const again = await brewhouse([...args, '--json'], { env });
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(countsOf(JSON.parse(again.stdout) as BuildJson)).toEqual(countsOf(built));
    expect(await records()).toMatchObject(before);
  });

  it(
    `that is gone for ${OUTAGE_MS / 1000} s in the middle goes on, says so, and holds no more memory`,
    async () => {
      let puts = 0;
      let since: number | undefined;
      proxy.choose = ({ method }) => {
        if (method === 'PUT' && ++puts === 20) since = performance.now();
        return since !== undefined && performance.now() - since < OUTAGE_MS ? refused(503, 'SlowDown') : undefined;
      };
      const ran = await brewhouse([...buildArgs(world, location, TWO_WORKERS), '--json'], {
        env,
        hangsAfterMs: OUTAGE_MS + 240_000,
      });
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      expect(countsOf(JSON.parse(ran.stdout) as BuildJson)).toEqual(countsOf(built));
      const mb = (bytes: number) => `${Math.round(bytes / MEGABYTE)} MB`;
      console.info(`a store that is gone for ${OUTAGE_MS / 1000} s: ${mb(ran.peakBytes)}, a folder: ${mb(folderPeak)}`);
      expect(ran.peakBytes).toBeLessThan(folderPeak + WAITING_BYTES_MAX);
      const released = await brewhouse(releaseArgs(world, location), { env });
      expect(released, released.stderr).toMatchObject({ code: 0 });
      expect(await hashesIn(direct())).toEqual(hashes);
    },
    OUTAGE_MS + 300_000,
  );

  it('that does not answer lets a command be interrupted within its grace', async () => {
    proxy.choose = () => refused(503, 'SlowDown');
    const ran = await brewhouse(buildArgs(world, location, TWO_WORKERS), {
      env,
      onStart: (child) => {
        const heard = setInterval(() => {
          if (proxy.seen.length === 0) return;
          clearInterval(heard);
          child.kill('SIGINT');
        }, 20);
      },
    });
    expect(ran).toMatchObject({ code: 130, stdout: '' });
  });

  it('wants a key of its own, since it has no file beside it', async () => {
    await brewhouse(buildArgs(world, location, TWO_WORKERS), { env });
    const refusedRelease = await brewhouse(releaseArgs(world, location), { env: { ...env, BREWHOUSE_KEY: '' } });
    expect(refusedRelease.code).toBe(2);
    expect(refusedRelease.stderr).toMatch(/needs a pseudonym key\n.*set BREWHOUSE_KEY to 64 hexadecimal digits/);
    expect((await keysOf(direct())).filter((key) => key.startsWith('releases/'))).toEqual([]);
  });

  it('refuses what it is told wrongly by name: a bucket, a wait, credentials', async () => {
    const missing = await brewhouse(buildArgs(world, 's3://brewhouse-missing/lake'), { env });
    expect(missing).toMatchObject({ code: 5, stderr: expect.stringContaining('there is no such bucket') });
    const odd = await brewhouse(buildArgs(world, location, ['--store-wait', 'soon']), { env });
    expect(odd).toMatchObject({ code: 2, stderr: expect.stringContaining('--store-wait soon is no length of time') });
    const variable = await brewhouse(buildArgs(world, location), { env: { ...env, BREWHOUSE_STORE_WAIT: 'soon' } });
    expect(variable).toMatchObject({ code: 2, stderr: expect.stringContaining('BREWHOUSE_STORE_WAIT soon') });
    const wrong = { ...env, AWS_SECRET_ACCESS_KEY: 'wrong' };
    const denied = await brewhouse(buildArgs(world, location), { env: wrong });
    expect(denied).toMatchObject({ code: 5, stderr: expect.stringContaining('the secret key does not fit') });
  });
});

describe('a lake in a folder', () => {
  const trace = [
    "import { registerHooks } from 'node:module';",
    'const told = (url) => url.includes("@aws-sdk/client-s3") && console.error("LOADED", url);',
    'registerHooks({ load: (url, context, next) => (told(url), next(url, context)) });',
  ].join('\n');
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(trace)}` };
  const doctor = (lake: string, more: Readonly<Record<string, string>> = {}) =>
    brewhouse(['doctor', lake, '--rounds', '1', '--bytes', '1000', '--store-wait', '0s'], { env: { ...env, ...more } });

  it('loads no SDK, and one in a bucket does', async () => {
    const folder = tempFolder();
    const ran = await doctor(join(folder, 'lake'));
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).not.toContain('LOADED');
    expect(readdirSync(folder)).toEqual([]);
    expect((await doctor('s3://brewhouse/lake', environmentAt('http://127.0.0.1:9'))).stderr).toContain('LOADED');
  });
});
