/**
 * `brewhouse doctor`: green where a lake may lie, red with a remedy where it would lose rows; and
 * `build`, which makes no lake where it would.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../schemas/durations.ts';
import { EXIT } from '../../src/errors.ts';
import { brewhouse, type RunOptions, tempFolder } from '../integration/brewhouse.ts';
import { buildArgs } from '../integration/small-world.ts';
import { expectRefusal, makeTinyWorld } from '../integration/tiny-world.ts';
import { keysOf } from '../lake/temp-lake.ts';
import { type FaultProxy, openFaultProxy, refused } from './fault-proxy.ts';
import { environmentAt, newLocation, openAt, testServer } from './servers.ts';

interface DoctorJson {
  readonly ok: boolean;
  readonly findings: readonly { name: string; ok: boolean; said: string; remedy: string }[];
}

const QUICK = ['--rounds', '5', '--bytes', '65536', '--store-wait', '2s'];

async function doctor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const ran = await brewhouse(['doctor', ...args, '--json'], { env });
  const { ok, findings } = JSON.parse(ran.stdout) as DoctorJson;
  expect(ran.code).toBe(ok ? 0 : 4);
  expect(findings.every((each) => each.ok)).toBe(ok);
  const red = findings.filter((each) => !each.ok);
  for (const { remedy } of red) expect(remedy).not.toBe('');
  return { names: findings.map(({ name }) => name), red: red.map(({ name, said }) => `${name}: ${said}`), said: ran };
}

/** Sends SIGINT as soon as a trial has written something. */
async function interrupted(args: readonly string[], isBegun: () => Promise<boolean>, env: RunOptions['env'] = {}) {
  let ended = false;
  const ran = brewhouse(['doctor', ...args, '--rounds', '100000'], {
    env,
    onStart: async (child) => {
      child.on('close', () => {
        ended = true;
      });
      while (!ended && !(await isBegun())) await sleep(20);
      child.kill('SIGINT');
    },
  });
  expect((await ran).code).toBe(EXIT.interrupted);
}

/** Names of trials that began long ago, and just now. */
const [LEFT, UNDER_WAY] = [`doctor-${Date.now() - 2 * DAY_MS}-left`, `doctor-${Date.now()}-under-way`];

describe('on a folder', () => {
  const folder = tempFolder();

  it('leaves nothing where it is interrupted, and removes what one of before has left', async () => {
    const lake = join(tempFolder(), 'lake');
    const temp = join(lake, 'tmp');
    const names = () => (existsSync(temp) ? readdirSync(temp) : []);
    const isBegun = async () => names().some((name) => existsSync(join(temp, name, 'round-1')));
    await interrupted([lake, '--bytes', '64'], isBegun);
    expect(names()).toEqual([]);
    for (const name of [LEFT, UNDER_WAY, 'others']) {
      mkdirSync(join(temp, name), { recursive: true });
      writeFileSync(join(temp, name, 'round-0'), 'x');
    }
    expect((await doctor([lake, ...QUICK])).red).toEqual([]);
    expect(names().sort()).toEqual([UNDER_WAY, 'others']);
  });

  it('tries whether a name has one winner, and leaves nothing', async () => {
    const { names, red } = await doctor([join(folder, 'not', 'yet'), ...QUICK]);
    expect([names, red, readdirSync(folder)]).toEqual([['Node', 'conditional writes'], [], []]);
  });

  it('says what a person reads in one line each', async () => {
    const { code, stdout } = await brewhouse(['doctor', folder, ...QUICK]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {4}Node +24\.\S+\nok {4}conditional writes {2}one winner of 32 writers .*\n$/);
    expect((await brewhouse(['doctor'])).stdout).toMatch(/^ok {4}Node {2}24\.\S+\n$/);
  });
});

const honest = await testServer('versitygw');
const s3proxy = await testServer('s3proxy');
const liar = await testServer('s3rver');

