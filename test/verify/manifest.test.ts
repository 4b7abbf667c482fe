/**
 * The manifest: hashes, label tables and the release's id follow from what it says and from its
 * rows.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WHOLE } from '../../schemas/columns.ts';
import { Domain } from '../../schemas/domain.ts';
import type { LabelTable } from '../../schemas/manifest.ts';
import { createParquetWriter } from '../../src/shard/parquet-writer.ts';
import { columnSpecs, columnsOf } from '../../src/shard/records.ts';
import { createFaultList } from '../../src/verify/fault-list.ts';
import { hf } from '../../src/verify/profiles/hf.ts';
import { labelTablesOf } from '../../src/verify/reference/label-tables.ts';
import { canonicalJson, canonicalSha256 } from '../../src/verify/release/canonical-json.ts';
import { checkDerived, checkLabelTables, checkReleaseId } from '../../src/verify/release/check-manifest.ts';
import { checkTokenFile } from '../../src/verify/release/check-schema.ts';
import { readManifest } from '../../src/verify/release/manifest.ts';
import type { ParquetTable } from '../../src/verify/release/parquet-table.ts';
import { defaultReleaseId } from '../../src/verify/release/release-digest.ts';
import { storedIdentity, toyWorld, wordTokenizer } from './toy-world.ts';

const tasks = [{ form: 'ranking.pointwise' }, { form: 'retrieval.choose', candidates: 3 }];
const identity = storedIdentity({ section: { tasks } });
const release = { profile: 'hf', until: 9, splits: { t1: 1, t2: 2, gap: 0 } };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const { section, context, context_min, domain, templates } = identity;
const whole = Domain.parse(domain);
const world = toyWorld([], { section: { tasks }, tokenizer: wordTokenizer() });
const honest = {
  ...{ format: 2, id: 'given', identity, release, until: 9, profile: 'hf', key_id: '00000000' },
  ...{ splits: {}, fates: {}, variants: {}, labels: {}, assumed: [], items_without_time: 0, train_shards_equal: true },
  ...{ versions: { brewhouse: '1' }, files: [] as object[] },
  corpus: sha256(canonicalJson(identity)).slice(0, 16),
  recipe_sha256: sha256(canonicalJson({ corpus: { ...section, context, context_min }, release })),
  domain_sha256: sha256(canonicalJson(domain)),
  templates_sha256: sha256(canonicalJson(templates)),
  label_tables: labelTablesOf(world),
};
const opened = (manifest: object) => ({
  ...{ dir: '', manifestSha256: '', lineage: undefined },
  ...readManifest(JSON.parse(JSON.stringify(manifest))),
});

/** Details of the faults that a check finds in a manifest. */
function faults(change: Partial<typeof honest>, other = world): string[] {
  const list = createFaultList();
  const release = opened({ ...honest, ...change });
  checkDerived(release, list);
  checkLabelTables(release, other, list);
  return list.faults.map(({ check, detail }) => `${check}: ${detail}`);
}

test('an honest manifest has no fault', () => {
  expect(faults({})).toEqual([]);
});
test('canonical JSON has its keys in order of their UTF-8 bytes and no white space (NAME-1)', () => {
  expect(canonicalJson({ '\u{10000}': 1, '\uffff': 2, a: [true, null, 'x'] })).toBe(
    '{"a":[true,null,"x"],"\uffff":2,"\u{10000}":1}',
  );
});

test.each(['corpus', 'recipe_sha256', 'domain_sha256', 'templates_sha256', 'profile'] as const)(
  'a %s that is not that of the identity is reported',
  (name) => {
    expect(faults({ [name]: 'f'.repeat(64) })).toEqual([expect.stringContaining(`${name} is ffff`)]);
  },
);
test('another domain, template or recipe under the same hashes is reported (NAME-1, NAME-2)', () => {
  const changed = (part: object) => faults({ identity: { ...identity, ...part } }).map((text) => text.split(' ')[1]);
  expect(changed({ domain: { ...domain, name: 'other' } })).toEqual(['corpus', 'domain_sha256']);
  expect(changed({ templates: templates.slice(1) })).toEqual(['corpus', 'templates_sha256']);
  expect(changed({ context: 512 })).toEqual(['corpus', 'recipe_sha256']);
});

