/**
 * Event files into the chains of events of a lake: what is not taken in yet, chain by chain, each
 * in bounded memory.
 */
import { nth } from '../../src/checked.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import type { Lake } from '../../src/lake/lake.ts';
import type { Timelines } from '../../src/lake/timeline-records.ts';
import type { ReadableFile } from '../../src/sources/event-source.ts';
import { type FileInRole, inputFiles, newInputs } from './input-files.ts';
import { requireSameWithout } from './left-out.ts';
import { type EventChain, eventChains, type PassMeans, refsOf, takePass } from './take-pass.ts';

/** What take-in reads, and where it sorts. */
export interface TakeInOptions extends PassMeans {
  /** The event files that there are. */
  readonly files: readonly ReadableFile[];
  /** Files that are new to a lake are taken in too. */
  readonly append?: boolean;
  /** Files whose records are left out of `files`, each with its role. */
  readonly without?: readonly FileInRole[];
}

/**
 * Takes in what is not taken in yet; returns all timelines. Throws `input_unreadable` before
 * anything is committed, `inputs_changed` where the lake was made from other files or without
 * others, `fenced`.
 */
export async function takeIn(
  lake: Lake,
  { files, append: isAppending = false, without: leftOut = [], ...means }: TakeInOptions,
  effects = PROCESS_EFFECTS,
): Promise<Timelines> {
  const inputs = await inputFiles(files, effects);
  const without = await inputFiles(leftOut, effects);
  const chains = await eventChains(lake);
  const lacking = chains.map(({ before }) =>
    before === undefined ? [...inputs.keys()] : newInputs(before.inputs, inputs, { isAppending }),
  );
  const isDone = ({ before, number }: EventChain) => before !== undefined && nth(lacking, number).length === 0;
  const isWhole = chains.every(isDone);
  for (const { before, number } of chains)
    if (before !== undefined) requireSameWithout(before, without, { isWhole, isMore: nth(lacking, number).length > 0 });
  const passes = Map.groupBy(
    chains.filter((chain) => !isDone(chain)),
    ({ number }) => nth(lacking, number).join(),
  );
  let unmatched = 0;
  for (const some of passes.values()) {
    const missing = nth(lacking, nth(some, 0).number).map((number) => nth(inputs, number));
    const named = { inputs: refsOf(missing), ...(without.length > 0 && { without: refsOf(without) }) };
    const pass = { ...means, named };
    const passed = await takePass(lake, { ...pass, inputs: [...missing, ...without], chains: some }, effects);
    unmatched += passed.unmatched;
    const again = some.filter(({ number }) => passed.undone.has(number));
    if (again.length > 0) await takePass(lake, { ...pass, inputs, chains: again, isAnew: true }, effects);
  }
  if (unmatched > 0) {
    const message = `${unmatched} records that were to be left out are in none of the event files`;
    effects.observe({ kind: 'warning', message });
  }
  return lake.timelines();
}
