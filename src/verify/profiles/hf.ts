/** hf: ids, attention mask and unshifted labels, as `datasets` writes them itself. */
import { ATTENTION_MASK, digestOfLabels, LABELS, type Profile, supervisedByLabels } from './profile.ts';

/** The profile hf. */
export const hf: Profile = {
  name: 'hf',
  columns: [ATTENTION_MASK, LABELS],
  facts: { label_alignment: 'unshifted', ignore_index: '-100' },
  supervised: supervisedByLabels,
  digest: digestOfLabels,
};
