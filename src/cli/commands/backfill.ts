/** `brewhouse backfill`: what came too late, into a lake. */
import { availableParallelism } from 'node:os';
import { type BackfillSummary, backfill } from '../../../pipelines/backfill.ts';
import type { RenderedCorpus } from '../../../pipelines/render/render.ts';
import { openScratch, openStore } from '../../adapters/open-store.ts';
import type { Effects } from '../../effects.ts';
import { EXIT } from '../../errors.ts';
import { grouped } from '../../grouped.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { duration, table } from '../plain-text.ts';

/** Throws as `backfill` does. */
export async function run({ flags }: CallOf<'backfill'>, effects: Effects): Promise<Outcome> {
  const started = effects.now();
  const summary = await backfill(optionsOf(flags, effects), effects);
  const seconds = (effects.now() - started) / 1000;
  return takenOutcome({ ...summary, seconds }, { nothing: 'no late log is waiting' }, effects);
}

/** What a command that goes on with a lake is told. */
export function optionsOf({ lake, workers, tokenizer }: CallOf<'backfill'>['flags'], effects: Effects) {
  const scratch = openScratch(lake, effects);
  return { store: openStore(lake, effects), scratch, workers: workers ?? availableParallelism(), tokenizer };
}

interface TimedSummary extends BackfillSummary {
  readonly seconds: number;
}

/**
 * What was taken in, what was rendered, and which corpora still lag behind, as warnings; `nothing`
 * says why no file was taken in.
 */
export function takenOutcome(
  summary: TimedSummary,
  { nothing }: { readonly nothing: string },
  effects: Effects,
): Outcome {
  const { taken, corpora, behind, seconds } = summary;
  for (const { corpus, why } of behind) {
    const message = `the corpus ${corpus} lags behind: ${why}; run brewhouse build with its recipe, or say --tokenizer`;
    effects.observe({ kind: 'warning', message });
  }
  const { read, used, duplicate: duplicates, late, dead, dropped } = taken.counts;
  const result = {
    ...{ files: taken.files, read, used, duplicates, late, dead, dropped },
    corpora: corpora.map(resultOf),
    behind,
    seconds,
  };
  const lines = [
    taken.files > 0 ? takenTable(taken) : corpora.length > 0 ? nothing : `nothing to do: ${nothing}`,
    ...corpora.map(
      ({ corpus, rendered, takenOut }) =>
        `corpus ${corpus}: rendered ${grouped(rendered.rows)} rows again, took out ${grouped(takenOut)}`,
    ),
    `done in ${duration(seconds)}`,
  ];
  return { exit: EXIT.done, result, text: lines.join('\n') };
}

function resultOf({ corpus, context, examples, tokens, rendered, takenOut }: RenderedCorpus): object {
  return { corpus, context, examples, tokens, rendered_rows: rendered.rows, rows_taken_out: takenOut };
}

function takenTable({
  files,
  counts: { read, used, duplicate, late, dead, dropped },
}: BackfillSummary['taken']): string {
  const rows = Object.entries({ read, used, duplicate, late, dead, dropped }).filter(([, count]) => count !== 0);
  const signed = (count: number) => (count < 0 ? `-${grouped(-count)}` : `+${grouped(count)}`);
  return table([
    ['files taken in', grouped(files)],
    ...rows.map(([fate, count]) => [`  records ${fate}`, signed(count)]),
  ]);
}
