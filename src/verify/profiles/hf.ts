/** hf: ids, attention mask and unshifted labels, as `datasets` writes them itself. */
import { ATTENTION_MASK, LABELS, type Profile, supervisedByLabels } from './profile.ts';

/** The profile hf. */
export const hf: Profile = {
  name: 'hf',
  columns: [ATTENTION_MASK, LABELS],
  words: new Map([
    ['input_ids', 'prompt, answer and end token'],
    ['attention_mask', 'ones'],
    ['labels', 'ids of the answer and the end token, and -100 elsewhere; not shifted'],
  ]),
  training: [
    'Rows are not padded: let the collator pad `labels` with -100, as `DataCollatorForSeq2Seq` of transformers does.',
    'The loss is that of the answer and the end token alone; models of transformers shift the labels themselves.',
    'TRL: `SFTConfig(max_length=None)`, or a `max_length` of at least <context>: its default of 1,024 silently cuts ' +
      'longer rows, and the answer comes last.',
    'Packing with TRL: `packing=True, max_length=<context>` or more, from TRL 1.7 on; 0.20 to 1.6 lose `labels` when ' +
      'they pack.',
  ],
  facts: { label_alignment: 'unshifted', ignore_index: '-100' },
  supervised: supervisedByLabels,
};
