/**
 * What a row says in its three files as one digest: rows that say what the rules make of them have
 * nothing more to be compared.
 */
import { hash } from 'node:crypto';
import type { OriginSegment } from './origin-row.ts';
import { number, type TableRow, text } from './release-row.ts';

/** Of a row, as its files hold it or as the rules make it. */
export interface RowContent {
  readonly ids: Int32Array;
  readonly answerFrom: number;
  readonly meta: TableRow;
  /** Its ledger. */
  readonly origin: TableRow;
  readonly segments: readonly OriginSegment[];
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

/** The first 16 bytes of a SHA-256 over all of it, each text with its length before it. */
export function contentOf({ ids, answerFrom, meta, origin, segments, stoppedAt }: RowContent): Buffer {
  let told = `${hash('sha256', ids)} ${answerFrom}`;
  for (const name of TEXTS_OF_META) told += withLength(text(meta[name]));
  for (const name of NUMBERS_OF_META) told += ` ${number(meta[name])}`;
  told += withLength(stoppedAt);
  for (const name of NUMBERS_OF_ORIGIN) told += ` ${number(origin[name])}`;
  for (const { role, to, event, version, fields, level } of segments) {
    told += ` ${to}${withLength(role)}${withLength(event)}${withLength(version)}`;
    told += `${withLength(fields)}${withLength(level)}`;
  }
  return hash('sha256', told, 'buffer').subarray(0, 16);
}

function withLength(one: string): string {
  return ` ${one.length}:${one}`;
}
