/**
 * The dataset card of a release: README.md with the front matter that the Hub and `datasets` read,
 * and what a person asks first.
 */
import { compareUtf8 } from '../../../schemas/byte-order.ts';
import { SPLITS } from '../../../schemas/ledger.ts';
import type { Manifest, Since } from '../../../schemas/manifest.ts';
import { ownValue } from '../../../schemas/names.ts';
import { present } from '../../checked.ts';
import { grouped, percent } from '../../grouped.ts';
import { profileOf } from '../../profiles/profiles.ts';
import { trainLabelsOf } from '../label-balance.ts';
import { type CardRow, rowBlock } from './card-row.ts';
import { type Config, configsOf } from './columns.ts';
import { frontMatter } from './front-matter.ts';
import { moment, plain } from './phrases.ts';
import { splitMeanings } from './splits.ts';
import { BESIDE, LOADING, SCORING } from './usage.ts';

/** The row that a card shows; `text` is what its tokens say. */
export type ToldRow = CardRow & { readonly text: string };

/**
 * The text of the card, as docs/release.md has it (PUBLISH-4). Dates are those of the recipe: the
 * card holds no clock. `row`: where train has one.
 */
export function releaseCard(manifest: Manifest, row: ToldRow | undefined): string {
  const { name } = manifest.identity.domain;
  const sections: readonly (readonly [heading: string, lines: readonly string[]])[] = [
    ...(row === undefined ? [] : ([['One row', rowLines(row)]] as const)),
    ['Splits', splitLines(manifest)],
    ['Labels of train', labelLines(manifest)],
    ['Columns', columnLines(manifest)],
    ['Load', LOADING],
    ['Train', listed([rowsHave(manifest), ...profileOf(manifest.profile).card.training(manifest.identity.context)])],
    ['Score', SCORING],
    ['What to know', listed([...manifest.notes, ...BESIDE, ...madeOf(manifest)])],
  ];
  return [
    ...['---', ...frontMatter(manifest), '---', ''],
    ...[`# ${plain(name)}, until ${moment(manifest.until)}`, ''],
    ...aboutLines(manifest),
    ...sections.flatMap(([heading, lines]) => ['', `## ${heading}`, '', ...lines]),
    '',
  ].join('\n');
}

function aboutLines({ id, identity, until, source, since }: Manifest): string[] {
  const licence = source.licence === undefined ? 'none was named' : plain(source.licence);
  return [
    `An instruction-tuning corpus for an LLM recommender in the domain ${plain(identity.domain.name)}: each row is a ` +
      'prompt of an instruction, what a member did before, and a question, with a short answer, in tokens.',
    `Nothing that happened or became known at or after ${moment(until)} is in it, and no prompt holds what was not ` +
      'known when it was asked.',
    `Members and events have pseudonyms; the release is \`${id}\`.`,
    ...(since === undefined ? [] : sinceLines(since)),
    '',
    ...listed([
      ...(source.name === undefined ? [] : [`Source: ${plain(source.name)}.`]),
      `Licence of the data: ${licence}.`,
      ...(source.credit === undefined ? [] : [`Credit: ${plain(source.credit)}.`]),
    ]),
  ];
}

function sinceLines({ id, until, first, changes: { removed, replaced } }: Since): string[] {
  return [
    `It is an increment, which goes on from the release \`${id}\`, until ${moment(until)}: \`changes.parquet\` ` +
      `lists ${grouped(removed)} examples of before that are no more, and ${grouped(replaced)} that are here anew.`,
    `What the release \`${first.id}\` holds for validation and test may be trained on here: judge a model that ` +
      'learnt from it by later questions.',
  ];
}

