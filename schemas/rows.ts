/** What stands beside the tokens of a row: the sidecar's columns, roles and origins of tokens, and the cut ledger. */

/** Joins lists inside one string column. */
export const UNIT_SEPARATOR = '\u001f';

/** What a segment of a prompt is. */
export const ROLES = ['control', 'instruction', 'profile', 'history', 'question', 'answer'] as const;
export type Role = (typeof ROLES)[number];

/** How much of a text is shown. */
export const LEVELS = ['full', 'short', 'title'] as const;
export type Level = (typeof LEVELS)[number];

/** One row of `meta/`: same rows, same order as the token file; never null. Times are epoch milliseconds. */
export interface SidecarRow {
  example_id: string;
  member: string;
  task: string;
  form: string;
  template: string;
  template_version: number;
  /** Empty in ordinary rows. */
  variant: string;
  label: string;
  asked_at: number;
  label_settled_at: number;
  turn_times: string;
  item_ids: string;
  candidate_reasons: string;
  surface: string;
  slate_id: string;
  /** -1: none. */
  position: number;
  /** -1: none. */
  propensity: number;
  split: string;
  n_tokens: number;
  n_loss_tokens: number;
  n_history_shown: number;
  n_history_available: number;
  n_actions_before: number;
  keep_share: number;
  /** The draw `thin`, a number below 2^48. */
  thin: number;
}

/** Column names and types of the sidecar, in file order. */
export const SIDECAR_COLUMNS = [
  ['example_id', 'utf8'],
  ['member', 'utf8'],
  ['task', 'utf8'],
  ['form', 'utf8'],
  ['template', 'utf8'],
  ['template_version', 'int32'],
  ['variant', 'utf8'],
  ['label', 'utf8'],
  ['asked_at', 'int64'],
  ['label_settled_at', 'int64'],
  ['turn_times', 'utf8'],
  ['item_ids', 'utf8'],
  ['candidate_reasons', 'utf8'],
  ['surface', 'utf8'],
  ['slate_id', 'utf8'],
  ['position', 'int32'],
  ['propensity', 'double'],
  ['split', 'utf8'],
  ['n_tokens', 'int32'],
  ['n_loss_tokens', 'int32'],
  ['n_history_shown', 'int32'],
  ['n_history_available', 'int32'],
  ['n_actions_before', 'int32'],
  ['keep_share', 'double'],
  ['thin', 'int64'],
] as const satisfies readonly (readonly [keyof SidecarRow, 'utf8' | 'int32' | 'int64' | 'double'])[];

/**
 * One row of `origin/`: the segments of the row in order (parallel lists; a segment runs from the `to` before it, the first from 0),
 * and the row's cut ledger.
 */
export interface OriginRow {
  example_id: string;
  /** One of ROLES. */
  role: string[];
  to: Int32Array;
  /** The event that put the segment there: a member's profile version, the interaction of a history line; empty: the template or a control token. */
  event: string[];
  /** The item version (its event id) that an item line's text comes from; else empty. */
  version: string[];
  /** Runs of tokens inside the segment that came from a field: `title 2 5;location 7 9`, relative to the segment; empty: none. */
  fields: string[];
  /** full, short, title, question, profile, shown; empty: fixed text. */
  level: string[];
  shown: number;
  available: number;
  lowered: number;
  left_out: number;
  /** Tokens of the context that the history could take, and that it took. */
  room: number;
  used: number;
  /** The interaction at which filling stopped because it did not fit even at `title`; empty: none. */
  stopped_at: string;
}

/** Column names and types of the origin file, in file order. */
export const ORIGIN_COLUMNS = [
  ['example_id', 'utf8'],
  ['role', 'list<utf8>'],
  ['to', 'list<int32>'],
  ['event', 'list<utf8>'],
  ['version', 'list<utf8>'],
  ['fields', 'list<utf8>'],
  ['level', 'list<utf8>'],
  ['shown', 'int32'],
  ['available', 'int32'],
  ['lowered', 'int32'],
  ['left_out', 'int32'],
  ['room', 'int32'],
  ['used', 'int32'],
  ['stopped_at', 'utf8'],
] as const satisfies readonly (readonly [keyof OriginRow, 'utf8' | 'int32' | 'list<utf8>' | 'list<int32>'])[];

/** A corpus row's origins, without the example id that only a release has. */
export type PartOrigin = Omit<OriginRow, 'example_id'>;
/** Column names and types of a part's origin file, in file order. */
export const PART_ORIGIN_COLUMNS = ORIGIN_COLUMNS.filter(([name]) => name !== 'example_id');

/** A row of a corpus part's sidecar: the events' own ids, and the question key that every later draw is made from. */
export interface CorpusRow {
  /** The question key's parts, joined by U+001F. */
  key: string;
  member: string;
  task: string;
  form: string;
  template: string;
  template_version: number;
  variant: string;
  label: string;
  asked_at: number;
  label_settled_at: number;
  /** From when on the label is mature. */
  matures_at: number;
  item_ids: string;
  candidate_reasons: string;
  surface: string;
  slate_id: string;
  position: number;
  propensity: number;
  n_tokens: number;
  n_loss_tokens: number;
  n_history_shown: number;
  n_history_available: number;
  n_actions_before: number;
}

/** Column names and types of a corpus part's sidecar, in file order. */
export const CORPUS_COLUMNS = [
  ['key', 'utf8'],
  ['member', 'utf8'],
  ['task', 'utf8'],
  ['form', 'utf8'],
  ['template', 'utf8'],
  ['template_version', 'int32'],
  ['variant', 'utf8'],
  ['label', 'utf8'],
  ['asked_at', 'int64'],
  ['label_settled_at', 'int64'],
  ['matures_at', 'int64'],
  ['item_ids', 'utf8'],
  ['candidate_reasons', 'utf8'],
  ['surface', 'utf8'],
  ['slate_id', 'utf8'],
  ['position', 'int32'],
  ['propensity', 'double'],
  ['n_tokens', 'int32'],
  ['n_loss_tokens', 'int32'],
  ['n_history_shown', 'int32'],
  ['n_history_available', 'int32'],
  ['n_actions_before', 'int32'],
] as const satisfies readonly (readonly [keyof CorpusRow, 'utf8' | 'int32' | 'int64' | 'double'])[];

/** Columns of the index files, sorted by their first column, then the rest. */
export const EXAMPLE_INDEX_COLUMNS = [
  ['example_id', 'utf8'],
  ['split', 'utf8'],
  ['shard', 'int32'],
  ['row_group', 'int32'],
  ['row', 'int32'],
] as const;
export const MEMBER_INDEX_COLUMNS = [
  ['member', 'utf8'],
  ['split', 'utf8'],
  ['shard', 'int32'],
  ['row_group', 'int32'],
  ['row', 'int32'],
] as const;
