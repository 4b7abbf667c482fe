/**
 * The profile `weighted`: 360Brew's loss, which learns a little from the prompt and most from the
 * answer.
 */
import { intAt } from '../checked.ts';
import type { ColumnChunk, ColumnSpec } from '../shard/parquet-writer.ts';
import { HF, withFeatures } from './hf.ts';
import type { Profile, TokenRows } from './profile.ts';

/** Weight of a token of the prompt, and of the answer or the end token: 360Brew's. */
const PROMPT_WEIGHT = 0.01;
const ANSWER_WEIGHT = 1;

const COLUMNS: readonly ColumnSpec[] = [...HF.columns, { name: 'loss_weights', type: 'list<float>' }];

/** PROFILE-1: no label is masked, since a masked one has no loss that could be weighed. */
export const WEIGHTED: Profile = {
  columns: COLUMNS,
  facts: { ...HF.facts, 'brewhouse.loss_weights': `prompt ${PROMPT_WEIGHT}, answer ${ANSWER_WEIGHT}` },
  card: {
    columns: {
      input_ids: HF.card.columns.input_ids ?? '',
      attention_mask: HF.card.columns.attention_mask ?? '',
      labels: 'all ids; not shifted',
      loss_weights:
        `what the loss of each token counts: ${ANSWER_WEIGHT} in the answer and at the end token, ` +
        `${PROMPT_WEIGHT} before them`,
    },
    training: () => [
      'Rows are not padded: let the collator pad `labels` with -100 and `loss_weights` with 0.',
      'Multiply the loss of each token by its weight. Trainers that know no weights, as those of transformers and ' +
        'TRL do not, would learn the prompt as much as the answer: for them there is the profile `hf`.',
    ],
  },
  keyValues: (facts) => withFeatures(COLUMNS, facts),
  chunks(rows) {
    const [ids, mask] = HF.chunks(rows);
    if (ids === undefined || mask === undefined) throw new Error('the profile hf has no ids or no mask');
    return [ids, mask, ids, weightsOf(rows)];
  },
};

function weightsOf({ rows, offsets, spans, spanOffsets }: TokenRows): ColumnChunk {
  const first = intAt(offsets, 0);
  const values = new Float32Array(intAt(offsets, rows) - first).fill(PROMPT_WEIGHT);
  for (let row = 0; row < rows; row++)
    weigh(values, spans.subarray(intAt(spanOffsets, row), intAt(spanOffsets, row + 1)), intAt(offsets, row) - first);
  return { values, offsets: first === 0 ? offsets : offsets.map((offset) => offset - first) };
}

/** Sets the answer's weight in the supervised spans of the row that begins at `start`. */
function weigh(values: Float32Array, spans: Int32Array, start: number): void {
  for (let at = 0; at < spans.length; at += 2)
    values.fill(ANSWER_WEIGHT, start + intAt(spans, at), start + intAt(spans, at + 1));
}
