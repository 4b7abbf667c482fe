/**
 * Copies of one honest release that a test changes and signs again: hashes, names, footers and card
 * are mended, so that only the check that is meant can see what was done.
 */
import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { CorpusId, ReleaseId, Sha256 } from '../../schemas/ids.ts';
import type { Lineage, Manifest, ReleaseFile } from '../../schemas/manifest.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { releaseCard, type ToldRow } from '../../src/release/card/card.ts';
import { text } from '../../src/shard/thrift.ts';
import type { FaultyWorld } from './faulty-world.ts';
import { type Fields, fieldsOf, keyValuesOf, textOf, withFooter } from './parquet-footer.ts';

/** What a test writes may have keys that no schema knows. */
export type Loose<T> = T & Record<string, unknown>;

/** The release that all tamperings begin with; its id is the default one. */
export interface HonestRelease {
  readonly world: FaultyWorld;
  readonly dir: string;
  /** Over all rows (RELEASE-6). */
  readonly digest: string;
  /** The row that the card of a release in a folder tells. */
  readonly rowOf: (dir: string) => Promise<ToldRow | undefined>;
  readonly row: ToldRow | undefined;
}

/** A copy that is being changed; it shares with the honest one the files that nobody touched. */
export interface TamperedRelease {
  readonly dir: string;
  /** Manifest and lineage are written when the copy is signed, unless the test writes the file. */
  readonly manifest: Loose<Manifest>;
  readonly lineage: Loose<Lineage>;
  /** Whoever changes rows says their new digest. */
  digest: string;
  /** What the card tells. */
  row: ToldRow | undefined;
  read(path: string): Buffer;
  write(path: string, bytes: Uint8Array | string): void;
  /** From the folder alone. */
  remove(path: string): void;
  /** What the manifest says of a file. */
  entry(path: string): ReleaseFile;
  /** The first data file of the split, without its folder. */
  shard(split: string): string;
  /** Changes the footer of a Parquet file; `before` goes in front of it. */
  footer(path: string, change: (footer: Fields) => void, before?: Uint8Array): void;
  /** Whoever writes rows anew says so: the card may tell another one. */
  hasOtherRows: boolean;
  /** Mends what the changes broke; a test that calls it changes more afterwards. */
  sign(): void;
}

/** Facts in the footers of token files that follow from the manifest. */
const FACTS: Readonly<Record<string, (manifest: Manifest, defaultId: string) => string>> = {
  'brewhouse.release_id': (_, defaultId) => defaultId,
  'brewhouse.recipe_sha256': (manifest) => manifest.recipe_sha256,
  'brewhouse.domain_sha256': (manifest) => manifest.domain_sha256,
  'brewhouse.templates_sha256': (manifest) => manifest.templates_sha256,
  'brewhouse.tokenizer': ({ identity }) => identity.tokenizer.id,
  'brewhouse.pad_id': ({ identity }) => String(identity.tokenizer.pad ?? ''),
};

/** Copies the honest release, changes it and signs it; returns its folder. */
export async function tamper(
  honest: HonestRelease,
  name: string,
  change: (release: TamperedRelease) => void | Promise<void>,
): Promise<string> {
  const dir = join(honest.world.folder, 'tampered', name.replaceAll(/\W+/g, '-'));
  linkFiles(honest.dir, dir);
  let signed = false;
  const release = openCopy(honest, dir, () => {
    signed = true;
  });
  await change(release);
  if (release.hasOtherRows) release.row = await honest.rowOf(dir);
  if (!signed) release.sign();
  return dir;
}

function linkFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkFiles(source, target);
    else linkSync(source, target);
  }
}

