/** The front matter of a card (PUBLISH-4). */
import type { WantedColumn } from '../parquet/footer-claims.ts';
import type { CardFacts } from './card-facts.ts';
import { dateOf, inQuotes } from './card-phrases.ts';
import { SPLITS } from './manifest.ts';

/** Licences with an id on the Hub. */
const ON_THE_HUB: ReadonlySet<string> = new Set(
  `
apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 bigcode-openrail-m
afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda
cc cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0
cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0
cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0
wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0
isc lppl-1.3c ms-pl mpl-2.0 odc-by odbl openrail++ osl-3.0 postgresql ofl-1.1 ncsa unlicense zlib pddl lgpl-lr
deepfloyd-if-license llama2 gemma unknown other
`
    .trim()
    .split(/\s+/),
);

/** A folder of a release with the columns of its files. */
export interface CardConfig {
  readonly name: string;
  readonly folder: string;
  readonly columns: readonly WantedColumn[];
}

/** The lines between the dashes. */
export function frontLines(facts: CardFacts, configs: readonly CardConfig[]): string[] {
  const splits = SPLITS.filter((split) => facts.splits.has(split));
  const all = [...facts.splits.values()].reduce((sum, { rows }) => sum + rows, 0);
  const pathsOf = (folder: string, split: string) =>
    facts.files.filter((file) => file.kind === folder && file.split === split).map(({ path }) => `    - ${path}`);
  return [
    `pretty_name: ${inQuotes(`${facts.identity.domain.name}, until ${dateOf(facts.until)}`)}`,
    ...licenceLines(facts.source.licence),
    ...['task_categories:', '- text-generation'],
    ...['tags:', '- recommender', '- instruction-tuning', '- tokenized', '- brewhouse'],
    ...['size_categories:', `- ${sizeOf(all)}`],
    'configs:',
    ...configs.flatMap(({ name, folder }) => [
      ...[`- config_name: ${name}`, '  data_files:'],
      ...splits.flatMap((split) => [`  - split: ${split}`, '    path:', ...pathsOf(folder, split)]),
    ]),
    'dataset_info:',
    ...configs.flatMap(({ name, columns }) => [
      ...[`- config_name: ${name}`, '  features:'],
      ...columns.flatMap((column) => [
        `  - name: ${column.name}`,
        `    ${column.isList ? 'list' : 'dtype'}: ${dtypeOf(column)}`,
      ]),
    ]),
  ];
}

function licenceLines(licence: string | undefined): string[] {
  if (licence === undefined) return [];
  if (ON_THE_HUB.has(licence)) return [`license: ${licence}`];
  const parts = licence.toLowerCase().match(/[a-z0-9.]+/g) ?? ['named-below'];
  return ['license: other', `license_name: ${inQuotes(parts.join('-'))}`];
}

/** `1K<n<10K` of 1,000 to 9,999 rows, and so on up to a million of millions. */
function sizeOf(rows: number): string {
  if (rows >= 1e12) return 'n>1T';
  if (rows < 1_000) return 'n<1K';
  const ten = String(rows).length - 1;
  const power = (exponent: number) => `${10 ** (exponent % 3)}${['', 'K', 'M', 'B', 'T'][Math.floor(exponent / 3)]}`;
  return `${power(ten)}<n<${power(ten + 1)}`;
}

/** What `datasets` calls the type of a column. */
export function dtypeOf({ type }: WantedColumn): string {
  return { text: 'string', float: 'float32', double: 'float64' }[type as string] ?? type;
}
