/** A bucket as a store, on two real servers: the contract of the port, and what a bucket adds. */
import { pbkdf2 } from 'node:crypto';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/adapters/open-store.ts';
import type { BrewhouseError } from '../../src/errors.ts';
import { LEFTOVER_AGE_MS } from '../../src/lake/object-store.ts';
import { describeStore, failureOf, textOf, utf8 } from '../contract/object-store.ts';
import { keysOf } from '../lake/temp-lake.ts';
import { newLocation, openAt, tempFolderForFiles, testServer } from './servers.ts';

/** Work for the threads that read files. */
const derive = promisify(pbkdf2);

const NAMES = ['versitygw', 's3proxy'] as const;
const servers = await Promise.all(NAMES.map(async (name) => ({ name, server: await testServer(name) })));

describe.each(servers)('on $name', ({ name, server }) => {
  describe.skipIf(!server.isThere)('the store', () => {
    let location = '';
    let tempFolder = '';
    beforeEach(() => {
      location = newLocation();
      tempFolder = tempFolderForFiles();
    });
    const open = () => openAt(server.endpoint, location, { tempFolder });

    describeStore(name, open);

    it('lists more names than one answer holds, in byte order', async () => {
      const store = open();
      const names = Array.from({ length: 1_100 }, (_, i) => `${i}`);
      for (let i = 0; i < names.length; i += 50)
        await Promise.all(names.slice(i, i + 50).map((each) => store.put(`many/${each}`, utf8(each))));
      expect(await store.list('many/')).toEqual(names.sort());
      expect(await store.list('')).toEqual(['many/']);
    });

    it('lies below its folder alone, and may be a whole bucket', async () => {
      await open().put('a', utf8('x'));
      const beside = openAt(server.endpoint, `${location}-beside`);
      expect([await beside.get('a'), await beside.list('')]).toEqual([null, []]);
      const [, bucket = '', folder = ''] = /^(s3:\/\/[^/]+)\/(.*)$/.exec(location) ?? [];
      const whole = openAt(server.endpoint, `${bucket}/`);
      expect(textOf(await whole.get(`${folder}/a`))).toBe('x');
      expect(await whole.list('')).toContain(`${folder.split('/')[0]}/`);
    });

    it('takes files of many pieces, and leaves nothing of them on this machine', async () => {
      const store = open();
      const chunk = Buffer.alloc(1024 * 1024, 7);
      const files = Array.from({ length: 3 }, () => store.create());
      for (const file of files) for (let i = 0; i < 9; i++) file.write(chunk);
      const [first, ...others] = await Promise.all(files.map((file) => file.finish('raw', '.bin')));
      expect(others).toEqual([first, first]);
      expect(readdirSync(tempFolder)).toEqual([]);
      const reader = await store.openRead(first!.key);
      expect(reader.size).toBe(9 * chunk.length);
      expect(
        Buffer.from(await reader.read(chunk.length - 5, 2 * chunk.length)).equals(Buffer.alloc(chunk.length + 5, 7)),
      );
    });

    it('keeps no connection busy, nor the process alive, after files were put', async () => {
      const store = open();
      let isDone = false;
      // Files are read late: the answer to all their bytes comes before their end is seen.
      const busyDisk = Array.from({ length: 8 }, async () => {
        while (!isDone) await derive('secret', 'salt', 20_000, 32, 'sha256');
      });
      for (let i = 0; i < 10; i++) {
        const files = Array.from({ length: 5 }, () => store.create());
        for (const file of files) file.write(Buffer.alloc(40_000, i));
        await Promise.all(files.map((file, j) => file.finishAs(`file-${j}`)));
      }
      isDone = true;
      await Promise.all(busyDisk);
      // A connection that is free for the next request is none of these.
      const busy = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap');
      for (let waited = 0; busy().length > 0 && waited < 2_000; waited += 50) await sleep(50);
      expect(busy()).toEqual([]);
    });

    it('refuses a bucket that is not there by name, at once and for good', async () => {
      const store = openAt(server.endpoint, 's3://brewhouse-missing/lake');
      for (const use of [
        () => store.get('a'),
        () => store.openRead('a'),
        () => store.putIfAbsent('a', utf8('x')),
        () => store.list(''),
      ]) {
        const error = (await use().then(
          () => null,
          (thrown: unknown) => thrown,
        )) as BrewhouseError;
        expect([error.code, error.message, error.remedy]).toEqual([
          'store_refused',
          expect.stringMatching(/s3:\/\/brewhouse-missing\/lake\/?a?: there is no such bucket$/),
          'make the bucket, or mend its name',
        ]);
      }
    });

    it('has 32 writers of one key again and again, of which one wins and is read', async () => {
      for (let round = 0; round < 20; round++) {
        const key = `commits/${round}.json`;
        const bodies = Array.from({ length: 32 }, (_, i) => Buffer.alloc(64 * 1024, i));
        const won = await Promise.all(bodies.map((body) => open().putIfAbsent(key, body)));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(Buffer.from((await open().get(key))!).equals(bodies[won.indexOf(true)]!)).toBe(true);
      }
    });

    it('sweeps leftovers of this machine, and no key', async () => {
      const store = open();
      await store.put('a', utf8('x'));
      const now = 1_800_000_000_000;
      for (const [file, age] of [
        ['old.new', LEFTOVER_AGE_MS + 1000],
        ['young.new', LEFTOVER_AGE_MS - 1000],
      ] as const) {
        writeFileSync(join(tempFolder, file), 'x');
        utimesSync(join(tempFolder, file), (now - age) / 1000, (now - age) / 1000);
      }
      expect(await store.sweepLeftovers(now)).toBe(1);
      expect(readdirSync(tempFolder)).toEqual(['young.new']);
      expect(await keysOf(store)).toEqual(['a']);
    });
  });
});

describe('a location on S3', () => {
  it.each([
    ['s3://bucket', 's3://bucket'],
    ['s3://bucket/', 's3://bucket'],
    ['s3://bucket/a/b//', 's3://bucket/a/b'],
    ['S3://bucket/a', 's3://bucket/a'],
  ])('%s is called %s', (written, called) => {
    expect(openStore(written).location).toBe(called);
  });

  it.each(['s3://', 's3:///a', 's3://b', 's3://bucket/a//b', 's3://bucket/../b', 's3://bucket/.', 's3://bu cket'])(
    '%s is refused as usage',
    async (location) => {
      expect(await failureOf(() => openStore(location))).toBe('usage');
    },
  );
});
