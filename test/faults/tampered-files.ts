/** What somebody may do to the files of a release and to its card. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sha256 } from '../../schemas/ids.ts';
import type { ReleaseFile } from '../../schemas/manifest.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { checkerVersion } from '../../src/verify/checker-version.ts';
import type { TamperedRelease } from './tampered-release.ts';
import { BROKEN, RAW, type Tampering } from './tampering.ts';

const LAW = 'PUBLISH-2';

/** A file as the manifest names it, whatever it holds. */
function named(path: string, kind: ReleaseFile['kind'], more: Partial<ReleaseFile> = {}): ReleaseFile {
  const nothing = { rows: 0, tokens: 0, loss_tokens: 0, bytes: 0, sha256: '' as Sha256 };
  return { path, kind, split: '', ...nothing, ...more };
}

/** A certificate of the release as it is signed, with something otherwise. */
function leaveCertificate(release: TamperedRelease, other: object): void {
  release.sign();
  const hashes = ['manifest', 'events', 'recipe', 'domain', 'templates', 'tokenizer'].map((of) => [
    `${of}_sha256`,
    SHA,
  ]);
  const certificate = {
    ...Object.fromEntries(hashes),
    manifest_sha256: sha256Hex(release.read('manifest.json')),
    ...{ checker_version: checkerVersion(), taken_on_word: [], ok: true, rows_checked: 1, tokens_checked: 1 },
    ...{ sampled: false, checks: {}, faults: [], fault_counts: {}, assumed: [], items_without_time: 0 },
    ...{ dead_rows: {}, dead_rows_in: '' },
    ...{ latest_close_ms: 0, sentence: '0 of 1 rows look into the future.' },
  };
  release.write('certificate.json', JSON.stringify({ ...certificate, ...other }));
}

const SHA = '0'.repeat(64);

/** More bytes than a text has letters. */
const LONG = 600_000_000;

/** A file of zeros that takes no room on the disk. */
function leaveLong(release: TamperedRelease, path: string, bytes: number): void {
  release.write(path, '');
  truncateSync(join(release.dir, path), bytes);
}

