/**
 * The dataset card of a release: README.md with the `configs` that `datasets` reads, and what a
 * person asks first.
 */

import { SPLITS } from '../../schemas/ledger.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { ownValue } from '../../schemas/names.ts';
import { present } from '../checked.ts';
import { grouped } from '../grouped.ts';
import { profileOf } from '../profiles/profiles.ts';

/**
 * The text of the card, as docs/release.md has it (PUBLISH-4). Dates are `until`: the card holds no
 * clock.
 */
export function releaseCard(manifest: Manifest): string {
  const { identity, splits } = manifest;
  // In their own order, whatever that of a manifest which was read.
  const names = SPLITS.filter((name) => splits[name] !== undefined);
  const front = [
    '---',
    'configs:',
    '- config_name: default',
    '  data_files:',
    ...names.flatMap((name) => [`  - split: ${name}`, '    path:', ...filesOf(manifest, name)]),
    '---',
  ];
  const tasks = Object.keys(manifest.fates);
  const rowsOf = (task: string, split: string) => ownValue(ownValue(manifest.fates, task), split) ?? 0;
  const assumed = manifest.source.assumed.map(({ type, attribute, because }) => `${type}.${attribute} (${because})`);
  const leftOut = manifest.source.left_out.map(({ type, attribute, why }) => `${type}.${attribute} (${why})`);
  const ordinary = names.filter((name) => name !== 'test_template');
  return [
    ...front,
    '',
    `# ${manifest.id}`,
    '',
    `An instruction-tuning corpus for an LLM recommender in the domain ${identity.domain.name}, ` +
      `as of ${new Date(manifest.until).toISOString()}: ` +
      `one unpadded, tokenized example a row (${profileOf(manifest.profile).about}).`,
    '',
    '| split | rows | tokens | supervised tokens |',
    '|---|---:|---:|---:|',
    ...names.map((name) => {
      const { rows, tokens, loss_tokens } = present(splits[name], `split ${name}`);
      return `| ${name} | ${[rows, tokens, loss_tokens].map(grouped).join(' | ')} |`;
    }),
    '',
    `| task | ${ordinary.join(' | ')} |`,
    `|---|${ordinary.map(() => '---:|').join('')}`,
    ...tasks.map((task) => `| ${task} | ${ordinary.map((name) => grouped(rowsOf(task, name))).join(' | ')} |`),
    '',
    `- Tokenizer: ${identity.tokenizer.id} (tokenizer.json sha256 ${identity.tokenizer.sha256}); ` +
      `context ${grouped(identity.context)} tokens.`,
    `- Corpus ${manifest.corpus}; recipe sha256 ${manifest.recipe_sha256}.`,
    ...listed('Taken on trust to have been known all along', assumed),
    ...listed('Left out', leftOut),
    ...(manifest.source.credit === undefined ? [] : [`- Credit: ${manifest.source.credit}.`]),
    ...manifest.notes.map((note) => `- ${note}`),
    '- `meta/` holds a sidecar row for each row, `origin/` the role and origin of every token and what was cut, ' +
      '`index/` where an example or a member lies.',
    '',
  ].join('\n');
}

/** A point of the list; none where there is nothing to name. */
function listed(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`- ${what}: ${names.join('; ')}.`];
}

/** Files by name, never by pattern: what a release does not name is no part of it. */
function filesOf({ files }: Manifest, split: string): string[] {
  return files.filter((file) => file.kind === 'data' && file.split === split).map((file) => `    - ${file.path}`);
}
