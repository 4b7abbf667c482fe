/** The table of the bench, and the page that keeps it. */
import { boundOf } from './bounds.ts';
import { type Figure, sayFigure, sayGoal } from './figures.ts';
import { type Machine, sayMachine } from './machine.ts';
import { type Making, type Result, type Results, verdictOf } from './results.ts';
import { ROW_NAMES, ROWS, type Row, type RowName } from './rows.ts';
import type { Side } from './sides.ts';

/** The table: a line for each row that has a result, in the order of the rows. */
export function tableLines(results: Results): string[] {
  const isOne = results.makings.length <= 1;
  const heads = ['row', 'measure', 'against', 'measured', 'goal', '', ...(isOne ? [] : ['run'])];
  return [
    `| ${heads.join(' | ')} |`,
    `|---|---|---|---:|---:|---|${isOne ? '' : '---:|'}`,
    ...withResults(results).map(([name, result]) => {
      const { measure, against, goal }: Row = ROWS[name];
      const measured = result.found === undefined ? '' : sayFigure(result.found.value, goal.unit);
      const cells = [`\`${name}\``, measure, against, measured, sayGoal(goal), verdictOf(name, result)];
      return `| ${[...cells, ...(isOne ? [] : [String(result.made + 1)])].join(' | ')} |`;
    }),
  ];
}

function withResults({ rows }: Results): [RowName, Result][] {
  return ROW_NAMES.flatMap((name): [RowName, Result][] => {
    const result = rows[name];
    return result === undefined ? [] : [[name, result]];
  });
}

/** Why rows have no value, once each. */
export function problemLines(results: Results): string[] {
  const problems = withResults(results).flatMap(([name, { problem }]) =>
    problem === undefined ? [] : { name, problem },
  );
  return [...Map.groupBy(problems, ({ problem }) => `${problem.kind}: ${problem.reason}`)].map(
    ([said, of]) => `- ${of.map(({ name }) => `\`${name}\``).join(', ')} ${said.trim().replaceAll('\n', ' ')}`,
  );
}

/** What both sides of each row took, and what there is to know of it. */
export function sideLines(results: Results): string[] {
  const lines = withResults(results).flatMap(([name, { found }]) =>
    (found?.sides ?? []).map((side) => sideLine(name, side)),
  );
  return [
    '| row | side | wall s | CPU s | peak MB | of it shared out, MB | runs |',
    '|---|---|---:|---:|---:|---:|---:|',
    ...lines,
  ];
}

function sideLine(name: RowName, { name: side, wallSeconds, cpuSeconds, peakMb, proportionalMb }: Side): string {
  const cells = [sayPlain(wallSeconds, 2), sayPlain(cpuSeconds, 2), sayPlain(peakMb, 0), sayPlain(proportionalMb, 0)];
  return `| \`${name}\` | ${side} | ${cells.join(' | ')} | ${wallSeconds.runs} |`;
}

function sayPlain({ median, least, most, runs }: Figure, digits: number): string {
  const said = (value: number) => (Number.isFinite(value) ? value.toFixed(digits) : 'no end');
  return runs === 1 ? said(median) : `${said(median)} (${said(least)} to ${said(most)})`;
}

function noteLines(results: Results): string[] {
  const notes = withResults(results).flatMap(([name, { found }]) =>
    (found?.notes ?? []).map((note) => ({ name, note })),
  );
  return [...Map.groupBy(notes, ({ note }) => note)].map(
    ([note, of]) => `- ${of.map(({ name }) => `\`${name}\``).join(', ')}: ${note}.`,
  );
}

/** Of the rows that missed their goals what bounds them and what was tried, once for rows of one cause. */
export function missedLines(results: Results): string[] {
  const missed = withResults(results).flatMap(([name, result]) =>
    verdictOf(name, result) === 'MISSED' ? [{ name, bound: boundOf(name) }] : [],
  );
  return [...Map.groupBy(missed, ({ bound }) => bound)].map(([bound, of]) => {
    const names = of.map(({ name }) => `\`${name}\``).join(', ');
    return `- ${names}: ${bound === undefined ? 'not looked into yet.' : `${bound.bounds} Tried: ${bound.tried}`}`;
  });
}

const HOW = [
  'Brewhouse is the packed package, installed in an empty folder and run by its command line; `texts-*` and `events`',
  'run a script that imports the sources. Everything is bound to two cores by `taskset`. The runs of both sides take',
  'turns; a ratio is the median of the quotients of each pair of runs, with the least and the greatest. CPU seconds',
  'are user and system time of a command and all that it started, as the shell adds them up. Peak memory is the',
  'greatest sum of resident pages over its tree of processes, looked at every 50 ms in /proc, or the highest mark of',
  'one of them where that is more; shared out, pages that several processes have are divided among them, looked at',
  'every 500 ms. The peers are in [peers/](peers), with [pinned packages](requirements.txt); whatever they write is',
  'compared with the release in every run, and a row whose sides differ fails.',
];

const WHERE =
  'What bounds it, as [the last profile](latest-profile.md) and ' +
  '[ARCHITECTURE.md](../../ARCHITECTURE.md#what-bounds-each-stage) tell, and what was tried.';

/** The page of a profile. Ends in one line feed. */
export function profileText({ command, at, machine }: Making, lines: readonly string[]): string {
  return [
    ...['# The last profile', '', `\`${command}\` at ${machine.commit}, ${at}, on ${sayMachine(machine)}.`, ''],
    ...[
      'Seconds in which a function ran, by the samples that V8 takes, over all threads of a command; waiting is left',
      'out, and what V8 compiles and collects in threads of its own is not in it. Megabytes are what was still held',
      'at the end of a command, by the function that asked for it.',
    ],
    ...lines,
    '',
  ].join('\n');
}

/** The page: how it was made, the table, what the sides took. Ends in one line feed. */
export function pageText(results: Results): string {
  const makings = results.makings.map(
    ({ command, at, machine }, i) => `${i + 1}. \`${command}\` at ${machine.commit}, ${at}, on ${sayMachine(machine)}.`,
  );
  const all = (of: (machine: Machine) => readonly string[]) =>
    [...new Set(results.makings.flatMap(({ machine }) => of(machine)))].sort().join(', ');
  const [libraries, peers] = [all((machine) => machine.libraries), all((machine) => machine.peers)];
  const problems = problemLines(results);
  const missed = missedLines(results);
  return [
    ...[
      '# The last bench',
      '',
      ...makings,
      '',
      `Brewhouse uses ${libraries}; the peers use ${peers || 'nothing: there is no Python'}.`,
      '',
    ],
    ...[...HOW, '', ...tableLines(results), ''],
    ...(problems.length === 0 ? [] : ['Without a value:', '', ...problems, '']),
    ...(missed.length === 0 ? [] : ['## Where a goal is missed', '', WHERE, '', ...missed, '']),
    ...['## What each side took', '', ...sideLines(results), '', ...noteLines(results), ''],
  ].join('\n');
}
