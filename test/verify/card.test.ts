/** The card: builder and checker make the same text of one manifest and one row (PUBLISH-4). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Manifest as Written } from '../../schemas/manifest.ts';
import { PROFILE_NAMES } from '../../src/profiles/profiles.ts';
import { releaseCard, type ToldRow } from '../../src/release/card/card.ts';
import { chooseCardRow, rowBlock } from '../../src/release/card/card-row.ts';
import { createRowPacker } from '../../src/release/packed-rows.ts';
import { PROFILES } from '../../src/verify/profiles/registry.ts';
import { choosingToldRow, fencedLines } from '../../src/verify/release/card-row.ts';
import { cardText } from '../../src/verify/release/card-text.ts';
import { SPLITS } from '../../src/verify/release/manifest.ts';

const ODD = [
  ...['constructor', '__proto__', 'toString', 'a|b', 'Über', '\u{10000}', '\uffff', '---', '---\nlicense: mit'],
  ...[
    'jobs: "the best"',
    "it's",
    '# title',
    '- a',
    '{x}',
    '[a](b)',
    '<b>',
    '`code`',
    '*',
    '\\',
    '%YAML',
    '&a',
    '!!int 3',
  ],
  ...['\ud800', '\u0085', '\u2028', '\ufeff', '\u0000', '\u202e', 'yes', '1e3', ' ', '契約'],
];
const odd = fc.oneof(fc.constantFrom(...ODD), fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }));
/** A label is a `Name` of the domain or of a form: never half of a surrogate pair. */
const name = odd.filter((text) => text.isWellFormed());
/** As `TaskName` has them: none of them looks like a number, which an object would put first. */
const task = fc.oneof(fc.constantFrom('constructor', 'a.b-c_d'), fc.stringMatching(/^[a-z][a-z0-9._-]{0,6}$/));
const count = fc.nat({ max: 5_000_000 });
const moment = fc.oneof(
  fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
  fc.constantFrom(0, 86_400_000, 1_767_225_600_000),
);
const attribute = { type: fc.oneof(fc.constantFrom('item', 'member'), odd), attribute: odd };
const licence = fc.oneof(odd, fc.constantFrom('cc-by-4.0', 'CC BY 4.0', 'openrail++', 'other', '???', '-.-'));
const mapOf = <T>(keys: fc.Arbitrary<string>, value: fc.Arbitrary<T>) =>
  fc.uniqueArray(fc.tuple(keys, value), { selector: ([key]) => key, maxLength: 5 });
const ends = mapOf(fc.constantFrom(...SPLITS, 'in_gap', 'thinned'), count);

/** A row of any split, as much of it as the choice looks at. */
const choosable = fc.record({
  split: fc.constantFrom('train', 'train', 'train', 'validation', 'test') as fc.Arbitrary<
    'train' | 'validation' | 'test'
  >,
  ids: fc.uint8Array({ maxLength: 6 }).map((bytes) => Int32Array.from(bytes)),
  meta: fc.record({ task, template: odd, label: name, n_history_shown: fc.nat({ max: 5 }) }),
});
const rowText = fc.oneof(odd, fc.string({ unit: fc.constantFrom('`', '``', '\n', 'x', '\r', '\u202e', '\u{1f600}') }));

/** As much of a manifest as a card says. */
const manifests = fc.record({
  splits: mapOf(fc.constantFrom(...SPLITS), fc.record({ rows: count, tokens: count, loss_tokens: count })),
  fates: mapOf(task, ends),
  labels: mapOf(task, mapOf(fc.oneof(name, fc.constantFrom('10', '9', 'No')), ends)),
  keep_shares: fc.array(fc.record({ task, label: name, kept: count, all: count }), { maxLength: 2 }),
  source: fc.record({
    assumed: fc.array(fc.record({ ...attribute, because: odd }), { maxLength: 2 }),
    dated: fc.array(fc.record({ by: fc.constantFrom('constant' as const, 'first_seen' as const), because: odd }), {
      maxLength: 2,
    }),
    left_out: fc.array(fc.record({ ...attribute, why: odd }), { maxLength: 2 }),
    name: fc.option(odd, { nil: undefined }),
    credit: fc.option(odd, { nil: undefined }),
    licence: fc.option(licence, { nil: undefined }),
  }),
  // Sentences of ours: keys of a domain in them are one line.
  notes: fc.array(
    odd.map((text) => text.replaceAll('\n', ' ')),
    { maxLength: 3 },
  ),
  until: moment,
  since: fc.option(
    fc.record({
      ...{ id: fc.constantFrom('r', '0.a_b-c'), until: moment, first: fc.constant({ id: 'first' }) },
      ...{ millionths: fc.nat({ max: 1_000_000 }), changes: fc.record({ removed: count, replaced: count }) },
    }),
    { nil: undefined },
  ),
  release: fc.record({
    splits: fc.record({ t1: moment, t2: moment, gap: fc.oneof(fc.nat(), fc.constant(2 ** 53 - 1)) }),
    holdout_tasks: fc.array(task, { maxLength: 2 }),
  }),
  profile: fc.constantFrom(...PROFILE_NAMES),
  identity: fc.record({
    ...{ domain: fc.record({ name: odd }), context: count },
    section: fc.record({ holdout: fc.record({ surfaces: fc.array(odd, { maxLength: 2 }) }) }),
    tokenizer: fc.record({ id: odd, sha256: fc.constant('0'.repeat(64)) }),
  }),
  shards: fc.integer({ min: 1, max: 3 }),
});
type Drawn = typeof manifests extends fc.Arbitrary<infer T> ? T : never;

