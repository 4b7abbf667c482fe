/**
 * The manifest: hashes, label tables and the release's id follow from what it says and from its
 * rows.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Domain } from '../../schemas/domain.ts';
import type { LabelTable } from '../../schemas/manifest.ts';
import { openReader, releaseAt } from '../../src/adapters/checker-reader.ts';
import { BrewhouseError } from '../../src/errors.ts';
import { createFaultList } from '../../src/verify/fault-list.ts';
import { hf } from '../../src/verify/profiles/hf.ts';
import { rowDigest } from '../../src/verify/profiles/profile.ts';
import { labelTablesOf } from '../../src/verify/reference/label-tables.ts';
import { canonicalJson, canonicalSha256 } from '../../src/verify/release/canonical-json.ts';
import {
  checkDerived,
  checkEventSide,
  checkNotes,
  checkReleaseId,
  checkSplits,
  checkTasks,
  RENDER_VERSION,
} from '../../src/verify/release/check-manifest.ts';
import { NOTHING_SAID } from '../../src/verify/release/event-side.ts';
import { readManifest } from '../../src/verify/release/manifest.ts';
import { noteFactsOf, notesOf } from '../../src/verify/release/notes.ts';
import { defaultReleaseId } from '../../src/verify/release/release-digest.ts';
import { storedIdentity, toyWorld, wordTokenizer } from './toy-world.ts';

const tasks = [{ form: 'ranking.pointwise' }, { form: 'retrieval.choose', candidates: 3 }];
const identity = { ...storedIdentity({ section: { tasks } }), render_version: RENDER_VERSION };
const release = { profile: 'hf', until: 9, splits: { t1: 1, t2: 2, gap: 0 } };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const { section, context, context_min, domain, templates } = identity;
const whole = Domain.parse(domain);
const world = toyWorld([], { section: { tasks }, tokenizer: wordTokenizer() });
/** A row of one task: the notes say nothing of the rows of others. */
const fates = { 'retrieval.choose': { test: 1 } };
const nothing = { splits: {}, fates, variants: {}, labels: {}, keep_shares: [] as object[] };
/** What a source says that says nothing. */
const SAID = { assumed: [], dated: [], left_out: [] };
const honest = {
  ...{ format: 5, id: 'given', identity, release, until: 9, profile: 'hf', key_id: '00000000', ...nothing },
  ...{ source: SAID, items_without_time: 0, train_shards_equal: true },
  notes: [
    ...['Members who were erased are missing from all times.'],
    ...['Nothing is promised on how far apart rows of one member lie.'],
    ...['Rows of tables that became no event are counted in lineage.json, by reason.'],
    'Popularity may tell the right one in retrieval.choose: all other items are drawn at random.',
    'Serving a brand-new item is outside what was trained in retrieval.choose: ' +
      'every item asked about was known before.',
    'Which questions were lost, and with which labels, is counted in lineage.json.',
  ],
  ...{ versions: { brewhouse: '0.1.0', node: '24.1.0', zstd: '1.5.7', tokenizers: '0.13.3' }, files: [] as object[] },
  corpus: sha256(canonicalJson(identity)).slice(0, 16),
  recipe_sha256: sha256(canonicalJson({ corpus: { ...section, context, context_min }, release })),
  domain_sha256: sha256(canonicalJson(domain)),
  templates_sha256: sha256(canonicalJson(templates)),
  label_tables: labelTablesOf(world),
};
const opened = (manifest: object) => ({
  ...{ files: openReader(releaseAt('')), manifestSha256: '', isCanonical: true },
  ...readManifest(JSON.parse(JSON.stringify(manifest))),
});

const NOT_LATE = { versions: 0, interactions: 0 };

/** Details of the faults that a check finds in a manifest. */
function faults(change: Partial<Record<keyof typeof honest, unknown>>, other = world): string[] {
  const list = createFaultList();
  const release = opened({ ...honest, ...change });
  checkDerived(release, list);
  checkSplits(release, list);
  checkEventSide(release, NOTHING_SAID, list);
  checkTasks(release, other, list);
  const notLate = { itemsWithoutTime: 0, late: NOT_LATE, assumes: false };
  checkNotes(release, noteFactsOf(other, release.manifest.fates, notLate), list);
  return list.faults.map(({ check, detail }) => `${check}: ${detail}`);
}

test('an honest manifest has no fault', () => {
  expect(faults({})).toEqual([]);
});
test('canonical JSON has its keys in order of their UTF-8 bytes and no white space (NAME-1)', () => {
  expect(canonicalJson({ '\u{10000}': 1, '\uffff': 2, a: [true, null, 'x'] })).toBe(
    '{"a":[true,null,"x"],"\uffff":2,"\u{10000}":1}',
  );
  const halves = { '\ud800': 1, '\udc00': 2, '\ufffd': 3 };
  expect(canonicalJson(Object.fromEntries(Object.entries(halves).reverse()))).toBe(canonicalJson(halves));
});

