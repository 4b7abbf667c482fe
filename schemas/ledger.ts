/** The closed lists in which every question and every rendered row ends. */

/** How a question ends in a corpus. */
export const QUESTION_FATES = [
  'rendered',
  'pending',
  'capped',
  'item_unknown',
  'too_few_candidates',
  'duplicate',
] as const;
/** One of QUESTION_FATES. */
export type QuestionFate = (typeof QUESTION_FATES)[number];

/** Splits of a release. */
export const SPLITS = [
  'train',
  'validation',
  'test',
  'test_members',
  'test_template',
  'test_surface',
  'test_task',
  // Of increments alone: rows of the past (INCREMENT-4).
  'replay',
] as const;
/** One of SPLITS. */
export type Split = (typeof SPLITS)[number];

/** The splits that a release has rows in, unless it says that one may be empty (RELEASE-7). */
export const FILLED_SPLITS = ['train', 'validation', 'test'] as const;
/** One of FILLED_SPLITS. */
export type FilledSplit = (typeof FILLED_SPLITS)[number];

/** How a rendered row that is in no split ends in a release. */
export type RowFate =
  | ('after_until' | 'in_gap' | 'held_out' | 'label_capped' | 'same_prompt' | 'thinned' | 'remainder')
  // Of increments alone (INCREMENT-2).
  | 'before_since';
