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
  const known = remember(digests, pseudonyms, () => new WeakMap<object, readonly KnownDigest[]>());
  for (const [index, piece] of pieces.entries()) {
    words.set(knownDigest(known, piece) ?? makeDigest(known, piece, pseudonyms), index * WORDS_EACH);
    if (piece.event !== '') words.set(pseudonyms.wordsOfEvent(piece.event), index * WORDS_EACH + SEGMENT_WORDS);
  }
  return words;
}

interface KnownDigest extends Pick<Piece, 'role' | 'level' | 'version' | 'fields'> {
  readonly digest: Int32Array;
}

/** By the ids of a line, which one object stands for as long as it is kept. */
type Digests = WeakMap<object, readonly KnownDigest[]>;

const digests = new WeakMap<Pseudonyms, Digests>();

function knownDigest(known: Digests, { ids, role, level, version, fields }: Piece): Int32Array | undefined {
  for (const one of known.get(ids) ?? [])
    if (one.role === role && one.level === level && one.version === version && one.fields === fields) return one.digest;
  return undefined;
}

function makeDigest(known: Digests, { ids, role, level, version, fields }: Piece, pseudonyms: Pseudonyms): Int32Array {
  const said = { role, level, fields, version: pseudonyms.of('event', version) };
  const digest = segmentDigest(said, hashOfIds(ids instanceof Int32Array ? ids : Int32Array.from(ids)));
  // What was put together for this row alone is not met again.
  if (ids instanceof Int32Array) known.set(ids, [...(known.get(ids) ?? []), { role, level, fields, version, digest }]);
  return digest;
}
