/** The files' form: the three token columns as trainers need them, the sidecar's and origin's columns, the footers. */
import type { Manifest, ReleaseFile } from '../../../schemas/manifest.ts';
import type { ReleaseSection } from '../../../schemas/recipe.ts';
import type { FaultList, Place } from '../fault-list.ts';
import type { ParquetTable } from './parquet-table.ts';

/** Name and type of each element of the token schema, in file order (trainer-contract.md, profile `hf`). */
const TOKEN_SCHEMA = [
  ...['input_ids LIST OPTIONAL', 'list REPEATED', 'element INT32 OPTIONAL'],
  ...['attention_mask LIST OPTIONAL', 'list REPEATED', 'element INT32 INT_8 OPTIONAL'],
  ...['labels LIST OPTIONAL', 'list REPEATED', 'element INT64 OPTIONAL'],
];
const META_COLUMNS =
  'example_id member task form template template_version variant label asked_at label_settled_at turn_times item_ids ' +
  'candidate_reasons surface slate_id position propensity split n_tokens n_loss_tokens n_history_shown ' +
  'n_history_available n_actions_before keep_share thin';
const ORIGIN_COLUMNS =
  'example_id role to event version fields level shown available lowered left_out room used stopped_at';
/** Row groups hold about 1 M tokens: one row may go beyond. */
const GROUP_ROWS_MAX = 1_000;

/** A fact of the footer, ours under a name of our own; undefined: it is not there. */
export function footerFact({ keyValues }: ParquetTable, name: string): string | undefined {
  return [...keyValues].find(([key]) => key === name || key.endsWith(`.${name}`) || key.endsWith(`:${name}`))?.[1];
}

/** Checks one token file against the contract with trainers and against the manifest. */
export function checkTokenFile(table: ParquetTable, manifest: Manifest, file: ReleaseFile, list: FaultList): void {
  list.look('schema');
  const place: Place = { split: file.split };
  const schema = table.metadata.schema
    .slice(1)
    .map((element) =>
      [element.name, element.type, element.converted_type, element.repetition_type]
        .filter((part) => part !== undefined)
        .join(' '),
    );
  if (schema.join('; ') !== TOKEN_SCHEMA.join('; '))
    list.add('schema', place, `the token columns are ${schema.join('; ')}`);
  for (const [name, value] of Object.entries(footerFacts(manifest, file))) {
    const told = footerFact(table, name);
    if (told !== value) list.add('schema', place, `footer ${name} is ${told} instead of ${value}`);
  }
  const features = featuresOf(table.keyValues.get('huggingface'));
  if (features !== 'attention_mask input_ids labels') list.add('schema', place, `footer huggingface has ${features}`);
  table.groups.slice(1).forEach((end, index) => {
    const rows = end - table.groups[index]!;
    if (rows > GROUP_ROWS_MAX) list.add('schema', place, `row group ${index} has ${rows} rows`);
  });
}

/** What the footer of a token file says; its release id is checked with all rows in hand. */
function footerFacts(manifest: Manifest, file: ReleaseFile): Record<string, string> {
  const { identity, recipe_sha256, domain_sha256, templates_sha256, profile, versions } = manifest;
  const { t1, t2 } = (manifest.release as unknown as ReleaseSection).splits;
  const day = (at: number) => new Date(at).toISOString();
  return {
    ...{ label_alignment: 'unshifted', ignore_index: '-100', max_length: String(identity.context) },
    ...{ recipe_sha256, domain_sha256, templates_sha256, profile, split: file.split },
    ...(versions.brewhouse === undefined ? {} : { writer_version: versions.brewhouse }),
    ...{ tokenizer: identity.tokenizer.id, tokenizer_sha256: identity.tokenizer.sha256 },
    chat_template_sha256: identity.tokenizer.chat_template_sha256 ?? '',
    ...{ t1: day(t1), t2: day(t2), until: day(manifest.until) },
    ...{ rows: String(file.rows), tokens: String(file.tokens), loss_tokens: String(file.loss_tokens) },
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
export function checkFlatFile(table: ParquetTable, kind: 'meta' | 'origin', split: string, list: FaultList): void {
  list.look('schema');
  const { schema, row_groups: groups } = table.metadata;
  const names = schema.filter(({ name }, index) => index > 0 && name !== 'list' && name !== 'element');
  const columns = names.map(({ name }) => name).join(' ');
  const wanted = kind === 'meta' ? META_COLUMNS : ORIGIN_COLUMNS;
  if (columns !== wanted) list.add('schema', { split }, `${kind} has the columns ${columns}`);
  const leaks = groups
    .flatMap(({ columns: chunks }) => chunks)
    .find(({ meta_data: data }) => data?.type === 'BYTE_ARRAY' && textBounds(data.statistics));
  if (leaks !== undefined) {
    list.add('schema', { split }, `${kind} tells texts in its footer: ${leaks.meta_data?.path_in_schema.join('.')}`);
  }
}

function textBounds(
  statistics: { min?: unknown; max?: unknown; min_value?: unknown; max_value?: unknown } | undefined,
) {
  const { min, max, min_value: least, max_value: most } = statistics ?? {};
  return [min, max, least, most].some((bound) => bound !== undefined);
}
