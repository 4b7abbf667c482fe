/**
 * The form of every Parquet file of a release: columns, footers and bytes (PUBLISH-6), and the
 * entries of the indexes (PUBLISH-5).
 */
import type { FaultList } from '../fault-list.ts';
import type { CheckedParquet } from '../parquet/check-parquet.ts';
import type { ColumnType, WantedColumn, WantedFile } from '../parquet/footer-claims.ts';
import { type Manifest, type ReleaseFile, tableOf } from './manifest.ts';
import type { OpenRelease } from './release-files.ts';

const flat = (type: ColumnType, names: string): WantedColumn[] =>
  names.split(' ').map((name) => ({ name, type, isList: false }));
const lists = (type: ColumnType, names: string): WantedColumn[] =>
  names.split(' ').map((name) => ({ name, type, isList: true }));

const POSITION = [...flat('text', 'split'), ...flat('int32', 'shard row_group row')];

/** Columns of the files that are the same in every profile. */
export const COLUMNS: Readonly<Record<string, readonly WantedColumn[]>> = {
  meta: [
    ...flat('text', 'example_id member task form template'),
    ...flat('int32', 'template_version'),
    ...flat('text', 'variant label'),
    ...flat('int64', 'asked_at label_settled_at'),
    ...flat('text', 'turn_times item_ids candidate_reasons surface slate_id'),
    ...flat('int32', 'position'),
    ...flat('double', 'propensity'),
    ...flat('text', 'split'),
    ...flat('int32', 'n_tokens n_loss_tokens n_history_shown n_history_available n_actions_before'),
    ...flat('double', 'keep_share'),
    ...flat('int64', 'thin'),
  ],
  origin: [
    ...[...lists('int32', 'segments'), ...flat('int64', 'first_event')],
    // A row without an event lists none.
    ...lists('int32', 'events').map((column) => ({ ...column, mayBeEmpty: true })),
    ...[...flat('int32', 'lowered room used'), ...flat('int64', 'stopped_at')],
  ],
  segments: [...flat('text', 'role version level fields'), ...flat('int32', 'tokens')],
  events: flat('text', 'member event'),
  changes: flat('text', 'example_id change'),
  'index/examples.parquet': [...flat('text', 'example_id'), ...POSITION],
  'index/members.parquet': [...flat('text', 'member'), ...POSITION],
};

/** The columns of the files of a folder; `ofTokens` are those of the profile. */
export function columnsOf(
  folder: 'data' | 'meta' | 'origin',
  ofTokens: readonly { readonly name: string; readonly type: ColumnType }[],
): readonly WantedColumn[] {
  const own = ofTokens.map(({ name, type }) => ({ name, type, isList: true }));
  return folder === 'data' ? [...lists('int32', 'input_ids'), ...own] : (COLUMNS[folder] ?? []);
}

/** What was found in the Parquet files of a release. */
export interface FoundForms {
  /** Paths of those that have the columns that they should have, and can be read. */
  readonly readable: ReadonlySet<string>;
  /** The default id that each token file says, by its path. */
  readonly ids: ReadonlyMap<string, string | undefined>;
}

