/** Lineage, certificate and events: what is told of them is counted and named again. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import type { Certificate } from '../../schemas/manifest.ts';
import { eventsAt, openReader, releaseAt } from '../../src/adapters/checker-reader.ts';
import { certificateFlaw } from '../../src/verify/certificate-form.ts';
import { checkerVersion } from '../../src/verify/checker-version.ts';
import { blocksOfEvents } from '../../src/verify/events/event-stream.ts';
import { Appender, closeScratch, openScratch, Spill } from '../../src/verify/events/spill.ts';
import { createFaultList } from '../../src/verify/fault-list.ts';
import { canonicalJson } from '../../src/verify/release/canonical-json.ts';
import { checkLaw } from '../../src/verify/release/check-law.ts';
import { checkLineage } from '../../src/verify/release/check-lineage.ts';
import { checkPins } from '../../src/verify/release/check-pins.ts';
import { eventDigest, eventsDigest } from '../../src/verify/release/events-digest.ts';
import { readLineage } from '../../src/verify/release/lineage.ts';
import { checkFiles, lineageOf, type OpenRelease } from '../../src/verify/release/release-files.ts';
import { takeInBucket } from '../../src/verify/work/records.ts';
import {
  ITEM_BUCKETS,
  MEMBER_BUCKETS,
  packRecords,
  type RecordBlock,
  routeBlock,
} from '../../src/verify/work/routing.ts';

const folder = mkdtempSync(join(tmpdir(), 'brewhouse-lineage-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = '0'.repeat(64);
const honest = {
  ...{ manifest_sha256: sha256, corpus_until: null as number | null, questions: {}, after_until: 0 },
  ...{ alike_after_cut: {}, partitions: 1, dead_rows: { not_json: 3 } },
  records: { read: 9, used: 4, duplicate: 2, late: 0, dead: 2, dropped: 1 },
  ...{ parts: [sha256], timelines: [{ partition: 0, seq: 1, sha256 }], items: [{ seq: 1, sha256 }] },
  corpus: [{ partition: 0, seq: 2, sha256 }],
  machine: { node: '24.1.0', platform: 'linux', arch: 'x64' },
};
const counted = { used: 4, others: { read: 9, duplicate: 2, dead: 2, dropped: 1 } };

function wrongOf(change: object, records: Parameters<typeof checkLineage>[1]['records'] = counted): string[] {
  const list = createFaultList();
  const made = { questions: new Map(), alike: new Map(), afterUntil: 0 };
  const of = { manifestSha256: sha256, until: 5, records, deadRows: { not_json: 3 }, ...made, list };
  checkLineage(readLineage({ ...honest, ...change }), of);
  return list.faults.map(({ check, detail }) => `${check} ${detail}`);
}

describe('a lineage', () => {
  it('whose sums are those of the events has nothing wrong (PUBLISH-7)', () => {
    expect(wrongOf({})).toEqual([]);
    expect(wrongOf({ corpus_until: 5 })).toEqual([]);
    // A lake tells what is used alone.
    expect(wrongOf({}, { used: 4, others: undefined })).toEqual([]);
  });

  it('counts by task what reads alike once it is cut, and no task that has none (LEDGER-1)', () => {
    expect(wrongOf({ alike_after_cut: { choose: 2 } })).toEqual([
      'ledger alike_after_cut: 2 instead of nothing for ["choose"]',
    ]);
    expect(() => wrongOf({ alike_after_cut: { choose: 0 } })).toThrow('alike_after_cut.choose');
  });

  it('counts the rows that became no event as the ledger of the import does', () => {
    expect(wrongOf({ dead_rows: { not_json: 2 } })).toEqual(['ledger dead_rows: 2 instead of 3 for ["not_json"]']);
    expect(wrongOf({ dead_rows: { not_json: 3, too_deep: 1 } })).toHaveLength(1);
    expect(() => wrongOf({ dead_rows: { 'ann@example.org': 1 } })).toThrow('dead_rows');
  });

  it('is wrong with other sums of records, questions and rows, and another manifest', () => {
    const { records } = honest;
    expect(wrongOf({ records: { ...records, dead: 1, used: 5 } })).toHaveLength(2);
    expect(wrongOf({ records: { ...records, read: 10 } }).join()).toContain('are not the sum');
    expect(wrongOf({ records: { ...records, late: 1, dead: 1 } })).toHaveLength(2);
    expect(wrongOf({ questions: { rank: { capped: { 'a@b.org': 0 } } } })).toEqual([expect.stringContaining('ledger')]);
    expect(wrongOf({ after_until: 1 })).toEqual([expect.stringContaining('after_until is 1')]);
    expect(wrongOf({ manifest_sha256: 'f'.repeat(64) })).toEqual([expect.stringContaining('another manifest')]);
    expect(wrongOf({ partitions: 2 })).toEqual(
      ['timelines', 'corpus chains'].map((what) => expect.stringContaining(`2 partitions have other ${what}`)),
    );
    expect(wrongOf({ corpus_until: 4 })).toEqual([expect.stringContaining('the corpus ends at 4')]);
  });

  it.each([
    {},
    { ...honest, contact: 'a' },
    { ...honest, machine: { ...honest.machine, arch: 'a@b.org' } },
    { ...honest, machine: { ...honest.machine, host: 'a' } },
    { ...honest, parts: ['a@b.org'] },
    { ...honest, records: { ...honest.records, seen: 1 } },
  ])('of another form is refused: %j', (other) => {
    expect(() => readLineage(other)).toThrow('lineage');
  });

  it('that is missing, no JSON, a link or not canonical is a fault, and no failure', async () => {
    const of = async (write: (file: string) => void): Promise<string[]> => {
      const dir = mkdtempSync(join(folder, 'release-'));
      write(join(dir, 'lineage.json'));
      const list = createFaultList();
      await lineageOf({ files: openReader(releaseAt(dir)) } as OpenRelease, list);
      return list.faults.map(({ detail }) => detail);
    };
    expect(await of((file) => writeFileSync(file, canonicalJson(honest)))).toEqual([]);
    expect(await of(() => undefined)).toEqual(['lineage.json is missing']);
    expect(await of((file) => mkdirSync(file))).toEqual(['lineage.json is missing']);
    expect(await of((file) => symlinkSync('/dev/zero', file))).toEqual(['lineage.json is missing']);
    expect(await of((file) => writeFileSync(file, '{'))).toEqual([expect.stringContaining('no JSON')]);
    expect(await of((file) => writeFileSync(file, '{}'))).toEqual([
      expect.stringContaining('lineage.json cannot be read'),
    ]);
    expect(await of((file) => writeFileSync(file, `${canonicalJson(honest)} `))).toEqual([
      expect.stringContaining('no canonical JSON'),
    ]);
  });
});

const event = (id: string, more: object = {}) => ({
  ...{ type: 'interaction', event_id: id, event_time: 5, member_id: 'm', item_id: 'i', action: 'viewed' },
  ...more,
});
const member = (id: string, op: string, at: number) => ({
  ...{ type: 'member', event_id: id, event_time: at, member_id: 'm', op },
  ...(op === 'upsert' ? { attributes: {} } : {}),
});

/** Puts blocks of records aside and takes each bucket in, as a verification does. */
function takenIn(blocks: readonly RecordBlock[]) {
  const scratch = openScratch();
  try {
    const spill = new Spill(new Appender(scratch), MEMBER_BUCKETS + ITEM_BUCKETS);
    const routed = { read: 0, dead: 0 };
    for (const block of blocks) routeBlock(block, spill, routed);
    spill.flush();
    const buckets = spill.extents.map(takeInBucket);
    const digests = buckets.flatMap(({ used }) => used.map(eventDigest));
    const sum = (of: 'used' | 'duplicate' | 'dead' | 'dropped') =>
      buckets.reduce((all, { counts }) => all + counts[of], 0);
    const others = {
      read: routed.read,
      duplicate: sum('duplicate'),
      dead: routed.dead + sum('dead'),
      dropped: sum('dropped'),
    };
    return { digest: eventsDigest([digests]), records: { used: sum('used'), others } };
  } finally {
    closeScratch(scratch);
  }
}

