/** Files whose records a build leaves out: those of late logs and of dead letters. */
import type { InputRef } from '../../schemas/commit.ts';
import { BrewhouseError } from '../../src/errors.ts';
import type { Timeline } from '../../src/lake/timeline-records.ts';
import type { InputFile } from './input-files.ts';

/** What is to be taken in now. */
export interface LackingFiles {
  /** Nothing, of all chains. */
  readonly isWhole: boolean;
  /** Files beside those that the chain has. */
  readonly isMore: boolean;
}

/**
 * SAME WITHOUT: of all records of a lake the same are left out, else nobody could say what it holds;
 * so one that left some out takes no files in later. Where nothing is missing any more, nobody has
 * to say it again. Throws `inputs_changed`.
 */
export function requireSameWithout(
  before: Pick<Timeline, 'without'>,
  without: readonly InputFile[],
  { isWhole, isMore }: LackingFiles,
): void {
  if (isWhole && without.length === 0) return;
  if (isMore && before.without.length + without.length > 0) {
    throw new BrewhouseError('inputs_changed', 'records are left out of all event files at once, and of none later', {
      remedy: 'build another lake from all event files, with --without',
    });
  }
  if (namesOf(before.without) === namesOf(without)) return;
  throw new BrewhouseError('inputs_changed', 'the lake was made without other records', {
    remedy: 'give --without the same files as before, or name another folder as the lake',
  });
}

function namesOf(files: readonly Pick<InputRef, 'sha256'>[]): string {
  return files
    .map(({ sha256 }) => sha256)
    .sort()
    .join();
}