/** Files that are there, and that the manifest names. */
export const FILES: readonly Tampering[] = [
  {
    name: 'the rows of test once more as a shard of train that is called a card',
    change(release) {
      const path = 'data/train-00001-of-00002.parquet';
      release.write(path, release.read(`data/${release.shard('test')}`));
      release.manifest.files.push(named(path, 'card'));
    },
    ...{ by: 'manifest', law: LAW, says: /data\/train-00001-of-00002\.parquet/ },
  },
  {
    name: 'a stray file at the root',
    change: ({ dir }) => writeFileSync(join(dir, 'members.txt'), RAW),
    ...{ by: 'manifest', law: LAW, says: /members\.txt/ },
  },
  {
    name: 'a file in index/ that nobody names',
    change: ({ dir }) => writeFileSync(join(dir, 'index', 'members.csv'), RAW),
    ...{ by: 'manifest', law: LAW, says: /index\/members\.csv/ },
  },
  {
    name: 'a hidden file beside the data',
    change: ({ dir }) => writeFileSync(join(dir, 'data', '.members'), RAW),
    ...{ by: 'manifest', law: LAW, says: /data\/\.members/ },
  },
  {
    name: 'a folder of its own, with nothing in it but its name',
    change: ({ dir }) => mkdirSync(join(dir, RAW)),
    ...{ by: 'manifest', law: LAW, says: /hand-0@example\.org/ },
  },
  {
    name: 'a named file of a kind that there is not',
    change(release) {
      release.write('extra/notes.txt', RAW);
      release.manifest.files.push(named('extra/notes.txt', 'notes' as ReleaseFile['kind']));
    },
    ...{ by: BROKEN, law: LAW, says: /extra\/notes\.txt|kind/ },
  },
  {
    name: 'a named file outside of the release',
    change(release) {
      writeFileSync(join(release.dir, '..', 'outside.txt'), RAW);
      release.manifest.files.push(named('../outside.txt', 'card'));
    },
    ...{ by: BROKEN, law: LAW, says: /outside\.txt|path/ },
  },
  {
    name: 'one file that is named twice',
    change: ({ manifest, entry }) => void manifest.files.push({ ...entry('README.md') }),
    ...{ by: BROKEN, law: LAW, says: /README\.md|files/ },
  },
  {
    name: 'files in another order than they are written in',
    change: ({ manifest }) => void manifest.files.reverse(),
    ...{ by: BROKEN, law: LAW, says: /order|files/ },
  },
  {
    name: 'a card that is called an index',
    change: ({ entry }) => {
      entry('README.md').kind = 'index';
    },
    ...{ by: ['manifest', 'schema'], law: LAW, says: /README\.md/ },
  },
  {
    name: 'rows, tokens and a split of a card',
    change: ({ entry }) => void Object.assign(entry('README.md'), { rows: 7, loss_tokens: 7, split: 'train' }),
    ...{ by: 'manifest', law: LAW, says: /README\.md/ },
  },
  {
    name: 'tokens that are counted in a sidecar',
    change: ({ entry, shard }) => {
      entry(`meta/${shard('train')}`).tokens = 7;
    },
    ...{ by: 'manifest', law: LAW, says: /meta\/train/ },
  },
  {
    name: 'a hash that is not the file’s',
    change(release) {
      release.sign();
      release.write('README.md', `${release.read('README.md')}\n`);
    },
    ...{ by: 'manifest', law: LAW, says: /README\.md/ },
  },
  {
    name: 'a card that is gone',
    change(release) {
      release.remove('README.md');
      release.manifest.files = release.manifest.files.filter(({ kind }) => kind !== 'card');
    },
    ...{ by: 'manifest', law: LAW, says: /README\.md/ },
  },
  {
    name: 'sidecars and origins of a split that are gone',
    change(release) {
      for (const folder of ['meta', 'origin']) release.remove(`${folder}/${release.shard('test')}`);
      const gone = ['meta', 'origin'].map((folder) => `${folder}/${release.shard('test')}`);
      release.manifest.files = release.manifest.files.filter(({ path }) => !gone.includes(path));
    },
    ...{ by: 'manifest', law: LAW, says: /meta\/test/, isWide: true },
  },
  {
    name: 'a link in place of a file',
    change(release) {
      const path = 'index/examples.parquet';
      renameSync(join(release.dir, path), join(release.dir, '..', 'elsewhere.parquet'));
      symlinkSync('../../elsewhere.parquet', join(release.dir, path));
    },
    ...{ by: 'manifest', law: LAW, says: /index\/examples\.parquet/ },
  },
  {
    name: 'a link in place of a folder',
    change({ dir }) {
      renameSync(join(dir, 'origin'), join(dir, '..', 'origin-elsewhere'));
      symlinkSync('../origin-elsewhere', join(dir, 'origin'));
    },
    ...{ by: 'manifest', law: LAW, says: /origin/ },
  },
  {
    name: 'a certificate that is a link to a file elsewhere',
    change: ({ dir }) => symlinkSync('../certificate-elsewhere.json', join(dir, 'certificate.json')),
    ...{ by: 'manifest', law: LAW, says: /certificate\.json/ },
  },
  {
    name: 'a folder that is called like a file',
    change(release) {
      release.remove('README.md');
      mkdirSync(join(release.dir, 'README.md'));
    },
    ...{ by: 'manifest', law: LAW, says: /README\.md/ },
  },
  {
    name: 'a manifest that is a pipe, which never ends',
    change(release) {
      release.sign();
      release.remove('manifest.json');
      spawnSync('mkfifo', [join(release.dir, 'manifest.json')]);
    },
    ...{ by: BROKEN, law: LAW, says: /manifest\.json/ },
  },
  {
    name: 'a certificate of another release',
    change: (release) => leaveCertificate(release, { manifest_sha256: 'f'.repeat(64) }),
    ...{ by: 'manifest', law: LAW, says: /that of another release/ },
  },
  {
    name: 'a certificate that counts what no checker looks at',
    change: (release) => leaveCertificate(release, { checks: { [RAW]: 1 } }),
    ...{ by: 'manifest', law: LAW, says: /certificate\.json is no certificate/ },
  },
  {
    name: 'a certificate that is too long to read',
    change: (release) => leaveLong(release, 'certificate.json', LONG),
    ...{ by: 'manifest', law: LAW, says: /certificate\.json is no certificate/ },
  },
  {
    name: 'a pipe that never ends',
    change: ({ dir }) => void spawnSync('mkfifo', [join(dir, 'data', 'train-00001-of-00002.parquet')]),
    ...{ by: 'manifest', law: LAW, says: /data\/train-00001-of-00002\.parquet/ },
  },
];

