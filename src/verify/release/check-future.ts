/** Whether a row shows anything that was not known when it was asked: the first thing to prove. */
import type { Version } from '../reference/world.ts';
import { fault, type OriginSegment, type RowCase, text } from './release-row.ts';

/** Events and versions by pseudonym, made where a row differs from the reference. */
export interface KnownIds {
  /** The item version of a pseudonym, over all items. */
  version(pseudonym: string): Version | undefined;
}

const SEPARATOR = '\u001f';

/** Reports what the row shows from T on; returns whether it found anything. */
export function checkFuture(rowCase: RowCase, known: KnownIds): boolean {
  const { row, wanted, expected, world } = rowCase;
  rowCase.list.look('future');
  const t = expected.question.askedAt;
  const allowed = new Set(wanted.map(originOf));
  const before = rowCase.list.counts.future ?? 0;
  for (const segment of row.segments) {
    // The reference shows nothing but what was seen, so only what it does not show can be of the future.
    if (allowed.has(originOf(segment))) continue;
    const late = lateEvent(rowCase, segment, t) ?? lateVersion(rowCase, segment, t, known);
    if (late !== undefined) fault(rowCase, 'future', late);
  }
  for (const item of text(row.meta.item_ids).split(SEPARATOR)) {
    if (expected.question.itemIds.includes(item)) continue;
    const versions = world.items.get(item);
    if (versions !== undefined && !versions.some((version) => version.knownAt < t)) {
      fault(rowCase, 'future', `candidate ${item} is not known before the question's time ${t}`);
    }
  }
  return (rowCase.list.counts.future ?? 0) > before;
}

function originOf(segment: OriginSegment): string {
  return [segment.role, segment.event, segment.version].join(SEPARATOR);
}

/** An interaction or profile of the member that was not known before T. */
function lateEvent(rowCase: RowCase, segment: OriginSegment, t: number): string | undefined {
  if (segment.event === '') return undefined;
  const { world, pseudonyms, expected } = rowCase;
  const timeline = world.timelines.get(expected.question.member);
  const opening = expected.question.opening.event;
  const event = [...(timeline?.interactions ?? []), ...(timeline?.profiles ?? [])].find(
    ({ id }) => pseudonyms.of('event', id) === segment.event,
  );
  if (event === undefined || event.knownAt < t || (segment.role === 'question' && event === opening)) return undefined;
  return `a ${segment.role} line shows an event known at ${event.knownAt}, the question is asked at ${t}`;
}

/** An item version that was not known before T; the question's own item need only be there by then. */
function lateVersion(rowCase: RowCase, segment: OriginSegment, t: number, known: KnownIds): string | undefined {
  const version = segment.version === '' ? undefined : known.version(segment.version);
  if (version === undefined) return undefined;
  const own = segment.role === 'question' && version.entity === rowCase.expected.question.opening.event.item;
  if (own ? version.at <= t : version.knownAt < t) return undefined;
  return `a ${segment.role} line shows a text of item ${version.entity} known at ${version.knownAt}, asked at ${t}`;
}
