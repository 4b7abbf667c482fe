/** Dictionaries of parts by hand, as a release reads them. */
import { EVENT_KINDS, ROLES, type Role, SEGMENT_LEVELS, type SegmentLevel } from '../../schemas/rows.ts';
import type { IndexedTexts, PartEvents, PartSegments } from '../../src/corpus/part-dictionaries.ts';

export interface PlainSegment {
  readonly role: Role;
  readonly version: string;
  readonly level: SegmentLevel;
  readonly fields: string;
  readonly ids: readonly number[];
}

export interface PlainEvent {
  readonly member: string;
  readonly kind: (typeof EVENT_KINDS)[number];
  readonly event: string;
  readonly at: number;
  readonly sequence: number;
}

/** Texts of groups of rows: each group has its dictionary, so that a text may come twice. */
function indexed(texts: readonly string[], groupRows: number): IndexedTexts {
  const dictionary: string[] = [];
  const indices = new Int32Array(texts.length);
  let numbers = new Map<string, number>();
  for (const [i, text] of texts.entries()) {
    if (i % groupRows === 0) numbers = new Map();
    const number = numbers.get(text) ?? dictionary.push(text) - 1;
    numbers.set(text, number);
    indices[i] = number;
  }
  return { dictionary, indices };
}

export function partSegments(segments: readonly PlainSegment[], groupRows: number): PartSegments {
  const offsets = new Int32Array(segments.length + 1);
  for (const [i, { ids }] of segments.entries()) offsets[i + 1] = offsets[i]! + ids.length;
  const texts = (column: 'version' | 'fields') =>
    indexed(
      segments.map((segment) => segment[column]),
      groupRows,
    );
  return {
    count: segments.length,
    roles: Uint8Array.from(segments, ({ role }) => ROLES.indexOf(role)),
    levels: Uint8Array.from(segments, ({ level }) => SEGMENT_LEVELS.indexOf(level)),
    versions: texts('version'),
    fields: texts('fields'),
    ids: Int32Array.from(segments.flatMap(({ ids }) => ids)),
    offsets,
  };
}

export function partEvents(events: readonly PlainEvent[], groupRows: number): PartEvents {
  const texts = (column: 'member' | 'event') =>
    indexed(
      events.map((event) => event[column]),
      groupRows,
    );
  return {
    count: events.length,
    members: texts('member'),
    kinds: Uint8Array.from(events, ({ kind }) => EVENT_KINDS.indexOf(kind)),
    events: texts('event'),
    at: Float64Array.from(events, ({ at }) => at),
    sequences: Float64Array.from(events, ({ sequence }) => sequence),
  };
}
