/**
 * What came too late, or was dead and is corrected, into a lake: timelines first, then every corpus
 * that is rendered from them.
 */
import { type Effects, PROCESS_EFFECTS } from '../src/effects.ts';
import { type Lake, openLake } from '../src/lake/lake.ts';
import type { ObjectStore } from '../src/lake/object-store.ts';
import { type CatchUpOptions, type CaughtUp, catchUpCorpora } from './catch-up.ts';
import { type ReplayOptions, type TakenAfterwards, takeLate, takeReplayed } from './take-in/take-late.ts';

/** A lake, and by what it goes on. */
export interface BackfillOptions extends CatchUpOptions {
  readonly store: ObjectStore;
}

/** What a backfill or a replay came to. */
export interface BackfillSummary extends CaughtUp {
  readonly taken: TakenAfterwards;
}

/**
 * Takes in what the late logs of a lake hold and no record took up, and renders again. Where it
 * ends before its end, the same again goes on: nothing is lost or taken in twice. Throws
 * `not_found` where there is no lake, `lake_broken`, `fenced`, and as rendering does.
 */
export function backfill(options: BackfillOptions, effects = PROCESS_EFFECTS): Promise<BackfillSummary> {
  return takingIn(options, (lake) => takeLate(lake, options, effects), effects);
}

/**
 * Takes in files of corrected records that the lake does not know yet, and renders again. Throws
 * as `backfill` does, and `input_unreadable`.
 */
export function replay(
  options: BackfillOptions & Pick<ReplayOptions, 'files'>,
  effects = PROCESS_EFFECTS,
): Promise<BackfillSummary> {
  return takingIn(options, (lake) => takeReplayed(lake, options, effects), effects);
}

async function takingIn(
  { store, ...options }: BackfillOptions,
  take: (lake: Lake) => Promise<TakenAfterwards>,
  effects: Effects,
): Promise<BackfillSummary> {
  const lake = await openLake(store, effects);
  await store.sweepLeftovers(effects.now());
  const taken = await take(lake);
  return { taken, ...(await catchUpCorpora(lake, options, effects)) };
}
