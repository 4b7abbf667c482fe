/**
 * What lies beside the tokens of a row, one table a row kind: sidecars, roles and origins of
 * tokens, indexes.
 */
import { BYTES, idText, joined, LONG, NUMBER_TEXT, REAL, type RowOf, TEXT, WHOLE, WHOLES, wordOf } from './columns.ts';
import { PARKED_REASONS } from './event.ts';
import { FIELD_RUNS, type FieldRun } from './field-runs.ts';
import type { EventId, ExampleId, ItemId, MemberId, Pseudonym } from './ids.ts';
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

/**
 * Where the tokens of a segment come from (ORIGIN-1 to ORIGIN-3), the same in every row that has
 * it. Which event put it into a row, the row says.
 */
const SEGMENT = {
  role: wordOf(ROLES),
  /** The item version (its event id) that an item line's text comes from; else empty. */
  version: TEXT,
  level: wordOf(SEGMENT_LEVELS),
  /** Runs of tokens inside the segment that came from a field. */
  fields: FIELD_RUNS,
};

/**
 * Levels whose segments an event put into their row: a history line, a profile line, an exposure
 * line.
 */
export const EVENT_LEVELS: ReadonlySet<SegmentLevel> = new Set([...LEVELS, 'profile', 'shown']);

/** A segment of a part's dictionary: the tokens that rows are joined of, each text once. */
export const PART_SEGMENTS = { ...SEGMENT, ids: WHOLES };

/** Types of member records that put segments into rows. */
export const EVENT_KINDS = ['member', 'interaction'] as const;

/** An event of a part's dictionary, with what orders it in its member's timeline (EVENT-4). */
export const PART_EVENTS = {
  member: idText<MemberId>(),
  kind: wordOf(EVENT_KINDS),
  event: idText<EventId>(),
  /** Event time, epoch milliseconds; TIME_UNKNOWN where it has none. */
  at: LONG,
  sequence: LONG,
};

/** The cut ledger of a row (FILL-5) but for what its sidecar counts, and where filling stopped. */
const LEDGER = {
  lowered: WHOLE,
  /** Tokens of the context that the history could take. */
  room: WHOLE,
  /** Tokens of the context that the history took. */
  used: WHOLE,
};

/**
 * A row of a part: its sidecar, and its tokens and origins by number into the part's dictionaries.
 */
export const PART_ROWS = {
  ...CORPUS,
  /**
   * 32 hexadecimal digits: a hash of all that the question's rows, sidecars and ledgers are made
   * from, by which a question that is asked again is compared.
   */
  question: TEXT,
  /** 1: the lines of its candidates are not all different once cut (CAND-9); else 0. */
  alike_after_cut: WHOLE,
  /** SHA-256 of ids and supervised spans (RELEASE-6). */
  content: TEXT,
  /** Supervised [from, to) pairs, in tokens. */
  loss_spans: WHOLES,
  segments: WHOLES,
  /** One for each segment with a level of EVENT_LEVELS, in order. */
  events: WHOLES,
  ...LEDGER,
  /** The event at which filling stopped; -1 where it did not. */
  stopped_at: WHOLE,
};

/** A row of `origin/segments`, which is numbered by its place through all files of it. */
export const ORIGIN_SEGMENTS = {
  ...SEGMENT,
  /** Tokens of the segment. */
  tokens: WHOLE,
};

/** A row of `origin/events`, which is numbered by its place through all files of it. */
export const ORIGIN_EVENTS = { member: idText<Pseudonym>(), event: idText<Pseudonym>() };

/** One row of `origin/`: its segments and events by number, and its cut ledger (ORIGIN-5). */
export const ORIGIN = {
  /** Numbers of its segments, in order. */
  segments: WHOLES,
  /** Number of the first of its events; -1 where it has none. */
  first_event: LONG,
  /**
   * One for each segment with a level of EVENT_LEVELS, in order: its event's number, as the
   * difference to that of the one before. The first is 0.
   */
  events: WHOLES,
  ...LEDGER,
  /** Number of the event at which filling stopped; -1 where it did not. */
  stopped_at: LONG,
};

/** The origins of a row as they read once the numbers are looked up: parallel lists. */
export interface OriginRow {
  readonly role: readonly Role[];
  /** Where each segment ends (exclusive); the first begins at 0. */
  readonly to: Int32Array;
  /** Pseudonym of the event that put the segment there; empty: the template or a control token. */
  readonly event: readonly string[];
  /** Pseudonym of the item version that an item line's text comes from; else empty. */
  readonly version: readonly string[];
  readonly fields: readonly (readonly FieldRun[])[];
  readonly level: readonly SegmentLevel[];
  readonly lowered: number;
  readonly room: number;
  readonly used: number;
  /** Pseudonym of the event at which filling stopped; empty where it did not. */
  readonly stopped_at: string;
}

/** Where a row of a release lies. */
export const ROW_POSITION = { split: wordOf(SPLITS), shard: WHOLE, row_group: WHOLE, row: WHOLE };
/** Where a row of a release lies. */
export type RowPosition = RowOf<typeof ROW_POSITION>;
/** A row of `index/examples.parquet`, which is sorted by all columns. */
export const EXAMPLE_INDEX = { example_id: EXAMPLE, ...ROW_POSITION };
/** A row of `index/members.parquet`, which is sorted by all columns. */
export const MEMBER_INDEX = { member: idText<Pseudonym>(), ...ROW_POSITION };

/** What became of an example that a release before an increment may hold (INCREMENT-3). */
export const CHANGE_KINDS = ['removed', 'replaced'] as const;
/** One of CHANGE_KINDS. */
export type ChangeKind = (typeof CHANGE_KINDS)[number];
/** A row of `changes.parquet`, which is sorted by its example. */
export const CHANGES = { example_id: EXAMPLE, change: wordOf(CHANGE_KINDS) };

/** A record that was parked, with where it was read and why. */
export const DEAD_LETTER = {
  /** Name of the event file, relative to the events folder; of a stream `topic/partition`. */
  source: TEXT,
  /** From 1; of a stream the offset. */
  line: LONG,
  reason: wordOf(PARKED_REASONS),
  /** The field that the reason is about, or empty. */
  field: TEXT,
  message: TEXT,
  /** The record's bytes as read, or as many of them as are kept. */
  raw: BYTES,
};
