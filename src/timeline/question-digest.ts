/**
 * What a question's rows are made from, in sixteen bytes: asked again over more events, a question
 * with another digest is rendered anew.
 */
import { hash } from 'node:crypto';
import type { QuestionFate } from '../../schemas/ledger.ts';
import { UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { intAt, nth } from '../checked.ts';
import type { ItemVersion } from './item-table.ts';
import type { MemberTimeline } from './member-timeline.ts';
import type { Question, QuestionOutcome } from './questions.ts';

/** The fate of every question that has rows. */
const RENDERED: QuestionFate = 'rendered';

/** Makes digests. */
export interface QuestionDigests {
  /**
   * 32 hexadecimal digits over all that row, sidecar and ledger are made from: key, T, closes_at,
   * when the label was settled, label and fate, the profile's version, each candidate's version and
   * reason, the exposure's event, how many actions came before, and every history entry that was
   * seen with its version, also those that do not fit. Rank and time of an entry are its event's.
   */
  of(outcome: QuestionOutcome, timeline: MemberTimeline): string;
}

/**
 * Entries are summed by hashes of their events and versions, since the order of a history follows
 * from its events: a sum costs little. Bound: eight bytes a version, and an event of one member.
 */
export function createQuestionDigests(versionAt: (number: number) => ItemVersion): QuestionDigests {
  let versions: Int32Array = new Int32Array(0);
  let events: Int32Array = new Int32Array(0);
  let of: MemberTimeline | undefined;
  const hashesOf = (timeline: MemberTimeline): Int32Array => {
    if (timeline !== of) events = new Int32Array(2 * timeline.size);
    of = timeline;
    return events;
  };
  const sum = (timeline: MemberTimeline, { history }: Question): readonly number[] => {
    const own = hashesOf(timeline);
    history.list(history.available);
    let [first, second] = [0, 0];
    for (let i = 0; i < history.available; i++) {
      const event = 2 * intAt(history.event, i);
      if (own[event] === 0) setHash(own, event, nth(timeline.events, event / 2).event_id);
      const version = 2 * intAt(history.version, i);
      if (version >= versions.length) versions = grown(versions, version + 2);
      if (versions[version] === 0) setHash(versions, version, versionAt(version / 2).eventId);
      // Bound to each other: the same events under exchanged versions are another history.
      first = (first + mix(intAt(own, event), intAt(versions, version))) | 0;
      second = (second + mix(intAt(own, event + 1), intAt(versions, version + 1))) | 0;
    }
    return [history.available, first, second];
  };
  return {
    of({ question, label, closesAt }, timeline) {
      const { key, t, profile, items, exposure, actionsBefore } = question;
      const told = [
        key,
        ...[t, closesAt, label.settledAt, actionsBefore].map(String),
        ...[RENDERED, label.label, profile?.eventId ?? '', exposure.eventId, String(items.length)],
        ...items.map(({ eventId }) => eventId),
        ...label.reasons,
      ];
      return hash('sha256', [...told, ...sum(timeline, question)].join(UNIT_SEPARATOR), 'hex').slice(0, 32);
    },
  };
}

/** Eight bytes of a hash; the first number is never 0, which says that it is not made yet. */
function setHash(hashes: Int32Array, at: number, id: string): void {
  const digest = hash('sha256', id, 'buffer');
  hashes[at] = digest.readInt32LE(0) | 1;
  hashes[at + 1] = digest.readInt32LE(4);
}

function mix(event: number, version: number): number {
  const mixed = Math.imul(event ^ Math.imul(version, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

function grown(numbers: Int32Array, least: number): Int32Array {
  const larger = new Int32Array(Math.max(least, 2 * numbers.length));
  larger.set(numbers);
  return larger;
}
