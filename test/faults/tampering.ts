/** What a tampering is: one change to the files of a release, and who must see it. */
import type { ErrorCode } from '../../src/errors.ts';
import type { TamperedRelease } from './tampered-release.ts';

/** One way to tamper with a release. */
export interface Tampering {
  /** Ends the sentence "verify finds ...". */
  readonly name: string;
  readonly change: (release: TamperedRelease) => void | Promise<void>;
  /** The check that is meant, and the failures in whose place it may be. */
  readonly by: string | readonly (string | ErrorCode)[];
  /** The rule that it breaks, one of several, or the page that says how it is. */
  readonly law: string | readonly string[];
  /** What the fault, or the failure, must say. */
  readonly says: RegExp;
  /** Files can no longer be read as rows, or rows differ: other checks may speak of it too. */
  readonly isWide?: boolean;
  /** Only who brings recipe and domain can see it. */
  readonly isPinned?: true;
}

/** What must never leave: a raw id of a member. */
export const RAW = 'hand-0@example.org';

/** A form that no release has may be refused, or be a fault among others. */
export const BROKEN = ['manifest', 'release_broken'] as const;