describe.skipIf(!honest.isThere)('on a bucket', () => {
  const ALL = ['Node', 'credentials', 'bucket', 'clock', 'versioning', 'conditional writes'];
  let proxy: FaultProxy;
  beforeAll(async () => {
    proxy = await openFaultProxy(honest.endpoint);
  });
  afterAll(() => proxy.close());

  it('finds nothing where the server keeps to it, and leaves nothing', async () => {
    const location = newLocation();
    expect(await doctor([location, ...QUICK], environmentAt(honest.endpoint))).toMatchObject({ names: ALL, red: [] });
    const bucket = join(honest.root, 'buckets', 'brewhouse');
    // The server's own folder has a dot.
    const names = honest.running === undefined ? [] : readdirSync(bucket);
    expect(names.filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  it('leaves nothing where it is interrupted, and removes what one of before has left', async () => {
    const location = newLocation();
    const store = openAt(honest.endpoint, location);
    const isBegun = async () => (await keysOf(store)).some((key) => key.endsWith('/round-1'));
    await interrupted([location, '--bytes', '64'], isBegun, environmentAt(honest.endpoint));
    expect(await keysOf(store)).toEqual([]);
    for (const name of [LEFT, UNDER_WAY, 'others']) await store.put(`${name}/round-0`, Buffer.from('x'));
    expect(await doctor([location, ...QUICK], environmentAt(honest.endpoint))).toMatchObject({ red: [] });
    expect((await keysOf(store)).sort()).toEqual([`${UNDER_WAY}/round-0`, 'others/round-0']);
  });

  it.skipIf(!liar.isThere)('lets build make no lake on s3rver, and write nothing', async () => {
    const account = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };
    const env = { ...environmentAt(liar.endpoint), ...account };
    const [world, location] = [makeTinyWorld(tempFolder(), 'world'), newLocation()];
    const ran = await brewhouse(buildArgs(world, location), { env });
    expectRefusal(ran, EXIT.store, [
      /cannot hold a lake: of 4 names .* 4 had more than one winner/,
      /brewhouse doctor/,
    ]);
    const list = await brewhouse(['releases', location], { env });
    expectRefusal(list, EXIT.usage, [/there is no lake at/]);
    expect(readdirSync(liar.root, { recursive: true, encoding: 'utf8' }).filter((name) => /lake/.test(name))).toEqual(
      [],
    );
  });

  it('lets build make a lake where the server keeps to it, of which no trial is left, and tries once', async () => {
    const [world, location] = [makeTinyWorld(tempFolder(), 'world'), newLocation()];
    let trials = 0;
    proxy.choose = ({ isConditional, path }) => {
      if (isConditional && path.includes('/doctor-')) trials++;
      return undefined;
    };
    for (const writes of [64, 0]) {
      trials = 0;
      const ran = await brewhouse(buildArgs(world, location), { env: environmentAt(proxy.endpoint) });
      expect([ran.code, trials]).toEqual([0, writes]);
    }
    const keys = await keysOf(openAt(honest.endpoint, location));
    expect([keys.includes('lake.json'), keys.filter((key) => key.includes('doctor-'))]).toEqual([true, []]);
  });

  it.skipIf(!s3proxy.isThere)('finds nothing on S3Proxy', async () => {
    expect(await doctor([newLocation(), ...QUICK], environmentAt(s3proxy.endpoint))).toMatchObject({ red: [] });
  });

  it.skipIf(!liar.isThere)('refuses s3rver, which takes no notice of the condition', async () => {
    const account = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };
    const { red } = await doctor([newLocation(), ...QUICK], { ...environmentAt(liar.endpoint), ...account });
    expect(red).toEqual([expect.stringMatching(/^conditional writes: .* 5 had more than one winner/)]);
  });

  it('refuses a server that now and then lets a second writer win', async () => {
    let conditional = 0;
    // The first writer of the third round may be the one that wins.
    proxy.choose = ({ isConditional }) =>
      isConditional && [70, 71].includes(conditional++) ? { kind: 'winner claimed' } : undefined;
    const { red } = await doctor([newLocation(), ...QUICK], environmentAt(proxy.endpoint));
    expect(red).toEqual([expect.stringMatching(/^conditional writes: .* 1 had more than one winner .* 4 one winner$/)]);
  });

  it('says that the clock is wrong, and asks no more where it is not let in', async () => {
    proxy.choose = () => refused(403, 'RequestTimeTooSkewed');
    const skewed = await doctor([newLocation(), ...QUICK], environmentAt(proxy.endpoint));
    expect(skewed.names).toEqual(['Node', 'credentials', 'bucket']);
    expect(skewed.red).toEqual([expect.stringMatching(/^bucket: .*the clocks differ too much/)]);
  });

  it('says what is missing: a bucket, a key, a server', async () => {
    const missing = await doctor(['s3://brewhouse-missing/lake', ...QUICK], environmentAt(honest.endpoint));
    expect(missing.red).toEqual([expect.stringMatching(/^bucket: .*there is no such bucket$/)]);
    const wrong = { ...environmentAt(honest.endpoint), AWS_SECRET_ACCESS_KEY: 'wrong' };
    const denied = await doctor([newLocation(), ...QUICK], wrong);
    expect(denied.red).toEqual([expect.stringMatching(/^bucket: .*the secret key does not fit the access key$/)]);
    const silent = await doctor([newLocation(), ...QUICK], environmentAt('http://127.0.0.1:9'));
    expect(silent.red).toEqual([expect.stringMatching(/^bucket: .*nobody listens there/)]);
  });
});
