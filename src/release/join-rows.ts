/**
 * A row group of a release: its rows joined from the token table straight into columns, and all
 * three files' pages encoded. Pure, so that threads can share the work.
 */
import { ORIGIN, SIDECAR } from '../../schemas/rows.ts';
import { intAt, nth } from '../checked.ts';
import type { Profile } from '../profiles/profile.ts';
import { type ColumnChunk, createGroupEncoder, type EncodedGroup } from '../shard/parquet-writer.ts';
import { columnSpecs, type FileTable } from '../shard/records.ts';
import type { StoredColumns, StoredLists } from '../shard/row-codec.ts';
import { type PackedRows, type TakenColumns, unpackRows } from './packed-rows.ts';
import type { TokenReader } from './token-table.ts';

/** A row group as the three files of its shard hold it. */
export interface JoinedGroup {
  readonly data: EncodedGroup;
  readonly meta: EncodedGroup;
  readonly origin: EncodedGroup;
  readonly tokens: number;
  readonly lossTokens: number;
}

/** The numbers of a release by those under which segments and events were taken in. */
export interface ReleaseNumbers {
  readonly segments: Uint32Array;
  readonly events: Uint32Array;
}

/** What rows are joined by. */
export interface JoinTables {
  readonly tokens: TokenReader;
  readonly numbers: ReleaseNumbers;
}

/** Joins row groups, one at a time. */
export interface RowJoiner {
  /** Rows in order. Throws Error where a row is not as long as its sidecar says. */
  join(rows: PackedRows): JoinedGroup;
}

/** Bound: one row group. */
export function createRowJoiner(profile: Profile, tables: JoinTables): RowJoiner {
  const encoders = {
    data: createGroupEncoder(profile.columns),
    meta: createGroupEncoder(columnSpecs(SIDECAR)),
    origin: createGroupEncoder(columnSpecs(ORIGIN)),
  };
  // Groups are of about one size: memory for each anew would have to be collected as often.
  let kept = new Int32Array(0);
  return {
    join(packed) {
      const taken = unpackRows(packed);
      const { rows, spans } = taken;
      const { ids, offsets } = joinTokens(taken, tables, kept);
      if (ids.length > kept.length) kept = ids;
      const tokenRows = { rows, ids, offsets, spans: spans.values, spanOffsets: spans.offsets };
      return {
        data: encoders.data.encode(profile.chunks(tokenRows), rows),
        meta: encoders.meta.encode(chunksOf(SIDECAR, taken.meta), rows),
        origin: encoders.origin.encode(chunksOf(ORIGIN, releasedOrigins(taken, tables.numbers)), rows),
        tokens: ids.length,
        lossTokens: supervised(spans.values),
      };
    },
  };
}

/** The tokens of the rows, side by side, in `kept` where it has room. Throws as `join` does. */
export function joinTokens(
  { rows, meta, origin: { segments } }: TakenColumns,
  { tokens, numbers }: JoinTables,
  kept = new Int32Array(0),
) {
  const offsets = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row++) offsets[row + 1] = intAt(offsets, row) + intAt(meta.n_tokens, row);
  const size = intAt(offsets, rows);
  const ids = size <= kept.length ? kept.subarray(0, size) : new Int32Array(size);
  for (let row = 0; row < rows; row++) {
    let at = intAt(offsets, row);
    for (let i = intAt(segments.offsets, row); i < intAt(segments.offsets, row + 1); i++)
      at = tokens.copy(intAt(numbers.segments, intAt(segments.values, i)), ids, at);
    if (at !== offsets[row + 1])
      throw new Error(`the row ${nth(meta.example_id, row)} is not ${intAt(meta.n_tokens, row)} tokens long`);
  }
  return { ids, offsets };
}

function releasedOrigins({ rows, origin }: TakenColumns, numbers: ReleaseNumbers): StoredColumns<typeof ORIGIN> {
  const { segments, lowered, room, used } = origin;
  return {
    segments: {
      values: segments.values.map((segment) => intAt(numbers.segments, segment)),
      offsets: segments.offsets,
    },
    ...eventSteps(origin.events, numbers.events),
    ...{ lowered, room, used },
    stopped_at: Float64Array.from({ length: rows }, (_, row) => {
      const taken = intAt(origin.stopped_at, row);
      return taken < 0 ? -1 : intAt(numbers.events, taken);
    }),
  };
}

/** Numbers of events as the first of each row and the steps from one to the next. */
function eventSteps({ values, offsets }: StoredLists, numbers: Uint32Array) {
  const rows = offsets.length - 1;
  const first_event = new Float64Array(rows).fill(-1);
  const steps = new Int32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [intAt(offsets, row), intAt(offsets, row + 1)];
    if (from === to) continue;
    let before = intAt(numbers, intAt(values, from));
    first_event[row] = before;
    for (let i = from; i < to; i++) {
      const number = intAt(numbers, intAt(values, i));
      steps[i] = number - before;
      before = number;
    }
  }
  return { first_event, events: { values: steps, offsets } };
}

function chunksOf<T extends FileTable>(table: T, columns: StoredColumns<T>): ColumnChunk[] {
  return Object.keys(table).map((name) => columns[name as keyof T] as ColumnChunk);
}

function supervised(spans: Int32Array): number {
  let tokens = 0;
  for (let i = 0; i < spans.length; i += 2) tokens += intAt(spans, i + 1) - intAt(spans, i);
  return tokens;
}
