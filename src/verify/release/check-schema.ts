/**
 * The files' form: the token columns of the profile, the sidecar's and origin's columns, the
 * footers.
 */
import type { FaultList } from '../fault-list.ts';
import type { Manifest, ReleaseFile } from './manifest.ts';
import type { ParquetTable } from './parquet-table.ts';

const META_COLUMNS =
  'example_id member task form template template_version variant label asked_at label_settled_at turn_times item_ids ' +
  'candidate_reasons surface slate_id position propensity split n_tokens n_loss_tokens n_history_shown ' +
  'n_history_available n_actions_before keep_share thin';
const ORIGIN_COLUMNS =
  'example_id role to event version fields level shown available lowered left_out room used stopped_at';
/** Row groups hold about 1 M tokens: one row may go beyond. */
const GROUP_ROWS_MAX = 1_000;

/** A fact of the footer, ours under a name of our own; undefined where it is missing. */
export function footerFact({ keyValues }: ParquetTable, name: string): string | undefined {
  return [...keyValues].find(([key]) => key === name || key.endsWith(`.${name}`) || key.endsWith(`:${name}`))?.[1];
}

/** A file of tokens, the manifest that names it, and where faults go. */
export interface TokenFile {
  readonly table: ParquetTable;
  readonly manifest: Manifest;
  readonly file: ReleaseFile;
  readonly list: FaultList;
}

/** Checks one token file against its profile and against the manifest. */
export function checkTokenFile({ table, manifest, file, list }: TokenFile): void {
  list.look('schema');
  const wrong = (detail: string) => list.add({ split: file.split }, { check: 'schema', rule: [], detail });
  const columns = [{ name: 'input_ids', element: 'INT32' }, ...manifest.release.profile.columns];
  const wanted = columns.flatMap(({ name, element }) => {
    return [`${name} LIST OPTIONAL`, 'list REPEATED', `element ${element} OPTIONAL`];
  });
  const schema = table.metadata.schema.slice(1).map((element) => {
    const parts = [element.name, element.type, element.converted_type, element.repetition_type];
    return parts.filter((part) => part !== undefined).join(' ');
  });
  if (schema.join('; ') !== wanted.join('; ')) wrong(`the token columns are ${schema.join('; ')}`);
  for (const [name, value] of Object.entries(footerFacts(manifest, file))) {
    const told = footerFact(table, name);
    if (told !== String(value)) wrong(`footer ${name} is ${told} instead of ${value}`);
  }
  const features = featuresOf(table.keyValues.get('huggingface'));
  const names = columns.map(({ name }) => name).sort();
  if (features !== names.join(' ')) wrong(`footer huggingface has ${features}`);
  let first = 0;
  for (const [index, end] of table.groups.slice(1).entries()) {
    if (end - first > GROUP_ROWS_MAX) wrong(`row group ${index} has ${end - first} rows`);
    first = end;
  }
}

/** What the footer of a token file says; its release id is checked with all rows in hand. */
function footerFacts(manifest: Manifest, file: ReleaseFile): Record<string, string | number> {
  const { identity, recipe_sha256, domain_sha256, templates_sha256, profile, versions, release } = manifest;
  const { id: tokenizer, sha256: tokenizer_sha256, chat_template_sha256 } = identity.tokenizer;
  const hashes = { recipe_sha256, domain_sha256, templates_sha256, tokenizer_sha256 };
  const day = (at: number) => new Date(at).toISOString();
  const days = { t1: day(release.splits.t1), t2: day(release.splits.t2), until: day(manifest.until) };
  const { split, rows, tokens, loss_tokens } = file;
  const writer = versions.get('brewhouse');
  return {
    ...release.profile.facts,
    ...hashes,
    ...days,
    ...(writer === undefined ? {} : { writer_version: writer }),
    chat_template_sha256: chat_template_sha256 ?? '',
    max_length: identity.context,
    tokenizer,
    profile,
    split,
    rows,
    tokens,
    loss_tokens,
  };
}

function featuresOf(json: string | undefined): string {
  try {
    const value = JSON.parse(json ?? '') as { info: { features: object } };
    return Object.keys(value.info.features).sort().join(' ');
  } catch {
    return 'no features';
  }
}

/** Columns of a sidecar or origin file, and that their footers show no least or greatest text. */
export function checkFlatFile(table: ParquetTable, kind: 'meta' | 'origin', wrong: (detail: string) => void): void {
  const { schema, row_groups: groups } = table.metadata;
  const names = schema.filter(({ name }, index) => index > 0 && name !== 'list' && name !== 'element');
  const columns = names.map(({ name }) => name).join(' ');
  const wanted = kind === 'meta' ? META_COLUMNS : ORIGIN_COLUMNS;
  if (columns !== wanted) wrong(`${kind} has the columns ${columns}`);
  const leaks = groups
    .flatMap(({ columns: chunks }) => chunks)
    .find(({ meta_data: data }) => data?.type === 'BYTE_ARRAY' && hasBounds(data.statistics));
  if (leaks !== undefined) wrong(`${kind} tells texts in its footer: ${leaks.meta_data?.path_in_schema.join('.')}`);
}

function hasBounds(statistics: object | undefined): boolean {
  const { min, max, min_value: least, max_value: most } = (statistics ?? {}) as Record<string, unknown>;
  return [min, max, least, most].some((bound) => bound !== undefined);
}
