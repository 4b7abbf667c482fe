/**
 * What a question's rows are made from, in sixteen bytes: asked again over more events, a question
 * with another digest is rendered anew.
 */
import { hash } from 'node:crypto';
import type { QuestionFate } from '../../schemas/ledger.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import type { QuestionOutcome } from './questions.ts';

/** The fate of every question that has rows. */
const RENDERED: QuestionFate = 'rendered';

/**
 * 32 hexadecimal digits over all that row, sidecar and ledger are made from: key, T, closes_at,
 * when the label was settled, label and fate, the profile's version, each candidate's version and
 * reason, the exposure's event, how many actions came before, and every history entry that was seen
 * with its version, also those that do not fit. Rank and time of an entry are its event's, and the
 * order of entries follows from their events, so that a sum of hashes tells a history.
 */
export function questionDigest({ question, label, closesAt }: QuestionOutcome): string {
  const { key, t, profile, items, exposure, actionsBefore, history } = question;
  const told = [
    key,
    ...[t, closesAt, label.settledAt, actionsBefore, history.available, ...history.sum()].map(String),
    ...[RENDERED, label.label, profile?.eventId ?? '', exposure.eventId, String(items.length)],
    // An event id is unique within its item alone.
    ...items.flatMap(({ itemId, eventId }) => [itemId, eventId]),
    ...label.reasons,
  ];
  return hash('sha256', told.join(UNIT_SEPARATOR), 'hex').slice(0, 32);
}
