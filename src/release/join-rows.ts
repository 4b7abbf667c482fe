/**
 * A row group of a release: its rows joined from the token table straight into columns, and all
 * three files' pages encoded. Pure, so that threads can share the work.
 */
import { ORIGIN, SIDECAR } from '../../schemas/rows.ts';
import { intAt } from '../checked.ts';
import type { Profile } from '../profiles/profile.ts';
import { createGroupEncoder, type EncodedGroup } from '../shard/parquet-writer.ts';
import { columnSpecs, joinLists, storedColumns } from '../shard/records.ts';
import { type NumberedRow, unpackRow } from './packed-rows.ts';
import type { TokenReader } from './token-table.ts';

/** A row group as the three files of its shard hold it. */
export interface JoinedGroup {
  readonly data: EncodedGroup;
  readonly meta: EncodedGroup;
  readonly origin: EncodedGroup;
  readonly tokens: number;
  readonly lossTokens: number;
}

/** Joins row groups, one at a time. */
export interface RowJoiner {
  /** `rows`: packed, in order. Throws Error where a row is not as long as its sidecar says. */
  join(rows: readonly Uint8Array[]): JoinedGroup;
}

/** Bound: one row group. */
export function createRowJoiner(profile: Profile, tokens: TokenReader): RowJoiner {
  const encoders = {
    data: createGroupEncoder(profile.columns),
    meta: createGroupEncoder(columnSpecs(SIDECAR)),
    origin: createGroupEncoder(columnSpecs(ORIGIN)),
  };
  return {
    join(packed) {
      const rows = packed.map(unpackRow);
      const { values: spans, offsets: spanOffsets } = joinLists(rows.map((row) => row.spans));
      const { ids, offsets } = joinTokens(rows, tokens);
      const count = rows.length;
      const metas = rows.map((row) => row.meta);
      const origins = rows.map((row) => row.origin);
      return {
        data: encoders.data.encode(profile.chunks({ rows: count, ids, offsets, spans, spanOffsets }), count),
        meta: encoders.meta.encode(storedColumns(SIDECAR, metas), count),
        origin: encoders.origin.encode(storedColumns(ORIGIN, origins), count),
        tokens: ids.length,
        lossTokens: supervised(spans),
      };
    },
  };
}

/** The tokens of the rows, side by side. Throws as `join` does. */
export function joinTokens(rows: readonly NumberedRow[], tokens: TokenReader) {
  const offsets = new Int32Array(rows.length + 1);
  for (const [i, { meta }] of rows.entries()) offsets[i + 1] = intAt(offsets, i) + meta.n_tokens;
  const ids = new Int32Array(intAt(offsets, rows.length));
  for (const [i, { meta, origin }] of rows.entries()) {
    let at = intAt(offsets, i);
    for (const segment of origin.segments) at = tokens.copy(segment, ids, at);
    if (at !== offsets[i + 1]) throw new Error(`the row ${meta.example_id} is not ${meta.n_tokens} tokens long`);
  }
  return { ids, offsets };
}

function supervised(spans: Int32Array): number {
  let tokens = 0;
  for (let i = 0; i < spans.length; i += 2) tokens += intAt(spans, i + 1) - intAt(spans, i);
  return tokens;
}