/** Writes the card with one thing otherwise, which must be in it. */
function rewriteCard(release: TamperedRelease, from: string | RegExp, to: string): void {
  const card = `${release.read('README.md')}`;
  const changed = card.replace(from, to);
  if (changed === card) throw new Error(`the card says nothing of ${from}`);
  release.write('README.md', changed);
}

const AS_CARD = { by: 'manifest', law: 'PUBLISH-4' } as const;

/** The card says what the manifest and the rows say. */
export const CARD: readonly Tampering[] = [
  {
    name: 'a card whose split test is the file of train',
    change(release) {
      const [test, train] = [release.shard('test'), release.shard('train')];
      rewriteCard(release, `data/${test}`, `data/${train}`);
    },
    ...{ ...AS_CARD, says: /README\.md.* - data\/train/ },
  },
  {
    name: 'a card whose config meta is another file',
    change: (release) => rewriteCard(release, `- meta/${release.shard('train')}`, '- ../../members.parquet'),
    ...{ ...AS_CARD, says: /members\.parquet/ },
  },
  {
    name: 'a card of more letters than a text holds',
    change: (release) => leaveLong(release, 'README.md', LONG),
    ...{ ...AS_CARD, says: /README\.md/ },
  },
  {
    name: 'a card of false words and raw ids',
    change: (release) => release.write('README.md', `# A clean corpus\n\nOf ${RAW}, with no label in a prompt.\n`),
    ...{ ...AS_CARD, says: /README\.md/ },
  },
  {
    name: 'a credit that nobody gave',
    change: (release) => release.write('README.md', `${release.read('README.md')}- Credit: ${RAW}\n`),
    ...{ ...AS_CARD, says: /README\.md/ },
  },
  {
    name: 'a licence that nobody gave',
    change: (release) => rewriteCard(release, /^license: .*$/m, 'license: cc0-1.0'),
    ...{ ...AS_CARD, says: /license: cc0-1\.0/ },
  },
  {
    name: 'another licence in the words of a card alone',
    change: (release) => rewriteCard(release, /Licence of the data: .*$/m, 'Licence of the data: cc0-1.0.'),
    ...{ ...AS_CARD, says: /Licence of the data: cc0-1\.0/ },
  },
  {
    name: 'another balance of labels',
    change: (release) =>
      rewriteCard(release, /^\| ranking\.binary \| No \| .*$/m, '| ranking.binary | No | 1 | 50.0 % |'),
    ...{ ...AS_CARD, says: /50\.0 %/ },
  },
  {
    name: 'labels of 32 bits, which a reader would cast to',
    change: (release) => rewriteCard(release, 'list: int64', 'list: int32 # as ids'),
    ...{ ...AS_CARD, says: /int32 # as ids/ },
  },
  {
    name: 'another time at which train ends',
    change: (release) => rewriteCard(release, 'labels settled by 2026-02-07', 'labels settled by 2025-02-07'),
    ...{ ...AS_CARD, says: /2025-02-07/ },
  },
  {
    name: 'another text of the row that a card tells',
    change: (release) => rewriteCard(release, '\nQuestion:\n', `\nQuestion of ${RAW}:\n`),
    ...{ ...AS_CARD, says: /Question of/ },
  },
  {
    name: 'a row of the card that is another one of train',
    change: (release) => rewriteCard(release, /^Row (\d+) of train/m, 'Row 1$1 of train'),
    ...{ ...AS_CARD, says: /Row 1\d+ of train/ },
  },
];
