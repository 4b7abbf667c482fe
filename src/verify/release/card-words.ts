/** What a card says in the same words of every release: docs/release.md has them (PUBLISH-4). */

/** Lines of a name, a colon and words. */
function wordsOf(lines: string): ReadonlyMap<string, string> {
  return new Map(
    lines.split('\n').flatMap((line) => {
      const [, name = '', words = ''] = /^(\w+): (.*)$/.exec(line) ?? [];
      return name === '' ? [] : [[name, words] as const];
    }),
  );
}

/** What the columns of a sidecar hold. */
export const META_WORDS = wordsOf(`
example_id: pseudonym of the example: of question and variant
member: pseudonym of the member
task: name of the task
form: its form
template: id of the template
template_version: its version
variant: empty in ordinary rows
label: the label
asked_at: T, when the question was asked: epoch milliseconds
label_settled_at: when the label was settled: epoch milliseconds
turn_times: empty: no form has turns
item_ids: the item asked about, or the candidates in the drawn order; joined by U+001F
candidate_reasons: why each was chosen; joined by U+001F
surface: of the opening event; empty: none
slate_id: pseudonym of the slate; empty: none
position: of the item in its slate; -1: none
propensity: the probability with which the item was shown; -1: none
split: the split
n_tokens: tokens of the row
n_loss_tokens: supervised ones
n_history_shown: history entries in the prompt
n_history_available: history entries there were
n_actions_before: actions of the member before T
keep_share: share of such rows that the label cap kept
thin: a draw: sort by it to take smaller releases out of this one
`);

/** What the columns of an origin file hold. */
export const ORIGIN_WORDS = wordsOf(`
segments: numbers of its segments in \`origin/segments\`, in order
first_event: number of its first event in \`origin/events\`; -1: none
events: from one event to the next, for each segment that an event put there
lowered: entries in the prompt that are shorter than \`full\`
room: tokens that the history could take
used: tokens that it took
stopped_at: number of the event at which there was no more room; -1: there was
`);

/** How a release is loaded. */
export const LOADING = `\
\`\`\`python
from datasets import load_dataset

rows = load_dataset(PATH)              # this folder, or its name on the Hub
meta = load_dataset(PATH, "meta")      # what was asked: the same rows in the same order
origin = load_dataset(PATH, "origin")  # role and origin of every token: the same again
\`\`\`

The rows of a split lie in the order of a global shuffle. Where there are more ranks than files, \`reshard()\` \
(\`datasets\` 4.6 or newer) makes a shard of every row group, which has at most 1,000 rows:

\`\`\`python
from datasets.distributed import split_dataset_by_node

train = load_dataset(PATH, split="train", streaming=True).reshard()
train = split_dataset_by_node(train, rank=RANK, world_size=WORLD_SIZE)
\`\`\``;

/** How an answer is scored. */
export const SCORING = `\
\`label_tables\` in \`manifest.json\` has a table for each task and template. A prompt is a row up to its first \
supervised token.

1. Append \`before\`, the ids with which all answers begin, to the prompt.
2. Let the model score one token.
3. Compare the scores of the tokens of the table alone: each is that of one label.

\`end\` is the token that ends every answer; labels that are \`positive\` are good news, and their probabilities may \
be added up.`;

/** What lies beside the rows. */
export const BESIDE = `\
- Prompts hold texts of members and items as the source has them, which may name people; \`item_ids\` holds ids of \
the source.
- \`manifest.json\` names every file with its SHA-256, \`index/\` says where an example or a member lies, and \
\`certificate.json\` is what \`brewhouse verify\` said.`;