describe('the digest of events', () => {
  const taken = async (...records: object[]) => takenIn([packRecords(records)]);

  it('is that of the used ones: neither copies nor their order nor what was erased change it (PUBLISH-1)', async () => {
    const [a, b] = [event('a'), event('b', { ingest_time: 9 })];
    const { digest } = await taken(a, b);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    const later = event('b', { ingest_time: '1970-01-01T00:00:01Z' });
    expect((await taken(b, later, a, a, { type: 'none' })).digest).toBe(digest);
    expect(
      (await taken(member('d', 'delete', 1), event('z', { event_time: 0 }), member('u', 'upsert', 2), a)).digest,
    ).toBe((await taken(member('u', 'upsert', 2), a)).digest);
    for (const other of [[a], [a, event('b')], [a, event('b', { ingest_time: 9, value: 'x' })]])
      expect((await taken(...other)).digest).not.toBe(digest);
  });

  it('comes with how the records end, where they come from a folder', async () => {
    const dir = mkdtempSync(join(folder, 'events-'));
    const conflict = [event('c'), event('c', { action: 'applied' })];
    const gone = [event('early', { event_time: 0 }), member('d', 'delete', 1), member('u', 'upsert', 2)];
    const lines = [event('a'), event('a'), ...conflict, ...gone, { type: 'none' }].map((one) => JSON.stringify(one));
    writeFileSync(join(dir, 'events.ndjson'), [...lines, '', 'no JSON', ''].join('\n'));
    const blocks: RecordBlock[] = [];
    for await (const own of blocksOfEvents(openReader(eventsAt(dir)))) blocks.push({ lines: own });
    expect(takenIn(blocks).records).toEqual({
      used: 2,
      others: { read: 9, duplicate: 1, dead: 4, dropped: 2 },
    });
  });
});

