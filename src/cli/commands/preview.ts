/** `brewhouse preview`: the first rows of a recipe on real events, before anything is built. */
import { availableParallelism } from 'node:os';
import { readDomain, readRecipe } from '../../../pipelines/corpus-inputs.ts';
import { type Preview, type PreviewRow, type PreviewTask, preview } from '../../../pipelines/preview/preview.ts';
import { openEvents } from '../../adapters/open-events.ts';
import type { Effects } from '../../effects.ts';
import { EXIT } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import { IGNORE_INDEX } from '../../profiles/hf.ts';
import type { LoadedTokenizer } from '../../tokenize/load-tokenizer.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { table } from '../plain-text.ts';
import { legend, rowText, textRuns } from '../row-text.ts';

/** Throws as `preview` does. */
export async function run({ flags, colour }: CallOf<'preview'>, effects: Effects): Promise<Outcome> {
  const { rows = 1, task } = flags;
  const events = openEvents(flags.events, effects);
  const recipe = await readRecipe(flags.recipe);
  const domain = { domain: await readDomain(flags.domain), file: flags.domain };
  const found = await preview({ events, recipe, domain, rows, task, cores: availableParallelism() }, effects);
  return { exit: EXIT.done, result: resultOf(found), text: textOf(found, colour) };
}

function runsOf({ example }: PreviewRow, tokenizer: LoadedTokenizer) {
  return textRuns(example, (ids) => tokenizer.decode(ids));
}

/** Ids where supervised, else -100. */
function labelsOf({ example: { ids, promptLength } }: PreviewRow): number[] {
  return Array.from(ids, (id, i) => (i < promptLength ? IGNORE_INDEX : id));
}

function resultOf({ plan, members, tasks }: Preview): object {
  const { tokenizer, context } = plan;
  return {
    context,
    members,
    tasks: tasks.map(({ name, questions, labels, rows }) => ({
      task: name,
      questions,
      labels,
      rows: rows.map((row) => ({
        member_id: row.outcome.question.memberId,
        item_ids: row.outcome.question.items.map((version) => version.itemId),
        template: row.example.template.template.id,
        label: row.label,
        asked_at: row.outcome.question.t,
        input_ids: [...row.example.ids],
        labels: labelsOf(row),
        text: tokenizer.decode(row.example.ids),
        segments: runsOf(row, tokenizer),
      })),
    })),
  };
}

function textOf({ plan, members, tasks }: Preview, colour: boolean): string {
  const { tokenizer, context } = plan;
  const shown = tasks.flatMap(({ name, rows }) =>
    rows.map((row) => {
      const { ids, template, ledger } = row.example;
      const facts = [
        `${name}, template ${template.template.id}: ${row.label}`,
        `asked at ${new Date(row.outcome.question.t).toISOString()}`,
        `${grouped(ids.length)} tokens`,
        `${ledger.shown} of ${ledger.available} past interactions fit`,
      ];
      return `${facts.join(', ')}\n\n${rowText(labelsOf(row), runsOf(row, tokenizer), colour)}\n`;
    }),
  );
  return [
    ...shown,
    legend(colour),
    '',
    questionsTable(tasks),
    ...tasks.map(labelLine),
    `of ${grouped(members)} members, chosen by a hash; context ${grouped(context)}`,
  ].join('\n');
}

/** Tasks down; where the questions of these members ended, and how long the rows above are. */
function questionsTable(tasks: readonly PreviewTask[]): string {
  const fates = [...new Set(tasks.flatMap(({ questions }) => Object.keys(questions)))];
  return table([
    ['questions', ...fates, 'tokens of these rows'],
    ...tasks.map(({ name, questions, rows }) => [
      name,
      ...fates.map((fate) => grouped(questions[fate] ?? 0)),
      rows.map(({ example }) => grouped(example.ids.length)).join(' ') || '-',
    ]),
  ]);
}

function labelLine({ name, labels }: PreviewTask): string {
  const counts = Object.entries(labels).map(([label, count]) => `${label} ${grouped(count)}`);
  return `  labels of ${name}: ${counts.join(', ') || 'none: these members are asked nothing'}`;
}
