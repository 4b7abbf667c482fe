/** The default profile `hf`: token rows with supervised spans, as the three columns that trainers load without a cast. */
import type { ColumnSpec, ParquetWriter } from './parquet-writer.ts';

/**
 * Rows of tokens without padding. Row r holds ids[offsets[r] .. offsets[r + 1]); its supervised spans are the numbers
 * spans[spanOffsets[r] .. spanOffsets[r + 1]), read as pairs [from, to) relative to the row's start. Both offset arrays have
 * rows + 1 numbers and may begin above 0; `spanOffsets` counts numbers, two a span.
 */
export interface TokenRows {
  readonly rows: number;
  readonly ids: Int32Array;
  readonly offsets: Int32Array;
  readonly spans: Int32Array;
  readonly spanOffsets: Int32Array;
}

/** A label that the loss leaves out (torch.nn.CrossEntropyLoss, `ignore_index`). */
export const IGNORE_INDEX = -100;

/** `datasets` and Megatron-Bridge decode a whole row group for one row: these bound what that costs. */
export const ROW_GROUP_TOKENS_MAX = 1_000_000;
export const ROW_GROUP_ROWS_MAX = 1_000;

/** Exactly what `datasets` writes itself; a fourth column breaks axolotl's packing and LLaMA-Factory. */
export const HF_COLUMNS: readonly ColumnSpec[] = [
  { name: 'input_ids', type: 'list<int32>' },
  { name: 'attention_mask', type: 'list<int8>' },
  { name: 'labels', type: 'list<int64>' },
];

/** The footer key under which `datasets` keeps its features. */
const FEATURES_KEY = 'huggingface';

const listOf = (dtype: string) => ({ feature: { dtype, _type: 'Value' }, _type: 'List' });

/**
 * Footer key-values of an `hf` file: the features as `datasets` from 4.0 on writes them, then `info` in its own order. Throws
 * where `info` brings the features' key itself.
 */
export function hfKeyValues(info: Readonly<Record<string, string>>): Record<string, string> {
  if (Object.hasOwn(info, FEATURES_KEY)) throw new Error(`the footer key "${FEATURES_KEY}" is not ours to give`);
  const features = { input_ids: listOf('int32'), attention_mask: listOf('int8'), labels: listOf('int64') };
  return { [FEATURES_KEY]: JSON.stringify({ info: { features } }), ...info };
}

/** Whether the group at hand must be written before a row of `nextTokens` joins it; a group takes one row, however long. */
export function mustFlushRowGroup(group: { rows: number; tokens: number }, nextTokens: number): boolean {
  if (group.rows === 0) return false;
  return group.rows >= ROW_GROUP_ROWS_MAX || group.tokens + nextTokens > ROW_GROUP_TOKENS_MAX;
}

/**
 * Writes `rows` as one row group of a writer with HF_COLUMNS: an attention mask of ones, and labels that are the ids within
 * the spans and IGNORE_INDEX elsewhere, not shifted. Bound: labels of the group in memory. Throws on an empty row, on a row
 * without a supervised token and on a span outside its row: trainers fail on those, so they are bugs upstream.
 */
export function encodeHfRowGroup(writer: Pick<ParquetWriter, 'writeRowGroup'>, rows: TokenRows): void {
  const { ids, offsets } = rows;
  const first = offsets[0] ?? 0;
  const labels = supervisedLabels(rows, first);
  const fromZero = first === 0 ? offsets : offsets.map((offset) => offset - first);
  const columns = [
    { values: ids, offsets },
    { values: { constant: 1 }, offsets: fromZero },
    { values: labels, offsets: fromZero },
  ];
  writer.writeRowGroup(columns, rows.rows);
}

function supervisedLabels({ rows, ids, offsets, spans, spanOffsets }: TokenRows, first: number): Int32Array {
  if (offsets.length !== rows + 1 || spanOffsets.length !== rows + 1)
    throw new Error(`${rows} token rows with ${offsets.length} offsets and ${spanOffsets.length} span offsets`);
  const labels = new Int32Array(offsets[rows]! - first).fill(IGNORE_INDEX);
  for (let row = 0; row < rows; row++) {
    const start = offsets[row]!;
    const size = offsets[row + 1]! - start;
    if (size < 1) throw new Error(`token row ${row} is empty`);
    if ((spanOffsets[row + 1]! - spanOffsets[row]!) % 2 !== 0) throw new Error(`a span of token row ${row} has no end`);
    let supervised = 0;
    for (let at = spanOffsets[row]!; at < spanOffsets[row + 1]!; at += 2) {
      const from = spans[at]!;
      const to = spans[at + 1]!;
      if (from < 0 || to > size || from >= to)
        throw new Error(`span ${from}..${to} of token row ${row} of ${size} tokens`);
      labels.set(ids.subarray(start + from, start + to), start - first + from);
      supervised += to - from;
    }
    if (supervised === 0) throw new Error(`token row ${row} has no supervised token`);
  }
  return labels;
}
