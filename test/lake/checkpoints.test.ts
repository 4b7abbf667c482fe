/** Long chains: what a reader starts from comes to what a walk over all records does. */
import { describe, expect, it } from 'vitest';
import { BUNDLE_EVERY, CHECKPOINT_EVERY } from '../../schemas/commit.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { EMPTY, stateAfter } from '../../src/lake/chain-state.ts';
import { chainAt, openChain, recordKey } from '../../src/lake/commit-log.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { readRecord } from '../../src/lake/read-record.ts';
import { bundleKey } from '../../src/lake/record-bundles.ts';
import { failureOf, utf8 } from '../contract/object-store.ts';
import {
  appendRecord,
  chainOf,
  claimChain,
  corpusRecord,
  CHAIN_FOLDER as FOLDER,
  timelineRecord,
} from './chain-records.ts';

/** What a walk over all records comes to. */
async function walked(store: ObjectStore) {
  let state = EMPTY;
  let seq = 1;
  for (; ; seq++) {
    const record = await readRecord(store, recordKey(FOLDER, seq));
    if (record === null) return { state, head: seq - 1 };
    state = stateAfter(state, record, (what) => new Error(what));
  }
}

describe('a long chain', () => {
  it.each([0, 1, 62, 63, 64, 499, 500, 501, 999, 1_000, 1_499, 1_500, 2_600].map((n) => [n]))(
    'of %i records is opened as a walk over all of them finds it',
    async (records) => {
      const store = await chainOf(records, records % 2 === 0 ? corpusRecord : timelineRecord);
      const chain = await openChain(store, FOLDER);
      expect({ state: chain.state, head: chain.head?.seq ?? 0 }).toEqual(await walked(store));
      expect(chain.owner).toBe(records === 0 ? null : `writer ${records - ((records - 1) % 7)}`);
    },
  );

  it('is opened with a bounded number of reads', async () => {
    const store = await chainOf(10_499);
    let reads = 0;
    const get = (key: string) => {
      reads++;
      return store.get(key);
    };
    const counting = { ...store, get };
    expect((await openChain(counting, FOLDER)).head?.seq).toBe(10_499);
    // A search among 21 checkpoints, the bundles after the newest, and records of none yet.
    expect(reads).toBeLessThan(15 + CHECKPOINT_EVERY / BUNDLE_EVERY + BUNDLE_EVERY);
  });

  it.each([24, 25, 49, 50, 740])('of %i records is opened though its bundles are gone', async (records) => {
    const store = await chainOf(records);
    const get = async (key: string) => (key.includes('/bundles/') ? null : store.get(key));
    const chain = await openChain({ ...store, get }, FOLDER);
    expect({ state: chain.state, head: chain.head?.seq }).toEqual(await walked(store));
    expect((await openChain(store, FOLDER)).unbundled).toEqual(chain.unbundled);
  });

  it('goes on after a bundle whose next record was never put', async () => {
    const store = await chainOf(BUNDLE_EVERY - 1);
    const crashed = await openChain({ ...store, putIfAbsent: () => Promise.reject(new Error('crash')) }, FOLDER);
    await expect(appendRecord(crashed, String(crashed.owner), timelineRecord('lost'))).rejects.toThrow('crash');
    expect(await store.get(bundleKey(FOLDER, BUNDLE_EVERY))).not.toBeNull();
    const chain = await openChain(store, FOLDER);
    expect(chain.head?.seq).toBe(BUNDLE_EVERY - 1);
    await claimChain(chain, 'next');
    await appendRecord(chain, 'next', timelineRecord('next'));
    expect((await openChain(store, FOLDER)).head).toEqual(chain.head);
  });

  it('is broken where a bundle is damaged, or is that of other records', async () => {
    const store = await chainOf(3 * BUNDLE_EVERY);
    const key = bundleKey(FOLDER, 2 * BUNDLE_EVERY);
    const bytes = await store.get(key);
    for (const wrong of [
      utf8('{}'),
      utf8(`${sha256Hex('{}')}\n{}`),
      Buffer.from(Buffer.from(bytes!).toString('utf8').replace('writer 29', 'writer 28')),
      (await store.get(bundleKey(FOLDER, 3 * BUNDLE_EVERY)))!,
    ]) {
      await store.put(key, wrong);
      expect(await failureOf(() => openChain(store, FOLDER))).toBe('lake_broken');
    }
    await store.put(key, bytes!);
    expect((await openChain(store, FOLDER)).head?.seq).toBe(3 * BUNDLE_EVERY);
  });

  it.each([1, 2, 499, 500, 501, 1_003])('is opened as it was after record %i', async (seq) => {
    const store = await chainOf(1_003);
    const before = await chainOf(seq);
    const record = await readRecord(store, recordKey(FOLDER, seq));
    const chain = await chainAt(store, FOLDER, { seq, sha256: record!.sha256 });
    expect({ state: chain.state, head: chain.head?.seq }).toEqual(await walked(before));
    const other = await readRecord(store, recordKey(FOLDER, seq === 1 ? 2 : 1));
    expect(await failureOf(() => chainAt(store, FOLDER, { seq, sha256: other!.sha256 }))).toBe('lake_broken');
    expect(await failureOf(() => chainAt(before, FOLDER, { seq: seq + 1, sha256: record!.sha256 }))).toBe(
      'lake_broken',
    );
  });

  it('goes on after its checkpoint', async () => {
    const store = await chainOf(CHECKPOINT_EVERY);
    const chain = await openChain(store, FOLDER);
    await claimChain(chain, 'next');
    await appendRecord(chain, 'next', timelineRecord('next'));
    expect((await openChain(store, FOLDER)).head?.seq).toBe(CHECKPOINT_EVERY + 2);
  });

  it('is broken where its checkpoint is missing, damaged or of another record', async () => {
    const store = await chainOf(CHECKPOINT_EVERY);
    const record = await readRecord(store, recordKey(FOLDER, CHECKPOINT_EVERY));
    const key = `${FOLDER}/checkpoints/${record?.record.checkpoint?.sha256}.json`;
    const bytes = await store.get(key);
    await store.put(key, utf8('{}'));
    expect(await failureOf(() => openChain(store, FOLDER))).toBe('lake_broken');
    await store.put(key, Buffer.from(Buffer.from(bytes!).toString('utf8').replace('writer 498', 'writer 497')));
    expect(await failureOf(() => openChain(store, FOLDER))).toBe('lake_broken');
    const missing = { ...store, get: async (name: string) => (name === key ? null : store.get(name)) };
    expect(await failureOf(() => openChain(missing, FOLDER))).toBe('lake_broken');
  });
});
