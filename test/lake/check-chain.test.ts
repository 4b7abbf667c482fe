/** Long chains from their first record: checkpoints say what the records before them come to. */
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { Checkpoint } from '../../schemas/checkpoint.ts';
import { BUNDLE_EVERY, CHECKPOINT_EVERY, CommitRecord, type NewRecord } from '../../schemas/commit.ts';
import type { AttemptId } from '../../schemas/ids.ts';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { checkChain } from '../../src/lake/check/check-chain.ts';
import { createLakeFaults } from '../../src/lake/check/lake-faults.ts';
import { checkpointKey, openChain, recordKey } from '../../src/lake/commit-log.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { bundleKey } from '../../src/lake/record-bundles.ts';
import { utf8 } from '../contract/object-store.ts';
import { appendRecord, claimChain, corpusRecord, timelineRecord } from './chain-records.ts';

const FOLDER = 'timelines/3';

async function chainOf(records: number, make: (name: string) => NewRecord): Promise<ObjectStore> {
  const store = openMemoryStore();
  const chain = await openChain(store, FOLDER);
  for (let seq = 1; seq <= records; seq++) {
    if (seq % 7 === 1) await claimChain(chain, `writer ${seq}`);
    else await appendRecord(chain, String(chain.owner), make(`record ${seq}`));
  }
  return store;
}

/** Faults of all checks but that of files: those of these records are nowhere. */
async function faultsOf(store: ObjectStore) {
  const faults = createLakeFaults();
  const walk = { store, folder: FOLDER, faults, visit: async () => {} };
  const walked = await checkChain(walk, PROCESS_EFFECTS);
  const told = faults.faults.map(({ check, file, detail }) => `${check} ${file}: ${detail}`);
  return { walked, looked: faults.looked, told: told.filter((text) => !text.startsWith('file ')) };
}

/** Puts a record behind the chain, as its writer would, with a checkpoint that somebody made up. */
async function putMark(store: ObjectStore, change: (right: Checkpoint) => object | undefined): Promise<string> {
  const { head, owner, state } = await openChain(store, FOLDER);
  const said = change(Checkpoint.parse({ head, owner, state }));
  const text = canonicalJson(said ?? {});
  const sha256 = sha256Hex(text);
  if (said !== undefined) await store.put(checkpointKey(FOLDER, sha256), utf8(text));
  const seq = head!.seq + 1;
  const checkpoint = said && { checkpoint: { sha256, bytes: text.length } };
  const record = { ...timelineRecord('x'), seq, previous: head!.sha256, attempt: owner as AttemptId, ...checkpoint };
  await store.put(recordKey(FOLDER, seq), utf8(canonicalJson(CommitRecord.parse(record))));
  return said === undefined ? recordKey(FOLDER, seq) : checkpointKey(FOLDER, sha256);
}

describe('a chain with checkpoints', () => {
  it.each([timelineRecord, corpusRecord])('is walked to its head, and each is what the fold comes to', async (make) => {
    const store = await chainOf(1_003, make);
    const { walked, looked, told } = await faultsOf(store);
    expect([told, looked.get('checkpoint'), looked.get('record')]).toEqual([[], 2, 1_003]);
    expect(walked.state).toEqual((await openChain(store, FOLDER)).state);
    expect(walked.records.size).toBe(1_003);
  });

  it.each<[string, (right: Checkpoint) => object | undefined, string]>([
    [
      'another sum',
      (right) => {
        if (right.state.kind !== 'timeline') return undefined;
        return { ...right, state: { ...right.state, inputs: right.state.inputs.slice(1) } };
      },
      'says something else than the records before it',
    ],
    ['another holder', (right) => ({ ...right, owner: 'somebody' }), 'says something else than the records before it'],
    ['no checkpoint', () => undefined, 'names no checkpoint'],
  ])('is told where one has %s', async (_name, change, said) => {
    const store = await chainOf(CHECKPOINT_EVERY - 1, timelineRecord);
    const file = await putMark(store, change);
    expect((await faultsOf(store)).told).toEqual([`checkpoint ${file}: ${said}`]);
  });

  it('is told where one is in the way, or lost', async () => {
    const early = await chainOf(9, timelineRecord);
    const file = await putMark(early, (right) => right);
    expect((await faultsOf(early)).told).toEqual([`checkpoint ${file}: is named by record 10, which has none`]);
    const lost = await chainOf(CHECKPOINT_EVERY, timelineRecord);
    const [name] = await lost.list(`${FOLDER}/checkpoints/`);
    await lost.put(`${FOLDER}/checkpoints/${name}`, utf8('{}'));
    // More files of these records are missing than are told.
    expect((await faultsOf(lost)).told).toEqual([expect.stringMatching(/^checkpoint .*: says something else/)]);
  });

  it('is told where a bundle has other records, and not where one is missing', async () => {
    const store = await chainOf(60, timelineRecord);
    expect((await faultsOf(store)).looked.get('bundle')).toBe(2);
    const file = bundleKey(FOLDER, 2 * BUNDLE_EVERY);
    const lines = Buffer.from((await store.get(file))!)
      .toString('utf8')
      .split('\n');
    await store.put(file, utf8(lines.with(3, lines[4]!).join('\n')));
    expect((await faultsOf(store)).told).toEqual([`bundle ${file}: says something else than its records`]);
    const without: ObjectStore = { ...store, get: async (key) => (key === file ? null : store.get(key)) };
    expect((await faultsOf(without)).told).toEqual([]);
  });

  it('is told in one fault where a record is gone, however many are behind it', async () => {
    const store = await chainOf(60, timelineRecord);
    const gone = recordKey(FOLDER, 30);
    const without: ObjectStore = { ...store, get: async (key) => (key === gone ? null : store.get(key)) };
    const { told, walked } = await faultsOf(without);
    expect(told).toEqual([`record ${gone}: is missing, and there are records behind it`]);
    expect([walked.records.size, walked.state]).toEqual([59, undefined]);
  });
});
