/**
 * Chains of ten thousand records in a bucket: what a release opens before it reads a row, with how
 * many reads, and in what time. `npm test` takes shorter ones; no test asserts the time.
 */
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { CorpusId } from '../../schemas/ids.ts';
import { grouped } from '../../src/grouped.ts';
import { type Chain, openChain } from '../../src/lake/commit-log.ts';
import { makeLake, openLake } from '../../src/lake/lake.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { CHAIN_FOLDER, chainOf, corpusRecord, timelineRecord } from '../lake/chain-records.ts';
import { keysOf } from '../lake/temp-lake.ts';
import { tellTable } from '../worlds/long-run.ts';
import { newLocation, openAt, testServer } from './servers.ts';

const isLong = process.env.BREWHOUSE_FAULTS === 'all';
/** The last record before a checkpoint is the dearest head. */
const RECORDS = isLong ? 10_499 : 1_499;
const PARTITIONS = isLong ? 16 : 2;
const CORPUS = 'long' as CorpusId;
const TIMELINES = [...Array.from({ length: PARTITIONS }, (_, p) => `timelines/${p}`), 'items/0'];
const PARTS = Array.from({ length: PARTITIONS }, (_, p) => `corpora/${CORPUS}/${p}`);
/** Of one chain, whatever its length. */
const READS_MAX = 65;
/** Hundreds of thousands of names are made. */
const LONG_MS = 1_200_000;

const NAMES = ['versitygw', 's3proxy'] as const;
const servers = await Promise.all(NAMES.map(async (name) => ({ name, server: await testServer(name) })));

/** A chain in memory, and what a reader there finds. */
interface Long {
  readonly store: ObjectStore;
  readonly chain: Chain;
}

let timeline: Long;
let corpus: Long;
const lines = ['| server | chains | records each | reads | seconds | CPU seconds |', '|---|---:|---:|---:|---:|---:|'];

async function long(make: Parameters<typeof chainOf>[1]): Promise<Long> {
  const store = await chainOf(RECORDS, make);
  return { store, chain: await openChain(store, CHAIN_FOLDER) };
}

/** Writes the chain below the first folder of a server's bucket; those in others link to it. */
async function layDown({ store }: Long, bucket: string, folders: readonly string[]): Promise<void> {
  const [first = '', ...others] = folders;
  for (const key of await keysOf(store, `${CHAIN_FOLDER}/`)) {
    const name = key.slice(CHAIN_FOLDER.length);
    const file = join(bucket, first + name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, (await store.get(key))!);
    for (const folder of others) {
      const link = join(bucket, folder + name);
      mkdirSync(dirname(link), { recursive: true });
      linkSync(file, link);
    }
  }
}

const stateOf = ({ chain: { state } }: Long) => canonicalJson(state);

beforeAll(async () => {
  if (!servers.some(({ server }) => server.isThere)) return;
  [timeline, corpus] = [await long(timelineRecord), await long(corpusRecord)];
}, LONG_MS);

afterAll(() => {
  if (lines.length === 2) return;
  console.info(lines.join('\n'));
  tellTable('long-chains', lines);
});

describe.each(servers)('chains of $name', ({ name, server }) => {
  // A server that somebody else runs has no folder here.
  describe.skipIf(!server.isThere || process.env.BREWHOUSE_TEST_S3 !== undefined)(`of ${RECORDS} records`, () => {
    let reads = 0;
    let location = '';
    /** A store that counts what it reads, and that nothing was asked of yet. */
    const counting = (): ObjectStore => {
      const store = openAt(server.endpoint, location);
      return {
        ...store,
        get(key) {
          reads++;
          return store.get(key);
        },
      };
    };
    const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      reads = 0;
      const [started, before] = [performance.now(), process.cpuUsage()];
      const result = await work();
      const seconds = (performance.now() - started) / 1_000;
      const { user, system } = process.cpuUsage(before);
      const told = [
        name,
        what,
        grouped(RECORDS),
        grouped(reads),
        seconds.toFixed(1),
        ((user + system) / 1e6).toFixed(1),
      ];
      lines.push(`| ${told.join(' | ')} |`);
      return result;
    };

    beforeAll(async () => {
      location = newLocation();
      await makeLake(openAt(server.endpoint, location), { partitions: PARTITIONS });
      const bucket = join(server.root, 'buckets', location.slice('s3://'.length));
      await layDown(timeline, bucket, TIMELINES);
      await layDown(corpus, bucket, PARTS);
    }, LONG_MS);

    it('are opened one by one as in memory', async () => {
      const chain = await timed('1 of events', () => openChain(counting(), TIMELINES[0]!));
      expect([chain.head, chain.owner]).toEqual([timeline.chain.head, timeline.chain.owner]);
      expect(canonicalJson(chain.state)).toBe(stateOf(timeline));
      expect(reads).toBeLessThan(READS_MAX);
      const part = await timed('1 of a corpus', () => openChain(counting(), PARTS[0]!));
      expect(canonicalJson(part.state)).toBe(stateOf(corpus));
    });

    it(
      'are opened all together, as a release opens them',
      async () => {
        const opened = await timed(`${TIMELINES.length + PARTS.length}, all of ${PARTITIONS} partitions`, async () => {
          const lake = await openLake(counting());
          return { timelines: await lake.timelines(), partitions: await lake.corpus(CORPUS) };
        });
        expect(reads).toBeLessThan((TIMELINES.length + PARTS.length) * READS_MAX);
        expect(opened.timelines.members.length).toBe(PARTITIONS);
        for (const { state } of opened.partitions) expect(canonicalJson(state)).toBe(stateOf(corpus));
      },
      LONG_MS,
    );
  });
});
