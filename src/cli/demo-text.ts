/** What the demo says: a row, one sentence, what to run next; and the tables behind it. */
import type { BuildSummary } from '../../pipelines/build.ts';
import { last } from '../checked.ts';
import { grouped } from '../grouped.ts';
import type { ReleaseRow } from '../release/release-reader.ts';
import type { SimulationSummary } from '../simulate/simulate.ts';
import type { LoadedTokenizer } from '../tokenize/load-tokenizer.ts';
import { CAPPED_SAID, standing } from './commands/build.ts';
import { runsOf } from './commands/inspect.ts';
import { releaseTable, type TimedRelease } from './commands/release.ts';
import { foldText } from './fold-text.ts';
import { duration, shortNumber, table } from './plain-text.ts';
import { legend, rowText } from './row-text.ts';

/** All that the demo prints fits in 40 lines: so many are for the row. */
const ROW_SCREEN = { columns: 110, lines: 21 };

/** One row of the release with a legend and its facts, cut to a screen. */
export function demoRow(row: ReleaseRow, tokenizer: LoadedTokenizer, colour: boolean): string {
  const { meta } = row;
  const facts = [
    `asked at ${new Date(meta.asked_at).toISOString()}`,
    `${grouped(meta.n_tokens)} tokens, ${meta.n_loss_tokens} of them learned`,
    `${meta.n_history_shown} of ${meta.n_history_available} past interactions fit`,
  ];
  return [
    `\nrow ${row.row} of ${row.split} (${facts.join(', ')}):\n`,
    `${foldText(rowText(row.labels, runsOf(row, tokenizer), colour), ROW_SCREEN)}\n`,
    legend(colour),
  ].join('\n');
}

/** What a release came to. */
export function demoSentence(built: BuildSummary, { manifest }: TimedRelease, certified: string): string {
  const splits = Object.values(manifest.splits);
  const rows = splits.reduce((sum, split) => sum + split.rows, 0);
  const train = manifest.splits.train?.rows ?? 0;
  return (
    `${grouped(rows)} rows (${grouped(train)} to train on, the rest to test) from ` +
    `${grouped(built.interactions)} interactions of ${grouped(built.members)} members: ${certified}`
  );
}

/** What the steps came to. */
export interface DemoResults {
  /** The tables of the certificate. */
  readonly verified: string;
  readonly events: SimulationSummary['events'];
  readonly built: BuildSummary;
  readonly released: TimedRelease;
}

/**
 * The tables behind it: the certificate's, events, questions by fate, speed, and the release:
 * examples by task and split, tokens, labels, drops, files.
 */
export function demoDetails({ verified, events, built, released }: DemoResults): string {
  const { records, corpora } = built;
  const corpus = last(corpora);
  const { rendered } = corpus;
  return [
    verified,
    '',
    table([
      ['events', ...Object.keys(events), 'used', 'duplicate', 'late', 'dead', 'dropped'],
      [
        '',
        ...Object.values(events).map(grouped),
        ...[records.used, records.duplicate, records.late, records.dead, records.dropped].map(grouped),
      ],
    ]),
    '',
    questionsTable(corpus.questions),
    `  capped: ${CAPPED_SAID}`,
    '',
    table([
      ['examples rendered', grouped(corpus.examples)],
      ['tokens', grouped(corpus.tokens)],
      ['tokens/s', rendered.rows === 0 ? standing(corpus.examples) : shortNumber(rendered.tokens / rendered.seconds)],
    ]),
    '',
    releaseTable(released),
  ].join('\n');
}

/** Tasks down, fates across: where each question ended. */
function questionsTable(questions: BuildSummary['corpora'][number]['questions']): string {
  const fates = [...new Set(Object.values(questions).flatMap((byFate) => Object.keys(byFate)))];
  const count = (labels: Record<string, number> = {}) => Object.values(labels).reduce((sum, each) => sum + each, 0);
  return table([
    ['questions', ...fates],
    ...Object.entries(questions).map(([task, byFate]) => [task, ...fates.map((fate) => grouped(count(byFate[fate])))]),
  ]);
}

/** Where the demo's things lie, as a person was told. */
export type DemoPaths = Record<'out' | 'events' | 'lake' | 'recipe' | 'folder', string>;

/** The commands that a person may want to type now; paths as the demo was given them. */
export function nextCommands({ out, events, lake, recipe, folder }: DemoPaths, seconds: number): string {
  const commands = [
    [`inspect ${folder} --split test --rows 0..9`, 'more rows, whole'],
    [`release --lake ${lake} --recipe ${recipe} --token-budget 5000000`, 'a smaller release'],
    [`verify ${folder} --events ${events} --sample 100`, 'check 100 rows again'],
    [`demo --out ${out} --details`, 'the tables behind this'],
  ];
  return [
    '',
    `the demo took ${duration(seconds)}; next:`,
    ...commands.map(([command, about]) => `  npx brewhouse ${command}   # ${about}`),
    `  datasets.load_dataset("${folder}")   # train on it (Python)`,
    'your own data: README.md, "Your own data"',
  ].join('\n');
}
