/** The one face of a lake: what it tells, how it reads chains, and how work gets into them. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { NewRecord } from '../../schemas/commit.ts';
import type { AttemptId } from '../../schemas/ids.ts';
import { CorpusId } from '../../schemas/ids.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { newestRecord } from '../../src/lake/chain-records.ts';
import { openChain } from '../../src/lake/commit-log.ts';
import { corpusFolder } from '../../src/lake/corpus-records.ts';
import { makeLake, openLake } from '../../src/lake/lake.ts';
import { createLineFiles, lineFolder } from '../../src/lake/line-files.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { RecordRef } from '../../src/lake/read-record.ts';
import { itemFilesOf, timelineFolder } from '../../src/lake/timeline-records.ts';
import { failureOf, utf8 } from '../contract/object-store.ts';
import { corpusRecord, timelineRecord } from './chain-records.ts';
import { keysOf, LAKES } from './temp-lake.ts';

const CORPUS = CorpusId.parse('0123456789abcdef');

/** The store, with the number of reads in it and the most that were under way at once. */
function counting(store: ObjectStore): ObjectStore & { reads: number; most: number } {
  let open = 0;
  const counted = {
    ...store,
    reads: 0,
    most: 0,
    async get(key: string) {
      counted.reads++;
      counted.most = Math.max(counted.most, ++open);
      // Whoever reads side by side has begun its other reads by then.
      await turn();
      const bytes = await store.get(key);
      open--;
      return bytes;
    },
  };
  return counted;
}

const work = (from: RecordRef | null, name: string, record: NewRecord = timelineRecord(name)) => ({
  attempt: name as AttemptId,
  from,
  record,
});

describe.each(LAKES)('a lake in %s', (_name, make) => {
  const lake = make();

  it('is there once it is made', async () => {
    expect(await failureOf(() => openLake(lake.open()))).toBe('not_found');
    await makeLake(lake.open(), { partitions: 3 });
    expect((await openLake(lake.open())).partitions).toBe(3);
    expect((await makeLake(lake.open())).partitions).toBe(3);
  });

  it('tells what was taken in, partition by partition, and has timelines once all are', async () => {
    const face = await makeLake(lake.open(), { partitions: 2 });
    const first = await face.commitWork(timelineFolder(0), work(null, 'one'));
    expect((await face.takenIn()).map((each) => each?.sha256)).toEqual([first.sha256, undefined]);
    expect(await failureOf(() => face.timelines())).toBe('lake_broken');
    await expect(face.timelines()).rejects.toThrow(/no timeline for partition 1/);
    const second = await face.commitWork(timelineFolder(1), work(null, 'two'));
    expect((await face.timelines()).map(({ partition, seq, sha256 }) => ({ partition, seq, sha256 }))).toEqual([
      { partition: 0, ...first },
      { partition: 1, ...second },
    ]);
  });

  it('reads each chain on from the head that it knows, and sees what others have committed since', async () => {
    const store = counting(lake.open());
    const face = await makeLake(store, { partitions: 1 });
    const folder = corpusFolder(CORPUS, 0);
    let newest: RecordRef | null = null;
    for (const name of ['one', 'two', 'three'])
      newest = await face.commitWork(folder, work(newest, name, corpusRecord(name)));
    expect((await face.corpus(CORPUS))[0]?.records).toHaveLength(3);
    store.reads = 0;
    expect((await face.corpus(CORPUS))[0]?.records).toHaveLength(3);
    expect(store.reads).toBe(1);
    const other = await openLake(lake.open());
    await other.commitWork(folder, work(newest, 'x', corpusRecord('four')));
    const [partition] = await face.corpus(CORPUS);
    expect(partition?.records.map(({ record }) => record.attempt)).toEqual(['one', 'two', 'three', 'x']);
    expect(partition?.newest).toBe(partition?.records[3]);
  });

  it('opens its chains side by side, and never more than 32 of them', async () => {
    const store = counting(lake.open());
    const face = await makeLake(store, { partitions: 100 });
    store.most = 0;
    expect(await face.takenIn()).toHaveLength(100);
    expect(store.most).toBe(32);
  });

  it('may be asked many things at once', async () => {
    const face = await makeLake(lake.open(), { partitions: 1 });
    await face.commitWork(timelineFolder(0), work(null, 'one'));
    const asked = await Promise.all([face.takenIn(), face.timelines(), face.takenIn(), face.timelines()]);
    expect(new Set(asked.map(([each]) => each?.sha256)).size).toBe(1);
  });

  it('stops to read where the work is to end', async () => {
    const reason = new Error('enough');
    const effects = { ...PROCESS_EFFECTS, signal: AbortSignal.abort(reason) };
    const face = await makeLake(lake.open(), { partitions: 2 }, effects);
    await expect(face.takenIn()).rejects.toBe(reason);
  });

  it('holds the events that were taken in, members one after another', async () => {
    const face = await makeLake(lake.open(), { partitions: 1 });
    const files = async (lines: readonly object[]) => {
      const written = createLineFiles(lake.open(), lineFolder(0));
      for (const line of lines) await written.add(JSON.stringify(line));
      return written.finish();
    };
    const items = [{ item_id: 'i1' }, { item_id: 'i2' }];
    const raw = [
      { member_id: 'm1', event_id: 'a' },
      { member_id: 'm1', event_id: 'b' },
      { member_id: 'm2', event_id: 'c' },
    ];
    const record = timelineRecord('x');
    const named = { ...record.files, raw: await files(raw), items: await files(items) };
    await face.commitWork(timelineFolder(0), work(null, 'a', { ...record, files: named }));
    const timelines = await face.timelines();
    expect(await face.items(itemFilesOf(timelines))).toEqual(items);
    const members = await all(face.members({ partition: 0, files: named.raw }));
    expect(members).toEqual([
      { memberId: 'm1', records: raw.slice(0, 2) },
      { memberId: 'm2', records: raw.slice(2) },
    ]);
    expect(await all(face.events())).toEqual([...items, ...raw]);
  });

  it('is broken where the identity of a corpus does not read', async () => {
    const face = await makeLake(lake.open(), { partitions: 1 });
    expect(await face.corpora()).toEqual([]);
    await lake.open().put('corpora/0123456789abcdef/corpus.json', utf8('{}'));
    expect(await failureOf(() => face.corpora())).toBe('lake_broken');
  });
});

