/** The columns of a release by config: their features, and what a card says that they hold. */
import { ownValue } from '../../../schemas/names.ts';
import { ORIGIN, SIDECAR } from '../../../schemas/rows.ts';
import { type Feature, featureOf } from '../../profiles/features.ts';
import { profileOf } from '../../profiles/profiles.ts';
import type { ColumnSpec } from '../../shard/parquet-writer.ts';
import { columnSpecs } from '../../shard/records.ts';

/** What `load_dataset(PATH, name)` loads. */
export interface Config {
  readonly name: string;
  /** The kind of its files. */
  readonly kind: 'data' | 'meta' | 'origin';
  readonly columns: readonly (Feature & { readonly name: string; readonly holds: string })[];
}

const IN_META: Readonly<Record<keyof typeof SIDECAR, string>> = {
  example_id: 'pseudonym of the example: of question and variant',
  member: 'pseudonym of the member',
  task: 'name of the task',
  form: 'its form',
  template: 'id of the template',
  template_version: 'its version',
  variant: 'empty in ordinary rows',
  label: 'the label',
  asked_at: 'T, when the question was asked: epoch milliseconds',
  label_settled_at: 'when the label was settled: epoch milliseconds',
  turn_times: 'empty: no form has turns',
  item_ids: 'the item asked about, or the candidates in the drawn order; joined by U+001F',
  candidate_reasons: 'why each was chosen; joined by U+001F',
  surface: 'of the opening event; empty: none',
  slate_id: 'pseudonym of the slate; empty: none',
  position: 'of the item in its slate; -1: none',
  propensity: 'the probability with which the item was shown; -1: none',
  split: 'the split',
  n_tokens: 'tokens of the row',
  n_loss_tokens: 'supervised ones',
  n_history_shown: 'history entries in the prompt',
  n_history_available: 'history entries there were',
  n_actions_before: 'actions of the member before T',
  keep_share: 'share of such rows that the label cap kept',
  thin: 'a draw: sort by it to take smaller releases out of this one',
};

const IN_ORIGIN: Readonly<Record<keyof typeof ORIGIN, string>> = {
  segments: 'numbers of its segments in `origin/segments`, in order',
  first_event: 'number of its first event in `origin/events`; -1: none',
  events: 'from one event to the next, for each segment that an event put there',
  lowered: 'entries in the prompt that are shorter than `full`',
  room: 'tokens that the history could take',
  used: 'tokens that it took',
  stopped_at: 'number of the event at which there was no more room; -1: there was',
};

/** The configs of a release with this profile, the default first. */
export function configsOf(profile: string): readonly Config[] {
  const { columns, card } = profileOf(profile);
  return [
    { name: 'default', kind: 'data', columns: withWords(columns, card.columns) },
    { name: 'meta', kind: 'meta', columns: withWords(columnSpecs(SIDECAR), IN_META) },
    { name: 'origin', kind: 'origin', columns: withWords(columnSpecs(ORIGIN), IN_ORIGIN) },
  ];
}

function withWords(specs: readonly ColumnSpec[], words: Readonly<Record<string, string>>): Config['columns'] {
  return specs.map(({ name, type }) => ({ name, ...featureOf(type), holds: ownValue(words, name) ?? '' }));
}
