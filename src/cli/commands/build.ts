/** `brewhouse build`: event files to timelines and rendered parts in a lake. */
import { availableParallelism } from 'node:os';
import { type BuildOptions, type BuildSummary, build } from '../../../pipelines/build.ts';
import { type CorpusInputs, readDomain, readRecipe } from '../../../pipelines/corpus-inputs.ts';
import type { RenderedCorpus } from '../../../pipelines/render/render.ts';
import { QUESTION_FATES, type QuestionFate } from '../../../schemas/ledger.ts';
import { openScratch, openStore } from '../../adapters/open-store.ts';
import { last, recordOf } from '../../checked.ts';
import type { Effects } from '../../effects.ts';
import { EXIT } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import type { Unordered } from '../../sources/check-events.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { duration, peakMemory, shortNumber, table } from '../plain-text.ts';
import { unorderedRow } from './check.ts';

/** Throws as `build` does. */
export async function run({ flags }: CallOf<'build'>, effects: Effects): Promise<Outcome> {
  const { until = null, workers = availableParallelism() } = flags;
  const started = effects.now();
  const built = await buildFrom({ ...flags, until, workers }, effects);
  const summary = { ...built, seconds: (effects.now() - started) / 1000 };
  for (const corpus of built.corpora)
    for (const message of [...unknownItems(corpus), ...lossWarnings(corpus), ...alikeWarnings(corpus)])
      effects.observe({ kind: 'warning', message });
  return { exit: EXIT.done, result: buildResult(summary), text: buildTable(summary) };
}

/** Questions by fate, summed over tasks and labels. */
function questionsByFate({ questions }: RenderedCorpus): Record<QuestionFate, number> {
  const countsOf = (fate: string) => Object.values(questions).flatMap((byFate) => Object.values(byFate[fate] ?? {}));
  return recordOf(QUESTION_FATES, (fate) => countsOf(fate).reduce((sum, count) => sum + count, 0));
}

/** A build by the files and the folder that a person names. */
type NamedBuild = Omit<BuildOptions, 'store' | 'scratch' | keyof CorpusInputs> &
  Readonly<Record<'lake' | keyof CorpusInputs, string>>;

/** Reads the files and builds. Throws as `build` does. */
export async function buildFrom({ lake, recipe, domain, ...how }: NamedBuild, effects: Effects): Promise<BuildSummary> {
  const options = {
    ...how,
    store: openStore(lake, effects),
    scratch: openScratch(lake, effects),
    recipe: await readRecipe(recipe),
    domain: { domain: await readDomain(domain), file: domain },
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
    peak_memory_bytes: peakMemory().bytes,
  };
}

function buildTable(summary: TimedSummary): string {
  const { records, corpora } = summary;
  const lines = [
    table([
      ['records read', grouped(records.read)],
      ...(['used', 'duplicate', 'dead', 'dropped'] as const).map((fate) => [`  ${fate}`, grouped(records[fate])]),
      ['members', grouped(summary.members)],
      ['interactions', grouped(summary.interactions)],
      unorderedRow(unordered(summary)),
    ]),
  ];
  for (const corpus of corpora) {
    const { rendered } = corpus;
    const fates = Object.entries(questionsByFate(corpus)).filter(([, count]) => count > 0);
    lines.push(
      `corpus ${corpus.corpus}, context ${grouped(corpus.context)}`,
      table([
        ...fates.map(([fate, count]) => [`questions ${fate}`, grouped(count)]),
        ['examples', grouped(corpus.examples)],
        ['tokens', grouped(corpus.tokens)],
        ['parts', grouped(corpus.parts)],
      ]),
      ...lossLines(corpus),
      rendered.rows === 0
        ? `  rendered no rows now: ${standing(corpus.examples)}`
        : `  rendered ${grouped(rendered.rows)} rows, ${shortNumber(rendered.tokens / rendered.seconds)} tokens/s`,
    );
  }
  lines.push(`done in ${duration(summary.seconds)}, peak memory ${peakMemory().text}`);
  return lines.join('\n');
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

/** Why a run rendered nothing: it was done before, or there is nothing to render. */
export function standing(examples: number): string {
  return examples === 0
    ? 'the events gave no question that could be rendered'
    : `nothing to do, all ${grouped(examples)} were rendered before`;
}

/**
 * Questions about items that no event defines: above this share something is wrong with the item
 * events.
 */
const UNKNOWN_ITEMS_WARN = 0.005;

function unknownItems(corpus: RenderedCorpus): string[] {
  const { rendered, item_unknown: unknown } = questionsByFate(corpus);
  const share = unknown / Math.max(1, rendered + unknown);
  if (share <= UNKNOWN_ITEMS_WARN) return [];
  return [
    `${(100 * share).toFixed(1)} % of the questions that were not capped ask about items that ` +
      'no event had defined by then (item_unknown)',
  ];
}

/** Candidates that differ, in words that were cut off (CAND-9). */
function alikeWarnings({ alikeAfterCut }: RenderedCorpus): string[] {
  return Object.entries(alikeAfterCut).map(
    ([task, count]) =>
      `${task} has ${grouped(count)} questions in which two candidates read alike once their lines are cut: ` +
      'raise levels.question in the recipe, or begin the item line with what tells items apart',
  );
}

/**
 * A label that loses more of its questions than another by over one point tells something about the
 * label.
 */
function lossWarnings(corpus: RenderedCorpus): string[] {
  const warnings: string[] = [];
  for (const [task, fates] of Object.entries(corpus.questions)) {
    // Letters say nothing of the action that was lost.
    if (Object.keys(fates.rendered ?? {}).includes('A')) continue;
    const lost = new Map<string, number>();
    const all = new Map<string, number>();
    for (const [fate, labels] of Object.entries(fates)) {
      if (fate === 'pending' || fate === 'capped') continue;
      for (const [label, count] of Object.entries(labels)) {
        all.set(label, (all.get(label) ?? 0) + count);
        if (fate !== 'rendered') lost.set(label, (lost.get(label) ?? 0) + count);
      }
    }
    const rates = [...all].map(([label, count]) => [label, (100 * (lost.get(label) ?? 0)) / count] as const);
    const most = rates.reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0] as const);
    const least = rates.reduce((a, b) => (b[1] < a[1] ? b : a), ['', 100] as const);
    if (rates.length > 1 && most[1] - least[1] > 1) {
      warnings.push(
        `${task} loses ${most[1].toFixed(1)} % of ${most[0]} and ${least[1].toFixed(1)} % of ${least[0]}: ` +
          'dropped rows differ by label',
      );
    }
  }
  return warnings;
}