describe.each(LAKES)('work that is committed to a lake in %s', (_name, make) => {
  const lake = make();
  const folder = timelineFolder(0);

  it('goes behind a claim of its own, from the beginning and from the newest work on', async () => {
    const face = await makeLake(lake.open(), { partitions: 1 });
    const first = await face.commitWork(folder, work(null, 'one'));
    const second = await face.commitWork(folder, work(first, 'two'));
    expect([first.seq, second.seq]).toEqual([2, 4]);
    const chain = await openChain(lake.open(), folder);
    expect(newestRecord(chain, 'timeline')).toMatchObject({ ...second, record: { attempt: 'two' } });
  });

  it('is fenced where other work was committed since it began, and appends nothing', async () => {
    const face = await makeLake(lake.open(), { partitions: 1 });
    const first = await face.commitWork(folder, work(null, 'one'));
    expect(await failureOf(() => face.commitWork(folder, work(null, 'late')))).toBe('fenced');
    await face.commitWork(folder, work(first, 'two'));
    expect(await failureOf(() => face.commitWork(folder, work(first, 'late')))).toBe('fenced');
    expect(await keysOf(lake.open(), `${folder}/commits/`)).toHaveLength(4);
  });

  it('passes claims of writers that died', async () => {
    const face = await makeLake(lake.open(), { partitions: 1 });
    const dying = { ...lake.open(), putIfAbsent: failAt(lake.open(), 2) };
    expect(await failureOf(async () => (await openLake(dying)).commitWork(folder, work(null, 'dead')))).toBe('died');
    expect((await face.commitWork(folder, work(null, 'alive'))).seq).toBe(3);
  });

  it('of two writers at once goes in for one alone', async () => {
    await makeLake(lake.open(), { partitions: 1 });
    const commit = async (name: string) => (await openLake(lake.open())).commitWork(folder, work(null, name));
    const ended = await Promise.allSettled(['a', 'b', 'c', 'd'].map(commit));
    const won = ended.filter(({ status }) => status === 'fulfilled').length;
    const chain = await openChain(lake.open(), folder);
    expect(won).toBeLessThanOrEqual(1);
    expect(chain.work).toHaveLength(won);
  });
});

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

/** `putIfAbsent` of a writer that dies at its n-th call. */
function failAt(store: ObjectStore, n: number): ObjectStore['putIfAbsent'] {
  let calls = 0;
  return (key, bytes) => {
    if (++calls === n) throw new Error('died');
    return store.putIfAbsent(key, bytes);
  };
}
