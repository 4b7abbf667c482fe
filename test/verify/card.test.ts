/** The card: builder and checker make the same text of one manifest, as docs/release.md has it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Manifest as Written } from '../../schemas/manifest.ts';
import { PROFILE_NAMES } from '../../src/profiles/profiles.ts';
import { releaseCard } from '../../src/release/card.ts';
import { cardText } from '../../src/verify/release/card-text.ts';
import { SPLITS } from '../../src/verify/release/manifest.ts';
import { page, section } from '../docs/pages.ts';

const ODD = ['constructor', '__proto__', 'toString', 'a|b', 'Über', '\u{10000}', '\uffff'];
const name = fc.oneof(fc.constantFrom(...ODD), fc.string({ minLength: 1, maxLength: 12 }));
/** As `TaskName` has them: none of them looks like a number, which an object would put first. */
const task = fc.oneof(fc.constantFrom('constructor', 'a.b-c_d'), fc.stringMatching(/^[a-z][a-z0-9._-]{0,6}$/));
const count = fc.nat({ max: 5_000_000 });
const attribute = { type: fc.constantFrom('item', 'member'), attribute: name };
const mapOf = <T>(keys: fc.Arbitrary<string>, value: fc.Arbitrary<T>) =>
  fc.uniqueArray(fc.tuple(keys, value), { selector: ([key]) => key, maxLength: 5 });

/** As much of a manifest as a card says. */
const manifests = fc.record({
  splits: mapOf(fc.constantFrom(...SPLITS), fc.record({ rows: count, tokens: count, loss_tokens: count })),
  fates: mapOf(task, mapOf(fc.constantFrom(...SPLITS, 'in_gap', 'thinned'), count)),
  source: fc.record({
    assumed: fc.array(fc.record({ ...attribute, because: name }), { maxLength: 2 }),
    dated: fc.constant([]),
    left_out: fc.array(fc.record({ ...attribute, why: name }), { maxLength: 2 }),
    credit: fc.option(name, { nil: undefined }),
  }),
  notes: fc.array(name, { maxLength: 3 }),
  until: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
  profile: fc.constantFrom(...PROFILE_NAMES),
  identity: fc.record({
    ...{ domain: fc.record({ name }), context: count },
    tokenizer: fc.record({ id: name, sha256: fc.constant('0'.repeat(64)) }),
  }),
  shards: fc.integer({ min: 1, max: 3 }),
});

const plain = <T>(entries: readonly (readonly [string, T])[]) =>
  Object.fromEntries(entries.map(([key, value]) => [key, value]));

test('a card is the same text on both sides, whatever the manifest says (PUBLISH-4)', () => {
  let compared = 0;
  fc.assert(
    fc.property(manifests, ({ splits, fates, shards, ...rest }) => {
      const inOrder = SPLITS.flatMap((split) => splits.filter(([own]) => own === split));
      const files = inOrder.flatMap(([split]) =>
        Array.from({ length: shards }, (_, shard) => ({
          kind: 'data' as const,
          split,
          path: `data/${split}-${shard}`,
        })),
      );
      const byName = fates.toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const shared = { ...rest, corpus: 'c', recipe_sha256: 'r', id: 'the-id', files };
      const written = {
        ...shared,
        splits: plain(inOrder),
        fates: plain(byName.map(([task, ends]) => [task, plain(ends)])),
      };
      const read = {
        ...shared,
        splits: new Map(splits),
        fates: new Map(fates.map(([task, ends]) => [task, new Map(ends)])),
      };
      // Only what a card says is there.
      const card = releaseCard(written as unknown as Written);
      expect(cardText(read as unknown as Parameters<typeof cardText>[0], 'the-id')).toBe(card);
      compared += card.length;
    }),
    { numRuns: 200 },
  );
  expect(compared).toBeGreaterThan(100_000);
});

test('a card is the one of docs/release.md (PUBLISH-4)', () => {
  const own = section(page('release.md'), '## The card');
  const [, block = ''] = /```\n([\s\S]*?)```/.exec(own) ?? [];
  const about = /\| `hf` \| `` (.*) `` \|/.exec(own)?.[1] ?? '';
  const values: Record<string, string> = {
    split: 'train',
    'path of a data file of the split': 'data/x',
    id: 'the-id',
    'name of the domain': 'jobs',
    until: '1970-01-01T00:00:00.000Z',
    'about the profile': about,
    rows: '1,000',
    tokens: '20,000',
    'supervised tokens': '3,000',
    'splits but test_template, joined by ` | `': 'train',
    '`---:|` for each of them': '---:|',
    task: 'rank',
    'its rows in each of them, joined by ` | `': '1,000',
    'id of the tokenizer': 'toy',
    sha256: 's',
    context: '4,096',
    corpus: 'c',
    recipe_sha256: 'r',
    credit: 'Ann',
    note: 'A note.',
  };
  const wanted = block
    .replace('<type>.<attribute> (<because>); ....', 'item.title (why).')
    .replace('<type>.<attribute> (<why>); ....', 'item.x (why).')
    .replace(/<([^<>]*)>/g, (all, what: string) => values[what] ?? all)
    .replace(/^..(?=.)/gm, '');
  const facts = {
    ...{ corpus: 'c', recipe_sha256: 'r', until: 0, notes: ['A note.'], profile: 'hf' },
    ...{ identity: { domain: { name: 'jobs' }, context: 4096, tokenizer: { id: 'toy', sha256: 's' } } },
    splits: new Map([['train', { rows: 1_000, tokens: 20_000, loss_tokens: 3_000 }]]),
    fates: new Map([['rank', new Map([['train', 1_000]])]]),
    source: {
      assumed: [{ type: 'item', attribute: 'title', because: 'why' }],
      left_out: [{ type: 'item', attribute: 'x', why: 'why' }],
      credit: 'Ann',
    },
    files: [{ kind: 'data', split: 'train', path: 'data/x' }],
  };
  expect(cardText(facts as unknown as Parameters<typeof cardText>[0], 'the-id')).toBe(wanted);
});