test('the scoring position is the first token that differs, be it the end token (TOKEN-4)', () => {
  const [pointwise] = labelTablesOf(world);
  expect(pointwise!.before).toHaveLength(3);
  expect(new Set(pointwise!.labels.map(({ token }) => token)).size).toBe(4);
  const [first, ...others] = whole.actions;
  const going = {
    ...whole,
    actions: [{ ...first!, will: 'go' }, ...others.map((one) => ({ ...one, will: 'go on' }))],
  };
  const none = { name: 'none', will: 'go away' };
  const tokenizer = wordTokenizer();
  const [table] = labelTablesOf(toyWorld([], { domain: { ...going, none }, section: { tasks }, tokenizer }));
  expect(tokenizer.decode(table!.before)).toBe('The member will go');
  expect(table!.labels.find(({ label }) => label === first!.name)!.token).toBe(tokenizer.endId);
});
test('a label table with another token, text or position is reported, and one too many or too few (TOKEN-4)', () => {
  const [first, ...others] = honest.label_tables as [LabelTable, ...LabelTable[]];
  const [label, ...labels] = first.labels as [LabelTable['labels'][number], ...LabelTable['labels']];
  const withFirst = (table: LabelTable) => faults({ label_tables: [table, ...others] });
  expect(withFirst({ ...first, labels: [{ ...label, token: 7 }, ...labels] })).toHaveLength(1);
  expect(withFirst({ ...first, labels: [{ ...label, text: 'x' }, ...labels] })).toHaveLength(1);
  expect(withFirst({ ...first, labels: [...labels, label] })).toHaveLength(1);
  expect(withFirst({ ...first, before: [] })).toHaveLength(1);
  expect(faults({ label_tables: others })).toEqual([expect.stringContaining('null instead of')]);
  expect(faults({ label_tables: [first, ...honest.label_tables] })).toEqual([expect.stringContaining('there are 2')]);
  expect(withFirst({ ...first, template: 'none' })).toHaveLength(2);
});
test('answers whose scoring tokens are not different in pairs are reported (TOKEN-4)', () => {
  const same = { ...whole, actions: whole.actions.map((action) => ({ ...action, will: `go ${action.name}` })) };
  const other = toyWorld([], { domain: { ...same, none: { name: 'none', will: 'stay' } }, section: { tasks } });
  expect(faults({ label_tables: labelTablesOf(other) }, other)).toContainEqual(
    expect.stringContaining('two answers have the same scoring token'),
  );
});

const digest = (ids: number[], labels: number[]) =>
  hf.digest({ ids: Int32Array.from(ids), columns: { labels: Float64Array.from(labels) } });
const row = (example: string, ids: number[], labels: number[]) => ({ example, sha256: digest(ids, labels) });
test('a row digest is the SHA-256 of its ids as int32 and its labels as int64 (RELEASE-6)', () => {
  const bytes = Buffer.alloc(2 * 4 + 3 * 8);
  bytes.writeInt32LE(7, 0);
  bytes.writeInt32LE(70_000, 4);
  bytes.writeBigInt64LE(-100n, 8);
  bytes.writeBigInt64LE(70_000n, 16);
  bytes.writeBigInt64LE(-5_000_000_000n, 24);
  expect(Buffer.from(digest([7, 70_000], [-100, 70_000, -5_000_000_000]))).toEqual(
    createHash('sha256').update(bytes).digest(),
  );
});
test('the default id depends on every row and not on their order (RELEASE-6)', () => {
  const [a, b] = [row('a', [1], [1]), row('b', [2], [-100])];
  const id = defaultReleaseId(opened(honest), [a, b]);
  const examples = createHash('sha256').update('a').update(a.sha256).update('b').update(b.sha256).digest('hex');
  expect(id).toBe(`${honest.corpus}-${canonicalSha256({ release, key: '00000000', examples }).slice(0, 16)}`);
  expect(defaultReleaseId(opened(honest), [b, a])).toBe(id);
  expect(defaultReleaseId(opened(honest), [a, row('b', [2], [2])])).not.toBe(id);
  expect(defaultReleaseId(opened({ ...honest, key_id: '11111111' }), [a, b])).not.toBe(id);
});

