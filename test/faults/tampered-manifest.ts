/** What somebody may write into the manifest of a release, and into the identity that it holds. */
import type { ReleaseId } from '../../schemas/ids.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import type { Loose } from './tampered-release.ts';
import { BROKEN, RAW, type Tampering } from './tampering.ts';

const LAW = 'PUBLISH-3';

/** What the manifest says beside its identity. */
export const MANIFEST: readonly Tampering[] = [
  {
    name: 'a split that there is not',
    change: ({ manifest }) => {
      manifest.splits.production = { rows: 1, tokens: 1, loss_tokens: 1 };
    },
    ...{ by: BROKEN, law: LAW, says: /production|splits/ },
  },
  {
    name: 'a split without a row',
    change: ({ manifest }) => {
      manifest.splits.test_task = { rows: 0, tokens: 0, loss_tokens: 0 };
    },
    ...{ by: 'manifest', law: LAW, says: /test_task/ },
  },
  {
    name: 'more tokens in a split than in its files',
    change: ({ manifest }) => {
      manifest.splits.train!.tokens += 1;
    },
    ...{ by: 'manifest', law: 'LEDGER-2', says: /tokens/ },
  },
  {
    name: 'a manifest without splits',
    change: ({ manifest }) => void delete (manifest as Partial<Manifest>).splits,
    ...{ by: BROKEN, law: LAW, says: /splits/ },
  },
  {
    name: 'a key that no manifest has',
    change: ({ manifest }) => {
      manifest.contact = RAW;
    },
    ...{ by: BROKEN, law: LAW, says: /contact/ },
  },
  {
    name: 'a key that no entry of a file has',
    change: ({ manifest }) => {
      (manifest.files[0] as Loose<Manifest['files'][number]>).owner = RAW;
    },
    ...{ by: BROKEN, law: LAW, says: /owner/ },
  },
  {
    name: 'a key twice, of which readers take the second',
    change(release) {
      release.sign();
      release.write('manifest.json', `${release.read('manifest.json')}`.replace('{', `{"id":"${RAW}",`));
      release.sign();
    },
    ...{ by: BROKEN, law: 'NAME-1', says: /manifest/ },
  },
  {
    name: 'a manifest that is not canonical',
    change(release) {
      release.sign();
      release.write('manifest.json', JSON.stringify(release.manifest, null, 2));
      release.sign();
    },
    ...{ by: BROKEN, law: 'NAME-1', says: /manifest/ },
  },
  {
    name: 'other notes',
    change: ({ manifest }) => {
      manifest.notes = [`Ask ${RAW}.`];
    },
    ...{ by: 'manifest', law: LAW, says: /notes/ },
  },
  {
    name: 'no word on what is taken on trust',
    change({ manifest }) {
      manifest.source.assumed = [];
      manifest.notes = manifest.notes.filter((note) => !note.includes('`assumed`'));
    },
    ...{ by: 'manifest', law: LAW, says: /assumed/ },
  },
  {
    name: 'a trust that nobody asked for',
    change: ({ manifest }) => void manifest.source.assumed.push({ type: 'item', attribute: 'title', because: RAW }),
    ...{ by: 'manifest', law: LAW, says: /assumed/ },
  },
  {
    name: 'another word on what was left out',
    change: ({ manifest }) => {
      manifest.source.left_out = [{ type: 'member', attribute: 'phone', why: RAW }];
    },
    ...{ by: 'manifest', law: LAW, says: /left_out/ },
  },
  {
    name: 'a credit that the events’ side does not give',
    change: ({ manifest }) => {
      manifest.source.credit = RAW;
    },
    ...{ by: 'manifest', law: LAW, says: /credit/ },
  },
  {
    name: 'nobody to credit',
    change: ({ manifest }) => {
      delete manifest.source.credit;
    },
    ...{ by: 'manifest', law: LAW, says: /credit/ },
  },
  {
    name: 'a licence that the events’ side does not name',
    change: ({ manifest }) => {
      manifest.source.licence = 'cc0-1.0';
    },
    ...{ by: 'manifest', law: LAW, says: /licence/ },
  },
  {
    name: 'more rows kept by a label cap than there are',
    change: ({ manifest }) => {
      manifest.keep_shares[0]!.kept += 1;
    },
    ...{ by: ['manifest', 'ledger'], law: ['RELEASE-2', LAW], says: /keep_shares/ },
  },
  {
    name: 'a label cap that left no row out',
    change: ({ manifest }) => {
      manifest.keep_shares.push({ task: 'ranking.binary', label: RAW, kept: 1, all: 1 });
    },
    ...{ by: ['manifest', 'ledger'], law: ['RELEASE-2', LAW], says: /keep_shares/ },
  },
  {
    name: 'items without a time that there are not',
    change: ({ manifest }) => {
      manifest.items_without_time += 1;
    },
    ...{ by: 'manifest', law: 'CAND-1', says: /items/ },
  },
  {
    name: 'a version of Node that is a member',
    change: ({ manifest }) => {
      manifest.versions.node = RAW;
    },
    ...{ by: BROKEN, law: LAW, says: /versions/ },
  },
  {
    name: 'a version of what no release is made with',
    change: ({ manifest }) => {
      manifest.versions.owner = '1.0.0';
    },
    ...{ by: BROKEN, law: LAW, says: /versions/ },
  },
  {
    name: 'another version of Brewhouse than the footers say',
    change: ({ manifest }) => {
      manifest.versions.brewhouse = '9.9.9';
    },
    ...{ by: ['schema', 'manifest'], law: 'PUBLISH-6', says: /version/ },
  },
  {
    name: 'train shards that are called unequal',
    change: ({ manifest }) => {
      manifest.train_shards_equal = false;
    },
    ...{ by: 'manifest', law: 'RELEASE-4', says: /train_shards_equal/ },
  },
  {
    name: 'another key of pseudonyms',
    change: ({ manifest }) => {
      manifest.key_id = '00000000';
    },
    ...{ by: 'key_missing', law: 'PSEUDO-1', says: /00000000/ },
  },
  {
    name: 'a format that is not this one’s',
    change: ({ manifest }) => {
      (manifest.format as number) = 99;
    },
    ...{ by: BROKEN, law: LAW, says: /format/ },
  },
  {
    name: 'a name that no release may have',
    change: ({ manifest }) => {
      manifest.id = `../${RAW}` as ReleaseId;
    },
    ...{ by: BROKEN, law: 'RELEASE-6', says: /\bid\b|named/ },
  },
  {
    name: 'the default name of other rows',
    change: ({ manifest }) => {
      manifest.id = `${manifest.corpus}-${'0'.repeat(16)}` as ReleaseId;
    },
    ...{ by: 'manifest', law: 'RELEASE-6', says: /named/ },
  },
  {
    name: 'the default name of another corpus’s release',
    change: ({ manifest }) => {
      manifest.id = 'aaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb' as ReleaseId;
    },
    ...{ by: 'manifest', law: 'RELEASE-6', says: /is named aaaa/ },
  },
  {
    name: 'another until than that of the release section',
    change: ({ manifest }) => {
      manifest.until += 1;
    },
    ...{ by: ['manifest', 'schema'], law: 'SPLIT-1', says: /until/ },
  },
  {
    name: 'rows of a task that are counted in another end',
    change({ manifest }) {
      const [task = ''] = Object.keys(manifest.fates);
      manifest.fates[task]!.train! += 1;
    },
    ...{ by: 'ledger', law: 'LEDGER-2', says: /train/ },
  },
  {
    name: 'a label that no row has',
    change({ manifest }) {
      const [task = ''] = Object.keys(manifest.labels);
      manifest.labels[task]![RAW] = { train: 0 };
    },
    ...{ by: ['ledger', 'manifest'], law: 'LEDGER-2', says: /label/ },
  },
  {
    name: 'variants that there are not',
    change: ({ manifest }) => {
      manifest.variants.test_template = 3;
    },
    ...{ by: 'variants', law: 'LEDGER-2', says: /./ },
  },
  {
    name: 'a scoring token that is another label’s',
    change({ manifest }) {
      const [first, second] = manifest.label_tables[0]!.labels;
      [first!.token, second!.token] = [second!.token, first!.token];
    },
    ...{ by: 'manifest', law: 'TOKEN-4', says: /label table/ },
  },
];

