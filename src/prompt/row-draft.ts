/**
 * One row under way as numbers: which segments it is joined of, and which events put them there. It
 * is used again for the next row.
 */
import { type IntList, intList } from './int-list.ts';
import type { Line } from './lines.ts';

/** Numbers of segments below 0: the lines that are the row's own. */
export const OWN_SEGMENT = { profile: -1, exposure: -2 } as const;
/** Numbers of events below 0; from 0 on, entries of the question's history. */
export const OWN_EVENT = { none: -1, profile: -2, opening: -3 } as const;

/** A row's own line, and what tells its text from others. */
export interface OwnLine {
  readonly key: string;
  readonly line: Line;
}

/** The numbers of the row. */
export interface RowDraft {
  /**
   * A line of ItemLines; from FIXED_FROM on a fixed segment; below 0 one of OWN_SEGMENT.
   */
  readonly segments: IntList;
  /** One for each segment with a level of EVENT_LEVELS: an entry, or one of OWN_EVENT. */
  readonly events: IntList;
  /** Supervised [from, to) pairs, in tokens. */
  readonly spans: IntList;
  profile: OwnLine | undefined;
  exposure: OwnLine | undefined;
  tokens: number;
  /** Tokens before the first supervised one. */
  promptTokens: number;
  /** The cut ledger (FILL-5). */
  shown: number;
  lowered: number;
  room: number;
  used: number;
  /** An entry, or OWN_EVENT.none. */
  stoppedAt: number;
}

/** An empty row. */
export function createRowDraft(): RowDraft {
  return {
    segments: intList(),
    events: intList(),
    spans: intList(),
    profile: undefined,
    exposure: undefined,
    tokens: 0,
    promptTokens: 0,
    shown: 0,
    lowered: 0,
    room: 0,
    used: 0,
    stoppedAt: OWN_EVENT.none,
  };
}

/** Forgets the row; memory is kept. */
export function clearDraft(draft: RowDraft): void {
  for (const list of [draft.segments, draft.events, draft.spans]) list.length = 0;
  draft.profile = undefined;
  draft.exposure = undefined;
  draft.tokens = 0;
  draft.promptTokens = 0;
}
