/** What the demo says in the end: one summary of all its steps, and what to run next. */
import type { BuildSummary } from '../../pipelines/build.ts';
import { last } from '../checked.ts';
import { grouped } from '../grouped.ts';
import type { SimulationSummary } from '../simulate/simulate.ts';
import { standing } from './commands/build.ts';
import { releaseTable, type TimedRelease } from './commands/release.ts';
import { duration, shortNumber, table } from './plain-text.ts';

/**
 * Events, questions by fate, speed, and the release: examples by task and split, tokens, labels,
 * drops, files.
 */
export function demoSummary(events: SimulationSummary['events'], built: BuildSummary, released: TimedRelease): string {
  const { records } = built;
  const corpus = last(built.corpora);
  const { rendered } = corpus;
  return [
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

/** The commands that a person may want to type now; paths as the demo was given them. */
export function nextCommands(paths: Record<'events' | 'lake' | 'recipe' | 'folder', string>, seconds: number): string {
  const { events, lake, recipe, folder } = paths;
  return [
    '',
    `the demo took ${duration(seconds)}; next:`,
    ...[
      ['look at another row', `inspect ${folder} --split test --row 3`],
      ['a smaller release of the same rows', `release --lake ${lake} --recipe ${recipe} --token-budget 5000000`],
      ['check 100 rows again', `verify ${folder} --events ${events} --sample 100`],
      ['all commands', '--help'],
    ].map(([about, command]) => `  # ${about}\n  npx brewhouse ${command}`),
    '  # train on it (Python)',
    `  datasets.load_dataset("${folder}")`,
    '',
    'your own data: README.md, "Your own data in six commands"',
  ].join('\n');
}