test('what is pinned is compared, and what is not is taken on the word of the release (PUBLISH-1)', () => {
  const identity = { section: { seed: 7 }, context: 9, context_min: 8, domain: { name: 'jobs' }, templates: [1] };
  const release = { stored: { identity, release: { profile: 'hf', until: 5, splits: {} } } } as unknown as OpenRelease;
  const recipe = { corpus: { seed: 7, context: 9, context_min: 8 }, release: { splits: {} }, templates: [1] };
  const found = (pinned: Parameters<typeof checkPins>[1]) => {
    const list = createFaultList();
    return { word: checkPins(release, pinned, list), faults: list.faults.map(({ detail }) => detail) };
  };
  expect(found({})).toEqual({ word: ['recipe', 'domain', 'templates', 'tokenizer'], faults: [] });
  expect(found({ recipe })).toEqual({ word: ['domain', 'until', 'profile'], faults: [] });
  const whole = { ...recipe, release: { splits: {}, profile: 'hf', until: 5 } };
  expect(found({ recipe: whole, domain: { name: 'jobs' } })).toEqual({ word: [], faults: [] });
  const said = { ...whole, release: { ...whole.release, until: 6, token_budget: 9 } };
  expect(found({ recipe: said }).word).toEqual(['domain', 'until', 'token_budget']);
  expect(found({ domain: { name: 'jobs', ignored: ['x'] } }).faults).toEqual([
    expect.stringContaining('another domain than the one given: ignored is nothing instead of ["x"]'),
  ]);
  expect(found({ recipe: { ...recipe, corpus: { ...recipe.corpus, seed: 8 } } }).faults).toEqual([
    expect.stringContaining('corpus.seed is 7 instead of 8'),
  ]);
  expect(found({ recipe: { ...recipe, templates: [2] } }).faults).toEqual([expect.stringContaining('templates')]);
});

test('a row that closes after until, or of train after t1, or is settled after it closes, is future (LABEL-5)', () => {
  const found = (split: string, closesAt: number, settledAt = 0) => {
    const list = createFaultList();
    checkLaw({ place: { split, row: 0, example: '' }, settledAt, closesAt, until: 20, t1: 10, list });
    return list.faults.map(({ rule }) => rule[0]);
  };
  expect(found('train', 10, 10)).toEqual([]);
  expect(found('train', 11)).toEqual(['SPLIT-2']);
  expect(found('test', 20)).toEqual([]);
  expect(found('test', 21)).toEqual(['LABEL-4']);
  expect(found('test', 15, 16)).toEqual(['LABEL-5']);
});