/** Reports what was found in each Parquet file of a release, by its path. */
export function checkForms(
  { manifest }: OpenRelease,
  found: ReadonlyMap<string, CheckedParquet>,
  list: FaultList,
): FoundForms {
  const readable = new Set<string>();
  const ids = new Map<string, string | undefined>();
  const groupsOfShard = new Map<string, readonly number[]>();
  for (const file of manifest.files) {
    const checked = found.get(file.path);
    if (checked === undefined) continue;
    list.look('schema');
    const wrong = (detail: string) =>
      list.add({ split: file.split }, { check: 'schema', rule: ['PUBLISH-6'], detail: `${file.path}: ${detail}` });
    for (const what of checked.wrong) wrong(what);
    if (!checked.isReadable) continue;
    readable.add(file.path);
    const shard = file.path.replace(/^\w+\//, '');
    if (file.kind === 'data') {
      groupsOfShard.set(shard, checked.groups);
      ids.set(file.path, checked.keyValues.get(RELEASE_ID));
    }
    const hasOwnGroups = file.kind === 'index' || file.kind === 'changes' || tableOf(file.path) !== undefined;
    const groups = hasOwnGroups ? groupsOfTable(file.rows) : (groupsOfShard.get(shard) ?? checked.groups);
    if (checked.groups.join() !== groups.join())
      wrong(`its row groups have ${shortly(checked)} rows instead of ${shortly({ groups })}`);
  }
  return { readable, ids };
}

const RELEASE_ID = 'brewhouse.release_id';

function shortly({ groups }: Pick<CheckedParquet, 'groups'>): string {
  return groups.length > 6 ? `${groups.slice(0, 6).join(', ')} ...` : groups.join(', ');
}

/** Of indexes, and of the tables that origins number. */
const TABLE_GROUP_ROWS = 65_536;

function groupsOfTable(rows: number): number[] {
  return Array.from({ length: Math.ceil(rows / TABLE_GROUP_ROWS) }, (_, group) =>
    Math.min(TABLE_GROUP_ROWS, rows - group * TABLE_GROUP_ROWS),
  );
}

/** What a Parquet file of a release should be. */
export function wantedOf(file: ReleaseFile, manifest: Manifest, vocabularySize: number): WantedFile {
  if (file.kind === 'data') {
    const columns = columnsOf('data', manifest.release.profile.columns);
    return { columns, keyValues: footerOf(file, manifest, { vocabularySize, columns }), mayBeRewritten: true };
  }
  const columns = COLUMNS[tableOf(file.path) ?? (file.kind === 'index' ? file.path : file.kind)] ?? [];
  return { columns, keyValues: [], mayBeRewritten: false };
}

/** What the footer of a token file says, in order (docs/release.md). */
function footerOf(
  file: ReleaseFile,
  manifest: Manifest,
  { vocabularySize, columns }: { readonly vocabularySize: number; readonly columns: readonly WantedColumn[] },
): [string, string | undefined][] {
  const { identity, release, until, since } = manifest;
  const { section, tokenizer } = identity;
  const { t1, t2 } = since === undefined ? release.splits : { t1: until, t2: until };
  const iso = (at: number) => new Date(at).toISOString();
  const ours: [string, string | undefined][] = [
    ['schema_version', '1'],
    ['writer_version', manifest.versions.brewhouse],
    ['profile', manifest.profile],
    // It is of all rows, and compared when they are read.
    ['release_id', undefined],
    ...Object.entries(release.profile.facts),
    ['tokenizer', tokenizer.id],
    ['tokenizer_sha256', tokenizer.sha256],
    ['chat_template_sha256', (section.chat_template.isUsed && tokenizer.chat_template_sha256) || ''],
    ['vocab_size', String(vocabularySize)],
    ['bos_id', String(tokenizer.bos ?? '')],
    ['eos_id', String(tokenizer.eos)],
    ['pad_id', String(tokenizer.pad ?? '')],
    ['max_length', String(identity.context)],
    ['recipe_sha256', manifest.recipe_sha256],
    ['domain_sha256', manifest.domain_sha256],
    ['templates_sha256', manifest.templates_sha256],
    ['t1', iso(t1)],
    ['t2', iso(t2)],
    ['until', iso(until)],
    ...(since === undefined ? [] : [['since', iso(since.until)] satisfies [string, string]]),
  ];
  return [
    ['huggingface', featuresOf(columns)],
    ...ours.map(([name, value]): [string, string | undefined] => [`brewhouse.${name}`, value]),
    ['split', file.split],
    ...(['rows', 'tokens', 'loss_tokens'] as const).map((name): [string, string] => [name, String(file[name])]),
  ];
}

/** The features of the columns, as `datasets` writes them. */
function featuresOf(columns: readonly WantedColumn[]): string {
  const features = columns.map(({ name, type }) => {
    const dtype = type === 'float' ? 'float32' : type;
    return [name, { feature: { dtype, _type: 'Value' }, _type: 'List' }] as const;
  });
  return JSON.stringify({ info: { features: Object.fromEntries(features) } });
}
