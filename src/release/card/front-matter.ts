/** The front matter of a card: what the Hub and `datasets` read. */
import { SPLITS } from '../../../schemas/ledger.ts';
import type { Manifest } from '../../../schemas/manifest.ts';
import { type Config, configsOf } from './columns.ts';
import { licenceKeys } from './licences.ts';
import { moment, yamlText } from './phrases.ts';

/** By how many digits a count of rows has, three digits or fewer first. */
const SIZES = [
  ...['n<1K', '1K<n<10K', '10K<n<100K', '100K<n<1M', '1M<n<10M', '10M<n<100M'],
  ...['100M<n<1B', '1B<n<10B', '10B<n<100B', '100B<n<1T'],
];

/** Its lines, without those of dashes. */
export function frontMatter(manifest: Manifest): string[] {
  const { identity, source, splits } = manifest;
  const rows = Object.values(splits).reduce((sum, split) => sum + split.rows, 0);
  const { license, license_name: name } = source.licence === undefined ? {} : licenceKeys(source.licence);
  const configs = configsOf(manifest.profile);
  return [
    `pretty_name: ${yamlText(`${identity.domain.name}, until ${moment(manifest.until)}`)}`,
    ...(license === undefined ? [] : [`license: ${license}`]),
    ...(name === undefined ? [] : [`license_name: ${yamlText(name)}`]),
    'task_categories:',
    '- text-generation',
    'tags:',
    '- recommender',
    '- instruction-tuning',
    '- tokenized',
    '- brewhouse',
    'size_categories:',
    `- ${SIZES[Math.max(String(rows).length - 3, 0)] ?? 'n>1T'}`,
    'configs:',
    ...configs.flatMap((config) => dataFiles(manifest, config)),
    'dataset_info:',
    ...configs.flatMap(features),
  ];
}

/** Files by name, never by pattern: what a release does not name is no part of it. */
function dataFiles({ splits, files }: Manifest, { name, kind }: Config): string[] {
  return [
    `- config_name: ${name}`,
    '  data_files:',
    ...SPLITS.filter((split) => splits[split] !== undefined).flatMap((split) => [
      `  - split: ${split}`,
      '    path:',
      ...files.filter((file) => file.kind === kind && file.split === split).map(({ path }) => `    - ${path}`),
    ]),
  ];
}

/**
 * Columns alone: `datasets` takes the rows of splits with their size in its own memory, which
 * nobody knows who has not loaded them.
 */
function features({ name, columns }: Config): string[] {
  return [
    `- config_name: ${name}`,
    '  features:',
    ...columns.flatMap((column) => [
      `  - name: ${column.name}`,
      `    ${column.isList ? 'list' : 'dtype'}: ${column.dtype}`,
    ]),
  ];
}