const plain = <T>(entries: readonly (readonly [string, T])[]) => Object.fromEntries(entries);
const mapped = <T>(of: readonly (readonly [string, readonly (readonly [string, T])[]])[]) =>
  new Map(of.map(([name, inner]) => [name, new Map(inner)]));

/** One manifest as the builder writes it, and as the checker reads it. */
function bothOf({ splits, fates, labels, shards, release, since, ...rest }: Drawn) {
  const inOrder = SPLITS.flatMap((split) => splits.filter(([own]) => own === split));
  const files = inOrder.flatMap(([split]) =>
    (['data', 'meta', 'origin'] as const).flatMap((kind) =>
      Array.from({ length: shards }, (_, shard) => ({ kind, split, path: `${kind}/${split}-${shard}` })),
    ),
  );
  const byName = fates.toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const shared = { ...rest, corpus: 'c', recipe_sha256: 'r', id: 'the-id', files };
  const nested = (of: readonly (readonly [string, readonly (readonly [string, number])[]])[]) =>
    plain(of.map(([name, inner]) => [name, plain(inner)]));
  const written = {
    ...{ ...shared, release, splits: plain(inOrder), fates: nested(byName) },
    ...(since && { since: { ...since, replay: since.millionths / 1_000_000 } }),
    labels: plain(labels.map(([name, byLabel]) => [name, nested(byLabel)])),
  };
  const read = {
    ...{ ...shared, splits: new Map(splits), fates: mapped(fates) },
    ...(since && { since: { ...since, replay: since.millionths } }),
    labels: new Map(labels.map(([name, byLabel]) => [name, mapped(byLabel)])),
    release: { ...release, profile: PROFILES.get(rest.profile) },
  };
  // Only what a card says is there.
  return {
    written: written as unknown as Written,
    read: read as unknown as Parameters<typeof cardText>[0],
  };
}

type Choosable = typeof choosable extends fc.Arbitrary<infer T> ? T : never;

/** What of a packed row no choice looks at. */
const REST = {
  ...{ example_id: '0'.repeat(32), member: '1'.repeat(32), form: '', template_version: 1, variant: '' },
  ...{ asked_at: 0, label_settled_at: 0, turn_times: '', item_ids: '', candidate_reasons: '', surface: '' },
  ...{ slate_id: '', position: -1, propensity: -1, split: 'train', n_loss_tokens: 0, n_history_available: 0 },
  ...{ n_actions_before: 0, keep_share: 1, thin: 0 },
};
const NO_ORIGIN = {
  ...{ segments: new Int32Array(), first_event: -1, events: new Int32Array(), lowered: 0, room: 0, used: 0 },
  stopped_at: -1,
};

function* packed(rows: readonly Choosable[]): Generator<Uint8Array> {
  const packer = createRowPacker();
  for (const { split, ids, meta } of rows) {
    const sidecar = { ...REST, ...meta, n_tokens: ids.length };
    yield packer.pack(split, { meta: sidecar as never, origin: NO_ORIGIN, spans: new Int32Array() });
  }
}

function ourChoice(rows: readonly Choosable[]) {
  const chosen = chooseCardRow(packed(rows));
  if (chosen === undefined) return undefined;
  const { packed: _, ...told } = chosen;
  return { ...told, ids: rows.filter(({ split }) => split === 'train')[told.row]!.ids };
}

/** The row that each side chooses of the same rows. */
function rowsOf(rows: readonly Choosable[], text: string) {
  const ours = ourChoice(rows);
  const theirs = choosingToldRow();
  for (const [row, { split, ids, meta }] of rows.entries())
    theirs.see({ place: { split, row, example: '' }, ids, meta: { ...meta } });
  const chosen = theirs.chosen();
  return { ours: ours && ({ ...ours, text } satisfies ToldRow), theirs: chosen && { ...chosen, text } };
}

test('a card is the same text on both sides, whatever manifest and rows say (PUBLISH-4)', () => {
  let [compared, told] = [0, 0];
  fc.assert(
    fc.property(manifests, fc.array(choosable, { maxLength: 8 }), rowText, (drawn, rows, text) => {
      const { written, read } = bothOf(drawn);
      const { ours, theirs } = rowsOf(
        rows.toSorted((a, b) => SPLITS.indexOf(a.split) - SPLITS.indexOf(b.split)),
        text,
      );
      const card = releaseCard(written, ours);
      expect(cardText(read, 'the-id', theirs)).toBe(card);
      compared += card.length;
      told += ours === undefined ? 0 : 1;
    }),
    { numRuns: 300 },
  );
  expect(compared).toBeGreaterThan(1_000_000);
  expect(told).toBeGreaterThan(150);
});

