/** The default profile `hf`: three columns that trainers load without a cast. */
import { intAt } from '../checked.ts';
import type { ColumnChunk, ColumnSpec } from '../shard/parquet-writer.ts';
import { featureOf } from './features.ts';
import type { Facts, Profile, TokenRows } from './profile.ts';

/** A label that the loss leaves out (torch.nn.CrossEntropyLoss, `ignore_index`). */
export const IGNORE_INDEX = -100;

/**
 * Exactly what `datasets` writes itself; a fourth column breaks axolotl's packing and
 * LLaMA-Factory.
 */
const COLUMNS: readonly ColumnSpec[] = [
  { name: 'input_ids', type: 'list<int32>' },
  { name: 'attention_mask', type: 'list<int8>' },
  { name: 'labels', type: 'list<int64>' },
];

/** The default profile. */
export const HF: Profile = {
  columns: COLUMNS,
  facts: { 'brewhouse.label_alignment': 'unshifted', 'brewhouse.ignore_index': String(IGNORE_INDEX) },
  card: {
    columns: {
      input_ids: 'prompt, answer and end token',
      attention_mask: 'ones',
      labels: 'ids of the answer and the end token, and -100 elsewhere; not shifted',
    },
    training: (context) => [
      'Rows are not padded: let the collator pad `labels` with -100, as `DataCollatorForSeq2Seq` of transformers ' +
        'does.',
      'The loss is that of the answer and the end token alone; models of transformers shift the labels themselves.',
      `TRL: \`SFTConfig(max_length=None)\`, or a \`max_length\` of at least ${context}: its default of 1,024 ` +
        'silently cuts longer rows, and the answer comes last.',
      `Packing with TRL: \`packing=True, max_length=${context}\` or more, from TRL 1.7 on; 0.20 to 1.6 lose ` +
        '`labels` when they pack.',
    ],
  },
  keyValues: (facts) => withFeatures(COLUMNS, facts),
  chunks: hfChunks,
};

/** The footer key under which `datasets` keeps its features. */
const FEATURES_KEY = 'huggingface';

/**
 * `facts` after the features of list columns as `datasets` from 4.0 on writes them. Throws where
 * it brings their key.
 */
export function withFeatures(columns: readonly ColumnSpec[], facts: Facts): Record<string, string> {
  if (Object.hasOwn(facts, FEATURES_KEY)) throw new Error(`the footer key "${FEATURES_KEY}" is not ours to give`);
  const features = columns.map(({ name, type }) => {
    const { dtype } = featureOf(type);
    return [name, { feature: { dtype, _type: 'Value' }, _type: 'List' }] as const;
  });
  return { [FEATURES_KEY]: JSON.stringify({ info: { features: Object.fromEntries(features) } }), ...facts };
}

/**
 * An attention mask of ones, and labels that are the ids within the spans and IGNORE_INDEX
 * elsewhere, not shifted.
 */
function hfChunks(rows: TokenRows): ColumnChunk[] {
  const { ids, offsets } = rows;
  const first = offsets[0] ?? 0;
  const fromZero = first === 0 ? offsets : offsets.map((offset) => offset - first);
  return [
    { values: ids, offsets },
    { values: { constant: 1 }, offsets: fromZero },
    { values: supervisedLabels(rows, first), offsets: fromZero },
  ];
}

function supervisedLabels({ rows, ids, offsets, spans, spanOffsets }: TokenRows, first: number): Int32Array {
  if (offsets.length !== rows + 1 || spanOffsets.length !== rows + 1)
    throw new Error(`${rows} token rows with ${offsets.length} offsets and ${spanOffsets.length} span offsets`);
  const labels = new Int32Array(intAt(offsets, rows) - first).fill(IGNORE_INDEX);
  for (let row = 0; row < rows; row++) {
    const start = intAt(offsets, row);
    const size = intAt(offsets, row + 1) - start;
    const [spansFrom, spansTo] = [intAt(spanOffsets, row), intAt(spanOffsets, row + 1)];
    if (size < 1) throw new Error(`token row ${row} is empty`);
    if ((spansTo - spansFrom) % 2 !== 0) throw new Error(`a span of token row ${row} has no end`);
    let supervised = 0;
    for (let at = spansFrom; at < spansTo; at += 2) {
      const from = intAt(spans, at);
      const to = intAt(spans, at + 1);
      if (from < 0 || to > size || from >= to)
        throw new Error(`span ${from}..${to} of token row ${row} of ${size} tokens`);
      labels.set(ids.subarray(start + from, start + to), start - first + from);
      supervised += to - from;
    }
    if (supervised === 0) throw new Error(`token row ${row} has no supervised token`);
  }
  return labels;
}
