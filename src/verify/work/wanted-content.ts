/** What a row should say in its three files, as the rules make it. */
import type { FaultPosition } from '../fault-list.ts';
import type { ReferenceRow } from '../reference/rows.ts';
import { sidecarFacts } from '../release/check-sidecar.ts';
import type { Pseudonyms } from '../release/pseudonyms.ts';
import { wantedSegments } from '../release/release-row.ts';
import { contentOf } from '../release/row-content.ts';
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
  const segments = wantedSegments(reference, pseudonyms);
  return contentOf({ ids, answerFrom, meta, origin: { ...ledger }, segments, stoppedAt });
}
