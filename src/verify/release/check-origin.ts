/** Where a row's tokens come from: items asked about, roles, events, versions and fields. */
import type { RuleId } from '../fault-list.ts';
import { splitKey } from '../world/draws.ts';
import type { OriginSegment } from './origin-row.ts';
import { fault, isSameList, type RowCase, text } from './release-row.ts';

/**
 * The items asked about, in order, with reasons and versions. Returns whether the items are others.
 */
export function checkCandidates(rowCase: RowCase): boolean {
  const { row, expected, wanted } = rowCase;
  rowCase.list.look('candidates');
  const { itemIds, candidates, task } = expected.question;
  const items = splitKey(text(row.meta.item_ids));
  const wrong = (rule: readonly RuleId[], detail: string) => fault(rowCase, { check: 'candidates', rule, detail });
  if (!isSameList(items, itemIds)) {
    const isOrder = isSameList([...items].sort(), [...itemIds].sort());
    wrong(isOrder ? ['CAND-8'] : task.rules.rule, `asks about ${items.join(', ')} instead of ${itemIds.join(', ')}`);
    return true;
  }
  const reasons = candidates.map(({ reason }) => reason);
  const told = text(row.meta.candidate_reasons) === '' ? [] : splitKey(text(row.meta.candidate_reasons));
  if (!isSameList(told, reasons)) {
    wrong(['CAND-8', 'ORIGIN-4'], `reasons ${told.join(', ')} instead of ${reasons.join(', ')}`);
  }
  const versions = (segments: readonly OriginSegment[]) =>
    segments.filter(({ role, version }) => role === 'question' && version !== '').map(({ version }) => version);
  if (isSameList(versions(row.segments), versions(wanted))) return false;
  wrong(['ASOF-4', 'ASOF-3'], 'the question shows other item versions than the newest seen');
  return true;
}

/**
 * Every token's role (ORIGIN-1), event, version and level (ORIGIN-2), and the fields it came from
 * (ORIGIN-3).
 */
export function checkOrigin(rowCase: RowCase, explained: boolean): void {
  const { row, wanted } = rowCase;
  rowCase.list.look('origin');
  const wrong = (rule: RuleId, detail: string) => fault(rowCase, { check: 'origin', rule: [rule], detail });
  const last = row.segments.at(-1)?.to ?? 0;
  if (last !== row.ids.length) wrong('ORIGIN-2', `segments end at ${last} of ${row.ids.length} tokens`);
  if (explained) return;
  const count = Math.max(row.segments.length, wanted.length);
  for (let index = 0; index < count; index++) {
    const [a, b] = [row.segments[index], wanted[index]];
    const rule = brokenBy(a, b);
    if (rule === undefined) continue;
    const told = (s: OriginSegment | undefined) =>
      s ? `${s.role} to ${s.to} (event ${s.event}, version ${s.version}, ${s.level}, fields ${s.fields})` : 'none';
    wrong(rule, `segment ${index}: ${told(a)} instead of ${told(b)}`);
    return;
  }
}

/** The rule that a segment breaks; undefined where it breaks none. */
function brokenBy(a: OriginSegment | undefined, b: OriginSegment | undefined): RuleId | undefined {
  if (a?.role !== b?.role) return 'ORIGIN-1';
  if (a?.to !== b?.to || a?.event !== b?.event || a?.version !== b?.version) return 'ORIGIN-2';
  if (a?.level !== b?.level) return 'CUT-1';
  return a?.fields === b?.fields ? undefined : 'ORIGIN-3';
}

const PSEUDONYM = /^[0-9a-f]{32}$/;

/**
 * Ids are pseudonyms (PSEUDO-2); what other text columns may say is fixed by the sidecar's check.
 */
export function checkPseudonyms(rowCase: RowCase): void {
  const { row, expected, pseudonyms } = rowCase;
  rowCase.list.look('pseudonym');
  const wrong = (detail: string) => fault(rowCase, { check: 'pseudonym', rule: ['PSEUDO-2', 'PSEUDO-1'], detail });
  if (text(row.meta.member) !== pseudonyms.of('member', expected.question.member)) {
    wrong('the member is not the pseudonym of the one asked');
  }
  const ids = [row.place.example, text(row.meta.member)];
  // A number that is none has no id.
  if (row.wrong.length === 0)
    ids.push(row.stoppedAt, ...row.segments.flatMap(({ event, version }) => [event, version]));
  if (ids.some((id) => id !== '' && !PSEUDONYM.test(id))) wrong('an id is not 32 hexadecimal digits');
}
