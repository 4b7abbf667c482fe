/** `brewhouse build`: event files to timelines and rendered parts in a lake. */
import { availableParallelism } from 'node:os';
import { type BuildOptions, type BuildSummary, build } from '../../../pipelines/build.ts';
import { type CorpusInputs, readDomain, readRecipe } from '../../../pipelines/corpus-inputs.ts';
import type { RenderedCorpus } from '../../../pipelines/render/render.ts';
import { leftOutFiles } from '../../../pipelines/take-in/left-out.ts';
import { openEvents } from '../../adapters/open-events.ts';
import { openScratch, openStore, requireOneWinner } from '../../adapters/open-store.ts';
import { last } from '../../checked.ts';
import { questionsByFate } from '../../corpus/corpus-summary.ts';
import type { Effects } from '../../effects.ts';
import { EXIT } from '../../errors.ts';
import { grouped, percent } from '../../grouped.ts';
import type { ItemLines } from '../../prompt/item-lines.ts';
import type { Unordered } from '../../sources/check-events.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { labelLines } from '../label-lines.ts';
import { duration, peakMemory, shortNumber, table } from '../plain-text.ts';
import { unorderedRow } from './check.ts';

/** Throws as `build` does. */
export async function run({ flags }: CallOf<'build'>, effects: Effects): Promise<Outcome> {
  const { until = null, workers = availableParallelism(), source: sourceFile, ...named } = flags;
  const isSourceChanged = flags['source-changed'];
  const started = effects.now();
  const built = await buildFrom({ ...named, until, workers, sourceFile, isSourceChanged }, effects);
  const summary = { ...built, seconds: (effects.now() - started) / 1000 };
  return { exit: EXIT.done, result: buildResult(summary), text: buildTable(summary) };
}

/** A build by the files and the folder that a person names. */
type NamedBuild = Omit<BuildOptions, 'store' | 'scratch' | 'events' | 'tryStore' | 'without' | keyof CorpusInputs> &
  Readonly<Record<'lake' | 'events' | keyof CorpusInputs, string>> & {
    /** Where what is left out lies, as `leftOutFiles` finds it. */
    readonly without?: string | undefined;
  };

/** Reads the files and builds. Throws as `build` does. */
export async function buildFrom(
  { lake, events, recipe, domain, without, ...how }: NamedBuild,
  effects: Effects,
): Promise<BuildSummary> {
  const options = {
    ...how,
    store: openStore(lake, effects),
    events: openEvents(events, effects),
    scratch: openScratch(lake, effects),
    tryStore: () => requireOneWinner(lake, effects),
    recipe: await readRecipe(recipe),
    domain: { domain: await readDomain(domain), file: domain },
    without: without === undefined ? [] : await leftOutFiles(without, effects),
  };
  return build(options, effects);
}

type TimedSummary = BuildSummary & { readonly seconds: number };

/** The contract's keys; with a ladder, those of its longest rung, and all rungs under `corpora`. */
function buildResult(summary: TimedSummary): object {
  const { records, corpora, seconds } = summary;
  const longest = last(corpora);
  const rungs = corpora.map((corpus) => ({
    corpus: corpus.corpus,
    context: corpus.context,
    questions: questionsByFate(corpus),
    examples: corpus.examples,
    tokens: corpus.tokens,
    parts: corpus.parts,
    rendered_rows: corpus.rendered.rows,
    rendered_tokens: corpus.rendered.tokens,
    rows_taken_out: corpus.takenOut,
  }));
  return {
    events: records.read,
    used: records.used,
    duplicates: records.duplicate,
    late: records.late,
    dead: records.dead,
    dropped: records.dropped,
    questions: questionsByFate(longest),
    examples: longest.examples,
    tokens: longest.tokens,
    seconds,
    tokens_per_second: longest.rendered.seconds === 0 ? 0 : longest.rendered.tokens / longest.rendered.seconds,
    parts: longest.parts,
    members: summary.members,
    unordered: unordered(summary),
    corpus: longest.corpus,
    corpora: rungs,
    train_labels: summary.trainLabels,
    item_lines: summary.itemLines ?? null,
    texts: { wanted: summary.texts.wanted, found: summary.texts.found },
    peak_memory_bytes: peakMemory().bytes,
  };
}

