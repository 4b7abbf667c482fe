/** What a card says on how a release is used: the same in every card but for the context. */

/** How it is loaded. */
export const LOADING: readonly string[] = [
  '```python',
  'from datasets import load_dataset',
  '',
  'rows = load_dataset(PATH)              # this folder, or its name on the Hub',
  'meta = load_dataset(PATH, "meta")      # what was asked: the same rows in the same order',
  'origin = load_dataset(PATH, "origin")  # role and origin of every token: the same again',
  '```',
  '',
  'The rows of a split lie in the order of a global shuffle. Where there are more ranks than files, `reshard()` ' +
    '(`datasets` 4.6 or newer) makes a shard of every row group, which has at most 1,000 rows:',
  '',
  '```python',
  'from datasets.distributed import split_dataset_by_node',
  '',
  'train = load_dataset(PATH, split="train", streaming=True).reshard()',
  'train = split_dataset_by_node(train, rank=RANK, world_size=WORLD_SIZE)',
  '```',
];

/** How an answer is scored. */
export const SCORING: readonly string[] = [
  '`label_tables` in `manifest.json` has a table for each task and template. A prompt is a row up to its first ' +
    'supervised token.',
  '',
  '1. Append `before`, the ids with which all answers begin, to the prompt.',
  '2. Let the model score one token.',
  '3. Compare the scores of the tokens of the table alone: each is that of one label.',
  '',
  '`end` is the token that ends every answer; labels that are `positive` are good news, and their probabilities ' +
    'may be added up.',
];

/** What lies beside the rows. */
export const BESIDE: readonly string[] = [
  'Prompts hold texts of members and items as the source has them, which may name people; `item_ids` holds ids of ' +
    'the source.',
  '`manifest.json` names every file with its SHA-256, `index/` says where an example or a member lies, and ' +
    '`certificate.json` is what `brewhouse verify` said.',
];
