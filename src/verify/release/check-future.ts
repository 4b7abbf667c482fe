/** Whether a row shows anything that was not known when it was asked: the first thing to prove. */
import type { Interaction, Version } from '../reference/world.ts';
import { fault, type OriginSegment, type RowCase, text } from './release-row.ts';

const SEPARATOR = '\u001f';

/** Reports what the row shows from T on; returns whether it found anything. */
export function checkFuture(rowCase: RowCase): boolean {
  const { row, wanted, expected, world } = rowCase;
  rowCase.list.look('future');
  const t = expected.question.askedAt;
  const before = rowCase.list.counts.future ?? 0;
  for (const segment of unforeseen(row.segments, wanted)) {
    const late = lateEvent(rowCase, segment, t) ?? lateVersion(rowCase, segment, t);
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

/** The reference shows nothing but what was seen, so only what it does not show can be of the future. */
function unforeseen(segments: readonly OriginSegment[], wanted: readonly OriginSegment[]): OriginSegment[] {
  const others = segments.filter(({ role, event, version }, index) => {
    const right = wanted[index];
    return role !== right?.role || event !== right.event || version !== right.version;
  });
  if (others.length === 0) return [];
  const allowed = new Set(wanted.map(originOf));
  return others.filter((segment) => !allowed.has(originOf(segment)));
}

function originOf(segment: OriginSegment): string {
  return [segment.role, segment.event, segment.version].join(SEPARATOR);
}

/** An interaction or profile of the member that was not known before T. */
function lateEvent(rowCase: RowCase, segment: OriginSegment, t: number): string | undefined {
  const event = shownEvent(rowCase, segment);
  const opening = rowCase.expected.question.opening.event;
  if (event === undefined || event.knownAt < t || (segment.role === 'question' && event === opening)) return undefined;
  return `a ${segment.role} line shows an event known at ${event.knownAt}, the question is asked at ${t}`;
}

/** The member's event of a segment; event ids are unique within a type and member. */
function shownEvent(
  { world, pseudonyms, expected }: RowCase,
  segment: OriginSegment,
): Version | Interaction | undefined {
  const timeline = world.timelines.get(expected.question.member);
  if (segment.event === '' || timeline === undefined) return undefined;
  const events = segment.role === 'profile' ? timeline.profiles : timeline.interactions;
  return events.find(({ id }) => pseudonyms.of('event', id) === segment.event);
}

/** An item version that was not known before T; the question's own item need only be there by then. */
function lateVersion(rowCase: RowCase, segment: OriginSegment, t: number): string | undefined {
  if (segment.version === '') return undefined;
  const { world, pseudonyms, expected, row } = rowCase;
  const event = shownEvent(rowCase, segment);
  const items = event?.type === 'interaction' ? [event.item] : text(row.meta.item_ids).split(SEPARATOR);
  const version = items
    .flatMap((item) => world.items.get(item) ?? [])
    .find(({ id }) => pseudonyms.of('event', id) === segment.version);
  if (version === undefined) return undefined;
  const own = segment.role === 'question' && version.entity === expected.question.opening.event.item;
  if (own ? version.at <= t : version.knownAt < t) return undefined;
  return `a ${segment.role} line shows a text of item ${version.entity} known at ${version.knownAt}, asked at ${t}`;
}
