/** A row of the columns as an object: for whoever looks at one row, not at millions. */
import { FIELD_RUNS, type FieldRun } from '../../schemas/field-runs.ts';
import { ROLES, type Role, SEGMENT_LEVELS, type SegmentLevel } from '../../schemas/rows.ts';
import { intAt, nth, recordOf } from '../checked.ts';
import type { IntList } from './int-list.ts';
import { LEDGER_COUNTS, type PromptLedger, type RowColumns } from './row-columns.ts';

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

/** A copy of row `row`. */
export function renderedRow(columns: RowColumns, row: number): RenderedRow {
  const { counts, texts, stoppedAt } = columns;
  const at = (list: IntList, i: number) => intAt(list.values, i);
  const textAt = (list: IntList, i: number) => nth(texts.texts, at(list, i));
  const segmentsFrom = at(columns.segmentEnds, row);
  const count = at(columns.segmentEnds, row + 1) - segmentsFrom;
  return {
    ids: columns.ids.values.slice(at(columns.idEnds, row), at(columns.idEnds, row + 1)),
    spans: columns.spans.values.slice(at(columns.spanEnds, row), at(columns.spanEnds, row + 1)),
    segments: Array.from({ length: count }, (_, n) => {
      const i = segmentsFrom + n;
      return {
        role: nth(ROLES, at(columns.role, i)),
        to: at(columns.to, i),
        event: textAt(columns.event, i),
        version: textAt(columns.version, i),
        fields: FIELD_RUNS.load(textAt(columns.fields, i)),
        level: nth(SEGMENT_LEVELS, at(columns.level, i)),
      };
    }),
    ledger: { ...recordOf(LEDGER_COUNTS, (name) => at(counts[name], row)), stopped_at: textAt(stoppedAt, row) },
  };
}