test.each(['corpus', 'recipe_sha256', 'domain_sha256', 'templates_sha256', 'profile'] as const)(
  'a %s that is not that of the identity is reported',
  (name) => {
    const other = { corpus: 'f'.repeat(16), profile: 'ffff' }[name as string] ?? 'f'.repeat(64);
    expect(faults({ [name]: other })).toEqual([expect.stringContaining(`${name} is ffff`)]);
  },
);
test('another domain, template or recipe under the same hashes is reported (NAME-1, NAME-2)', () => {
  const changed = (part: object) => faults({ identity: { ...identity, ...part } }).map((text) => text.split(' ')[1]);
  expect(changed({ domain: { ...domain, name: 'other' } })).toEqual(['corpus', 'domain_sha256']);
  expect(changed({ templates: templates.slice(1) })).toEqual(['corpus', 'templates_sha256', 'templates']);
  expect(changed({ context: 512, context_min: 512 })).toEqual(['corpus', 'recipe_sha256']);
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

const digest = (ids: number[], labels: number[]) => {
  const row = { ids: Int32Array.from(ids), columns: { labels: Float64Array.from(labels) } };
  return rowDigest(row.ids, hf.supervised(row).spans);
};
const row = (example: string, ids: number[], labels: number[]) => ({ example, sha256: digest(ids, labels) });
/** Numbers of 32 bits as a row digest is made of them. */
const hashOf = (...numbers: number[]) => {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [at, number] of numbers.entries()) bytes.writeInt32LE(number, 4 * at);
  return createHash('sha256').update(bytes).digest();
};
test('a row digest is the SHA-256 of spans and ids as int32 (RELEASE-6)', () => {
  const ids = [7, 70_000, 8, -1, 9];
  const of = (...labels: number[]) => Buffer.from(digest(ids, labels));
  expect(of(-100, -100, -100, -1, 9)).toEqual(hashOf(1, 3, 5, ...ids));
  expect(of(7, -100, 8, -5_000_000_000, -100)).toEqual(hashOf(2, 0, 1, 2, 4, ...ids));
  expect(of(-100, -100, -100, -100, -100)).toEqual(hashOf(0, ...ids));
  expect(of(0, 0, 0, 0, 0)).toEqual(hashOf(1, 0, 5, ...ids));
});
const idOf = (manifest: Parameters<typeof opened>[0], ...rows: readonly ReturnType<typeof row>[]) =>
  defaultReleaseId(opened(manifest), {
    count: rows.length,
    exampleOf: (index) => rows[index]!.example,
    digestOf: (index) => rows[index]!.sha256,
  });
test('the default id depends on every row and not on their order (RELEASE-6)', () => {
  const [a, b] = [row('a', [1], [1]), row('b', [2], [-100])];
  const id = idOf(honest, a, b);
  const examples = createHash('sha256').update('a').update(a.sha256).update('b').update(b.sha256).digest('hex');
  expect(id).toBe(
    `${honest.corpus}-${canonicalSha256({ release, key: '00000000', source: SAID, examples }).slice(0, 16)}`,
  );
  expect(idOf(honest, b, a)).toBe(id);
  expect(idOf(honest, a, row('b', [2], [2]))).not.toBe(id);
  expect(idOf({ ...honest, key_id: '11111111' }, a, b)).not.toBe(id);
  expect(idOf({ ...honest, source: { ...SAID, credit: 'Ann' } }, a, b)).not.toBe(id);
});

test('a default name that is not that of the rows is reported (RELEASE-6)', () => {
  const id = idOf(honest, row('a', [1], [1]));
  const found = (name: string, footer = id) => {
    const list = createFaultList();
    checkReleaseId(opened({ ...honest, id: name }), { id, told: new Map([['data/x', footer]]) }, list);
    return list.faults.map(({ detail }) => detail);
  };
  expect(found(id)).toEqual([]);
  expect(found('given')).toEqual([]);
  expect(found(id, 'given')).toEqual([expect.stringContaining('data/x is of release given')]);
  const other = `${honest.corpus}-${'0'.repeat(16)}`;
  expect(found(other)).toEqual([expect.stringContaining(`the release is named ${other}`)]);
});

test('what lies beside nothing is refused: unknown keys, versions and paths with room (PUBLISH-3)', () => {
  const refused = (change: object) => {
    try {
      opened({ ...honest, ...change });
    } catch (error) {
      return error instanceof BrewhouseError ? error.place.field : 'no failure of ours';
    }
    return 'read';
  };
  const file = { path: 'README.md', kind: 'card', split: '', rows: 0, tokens: 0, loss_tokens: 0, bytes: 1 };
  const files = [{ ...file, sha256: '0'.repeat(64) }];
  expect(refused({ files })).toBe('read');
  expect(refused({ contact: 'a@b.org' })).toBe('manifest.contact');
  expect(refused({ files: [{ ...files[0], owner: 'a' }] })).toBe('manifest.files[0].owner');
  expect(refused({ files: [{ ...files[0], path: '../README.md' }] })).toBe('manifest.files[0].path');
  expect(refused({ files: [{ ...files[0], kind: 'extra' }] })).toBe('manifest.files[0].kind');
  expect(refused({ versions: { ...honest.versions, node: 'a@b.org' } })).toBe('manifest.versions.node');
  expect(refused({ versions: { ...honest.versions, python: '3.1.0' } })).toBe('manifest.versions.python');
  expect(refused({ until: 1e15 })).toBe('manifest.until');
  expect(refused({ splits: undefined })).toBe('manifest.splits');
  expect(refused({ format: 2 })).toBe('manifest.format');
});

test('what follows from identity, events or tasks is worked out again (PUBLISH-3)', () => {
  const told = (change: Parameters<typeof faults>[0]) => faults(change).map((text) => text.replace('manifest: ', ''));
  const trust = [{ type: 'item', attribute: 'title', because: 'no history' }];
  expect(told({ notes: [...honest.notes, 'Call Ann.'] })).toEqual([expect.stringMatching(/^notes: /)]);
  const said = (change: object) => told({ source: { ...SAID, ...change } });
  expect(said({ assumed: trust })).toEqual([expect.stringMatching(/^source.assumed: /)]);
  expect(said({ dated: [{ by: 'constant', because: 'x' }] })).toEqual([expect.stringMatching(/^source.dated: /)]);
  expect(said({ left_out: [{ type: 'item', attribute: 'x', why: 'y' }] })).toEqual([
    expect.stringMatching(/^source.left_out: /),
  ]);
  for (const name of ['name', 'credit', 'licence'])
    expect(said({ [name]: 'Ann' })).toEqual([expect.stringMatching(/^source.*: "Ann" instead of null/)]);
  expect(told({ splits: { test: { rows: 0, tokens: 0, loss_tokens: 0 } } })).toEqual([
    expect.stringMatching(/^splits: test has 0 rows and 0 files/),
  ]);
  expect(told({ train_shards_equal: false })).toEqual(['train_shards_equal is false']);
});

test('an identity has the version of the law, its own tokenizer, no template too many, no default (NAME-2)', () => {
  const changed = (part: object, of: object = identity) =>
    faults({ identity: { ...of, ...part } }).filter(
      (text) => !/: (corpus|recipe_sha256|templates_sha256) is/.test(text),
    );
  expect(changed({ render_version: 1 })).toEqual([expect.stringContaining('render_version is 1')]);
  expect(changed({ tokenizer: { ...identity.tokenizer, id: 'else' } })).toEqual([
    expect.stringContaining('tokenizer_id is else'),
  ]);
  expect(changed({ section: { ...section, variants: 0.1 } })).toEqual([
    expect.stringContaining('identity.section.variants equals its default'),
  ]);
  const [template] = templates;
  const more = [...templates, { ...template!, id: 'zz', form: 'ranking.binary' }];
  expect(changed({ templates: more })).toEqual([expect.stringContaining('templates are ')]);
  expect(faults({ release: { ...release, holdout_tasks: [] } })).toContainEqual(
    expect.stringContaining('release.holdout_tasks equals its default'),
  );
  const label_caps = JSON.parse('{"ranking.pointwise": {"__proto__": 4}}');
  expect(faults({ release: { ...release, label_caps, token_budget: 'none' } })).toContainEqual(
    expect.stringContaining('release.token_budget equals its default'),
  );
  expect(faults({ release: { ...release, weights: { 'a@b.org': 1 } } })).toContainEqual(
    expect.stringContaining('names a@b.org, which is no task'),
  );
});

test('the notes are those of docs/release.md, and apply as it says (PUBLISH-3)', () => {
  const page = readFileSync(new URL('../../docs/release.md', import.meta.url), 'utf8');
  const rows = page.split('\n').flatMap((line) => line.match(/^\| (`+) ?(.*?) ?\1 \| ([^|]*) \|$/)?.slice(2) ?? []);
  const from = rows.findIndex((text) => text.startsWith('Members who were erased'));
  const written = rows.slice(from).filter((_, index) => index % 2 === 0);
  const all = {
    drawn: ['<tasks>'],
    random: ['<tasks>'],
    drawing: ['<tasks>'],
    momentKeys: ['<keys>'],
    assumes: true,
    draws: true,
  };
  const notes = notesOf({ ...all, itemsWithoutTime: 7, late: { versions: 0, interactions: 9 } }).map((note) =>
    note.replace(/^7 /, '<items> ').replace(/^0 versions and 9 /, '<versions> versions and <interactions> '),
  );
  expect(notes).toEqual(written.slice(0, notes.length));
  expect(notes).toHaveLength(11);
  const nothing = { drawn: [], random: [], drawing: [], draws: false, momentKeys: [] };
  const none = { ...nothing, itemsWithoutTime: 0, late: NOT_LATE, assumes: false };
  expect(notesOf(none)).toEqual(notes.slice(0, 3));
});