function buildTable(summary: TimedSummary): string {
  const { records, corpora } = summary;
  const lines = [
    table([
      ['records read', grouped(records.read)],
      ...(['used', 'duplicate', 'dead', 'dropped'] as const).map((fate) => [`  ${fate}`, grouped(records[fate])]),
      ...(records.late === 0 ? [] : [['  late', grouped(records.late)]]),
      ['members', grouped(summary.members)],
      ['interactions', grouped(summary.interactions)],
      unorderedRow(unordered(summary)),
    ]),
  ];
  for (const corpus of corpora) {
    const { rendered } = corpus;
    const byFate = questionsByFate(corpus);
    const fates = Object.entries(byFate).filter(([, count]) => count > 0);
    lines.push(
      `corpus ${corpus.corpus}, context ${grouped(corpus.context)}`,
      table([
        ...fates.map(([fate, count]) => [`questions ${fate}`, grouped(count)]),
        ['examples', grouped(corpus.examples)],
        ['tokens', grouped(corpus.tokens)],
        ['parts', grouped(corpus.parts)],
      ]),
      ...(byFate.capped > 0 ? [`  capped: ${CAPPED_SAID}`] : []),
      ...lossLines(corpus),
      ...(corpus.takenOut === 0
        ? []
        : [`  took out ${grouped(corpus.takenOut)} rows that newer events made others or none`]),
      rendered.rows === 0
        ? `  rendered no rows now: ${standing(corpus.examples)}`
        : `  rendered ${grouped(rendered.rows)} rows, ${shortNumber(rendered.tokens / rendered.seconds)} tokens/s`,
    );
  }
  const labels = labelLines(summary.trainLabels);
  if (labels.length > 0) lines.push('label balance of train', ...labels);
  if (summary.itemLines !== undefined) lines.push(...itemLineTable(summary.itemLines));
  const { wanted, found } = summary.texts;
  if (wanted > 0) lines.push(`item texts: ${grouped(found)} of ${grouped(wanted)} were found encoded in the lake`);
  lines.push(`done in ${duration(summary.seconds)}, peak memory ${peakMemory().text}`);
  return lines.join('\n');
}

/** How many lines there are at each level, and how many read like another item's. */
function itemLineTable({ compared, items, distinct, levels }: ItemLines): string[] {
  const of = compared === items ? grouped(items) : `a sample of ${grouped(compared)} of ${grouped(items)}`;
  return [
    `item lines of ${of}`,
    table([
      ['', 'distinct', 'like another'],
      ['whole', grouped(distinct), ''],
      ...levels.map(({ level, distinct: lines, alike }) => [
        level,
        grouped(lines),
        `${grouped(alike)} (${percent(alike, Math.max(1, compared))})`,
      ]),
    ]),
  ];
}

function unordered({ unordered: count, interactions }: BuildSummary): Unordered {
  return { interactions: count, share: count / Math.max(1, interactions) };
}

/** What each task lost as item_unknown, by label: some labels may lose more than others. */
function lossLines({ questions }: RenderedCorpus): string[] {
  return Object.entries(questions).flatMap(([task, { item_unknown: lost = {} }]) => {
    const counts = Object.entries(lost).map(([label, count]) => `${label} ${grouped(count)}`);
    return counts.length === 0 ? [] : [`  item_unknown in ${task}: ${counts.join(', ')}`];
  });
}

/** What it means that a question is capped: nothing is lost. */
export const CAPPED_SAID =
  'left alone, since the recipe asks a share of the openings (ask.share) and so many a day (ask.per_member_day)';

/** Why a run rendered nothing: it was done before, or there is nothing to render. */
export function standing(examples: number): string {
  return examples === 0
    ? 'the events gave no question that could be rendered'
    : `nothing to do, all ${grouped(examples)} were rendered before`;
}
