/**
 * The card of a release, made anew of its manifest and one row as docs/release.md has it
 * (PUBLISH-4).
 */
import { compareBytes } from '../world/draws.ts';
import type { CardFacts } from './card-facts.ts';
import { type CardConfig, dtypeOf, frontLines } from './card-front.ts';
import { asText, dateOf, shareOf, thousands } from './card-phrases.ts';
import { fencedLines, type ToldRow } from './card-row.ts';
import { BESIDE, LOADING, META_WORDS, ORIGIN_WORDS, SCORING } from './card-words.ts';
import { columnsOf } from './check-forms.ts';
import { SPLITS } from './manifest.ts';

/** The row that is told, with the text of its tokens. */
export type DecodedRow = ToldRow & { readonly text: string };

/** The text of the card of a release with this default id; `row`: where there is one to tell. */
export function cardText(facts: CardFacts, id: string, row: DecodedRow | undefined): string {
  const configs: readonly CardConfig[] = (['data', 'meta', 'origin'] as const).map((folder) => ({
    ...{ name: folder === 'data' ? 'default' : folder, folder },
    columns: columnsOf(folder, facts.release.profile.columns),
  }));
  const domain = asText(facts.identity.domain.name);
  const until = dateOf(facts.until);
  const lines = [
    ...['---', ...frontLines(facts, configs), '---', '', `# ${domain}, until ${until}`, ''],
    `An instruction-tuning corpus for an LLM recommender in the domain ${domain}: each row is a prompt of an ` +
      'instruction, what a member did before, and a question, with a short answer, in tokens.',
    `Nothing that happened or became known at or after ${until} is in it, and no prompt holds what was not known ` +
      'when it was asked.',
    `Members and events have pseudonyms; the release is \`${id}\`.`,
    ...[...sinceLines(facts), ''],
    ...sourceLines(facts),
    '',
    ...(row === undefined ? [] : ['## One row', '', ...rowLines(row), '']),
    ...['## Splits', '', ...splitLines(facts), ''],
    ...['## Labels of train', '', ...labelLines(facts), ''],
    ...['## Columns', '', ...configs.flatMap((config) => columnLines(config, facts))],
    ...['## Load', '', LOADING, ''],
    ...['## Train', '', ...trainingLines(facts), ''],
    ...['## Score', '', SCORING, ''],
    ...['## What to know', '', ...facts.notes.map((note) => `- ${note}`), BESIDE],
    ...attributes('Taken on trust to have been known all along', facts.source.assumed, ({ because }) => because),
    ...datedBy(facts.source.dated),
    ...attributes('Left out', facts.source.left_out, ({ why }) => why),
    `- Corpus ${facts.corpus}; recipe sha256 ${facts.recipe_sha256}.`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What an increment goes on from (INCREMENT-1, INCREMENT-3). */
function sinceLines({ since }: CardFacts): string[] {
  if (since === undefined) return [];
  const { removed, replaced } = since.changes;
  const changed = `${thousands(removed)} examples of before that are no more, and ${thousands(replaced)}`;
  return [
    `It is an increment, which goes on from the release \`${since.id}\`, until ${dateOf(since.until)}: ` +
      `\`changes.parquet\` lists ${changed} that are here anew.`,
    `What the release \`${since.first.id}\` holds for validation and test may be trained on here: judge a model that ` +
      'learnt from it by later questions.',
  ];
}

function sourceLines({ source: { name, licence, credit } }: CardFacts): string[] {
  const said = (what: string, text: string | undefined) => (text === undefined ? [] : [`- ${what}: ${asText(text)}.`]);
  return [
    ...said('Source', name),
    ...said('Licence of the data', licence ?? 'none was named'),
    ...said('Credit', credit),
  ];
}

function rowLines({ row, task, template, label, ids, text }: DecodedRow): string[] {
  const told = [`task ${task}`, `template ${asText(template)}`, `label ${asText(label)}`];
  const tokens = `${thousands(ids.length)} tokens, control tokens among them`;
  return [...[`Row ${row} of train, counted from 0: ${told.join(', ')}, ${tokens}.`, ''], ...fencedLines(text)];
}

function splitLines(facts: CardFacts): string[] {
  const { splits, fates, release, identity, until, since } = facts;
  const { t1, t2, gap } = release.splits;
  const before = dateOf(since?.until ?? until);
  const share = (since?.replay ?? 0) / 1_000_000;
  const present = SPLITS.filter((name) => splits.has(name));
  const ordinary = present.filter((name) => name !== 'test_template');
  const [early, late] = [`questions from ${dateOf(t1 + gap)}`, `questions from ${dateOf(t2 + gap)} on`];
  const heldOut = (names: readonly string[]) => names.map(asText).join(', ');
  const held: Readonly<Record<(typeof SPLITS)[number], string>> = {
    train:
      since === undefined
        ? `questions with labels settled by ${dateOf(t1)}`
        : `questions with labels settled after ${before} and by ${dateOf(until)}, and earlier ones that changed or ` +
          'came since',
    replay: `a share of ${share} of the other questions with labels settled by ${before}, by draw`,
    validation: `${early} to before ${dateOf(t2)}`,
    test: `${late}, with labels settled by ${dateOf(until)}`,
    test_members: `${early} on of held-out members, of whom nothing is in train, validation or test`,
    test_template: 'questions of test in the words of held-out templates',
    test_surface: `${late}, on held-out surfaces: ${heldOut(identity.section.holdout.surfaces)}`,
    test_task: `${late} of held-out tasks: ${heldOut(release.holdout_tasks)}`,
  };
  return [
    ...['| split | rows | tokens | supervised tokens | what it holds |', '|---|---:|---:|---:|---|'],
    ...present.map((name) => {
      const { rows = 0, tokens = 0, loss_tokens: supervised = 0 } = splits.get(name) ?? {};
      return cells([name, rows, tokens, supervised, held[name]]);
    }),
    ...['', cells(['task', ...ordinary]), `|---|${'---:|'.repeat(ordinary.length)}`],
    ...sorted(fates).map(([task, ends]) => cells([task, ...ordinary.map((split) => ends.get(split) ?? 0)])),
  ];
}

function labelLines({ labels, keep_shares: caps }: CardFacts): string[] {
  const lines = ['| task | label | rows | share |', '|---|---|---:|---:|'];
  for (const [task, byLabel] of sorted(labels)) {
    const inTrain = sorted(byLabel).map(([label, ends]): [string, number] => [label, ends.get('train') ?? 0]);
    const whole = inTrain.reduce((sum, [, rows]) => sum + rows, 0);
    for (const [label, rows] of inTrain)
      if (rows > 0) lines.push(cells([task, asText(label), rows, shareOf(rows, whole)]));
  }
  if (caps.length > 0) lines.push('');
  for (const { task, label, kept, all } of caps) {
    const rows = `${thousands(kept)} of ${thousands(all)} rows of ${task} with the label ${asText(label)}`;
    lines.push(`- A label cap kept ${rows}; other splits keep every row.`);
  }
  return lines;
}

function columnLines({ name, folder, columns }: CardConfig, { release }: CardFacts): string[] {
  const words = folder === 'meta' ? META_WORDS : folder === 'origin' ? ORIGIN_WORDS : release.profile.words;
  return [
    ...[`Config \`${name}\`:`, '', '| column | type | what it holds |', '|---|---|---|'],
    ...columns.map((column) => {
      const type = `${column.isList ? 'list of ' : ''}${dtypeOf(column)}`;
      return cells([`\`${column.name}\``, type, words.get(column.name) ?? '']);
    }),
    '',
  ];
}

function trainingLines({ release, identity: { context, tokenizer } }: CardFacts): string[] {
  const own = `${asText(tokenizer.id)} (tokenizer.json sha256 ${tokenizer.sha256})`;
  return [
    `- Rows have at most ${thousands(context)} tokens of the tokenizer ${own}.`,
    ...release.profile.training.map((line) => `- ${line.replaceAll('<context>', String(context))}`),
  ];
}

function attributes<T extends { readonly type: string; readonly attribute: string }>(
  what: string,
  list: readonly T[],
  reason: (one: T) => string,
): string[] {
  const told = list.map((one) => `${asText(one.type)}.${asText(one.attribute)} (${asText(reason(one))})`).join('; ');
  return list.length === 0 ? [] : [`- ${what}: ${told}.`];
}

function datedBy(list: CardFacts['source']['dated']): string[] {
  const told = list.map(({ by, because }) => `${by} (${asText(because)})`).join('; ');
  return list.length === 0 ? [] : [`- What dates items that no row dates: ${told}.`];
}

function sorted<T>(byName: ReadonlyMap<string, T>): [string, T][] {
  return [...byName].sort(([a], [b]) => compareBytes(a, b));
}

function cells(list: readonly (string | number)[]): string {
  return `| ${list.map((cell) => (typeof cell === 'number' ? thousands(cell) : cell)).join(' | ')} |`;
}
