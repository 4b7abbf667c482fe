/** What a row should say in its three files, as the rules make it. */
import { remember } from '../checked.ts';
import type { FaultPosition } from '../fault-list.ts';
import type { Piece } from '../reference/pieces.ts';
import type { ReferenceRow } from '../reference/rows.ts';
import { sidecarFacts } from '../release/check-sidecar.ts';
import type { Pseudonyms } from '../release/pseudonyms.ts';
import { contentOf } from '../release/row-content.ts';
import { hashOfIds, SEGMENT_WORDS, segmentDigest, WORDS_EACH } from '../release/segment-content.ts';
import type { ExpectedRow } from '../release/selection.ts';
import { joinKey } from '../world/draws.ts';

interface WantedRow {
  readonly expected: ExpectedRow;
  readonly reference: ReferenceRow;
  readonly pseudonyms: Pseudonyms;
  readonly place: Required<FaultPosition>;
}

/** The digest of a row's content by the rules, at the place where it lies. */
export function wantedContent({ expected, reference, pseudonyms, place }: WantedRow): Buffer {
  const { ids, answerFrom, ledger, prompt } = reference;
  const { question } = expected;
  const { member, label, itemIds, candidates } = question;
  const facts = sidecarFacts({ expected, pseudonyms, reference, row: { ids, answerFrom, place } });
  const meta = {
    ...Object.fromEntries(facts.map(([name, value]) => [name, value])),
    ...{ example_id: place.example, member: pseudonyms.of('member', member), label },
    ...{ item_ids: joinKey(itemIds), candidate_reasons: joinKey(candidates.map(({ reason }) => reason)) },
  };
  const stoppedAt = pseudonyms.of('event', prompt.filling.stoppedAt);
  const segments = wordsOf(reference.pieces, pseudonyms);
  return contentOf({ answerFrom, meta, origin: { ...ledger }, segments, stoppedAt });
}

/** What pieces say, as `contentOf` takes it. */
function wordsOf(pieces: readonly Piece[], pseudonyms: Pseudonyms): Int32Array {
  const words = new Int32Array(pieces.length * WORDS_EACH);
  for (const [index, piece] of pieces.entries()) {
    words.set(digestOf(piece, pseudonyms), index * WORDS_EACH);
    if (piece.event !== '') words.set(pseudonyms.wordsOfEvent(piece.event), index * WORDS_EACH + SEGMENT_WORDS);
  }
  return words;
}

interface KnownDigest extends Pick<Piece, 'role' | 'level' | 'version' | 'fields'> {
  readonly digest: Int32Array;
}

/** By the ids of a line, which one object stands for as long as it is kept. */
const digests = new WeakMap<Pseudonyms, WeakMap<object, KnownDigest[]>>();

function digestOf(piece: Piece, pseudonyms: Pseudonyms): Int32Array {
  const { role, level, fields, version, ids } = piece;
  const make = (own: Int32Array) =>
    segmentDigest({ role, level, fields, version: pseudonyms.of('event', version) }, hashOfIds(own));
  // What was put together for this row alone is not met again.
  if (!(ids instanceof Int32Array)) return make(Int32Array.from(ids));
  const byIds = remember(digests, pseudonyms, () => new WeakMap<object, KnownDigest[]>());
  const known = remember(byIds, ids, () => []);
  for (const one of known)
    if (one.role === role && one.level === level && one.version === version && one.fields === fields) return one.digest;
  const digest = make(ids);
  known.push({ role, level, fields, version, digest });
  return digest;
}
