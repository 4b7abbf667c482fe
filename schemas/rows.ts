/**
 * What lies beside the tokens of a row, one table a row kind: sidecars, roles and origins of
 * tokens, indexes.
 */
import {
  BYTES,
  idText,
  joined,
  LONG,
  listOf,
  NUMBER_TEXT,
  REAL,
  type RowOf,
  TEXT,
  TEXTS,
  WHOLE,
  WHOLES,
  wordOf,
} from './columns.ts';
import { DEAD_REASONS } from './event.ts';
import { FIELD_RUNS } from './field-runs.ts';
import type { ExampleId, ItemId, MemberId, Pseudonym } from './ids.ts';
import { SPLITS } from './ledger.ts';

/** Joins lists inside one string column. */
export const UNIT_SEPARATOR = '\u001f';

/** What a segment of a prompt is. */
export const ROLES = ['control', 'instruction', 'profile', 'history', 'question', 'answer'] as const;
/** One of ROLES. */
export type Role = (typeof ROLES)[number];

/** How much of a text a prompt holds. */
export const LEVELS = ['full', 'short', 'title'] as const;
/** One of LEVELS. */
export type Level = (typeof LEVELS)[number];

/** At which level a segment's text was cut; empty for fixed text. `shown` is the exposure line. */
export const SEGMENT_LEVELS = ['', ...LEVELS, 'question', 'profile', 'shown'] as const;
/** One of SEGMENT_LEVELS. */
export type SegmentLevel = (typeof SEGMENT_LEVELS)[number];

const EXAMPLE = idText<ExampleId>();

const ASKED = {
  task: TEXT,
  form: TEXT,
  template: TEXT,
  template_version: WHOLE,
  /** Empty in ordinary rows. */
  variant: TEXT,
  label: TEXT,
  /** T, epoch milliseconds. */
  asked_at: LONG,
  /** Epoch milliseconds. */
  label_settled_at: LONG,
};

const MET = {
  /** The asked item, or the candidates in the order of the prompt. */
  item_ids: joined(idText<ItemId>(), UNIT_SEPARATOR),
  /** Why each candidate is there, in the same order; empty where nothing was chosen or drawn. */
  candidate_reasons: joined(TEXT, UNIT_SEPARATOR),
  surface: TEXT,
  slate_id: TEXT,
  /** -1 where there is none. */
  position: WHOLE,
  /** -1 where there is none. */
  propensity: REAL,
};

const COUNTED = {
  n_tokens: WHOLE,
  n_loss_tokens: WHOLE,
  n_history_shown: WHOLE,
  n_history_available: WHOLE,
  n_actions_before: WHOLE,
};

/** One row of `meta/`: same rows, same order as the token file. */
export const SIDECAR = {
  example_id: EXAMPLE,
  member: idText<Pseudonym>(),
  ...ASKED,
  /** Of rows of several turns: T of each, epoch milliseconds. */
  turn_times: joined(NUMBER_TEXT, UNIT_SEPARATOR),
  ...MET,
  split: wordOf(SPLITS),
  ...COUNTED,
  /** Share of train rows with this task and label that the label cap kept. */
  keep_share: REAL,
  /** The draw `thin`, a number below 2^48. */
  thin: LONG,
};
/** A row of `meta/`. */
export type SidecarRow = RowOf<typeof SIDECAR>;

/**
 * A row of a corpus part's sidecar: the events' own ids, and the question key that every later draw
 * is made from.
 */
export const CORPUS = {
  /** The question key's parts, joined by U+001F. */
  key: TEXT,
  member: idText<MemberId>(),
  ...ASKED,
  /** From when on the question is mature, epoch milliseconds (LABEL-3). */
  closes_at: LONG,
  ...MET,
  ...COUNTED,
};
/** A row of a corpus part's sidecar. */
export type CorpusRow = RowOf<typeof CORPUS>;

/** The tokens of a corpus row: what a release makes its profiles from. */
export const PART_TOKENS = {
  input_ids: WHOLES,
  /** Supervised [from, to) pairs. */
  loss_spans: WHOLES,
};

/**
 * Origins of a corpus row: its segments (parallel lists, one element a segment) and its cut ledger.
 */
export const PART_ORIGIN = {
  role: listOf(wordOf(ROLES)),
  /**
   * Where each segment ends (exclusive); the first begins at 0, every other at the end before it.
   */
  to: WHOLES,
  /**
   * The event that put the segment there: a member's profile version, the interaction of a history
   * line; empty: the template or a control token.
   */
  event: TEXTS,
  /** The item version (its event id) that an item line's text comes from; else empty. */
  version: TEXTS,
  /** Runs of tokens inside the segment that came from a field. */
  fields: listOf(FIELD_RUNS),
  level: listOf(wordOf(SEGMENT_LEVELS)),
  shown: WHOLE,
  available: WHOLE,
  lowered: WHOLE,
  left_out: WHOLE,
  /** Tokens of the context that the history could take. */
  room: WHOLE,
  /** Tokens of the context that the history took. */
  used: WHOLE,
  /**
   * The interaction at which filling stopped because it did not fit even at `title`; empty where it
   * did not stop.
   */
  stopped_at: TEXT,
};
/** One row of `origin/`: the same with the row's example id. */
export const ORIGIN = { example_id: EXAMPLE, ...PART_ORIGIN };
/** A row of `origin/`. */
export type OriginRow = RowOf<typeof ORIGIN>;

/** Where a row of a release lies. */
export const ROW_POSITION = { split: wordOf(SPLITS), shard: WHOLE, row_group: WHOLE, row: WHOLE };
/** Where a row of a release lies. */
export type RowPosition = RowOf<typeof ROW_POSITION>;
/** A row of `index/examples.parquet`, which is sorted by all columns. */
export const EXAMPLE_INDEX = { example_id: EXAMPLE, ...ROW_POSITION };
/** A row of `index/members.parquet`, which is sorted by all columns. */
export const MEMBER_INDEX = { member: idText<Pseudonym>(), ...ROW_POSITION };

/** A record that was parked, with where it was read and why. */
export const DEAD_LETTER = {
  /** Name of the event file, relative to the events folder. */
  source: TEXT,
  /** From 1. */
  line: LONG,
  reason: wordOf(DEAD_REASONS),
  /** The field that the reason is about, or empty. */
  field: TEXT,
  message: TEXT,
  /** The record's bytes as read, or as many of them as are kept. */
  raw: BYTES,
};