function openCopy(honest: HonestRelease, dir: string, onSigned: () => void): TamperedRelease {
  const touched = new Set<string>();
  const json = <T>(path: string) => JSON.parse(readFileSync(join(honest.dir, path), 'utf8')) as Loose<T>;
  /** The manifest that the lineage names, as long as no test says otherwise. */
  let signed = json<Lineage>('lineage.json').manifest_sha256;
  const release: TamperedRelease = {
    ...{ dir, digest: honest.digest, row: honest.row, hasOtherRows: false },
    manifest: json<Manifest>('manifest.json'),
    lineage: json<Lineage>('lineage.json'),
    read: (path) => readFileSync(join(dir, path)),
    write(path, bytes) {
      release.remove(path);
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), bytes);
    },
    remove(path) {
      rmSync(join(dir, path), { recursive: true, force: true });
      touched.add(path);
    },
    entry(path) {
      const found = release.manifest.files.find((file) => file.path === path);
      if (found === undefined) throw new Error(`the manifest does not name ${path}`);
      return found;
    },
    shard(split) {
      const found = release.manifest.files.find((file) => file.kind === 'data' && file.split === split);
      if (found === undefined) throw new Error(`there is no file of the split ${split}`);
      return found.path.slice('data/'.length);
    },
    footer: (path, change, before) => release.write(path, withFooter(release.read(path), change, before)),
    sign() {
      onSigned();
      const written = new Set(touched);
      sign(release, { honest, told: json<Manifest>('manifest.json') }, touched);
      if (!written.has('manifest.json')) release.write('manifest.json', canonicalJson(release.manifest));
      if (written.has('lineage.json')) return;
      const { lineage } = release;
      const named = sha256Hex(release.read('manifest.json'));
      if (lineage.manifest_sha256 === signed) lineage.manifest_sha256 = signed = named;
      release.write('lineage.json', canonicalJson(lineage));
      // What was signed may be signed again.
      for (const path of ['manifest.json', 'lineage.json']) if (!written.has(path)) touched.delete(path);
    },
  };
  return release;
}

/** Names first, then what says them, and the hashes of files. */
function sign(
  release: TamperedRelease,
  { honest, told }: { honest: HonestRelease; told: Manifest },
  touched: ReadonlySet<string>,
): void {
  const { manifest } = release;
  const isOther = canonicalJson(manifest) !== canonicalJson(told) || release.row !== honest.row;
  if (isOther || release.digest !== honest.digest) {
    const defaultId = signNames(release, { told, digest: honest.digest });
    if (defaultId !== told.id) signFooters(release, defaultId);
    if (!touched.has('README.md')) signCard(release, defaultId);
  }
  for (const file of Array.isArray(manifest.files) ? manifest.files : []) {
    if (touched.has(file.path)) signFile(release, file);
  }
}

/**
 * Hashes and ids that follow from identity, section, key, source and rows; returns the default id.
 */
function signNames({ manifest, digest }: TamperedRelease, honest: { told: Manifest; digest: string }): string {
  const { told } = honest;
  const named = ({ identity, release, key_id, source }: Manifest) =>
    canonicalJson({ identity, release, key_id, source });
  if (named(manifest) === named(told) && digest === honest.digest) return told.id;
  const { identity, release } = manifest;
  const { section, context, context_min } = identity;
  const hash = (value: unknown) => sha256Hex(canonicalJson(value));
  if (hash(identity) !== hash(told.identity)) manifest.corpus = hash(identity).slice(0, 16) as CorpusId;
  manifest.recipe_sha256 = hash({ corpus: { ...section, context, context_min }, release });
  manifest.domain_sha256 = hash(identity.domain);
  manifest.templates_sha256 = hash(identity.templates);
  const { key_id: key, source } = manifest;
  const named16 = hash({ release, key, source, examples: digest }).slice(0, 16);
  const defaultId = `${manifest.corpus}-${named16}`;
  if (manifest.id === told.id) manifest.id = defaultId as ReleaseId;
  return defaultId;
}

function signFooters(release: TamperedRelease, defaultId: string): void {
  for (const { kind, path } of release.manifest.files) {
    if (kind !== 'data') continue;
    release.footer(path, (footer) => {
      for (const pair of keyValuesOf(footer).map(fieldsOf)) {
        const fact = FACTS[textOf(pair[1])];
        if (fact !== undefined) pair[2] = text(fact(release.manifest, defaultId));
      }
    });
  }
}

/** A manifest of another form has no card: that of before stays. */
function signCard(release: TamperedRelease, defaultId: string): void {
  try {
    release.write('README.md', releaseCard({ ...release.manifest, id: defaultId as ReleaseId }, release.row));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

function signFile(release: TamperedRelease, file: ReleaseFile): void {
  const found = lstatSync(join(release.dir, file.path), { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return;
  const bytes = release.read(file.path);
  file.bytes = bytes.length;
  file.sha256 = sha256Hex(bytes) as Sha256;
}
