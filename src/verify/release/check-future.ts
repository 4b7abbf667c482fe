/** Whether a row shows anything that was not known when it was asked: the first thing to prove. */
import type { Finding } from '../fault-list.ts';
import { joinKey, splitKey } from '../world/draws.ts';
import { type Interaction, seen, type Version } from '../world/timeline.ts';
import type { OriginSegment } from './origin-row.ts';
import { fault, type RowCase, text } from './release-row.ts';

/** Something of the future, and the rule that forbids it. */
type Late = Omit<Finding, 'check'>;

/**
 * Reports what the row shows from T on (ASOF-2 to ASOF-5, CAND-1); returns whether it found
 * anything.
 */
export function checkFuture(rowCase: RowCase): boolean {
  const { row, wanted, expected, corpus, list } = rowCase;
  list.look('future');
  const { askedAt: t, itemIds } = expected.question;
  const before = list.counts.future ?? 0;
  for (const segment of unforeseen(row.segments, wanted)) {
    const late = lateEvent(rowCase, segment) ?? lateVersion(rowCase, segment);
    if (late !== undefined) fault(rowCase, { check: 'future', ...late });
  }
  for (const item of splitKey(text(row.meta.item_ids))) {
    const versions = itemIds.includes(item) ? undefined : corpus.items.get(item);
    if (versions === undefined || versions.some((version) => seen(version, t))) continue;
    const detail = `candidate ${item} is not known before the question's time ${t}`;
    fault(rowCase, { check: 'future', rule: ['CAND-1', 'ASOF-3'], detail });
  }
  return (list.counts.future ?? 0) > before;
}

/**
 * The reference shows nothing but what was seen, so only what it does not show can be of the
 * future.
 */
function unforeseen(segments: readonly OriginSegment[], wanted: readonly OriginSegment[]): OriginSegment[] {
  const others = segments.filter(({ role, event, version }, index) => {
    const right = wanted[index];
    return role !== right?.role || event !== right.event || version !== right.version;
  });
  if (others.length === 0) return [];
  const allowed = new Set(wanted.map(originOf));
  return others.filter((segment) => !allowed.has(originOf(segment)));
}

function originOf({ role, event, version }: OriginSegment): string {
  return joinKey([role, event, version]);
}

/** An interaction or profile of the member that was not known before T. */
function lateEvent(rowCase: RowCase, segment: OriginSegment): Late | undefined {
  const event = eventOf(rowCase, segment);
  const { opening, askedAt } = rowCase.expected.question;
  if (event === undefined || seen(event, askedAt)) return undefined;
  if (segment.role === 'question' && event === opening.event) return undefined;
  return {
    rule: segment.role === 'profile' ? ['ASOF-5', 'ASOF-2'] : ['ASOF-2', 'ASOF-1'],
    detail: `a ${segment.role} line shows an event known at ${event.knownAt}, the question is asked at ${askedAt}`,
  };
}

/** The member's event of a segment; event ids are unique within a type and member. */
function eventOf({ pseudonyms, expected }: RowCase, segment: OriginSegment): Version | Interaction | undefined {
  if (segment.event === '') return undefined;
  const { profiles, interactions } = expected.question.timeline;
  const events = segment.role === 'profile' ? profiles : interactions;
  return events.find(({ id }) => pseudonyms.of('event', id) === segment.event);
}

/**
 * An item version that was not known before T; the question's own item need only be there by then.
 */
function lateVersion(rowCase: RowCase, segment: OriginSegment): Late | undefined {
  if (segment.version === '') return undefined;
  const { corpus, pseudonyms, expected, row } = rowCase;
  const { opening, askedAt, task } = expected.question;
  const event = eventOf(rowCase, segment);
  const items = event?.type === 'interaction' ? [event.item] : splitKey(text(row.meta.item_ids));
  const version = items
    .flatMap((item) => corpus.items.get(item) ?? [])
    .find(({ id }) => pseudonyms.of('event', id) === segment.version);
  if (version === undefined) return undefined;
  const { entity, knownAt } = version;
  const isOwn = segment.role === 'question' && entity === opening.event.item;
  if ((isOwn ? task.rules.isOwnSeen : seen)(version, askedAt)) return undefined;
  return {
    rule: isOwn ? ['ASOF-4'] : ['ASOF-3', 'ASOF-2'],
    detail: `a ${segment.role} line shows a text of item ${entity} known at ${knownAt}, asked at ${askedAt}`,
  };
}