function splitLines(manifest: Manifest): string[] {
  const { splits, fates } = manifest;
  // In their own order, whatever that of a manifest which was read.
  const there = SPLITS.filter((split) => splits[split] !== undefined);
  const ordinary = there.filter((split) => split !== 'test_template');
  const meanings = splitMeanings(manifest);
  const rowsOf = (task: string, split: string) => ownValue(ownValue(fates, task), split) ?? 0;
  return [
    '| split | rows | tokens | supervised tokens | what it holds |',
    '|---|---:|---:|---:|---|',
    ...there.map((split) => {
      const { rows, tokens, loss_tokens } = present(splits[split], `split ${split}`);
      return cells([split, ...[rows, tokens, loss_tokens].map(grouped), meanings[split]]);
    }),
    '',
    cells(['task', ...ordinary]),
    `|---|${ordinary.map(() => '---:|').join('')}`,
    ...Object.keys(fates).map((task) => cells([task, ...ordinary.map((split) => grouped(rowsOf(task, split)))])),
  ];
}

function labelLines(manifest: Manifest): string[] {
  const rows = inOrder(trainLabelsOf(manifest)).flatMap(([task, byLabel]) => {
    const all = Object.values(byLabel).reduce((sum, train) => sum + train, 0);
    return inOrder(byLabel).map(([label, train]) => cells([task, plain(label), grouped(train), percent(train, all)]));
  });
  const caps = manifest.keep_shares.map(
    ({ task, label, kept, all }) =>
      `A label cap kept ${grouped(kept)} of ${grouped(all)} rows of ${task} with the label ${plain(label)}; other ` +
      'splits keep every row.',
  );
  return [
    ...['| task | label | rows | share |', '|---|---|---:|---:|', ...rows],
    ...(caps.length === 0 ? [] : ['', ...listed(caps)]),
  ];
}

function columnLines({ profile }: Manifest): string[] {
  const tables = configsOf(profile).map(({ name, columns }: Config) => [
    `Config \`${name}\`:`,
    ...['', '| column | type | what it holds |', '|---|---|---|'],
    ...columns.map(({ name, isList, dtype, holds }) =>
      cells([`\`${name}\``, isList ? `list of ${dtype}` : dtype, holds]),
    ),
  ]);
  return tables.flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
}

function rowsHave({ identity }: Manifest): string {
  return (
    `Rows have at most ${grouped(identity.context)} tokens of the tokenizer ${plain(identity.tokenizer.id)} ` +
    `(tokenizer.json sha256 ${identity.tokenizer.sha256}).`
  );
}

function rowLines({ row, task, template, label, ids, text }: ToldRow): string[] {
  return [
    `Row ${row} of train, counted from 0: task ${task}, template ${plain(template)}, label ${plain(label)}, ` +
      `${grouped(ids.length)} tokens, control tokens among them.`,
    '',
    rowBlock(text),
  ];
}

function madeOf({ corpus, recipe_sha256, source }: Manifest): string[] {
  const assumed = source.assumed.map(
    ({ type, attribute, because }) => `${plain(type)}.${plain(attribute)} (${plain(because)})`,
  );
  const dated = source.dated.map(({ by, because }) => `${by} (${plain(because)})`);
  const leftOut = source.left_out.map(
    ({ type, attribute, why }) => `${plain(type)}.${plain(attribute)} (${plain(why)})`,
  );
  return [
    ...(assumed.length === 0 ? [] : [`Taken on trust to have been known all along: ${assumed.join('; ')}.`]),
    ...(dated.length === 0 ? [] : [`What dates items that no row dates: ${dated.join('; ')}.`]),
    ...(leftOut.length === 0 ? [] : [`Left out: ${leftOut.join('; ')}.`]),
    `Corpus ${corpus}; recipe sha256 ${recipe_sha256}.`,
  ];
}

function listed(sentences: readonly string[]): string[] {
  return sentences.map((sentence) => `- ${sentence}`);
}

function cells(of: readonly string[]): string {
  return `| ${of.join(' | ')} |`;
}

function inOrder<T>(of: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(of).sort(([a], [b]) => compareUtf8(a, b));
}
