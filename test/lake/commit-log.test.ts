/**
 * The commit log: one chain, one winner for each record, and a fence against whoever was overtaken.
 */
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { CommitRecord, NewRecord } from '../../schemas/commit.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { recordsOf } from '../../src/lake/chain-records.ts';
import { openChain, recordKey } from '../../src/lake/commit-log.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { failureOf, textOf, utf8 } from '../contract/object-store.ts';
import { appendRecord, claimChain, corpusRecord, timelineRecord } from './chain-records.ts';
import { keysOf, LAKES } from './temp-lake.ts';

const FOLDER = 'timelines/3';

describe.each(LAKES)('in %s', (_name, make) => {
  const lake = make();
  const open = () => openChain(lake.open(), FOLDER);
  /** The records as they stand, in order. */
  const recordsThere = async (): Promise<CommitRecord[]> => {
    const keys = await keysOf(lake.open(), `${FOLDER}/commits/`);
    const texts = await Promise.all(keys.map(async (key) => textOf(await lake.open().get(key))!));
    return texts.map((text) => JSON.parse(text) as CommitRecord);
  };

  /** A chain of a claim, work, another claim and work again. */
  async function writeFour(make: (name: string) => NewRecord = timelineRecord): Promise<void> {
    const chain = await open();
    await claimChain(chain, 'a');
    await appendRecord(chain, 'a', make('one'));
    await claimChain(chain, 'b');
    await appendRecord(chain, 'b', make('two'));
  }

  describe('a chain', () => {
    it('begins empty, and grows by canonical records that name the one before', async () => {
      const chain = await open();
      expect([chain.head, chain.owner, chain.work]).toEqual([null, null, []]);
      await writeFour();
      const records = await recordsThere();
      expect(records.map(({ seq, kind, attempt }) => [seq, kind, attempt])).toEqual([
        [1, 'claim', 'a'],
        [2, 'timeline', 'a'],
        [3, 'claim', 'b'],
        [4, 'timeline', 'b'],
      ]);
      let previous: string | null = null;
      for (const record of records) {
        expect(record.previous).toBe(previous);
        previous = sha256Hex(canonicalJson(record));
      }
      expect(await keysOf(lake.open())).toContain('timelines/3/commits/00000000000000000004.json');
    });

    it('is read back with its head, its holder, its work and what that comes to', async () => {
      await writeFour();
      const chain = await open();
      expect([chain.head?.seq, chain.owner]).toEqual([4, 'b']);
      expect(chain.work.map(({ seq }) => seq)).toEqual([2, 4]);
      const [first, newest] = recordsOf(chain, 'timeline');
      expect(first?.record).toMatchObject(timelineRecord('one'));
      expect(newest?.sha256).toBe(sha256Hex((await lake.open().get(recordKey(FOLDER, 4)))!));
      expect(chain.state).toMatchObject({ kind: 'timeline', newest });
      expect((await openChain(lake.open(), 'timelines/4')).state).toEqual({ kind: 'empty' });
    });

    it('is of events or of a corpus, and never of both', async () => {
      const chain = await open();
      await claimChain(chain, 'a');
      await appendRecord(chain, 'a', timelineRecord('one'));
      expect(await failureOf(() => appendRecord(chain, 'a', corpusRecord('two')))).toBe('lake_broken');
    });
  });

  describe('the fence', () => {
    it('refuses who has not claimed', async () => {
      expect(await failureOf(async () => appendRecord(await open(), 'a', timelineRecord('x')))).toBe('fenced');
      await writeFour();
      expect(await failureOf(async () => appendRecord(await open(), 'a', timelineRecord('x')))).toBe('fenced');
      expect(await recordsThere()).toHaveLength(4);
    });

    it('refuses a writer that was overtaken, every time, and lets the other go on', async () => {
      const [first, second] = [await open(), await open()];
      await claimChain(first, 'first');
      await claimChain(second, 'second');
      expect(await failureOf(() => appendRecord(first, 'first', timelineRecord('x')))).toBe('fenced');
      await appendRecord(second, 'second', timelineRecord('y'));
      expect(await failureOf(() => appendRecord(first, 'first', timelineRecord('x')))).toBe('fenced');
      expect(recordsOf(await open(), 'timeline').map(({ record }) => record.runs[0]!.lines[0]!.sha256)).toEqual([
        sha256Hex('y'),
      ]);
    });

    it('refuses to claim a chain to which another has added work since it was read', async () => {
      const late = await open();
      await writeFour();
      expect(await failureOf(() => claimChain(late, 'late'))).toBe('fenced');
      expect(await recordsThere()).toHaveLength(4);
    });

    it('lets 16 writers claim at once, and one of them append', async () => {
      const chains = await Promise.all(Array.from({ length: 16 }, open));
      await Promise.all(chains.map((chain, i) => claimChain(chain, `writer ${i}`)));
      const appended = await Promise.all(
        chains.map((chain, i) => failureOf(() => appendRecord(chain, `writer ${i}`, timelineRecord(`${i}`)))),
      );
      expect(appended.filter((failure) => failure === 'none')).toHaveLength(1);
      expect(new Set(appended)).toEqual(new Set(['none', 'fenced']));
      expect(await recordsThere()).toHaveLength(17);
    });

    it('takes a record whose answer was lost as won, not as another writer', async () => {
      const store = lake.open();
      const deaf: ObjectStore = {
        ...store,
        putIfAbsent: async (key, bytes) => (await store.putIfAbsent(key, bytes)) && false,
      };
      const chain = await openChain(deaf, FOLDER);
      await claimChain(chain, 'a');
      const place = await appendRecord(chain, 'a', timelineRecord('one'));
      expect((await open()).head).toEqual(place);
      expect(chain.head).toEqual(place);
    });

    it('leaves the chain as it was where the store fails, so that the same record may be sent again', async () => {
      const store = lake.open();
      let failing = false;
      const flaky: ObjectStore = {
        ...store,
        putIfAbsent: async (key, bytes) => {
          const won = await store.putIfAbsent(key, bytes);
          if (failing) throw new Error('timeout');
          return won;
        },
      };
      const chain = await openChain(flaky, FOLDER);
      await claimChain(chain, 'a');
      failing = true;
      expect(await failureOf(() => appendRecord(chain, 'a', timelineRecord('one')))).toBe('timeout');
      failing = false;
      expect(await appendRecord(chain, 'a', timelineRecord('one'))).toEqual((await open()).head);
      expect(await recordsThere()).toHaveLength(2);
    });
  });

  describe('a broken chain', () => {
    const rewrite = async (seq: number, change: (text: string) => string) => {
      const key = recordKey(FOLDER, seq);
      await lake.open().put(key, utf8(change(textOf(await lake.open().get(key))!)));
      return key;
    };

    it('with rows of a part that are not its file’s is refused', async () => {
      await writeFour(corpusRecord);
      const key = await rewrite(4, (text) => text.replace(/("part":{[^}]*"rows":)1/, '$12'));
      await expect(open()).rejects.toMatchObject({ code: 'lake_broken', place: { file: key } });
    });

    it.each([
      ['a byte more', 4, (text: string) => `${text} `],
      ['half of it', 4, (text: string) => text.slice(0, 100)],
      ['counts that do not balance', 2, (text: string) => text.replace('"used":2', '"used":3')],
      ['a field too many', 2, (text: string) => text.replace('{', '{"a":1,')],
      ['another number', 4, (text: string) => text.replace('"seq":4', '"seq":5')],
      ['another attempt', 4, (text: string) => text.replace('"attempt":"b"', '"attempt":"a"')],
      ['a first record that names one before it', 1, (text: string) => text.replace('null', `"${'0'.repeat(64)}"`)],
    ])('with %s is refused with the name of the file', async (_name, seq, change) => {
      await writeFour();
      const key = await rewrite(seq, change);
      await expect(open()).rejects.toMatchObject({ code: 'lake_broken', place: { file: key } });
    });

    it('whose record was changed in itself is refused at the next, which names its hash', async () => {
      await writeFour();
      await rewrite(2, (text) => text.replace('events.ndjson', 'others.ndjson'));
      await expect(open()).rejects.toMatchObject({ code: 'lake_broken', place: { file: recordKey(FOLDER, 3) } });
    });

    it('does not come from our own hand: a record that a reader would refuse is not appended', async () => {
      const chain = await open();
      await claimChain(chain, 'a');
      const record = timelineRecord('one');
      const unbalanced = { ...record, counts: { ...record.counts, read: 7 } };
      expect(await failureOf(() => appendRecord(chain, 'a', unbalanced))).toContain('does not balance');
      expect(await recordsThere()).toHaveLength(1);
    });
  });
});