test('a certificate is one by its schema and of its own release; what another version left is not judged', async () => {
  const certificate: Certificate = {
    ...{ manifest_sha256: sha256, events_sha256: sha256, recipe_sha256: sha256, domain_sha256: sha256 },
    ...{
      templates_sha256: sha256,
      tokenizer_sha256: sha256,
      checker_version: checkerVersion(),
      taken_on_word: ['recipe'],
    },
    ...{ ok: true, rows_checked: 1, tokens_checked: 1, sampled: false, checks: {}, faults: [], fault_counts: {} },
    ...{
      assumed: [],
      dated: [],
      dead_rows: { not_json: 3 },
      dead_rows_in: 'tables.json',
      items_without_time: 0,
      latest_close_ms: 0,
      sentence: '',
    },
  };
  const dir = mkdtempSync(join(folder, 'certificate-'));
  const flawOf = (json: string) => {
    writeFileSync(join(dir, 'certificate.json'), json);
    return certificateFlaw(openReader(releaseAt(dir)), sha256);
  };
  const flaw = (other: object) => flawOf(JSON.stringify({ ...certificate, ...other }));
  expect(await flaw({})).toBeUndefined();
  expect(await flaw({ contact: 'a' })).toMatch('no certificate');
  expect(await flaw({ dead_rows_in: '/home/ann/tables.json' })).toMatch('no certificate');
  expect(await flaw({ checks: { 'a@b.org': 1 } })).toMatch('no certificate');
  expect(await flaw({ manifest_sha256: 'f'.repeat(64) })).toMatch('another release');
  expect(await flaw({ checker_version: '0.0.1', sentences: 1 })).toBeUndefined();
  expect(await flawOf('{}')).toMatch('no certificate');
  expect(await flawOf('no JSON')).toMatch('no certificate');
});

test('a release is its files alone, in order and as their paths say: no stray, no link (PUBLISH-2)', async () => {
  const dir = mkdtempSync(join(folder, 'files-'));
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const file = (path: string, kind: string, split = '') => {
    return { path, kind, split, rows: 0, tokens: 0, loss_tokens: 0, bytes: 0, sha256: empty };
  };
  const shard = ['data', 'meta', 'origin'].map((kind) => file(`${kind}/test-00000-of-00001.parquet`, kind, 'test'));
  const index = ['examples', 'members'].map((name) => file(`index/${name}.parquet`, 'index'));
  const files = [...shard, ...index, file('README.md', 'card')];
  for (const name of ['data', 'meta', 'origin', 'index']) mkdirSync(join(dir, name));
  for (const { path } of files) writeFileSync(join(dir, path), '');
  for (const name of ['manifest.json', 'lineage.json']) writeFileSync(join(dir, name), '{}');
  const wrong = async (named: object[] = files) => {
    const list = createFaultList();
    await checkFiles(
      { files: openReader(releaseAt(dir)), manifest: { files: named }, isCanonical: true } as unknown as OpenRelease,
      list,
    );
    return list.faults.map(({ rule, detail }) => `${rule.join()} ${detail}`);
  };
  expect(await wrong()).toEqual([]);
  expect(await wrong(files.toReversed())).toEqual([expect.stringContaining('in another order')]);
  expect(await wrong(files.with(5, file('README.md', 'index')))).toContainEqual(
    expect.stringContaining('README.md is called'),
  );
  expect(await wrong(files.with(5, { ...file('README.md', 'card'), tokens: 1 }))).toEqual([
    expect.stringContaining('README.md'),
  ]);
  const odd = [
    join(dir, 'data', '.raw'),
    join(dir, 'index', 'a@b.org'),
    join(dir, 'notes.txt'),
    join(dir, 'certificate.json'),
  ];
  mkdirSync(odd[1]!);
  symlinkSync('/etc/hostname', odd[0]!);
  writeFileSync(odd[2]!, 'raw');
  writeFileSync(odd[3]!, '{}');
  const strays = await wrong();
  expect(strays).toHaveLength(4);
  for (const name of ['data/.raw', 'index/a@b.org', 'notes.txt', 'certificate.json'])
    expect(strays.join('\n')).toContain(`PUBLISH-2 ${name} is`);
  for (const path of odd) rmSync(path, { recursive: true });
  rmSync(join(dir, 'README.md'));
  mkdirSync(join(dir, 'README.md'));
  expect(await wrong()).toContainEqual(expect.stringContaining('README.md is missing'));
});
