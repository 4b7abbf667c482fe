/** `brewhouse replay`: corrected dead letters, into a lake. */
import { replay } from '../../../pipelines/backfill.ts';
import { eventFilesNamed } from '../../../pipelines/take-in/named-files.ts';
import type { Effects } from '../../effects.ts';
import type { Outcome } from '../command.ts';
import type { CallOf } from '../command-table.ts';
import { optionsOf, takenOutcome } from './backfill.ts';

/** Throws as `replay` does. */
export async function run({ flags: { from, ...flags } }: CallOf<'replay'>, effects: Effects): Promise<Outcome> {
  const started = effects.now();
  const files = await eventFilesNamed(from, effects);
  const summary = await replay({ ...optionsOf(flags, effects), files }, effects);
  const seconds = (effects.now() - started) / 1000;
  const nothing = 'all these files were taken in before';
  return takenOutcome({ ...summary, seconds }, { nothing }, effects);
}
