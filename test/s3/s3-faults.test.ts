/**
 * What a network and a server do to a store on S3, with the real server behind it: each ends with
 * the right bytes or with the documented failure.
 */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptId } from '../../schemas/ids.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import type { Effects } from '../../src/effects.ts';
import { BrewhouseError, EXIT } from '../../src/errors.ts';
import { catchUp, claimChain, openChain } from '../../src/lake/commit-log.ts';
import { textOf, utf8 } from '../contract/object-store.ts';
import { keysOf } from '../lake/temp-lake.ts';
import { type Fault, type FaultProxy, openFaultProxy, refused, times } from './fault-proxy.ts';
import { newLocation, openAt, tempFolderForFiles, testServer } from './servers.ts';
import { openToxiproxy, type Toxiproxy } from './toxiproxy.ts';

const server = await testServer('versitygw');
const toxic = await testServer('toxiproxy');

const body = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
const isPut = ({ method }: { method: string }) => method === 'PUT';
const isGet = ({ method, path }: { method: string; path: string }) => method === 'GET' && !path.includes('list-type');

/** What the work fails with, which must be one of our table. */
async function failed(work: Promise<unknown>): Promise<BrewhouseError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BrewhouseError);
  return error as BrewhouseError;
}

describe.skipIf(!server.isThere)('a store whose requests meet a fault', () => {
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
  const faulty = (options = {}) => openAt(proxy.endpoint, location, options);

  const PASSING: readonly Fault[] = [
    refused(500, 'InternalError'),
    refused(503, 'SlowDown'),
    refused(409, 'ConditionalRequestConflict'),
    refused(429, 'TooManyRequests'),
    refused(400, 'RequestTimeout'),
    { kind: 'answer lost' },
  ];
  it.each([...PASSING, { kind: 'body damaged' }, { kind: 'body cut' }] as const)(
    'puts the right bytes, however often it is answered $kind $status',
    async (fault) => {
      const store = faulty();
      proxy.choose = times(3, fault, isPut);
      await store.put('put', body);
      proxy.choose = times(3, fault, isPut);
      const file = store.create();
      file.write(body);
      const { key } = await file.finish('raw');
      for (const each of ['put', key]) expect(Buffer.compare((await direct().get(each))!, body)).toBe(0);
      expect(proxy.seen.filter(isPut).length).toBe(8);
    },
  );

  it.each([...PASSING, { kind: 'body damaged' }, { kind: 'body cut' }] as const)(
    'wins a name that nobody else wants, or says that its own bytes are there, after $kind $status',
    async (fault) => {
      proxy.choose = times(2, fault, ({ isConditional }) => isConditional);
      const won = await faulty().putIfAbsent('commit', utf8('mine'));
      // Where the first try was stored and nobody said so, the second one meets it.
      expect(won).toBe(fault.kind !== 'answer lost');
      expect(textOf(await direct().get('commit'))).toBe('mine');
    },
  );

  it.each([...PASSING, { kind: 'answer cut' }] as const)('reads the right bytes after $kind $status', async (fault) => {
    await direct().put('a', body);
    await direct().put('b/c', utf8('x'));
    const store = faulty();
    proxy.choose = times(2, fault);
    expect(Buffer.compare((await store.get('a'))!, body)).toBe(0);
    proxy.choose = times(2, fault);
    const reader = await store.openRead('a');
    proxy.choose = times(2, fault, isGet);
    expect(Buffer.compare(await reader.read(1_000, 200_000), body.subarray(1_000, 200_000))).toBe(0);
    proxy.choose = times(2, fault);
    expect(await store.list('')).toEqual(['a', 'b/']);
    expect(proxy.seen.length).toBeGreaterThan(8);
  });

  it('claims a chain once, though the answer to every append is lost', async () => {
    const attempt = '0123456789abcdef0123456789abcdef' as AttemptId;
    const chain = await openChain(faulty(), 'timelines/0');
    // Of each append the second try is answered: it meets the first one's bytes.
    let conditional = 0;
    proxy.choose = ({ isConditional }) =>
      isConditional && conditional++ % 2 === 0 ? { kind: 'answer lost' } : undefined;
    const first = await claimChain(chain, attempt);
    const second = await claimChain(chain, attempt);
    expect([first.seq, second.seq]).toEqual([1, 2]);
    const read = await openChain(direct(), 'timelines/0');
    expect((await catchUp(read)).head).toEqual(second);
    expect(await keysOf(direct())).toHaveLength(2);
  });

  it('lets at most one of 32 writers win, whose bytes are stored, while answers are lost and refused', async () => {
    const bodies = Array.from({ length: 32 }, (_, i) => Buffer.alloc(20_000, `writer ${i} `));
    const faults = [
      undefined,
      { kind: 'answer lost' },
      refused(409, 'ConditionalRequestConflict'),
      refused(503, 'SlowDown'),
    ];
    let requests = 0;
    // Tries come in any order: were there no end of faults, somebody would meet one ten times.
    proxy.choose = ({ isConditional }) => {
      const fault = isConditional && requests < 80 ? faults[requests % faults.length] : undefined;
      if (isConditional) requests++;
      return fault as Fault | undefined;
    };
    for (let round = 0; round < 10; round++) {
      requests = 0;
      const won = await Promise.all(bodies.map((each) => faulty().putIfAbsent(`round/${round}`, each)));
      const stored = (await direct().get(`round/${round}`))!;
      const whose = bodies.findIndex((each) => Buffer.compare(each, stored) === 0);
      expect(whose).not.toBe(-1);
      expect(won.filter(Boolean).length).toBeLessThanOrEqual(1);
      if (won.includes(true)) expect(won.indexOf(true)).toBe(whose);
    }
  });

  it('has connections left after 1,000 answers that nobody read to their end', async () => {
    await direct().put('a', body);
    const store = faulty({ patience: { waitMs: 0, silenceMs: 5_000 } });
    const reader = await store.openRead('a');
    proxy.choose = (seen) => (isGet(seen) ? { kind: 'first byte answered' } : undefined);
    const endless = Array.from({ length: 1_000 }, () => failed(reader.read(10, 200_000)));
    expect(new Set((await Promise.all(endless)).map(({ code }) => code))).toEqual(new Set(['lake_broken']));
    proxy.choose = (seen) => (isGet(seen) ? { kind: 'answer cut' } : undefined);
    const cut = Array.from({ length: 200 }, () => failed(reader.read(10, 200_000)));
    expect(new Set((await Promise.all(cut)).map(({ code }) => code))).toEqual(new Set(['store_busy']));
    proxy.choose = () => undefined;
    expect(Buffer.compare(await reader.read(10, 200_000), body.subarray(10, 200_000))).toBe(0);
  });

  it('is refused at once where it was never let in, and only after some tries where it was', async () => {
    proxy.choose = () => refused(403, 'AccessDenied');
    const error = await failed(faulty().get('a'));
    expect([error.code, error.exitCode, proxy.seen.length]).toEqual(['store_refused', EXIT.store, 1]);
    expect(error.message).toBe(`cannot read ${location}/a: permission denied`);
    expect(error.remedy).toContain('s3:PutObject');
    proxy.choose = () => undefined;
    const store = faulty({ patience: { waitMs: 1_500, silenceMs: 5_000 } });
    await store.put('a', body);
    proxy.choose = times(2, refused(403, 'AccessDenied'));
    expect(Buffer.compare((await store.get('a'))!, body)).toBe(0);
    proxy.choose = () => refused(403, 'AccessDenied');
    expect((await failed(store.get('a'))).code).toBe('store_refused');
  });

  it('says that the disk of the store is full, without waiting', async () => {
    proxy.choose = (seen) => (isPut(seen) ? refused(507, 'InsufficientStorage') : undefined);
    expect((await failed(faulty().put('a', body))).code).toBe('disk_full');
    expect(proxy.seen).toHaveLength(1);
  });

  it('gives up a store that does not answer when the wait is over, says so meanwhile, and goes on later', async () => {
    proxy.choose = () => refused(503, 'SlowDown');
    const said: string[] = [];
    const observe: Effects['observe'] = (each) => void (each.kind === 'warning' && said.push(each.message));
    const store = faulty({ patience: { waitMs: 6_000, silenceMs: 5_000 }, effects: { observe } });
    const tries = Array.from({ length: 40 }, () => failed(store.put('a', body)));
    const errors = await Promise.all(tries);
    expect(new Set(errors.map(({ code, exitCode }) => `${code} ${exitCode}`))).toEqual(new Set(['store_busy 5']));
    expect(errors[0]!.message).toMatch(/^cannot write s3:.*\/lake\/a: it asks us to slow down, for \d s$/);
    // Of 40 requests that wait, one speaks.
    expect(said).toEqual([
      expect.stringMatching(/^waiting for s3:.* since \d s, for 6 s at most: it asks us to slow down$/),
    ]);
    proxy.choose = () => undefined;
    await store.put('a', body);
    expect(said.at(-1)).toBe(`${location} answers again`);
  });

  it('ends at once when the command is to end, in a pause and in a request', async () => {
    const stop = new AbortController();
    const reason = new BrewhouseError('interrupted', 'the command was interrupted');
    proxy.choose = () => refused(503, 'SlowDown');
    const waiting = failed(faulty({ effects: { signal: stop.signal } }).get('a'));
    setTimeout(() => stop.abort(reason), 300);
    expect(await waiting).toBe(reason);
    expect(await failed(faulty({ effects: { signal: stop.signal } }).get('a'))).toBe(reason);
  });

  it('says which file it is where a file under way is gone, and the process lives', async () => {
    const tempFolder = tempFolderForFiles();
    const file = faulty({ tempFolder }).create();
    file.write(body);
    rmSync(tempFolder, { recursive: true });
    const error = await failed(file.finish('raw'));
    expect(error.code).toBe('store_refused');
    expect(error.message).toContain(tempFolder);
    expect(await direct().list('')).toEqual([]);
  });

  it.skipIf(process.env.BREWHOUSE_TEST_S3 !== undefined)(
    'goes on when its bucket, or its server, is gone for a while',
    async () => {
      const store = direct();
      await store.put('a', body);
      const [bucket, away] = ['brewhouse', 'away'].map((name) => join(server.root, 'buckets', name));
      renameSync(bucket!, away!);
      const reading = store.get('a');
      setTimeout(() => renameSync(away!, bucket!), 1_500);
      expect(Buffer.compare((await reading)!, body)).toBe(0);
      await server.kill();
      const writing = store.put('b', body);
      const won = store.putIfAbsent('c', body);
      setTimeout(() => void server.restart(), 1_000);
      await writing;
      expect(await won).toBe(true);
      expect(await keysOf(direct())).toEqual(['a', 'b', 'c']);
    },
  );

  describe.skipIf(!toxic.isThere)('on its connection', () => {
    let toxiproxy: Toxiproxy;
    beforeAll(async () => {
      toxiproxy = await openToxiproxy(toxic.endpoint, server.endpoint);
    });
    beforeEach(() => toxiproxy.clear());
    const through = (silenceMs: number) =>
      openAt(toxiproxy.endpoint, location, { patience: { waitMs: 60_000, silenceMs } });

    it.each([
      ['is slow', 'latency', { latency: 300, jitter: 200 }],
      ['comes in small pieces', 'slicer', { average_size: 500, size_variation: 400, delay: 10 }],
      ['is narrow', 'bandwidth', { rate: 200 }],
    ])('that %s it writes and reads the right bytes', async (_, type, attributes) => {
      await toxiproxy.add({ type, attributes, stream: 'downstream' });
      await toxiproxy.add({ type, attributes, stream: 'upstream' });
      const store = through(5_000);
      await store.put('a', body);
      expect(await store.putIfAbsent('a', body)).toBe(false);
      expect(Buffer.compare((await store.get('a'))!, body)).toBe(0);
    });

    it.each([
      ['breaks after some bytes', 'limit_data', { bytes: 100_000 }],
      ['is reset', 'reset_peer', { timeout: 50 }],
      ['falls silent', 'timeout', { timeout: 0 }],
    ])('that %s it tries until it holds', async (_, type, attributes) => {
      const store = through(500);
      await store.put('a', body);
      for (const stream of ['downstream', 'upstream'] as const) {
        await toxiproxy.add({ type, attributes, stream });
        const work = Promise.all([
          store.get('a'),
          store.put(`b-${stream}`, body),
          store.putIfAbsent(`c-${stream}`, body),
        ]);
        setTimeout(() => void toxiproxy.clear(), 1_200);
        const [read] = await work;
        expect(sha256Hex(read!)).toBe(sha256Hex(body));
        for (const key of [`b-${stream}`, `c-${stream}`])
          expect(sha256Hex((await direct().get(key))!)).toBe(sha256Hex(body));
      }
    });

    it('that is closed for some seconds it goes on when it is open again', async () => {
      const store = through(5_000);
      await store.put('a', body);
      await toxiproxy.setEnabled(false);
      const work = Promise.all(Array.from({ length: 50 }, (_, i) => store.put(`many/${i}`, utf8(`${i}`))));
      setTimeout(() => void toxiproxy.setEnabled(true), 2_500);
      await work;
      expect(await direct().list('many/')).toHaveLength(50);
    });
  });
});