test('a release id or a default name that is not that of the rows is reported (RELEASE-6)', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'brewhouse-verify-'));
  const rows = [row('a', [1], [1])];
  const id = defaultReleaseId(opened(honest), rows);
  const found = async (footer: string, name: string) => {
    const columns = columnSpecs({ x: WHOLE });
    const chunks: Uint8Array[] = [];
    const keyValues = { 'brewhouse.release_id': footer };
    const writer = createParquetWriter({ columns, keyValues, write: (chunk) => chunks.push(chunk.slice()) });
    writer.writeRowGroup(columnsOf({ x: WHOLE }, [{ x: 1 }]), 1);
    writer.finish();
    writeFileSync(join(dir, 'shard.parquet'), Buffer.concat(chunks));
    const list = createFaultList();
    const files = [{ ...FILE, kind: 'data', path: 'shard.parquet' }];
    await checkReleaseId({ ...opened({ ...honest, id: name, files }), dir }, rows, list);
    return list.faults.map(({ detail }) => detail);
  };
  try {
    expect(await found(id, id)).toEqual([]);
    expect(await found(id, 'given')).toEqual([]);
    expect(await found('given', 'given')).toEqual([expect.stringContaining('is of release given')]);
    const other = `${honest.corpus}-${'0'.repeat(16)}`;
    expect(await found(id, other)).toEqual([expect.stringContaining(`the release is named ${other}`)]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

const FILE = { split: 'train', rows: 3, tokens: 30, loss_tokens: 6, bytes: 1, sha256: '' };
const FEATURES = '{"info":{"features":{"input_ids":{},"attention_mask":{},"labels":{}}}}';
const facts = {
  ...{ huggingface: FEATURES, split: 'train', rows: '3', tokens: '30', loss_tokens: '6' },
  ...{ 'brewhouse.label_alignment': 'unshifted', 'brewhouse.ignore_index': '-100', 'brewhouse.profile': 'hf' },
  ...{ 'brewhouse.max_length': '4096', 'brewhouse.writer_version': '1', 'brewhouse.tokenizer': 'toy' },
  ...{ 'brewhouse.tokenizer_sha256': '0'.repeat(64), 'brewhouse.chat_template_sha256': '' },
  ...{ 'brewhouse.recipe_sha256': honest.recipe_sha256, 'brewhouse.domain_sha256': honest.domain_sha256 },
  'brewhouse.templates_sha256': honest.templates_sha256,
  ...{ 'brewhouse.t1': '1970-01-01T00:00:00.001Z', 'brewhouse.t2': '1970-01-01T00:00:00.002Z' },
  'brewhouse.until': '1970-01-01T00:00:00.009Z',
};
test.each(Object.keys(facts))('a footer whose %s is not that of the manifest is reported', (name) => {
  const found = (keyValues: object) => {
    const list = createFaultList();
    const file = { ...FILE, kind: 'data', path: 'shard.parquet' };
    const table = { keyValues: new Map(Object.entries(keyValues)), groups: [0], metadata: { schema: [] } };
    checkTokenFile({ table: table as unknown as ParquetTable, manifest: opened(honest).manifest, file, list });
    return list.faults.map(({ detail }) => detail).filter((detail) => detail.startsWith('footer'));
  };
  expect(found(facts)).toEqual([]);
  expect(found({ ...facts, [name]: 'else' })).toEqual([expect.stringContaining(name.replace('brewhouse.', ''))]);
});
