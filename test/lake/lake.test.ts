/** The one face of a lake: what it tells, how it reads chains, and how work gets into them. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { NewRecord } from '../../schemas/commit.ts';
import type { EventRecord } from '../../schemas/event.ts';
import type { AttemptId } from '../../schemas/ids.ts';
import { CorpusId } from '../../schemas/ids.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { recordsOf } from '../../src/lake/chain-records.ts';
import { refOf } from '../../src/lake/chain-state.ts';
import { openChain } from '../../src/lake/commit-log.ts';
import { corpusFolder } from '../../src/lake/corpus-records.ts';
import { makeLake, openLake } from '../../src/lake/lake.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { RecordRef } from '../../src/lake/read-record.ts';
import { createRun } from '../../src/lake/runs.ts';
import { runsOf } from '../../src/lake/timeline-events.ts';
import { ITEMS_FOLDER, timelineFolder } from '../../src/lake/timeline-records.ts';
import { failureOf, utf8 } from '../contract/object-store.ts';
import { did, item, NOON } from '../timeline/events.ts';
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
    expect((await face.takenIn()).map((each) => each?.sha256)).toEqual([first.sha256, undefined, undefined]);
    expect(await failureOf(() => face.timelines())).toBe('lake_broken');
    await expect(face.timelines()).rejects.toThrow(/no events in timelines\/1 yet/);
    const second = await face.commitWork(timelineFolder(1), work(null, 'two'));
    const third = await face.commitWork(ITEMS_FOLDER, work(null, 'three'));
    const { members, items } = await face.timelines();
    expect([...members, items].map(refOf)).toEqual([first, second, third]);
  });

  it('reads each chain on from the head that it knows, and sees what others have committed since', async () => {
    const store = counting(lake.open());
    const face = await makeLake(store, { partitions: 1 });
    const folder = corpusFolder(CORPUS, 0);
    let newest: RecordRef | null = null;
    for (const name of ['one', 'two', 'three'])
      newest = await face.commitWork(folder, work(newest, name, corpusRecord(name)));
    expect((await face.corpus(CORPUS))[0]?.state?.parts).toHaveLength(3);
    store.reads = 0;
    expect((await face.corpus(CORPUS))[0]?.state?.parts).toHaveLength(3);
    expect(store.reads).toBe(1);
    const other = await openLake(lake.open());
    const last = await other.commitWork(folder, work(newest, 'x', corpusRecord('four')));
    const [partition] = await face.corpus(CORPUS);
    const names = ['one', 'two', 'three', 'four'].map((name) => sha256Hex(name));
    expect(partition?.state?.parts.map(({ part }) => part.sha256)).toEqual(names);
    expect(partition?.state?.newest).toEqual(last);
  });

  it('opens its chains side by side, and never more than 32 of them', async () => {
    const store = counting(lake.open());
    const face = await makeLake(store, { partitions: 100 });
    store.most = 0;
    expect(await face.takenIn()).toHaveLength(101);
    expect(store.most).toBe(32);
  });

  it('may be asked many things at once', async () => {
    const face = await makeLake(lake.open(), { partitions: 1 });
    await face.commitWork(timelineFolder(0), work(null, 'one'));
    await face.commitWork(ITEMS_FOLDER, work(null, 'two'));
    const asked = await Promise.all([face.takenIn(), face.timelines(), face.takenIn(), face.timelines()]);
    const first = asked.map((each) => ('members' in each ? each.members[0] : each[0]));
    expect(new Set(first.map((each) => each?.sha256)).size).toBe(1);
  });

  it('stops to read where the work is to end', async () => {
    const reason = new Error('enough');
    const effects = { ...PROCESS_EFFECTS, signal: AbortSignal.abort(reason) };
    const face = await makeLake(lake.open(), { partitions: 2 }, effects);
    await expect(face.takenIn()).rejects.toBe(reason);
  });

  it('holds the events that were taken in, entity by entity', async () => {
    const face = await makeLake(lake.open(), { partitions: 1 });
    const written = async (folder: string, entities: Readonly<Record<string, readonly EventRecord[]>>) => {
      const run = createRun(lake.open(), folder);
      for (const [entity, used] of Object.entries(entities)) await run.add(entity, { used, aside: null });
      const record = { ...timelineRecord('x'), runs: [await run.finish()] };
      await face.commitWork(folder, work(null, 'a', record));
    };
    const [one, two] = [item('i1'), item('i2')];
    const [a, b, c] = [did('viewed', 'i1', NOON), did('viewed', 'i2', NOON + 1), did('viewed', 'i1', NOON + 2)];
    await written(timelineFolder(0), { m1: [a, b], m2: [c] });
    await written(ITEMS_FOLDER, { i1: [one], i2: [two] });
    const timelines = await face.timelines();
    expect((await all(face.items(timelines.items.record.runs))).flat()).toEqual([one, two]);
    const members = await all(face.members(runsOf(timelines.members[0]!)));
    expect(members.map(({ memberId, events, newest }) => [memberId, events, newest])).toEqual([
      ['m1', 2, NOON + 1],
      ['m2', 1, NOON + 2],
    ]);
    expect(await members[1]?.read()).toEqual({ memberId: 'm2', records: [c] });
    expect(await all(face.events())).toEqual([a, b, c, one, two]);
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
    expect(recordsOf(chain, 'timeline').at(-1)).toMatchObject({ ...second, record: { attempt: 'two' } });
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