/** What the identity and the release section say, with every name that follows from them mended. */
export const IDENTITY: readonly Tampering[] = [
  {
    name: 'another name and other ignored actions in the domain, for who brings the domain',
    change({ manifest }) {
      manifest.identity.domain.name = 'a public square';
      manifest.identity.domain.ignored = ['sold'];
    },
    ...{ by: 'manifest', law: 'NAME-2', says: /domain/, isPinned: true },
  },
  {
    name: 'another recipe that makes the same rows, for who brings the recipe',
    change: ({ manifest }) => {
      manifest.identity.section.max_events = 1_000_000;
    },
    ...{ by: 'manifest', law: 'NAME-2', says: /recipe/, isPinned: true },
  },
  {
    name: 'a tokenizer that no package has',
    change({ manifest }) {
      manifest.identity.section.tokenizer = { package: '../x', sha256: manifest.identity.tokenizer.sha256 };
      manifest.identity.tokenizer.id = `../${RAW}`;
    },
    ...{ by: BROKEN, law: 'NAME-2', says: /tokenizer/ },
  },
  {
    name: 'a package that is reached through another folder',
    change({ manifest }) {
      const name = `${RAW}/../llama-tokenizer`;
      manifest.identity.section.tokenizer = { package: name, sha256: manifest.identity.tokenizer.sha256 };
      manifest.identity.tokenizer.id = name;
    },
    ...{ by: BROKEN, law: 'NAME-2', says: /tokenizer/ },
  },
  {
    name: 'a tokenizer of two homes',
    change({ manifest }) {
      const spec = { ...manifest.identity.section.tokenizer, package: 'llama' };
      manifest.identity.section.tokenizer = spec as typeof manifest.identity.section.tokenizer;
      manifest.identity.tokenizer.id = 'llama';
    },
    ...{ by: BROKEN, law: 'NAME-2', says: /tokenizer/ },
  },
  {
    name: 'where a tokenizer lay, and in whose house',
    change({ manifest }) {
      const { sha256 } = manifest.identity.tokenizer;
      manifest.identity.section.tokenizer = { path: `/home/${RAW}/tokenizer`, sha256 };
    },
    ...{ by: BROKEN, law: 'NAME-2', says: /tokenizer/ },
  },
  {
    name: 'a heading in the name of a domain, for the card',
    change({ manifest }) {
      manifest.identity.domain.name = 'jobs\n\n# Verified, and free to use\n';
    },
    ...{ by: BROKEN, law: 'PUBLISH-1', says: /domain\.name/ },
  },
  {
    name: 'a chat template that is asked for as by default',
    change({ manifest }) {
      manifest.identity.section.chat_template = true;
    },
    ...{ by: BROKEN, law: 'NAME-2', says: /chat_template/ },
  },
  {
    name: 'an option of a task that equals its default',
    change({ manifest }) {
      const [task] = manifest.identity.section.tasks as Loose<object>[];
      task!.strategy = 'chronological';
    },
    ...{ by: BROKEN, law: 'NAME-2', says: /strategy/ },
  },
  {
    name: 'a share of drawn items where none are drawn',
    change({ manifest }) {
      const [task] = manifest.identity.section.tasks as Loose<object>[];
      task!.drawn = 0;
    },
    ...{ by: BROKEN, law: 'NAME-2', says: /drawn/ },
  },
  {
    name: 'a ladder that begins above its own context',
    change({ manifest }) {
      manifest.identity.context_min = 9_000;
    },
    ...{ by: BROKEN, law: 'NAME-2', says: /context_min/ },
  },
  {
    name: 'splits that may be empty in another order, and twice',
    change({ manifest }) {
      manifest.release.allow_empty = ['validation', 'train', 'train'];
    },
    ...{ by: BROKEN, law: 'RELEASE-6', says: /allow_empty/ },
  },
  {
    name: 'another pad token',
    change: ({ manifest }) => {
      manifest.identity.tokenizer.pad = 7;
    },
    ...{ by: ['manifest', 'schema', 'tokenizer_refused'], law: 'NAME-2', says: /pad/ },
  },
  {
    name: 'a key that no identity has',
    change: ({ manifest }) => {
      (manifest.identity as Loose<Manifest['identity']>).contact = RAW;
    },
    ...{ by: BROKEN, law: 'NAME-3', says: /contact/ },
  },
  {
    name: 'rows by another law',
    change: ({ manifest }) => {
      manifest.identity.render_version += 1;
    },
    ...{ by: BROKEN, law: 'NAME-2', says: /render_version/ },
  },
  {
    name: 'an option of the identity that equals its default',
    change: ({ manifest }) => {
      manifest.identity.section.session_gap = 1_800_000;
    },
    ...{ by: BROKEN, law: 'NAME-2', says: /session_gap|default|identity/ },
  },
  {
    name: 'an option of the release section that equals its default',
    change: ({ manifest }) => {
      manifest.release.holdout_tasks = [];
    },
    ...{ by: BROKEN, law: 'RELEASE-6', says: /holdout_tasks|default|release/ },
  },
  {
    name: 'a greater token budget than was spent',
    change: ({ manifest }) => {
      manifest.release.token_budget = 40_000;
    },
    ...{ by: ['split', 'ledger'], law: 'RELEASE-3', says: /train|row/, isWide: true },
  },
  {
    name: 'a template that no task uses',
    change({ manifest }) {
      const [first] = manifest.identity.templates;
      manifest.identity.templates.push({ ...first!, form: 'ranking.pairwise' });
    },
    ...{ by: BROKEN, law: 'NAME-2', says: /template/ },
  },
];
