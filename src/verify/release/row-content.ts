/**
 * What a row says in its three files as one digest: rows that say what the rules make of them have
 * nothing more to be compared.
 */
import { hash } from 'node:crypto';
import { number, type TableRow, text } from './release-row.ts';

/** Of a row, as its files hold it or as the rules make it. */
export interface RowContent {
  readonly answerFrom: number;
  readonly meta: TableRow;
  /** Its ledger. */
  readonly origin: TableRow;
  /** WORDS_EACH words a segment, in which its tokens are too. */
  readonly segments: Int32Array;
  /** Pseudonym of the event at which filling stopped. */
  readonly stoppedAt: string;
}

/** Texts and numbers of a sidecar; `keep_share` follows from all rows, and is compared apart. */
const TEXTS_OF_META = [
  ...(['example_id', 'member', 'task', 'form', 'template', 'variant', 'label', 'turn_times', 'item_ids'] as const),
  ...(['candidate_reasons', 'surface', 'slate_id', 'split'] as const),
];
const NUMBERS_OF_META = [
  ...(['template_version', 'asked_at', 'label_settled_at', 'position', 'propensity', 'n_tokens'] as const),
  ...(['n_loss_tokens', 'n_history_shown', 'n_history_available', 'n_actions_before', 'thin'] as const),
];
const NUMBERS_OF_ORIGIN = ['lowered', 'room', 'used'] as const;

/** Bytes of a unit of UTF-16 in UTF-8 at most. */
const UNIT_BYTES_MAX = 3;
let scratch = Buffer.alloc(0);

/** The first 16 bytes of a SHA-256 over all of it, each text with its length before it. */
export function contentOf({ answerFrom, meta, origin, segments, stoppedAt }: RowContent): Buffer {
  let told = `${answerFrom}`;
  for (const name of TEXTS_OF_META) told += withLength(text(meta[name]));
  for (const name of NUMBERS_OF_META) told += ` ${number(meta[name])}`;
  told += withLength(stoppedAt);
  for (const name of NUMBERS_OF_ORIGIN) told += ` ${number(origin[name])}`;
  // The number of segments is last: nothing else can be before the texts.
  told += ` ${segments.length}`;
  const most = segments.byteLength + told.length * UNIT_BYTES_MAX;
  if (scratch.length < most) scratch = Buffer.allocUnsafeSlow(2 * most);
  scratch.set(new Uint8Array(segments.buffer, segments.byteOffset, segments.byteLength));
  const end = segments.byteLength + scratch.write(told, segments.byteLength);
  return hash('sha256', scratch.subarray(0, end), 'buffer').subarray(0, 16);
}

function withLength(one: string): string {
  return ` ${one.length}:${one}`;
}
