/** A row of a draft as an object: for whoever looks at one row, not at millions. */
import { FIELD_RUNS, type FieldRun } from '../../schemas/field-runs.ts';
import { EVENT_LEVELS, type Role, type SegmentLevel } from '../../schemas/rows.ts';
import { intAt } from '../checked.ts';
import type { Question } from '../timeline/questions.ts';
import { intsOf } from './int-list.ts';
import { type KnownTexts, originOf, segmentIds } from './known-texts.ts';
import { OWN_EVENT, type RowDraft } from './row-draft.ts';

/** The cut ledger of a row (FILL-5). */
export interface PromptLedger {
  readonly shown: number;
  readonly available: number;
  readonly lowered: number;
  readonly left_out: number;
  /** Tokens that the history could take, and that it took. */
  readonly room: number;
  readonly used: number;
  /** The event at which filling stopped; empty where all entries fitted. */
  readonly stopped_at: string;
}

/** One run of tokens with one role and one origin, up to `to` (exclusive). */
export interface Segment {
  readonly role: Role;
  readonly to: number;
  /** Event id; empty for the template and for control tokens. */
  readonly event: string;
  /** Event id of the item version. */
  readonly version: string;
  readonly fields: readonly FieldRun[];
  readonly level: SegmentLevel;
}

/** A row, or a prompt without an answer, whose spans are empty. */
export interface RenderedRow {
  readonly ids: Int32Array;
  /** Supervised [from, to) pairs. */
  readonly spans: Int32Array;
  readonly segments: readonly Segment[];
  readonly ledger: PromptLedger;
}

/** What the numbers of a draft are of. */
export interface DraftSource {
  readonly known: KnownTexts;
  readonly question: Question;
}

/** A copy of the row. */
export function renderedRow(draft: RowDraft, { known, question }: DraftSource): RenderedRow {
  const ids = new Int32Array(draft.tokens);
  const segments: Segment[] = [];
  let to = 0;
  let events = 0;
  for (const segment of intsOf(draft.segments)) {
    const own = segmentIds(known, draft, segment);
    ids.set(own, to);
    to += own.length;
    const { role, version, fields, level } = originOf(known, draft, segment);
    const event = EVENT_LEVELS.has(level) ? eventId(question, intAt(draft.events.values, events++)) : '';
    segments.push({ role, to, event, version, fields: FIELD_RUNS.load(fields), level });
  }
  const [shown, available] = [draft.shown, question.history.available];
  return {
    ids,
    spans: intsOf(draft.spans).slice(),
    segments: withHeadingEvents(segments),
    ledger: {
      ...{ shown, available, lowered: draft.lowered, left_out: available - shown, room: draft.room, used: draft.used },
      stopped_at: draft.stoppedAt === OWN_EVENT.none ? '' : eventId(question, draft.stoppedAt),
    },
  };
}

function eventId({ history, profile, exposure }: Question, event: number): string {
  if (event >= 0) return history.eventIdAt(event);
  return event === OWN_EVENT.opening ? exposure.eventId : (profile?.eventId ?? '');
}

/** The event of a history heading is that of the line behind it (ORIGIN-2). */
export function withHeadingEvents<S extends Pick<Segment, 'role' | 'level' | 'event'>>(segments: readonly S[]): S[] {
  return segments.map((segment, i) => {
    const next = segments[i + 1];
    const isHeading =
      segment.role === 'history' && segment.level === '' && next?.role === 'history' && next.level !== '';
    return isHeading ? { ...segment, event: next.event } : segment;
  });
}