test('the front matter is YAML of one meaning, whatever names are in it', () => {
  fc.assert(
    fc.property(manifests, (drawn) => {
      const card = releaseCard(bothOf(drawn).written, undefined);
      const [, front = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(card) ?? [];
      const { identity, source, splits, shards } = drawn;
      const read = parse(front) as Record<string, unknown>;
      const allowed = ['pretty_name', 'license', 'license_name', 'task_categories', 'tags', 'size_categories'];
      expect(new Set(Object.keys(read)).difference(new Set([...allowed, 'configs', 'dataset_info']))).toEqual(
        new Set(),
      );
      const name = identity.domain.name.toWellFormed().replace(/[\s\p{Cc}]+/gu, ' ');
      expect(read.pretty_name).toMatch(/, until \d{4}-/);
      expect(String(read.pretty_name).slice(0, name.length)).toBe(name);
      expect('license' in read).toBe(source.licence !== undefined);
      if ('license_name' in read)
        expect(read).toMatchObject({ license: 'other', license_name: expect.stringMatching(/\w|\./) });
      const configs = read.configs as { config_name: string; data_files: { split: string; path: string[] }[] | null }[];
      expect(configs.map((config) => config.config_name)).toEqual(['default', 'meta', 'origin']);
      for (const [at, { data_files: files }] of configs.entries()) {
        expect(files ?? []).toHaveLength(splits.length);
        const folder = ['data', 'meta', 'origin'][at]!;
        for (const { split, path } of files ?? [])
          expect(path).toEqual(Array.from({ length: shards }, (_, shard) => `${folder}/${split}-${shard}`));
      }
      // No text of others begins a line of the body: each is in a line of ours.
      expect(body.split('\n').filter((line) => /^(---|license:|<b>)/.test(line))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test('a licence is its id on the Hub, or another one with a name of letters, digits and dots', () => {
  const keysOf = (text: string | undefined) => {
    const [sample] = fc.sample(manifests, { numRuns: 1, seed: 4 });
    const { written } = bothOf({ ...sample!, source: { ...sample!.source, licence: text } });
    const card = releaseCard(written, undefined);
    return [...card.matchAll(/^license.*$/gm), ...card.matchAll(/^- Licence.*$/gm)].map(([line]) => line);
  };
  expect(keysOf('cc-by-4.0')).toEqual(['license: cc-by-4.0', '- Licence of the data: cc-by-4.0.']);
  expect(keysOf('CC BY 3.0 US')).toEqual([
    ...['license: other', 'license_name: "cc-by-3.0-us"', '- Licence of the data: CC BY 3.0 US.'],
  ]);
  expect(keysOf('自由')).toEqual(['license: other', 'license_name: "named-below"', '- Licence of the data: 自由.']);
  expect(keysOf(undefined)).toEqual(['- Licence of the data: none was named.']);
});

test('a row’s text ends no fence, orders nothing about and is cut in the middle', () => {
  const long = `a\`\`\`\n${'b'.repeat(5_000)}\u202e\u0007z`;
  const block = rowBlock(long);
  expect(fencedLines(long).join('\n')).toBe(block);
  const [first = '', ...lines] = block.split('\n');
  expect(first).toBe('````text');
  expect(lines.at(-1)).toBe('````');
  const told = lines.slice(0, -1);
  expect(told).toContain(
    `[... ${[...`a\`\`\`\n${'b'.repeat(5_000)}<U+202E><U+0007>z`].length - 4_000} characters are left out here ...]`,
  );
  expect(told.at(-1)).toMatch(/^b+<U\+202E><U\+0007>z$/);
  expect(told.join('').length).toBeLessThan(4_100);
  expect(rowBlock('x'.repeat(4_000))).toBe(`\`\`\`text\n${'x'.repeat(4_000)}\n\`\`\``);
});

test('the row is the shortest of the first hundred with three entries, and the first of equals', () => {
  const row = (length: number, entries: number, split: 'train' | 'test' = 'train'): Choosable => ({
    ...{ split, ids: new Int32Array(length) },
    meta: { task: 't', template: 'x', label: `${length}`, n_history_shown: entries },
  });
  const chosen = (...rows: Choosable[]) => {
    const { ours, theirs } = rowsOf(rows, '');
    expect(theirs).toEqual(ours);
    return ours?.row;
  };
  expect(chosen(row(5, 0), row(9, 3), row(8, 7), row(8, 3), row(1, 2))).toBe(2);
  expect(chosen(row(5, 0), row(9, 1), row(8, 1), row(1, 0))).toBe(2);
  expect(chosen(...Array.from({ length: 100 }, () => row(9, 3)), row(1, 3))).toBe(0);
  expect(chosen(row(5, 3, 'test'))).toBeUndefined();
});
