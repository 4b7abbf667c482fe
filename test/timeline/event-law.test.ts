/** EVENT-1 to EVENT-5, ASOF-1 to ASOF-3 by their sentences: from lines to what is seen at T. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EventRecord, ItemEvent } from '../../schemas/event.ts';
import { eventTimes } from '../../schemas/event-time.ts';
import { parseEvent } from '../../src/sources/validate-event.ts';
import { createItemTable, live } from '../../src/timeline/item-table.ts';
import { profileAt } from '../../src/timeline/member-timeline.ts';
import { takeInEntity } from '../../src/timeline/take-in-entity.ts';
import { did, HOUR, item, NOON, profile, timelineOf } from './events.ts';

const LAW = readFileSync(new URL('../../RULES.md', import.meta.url), 'utf8').replace(/\s+/g, ' ');

/** A test named by a sentence of the law, which must be in it. */
function law(sentence: string, holds: () => void): void {
  it(sentence, () => {
    expect(LAW.includes(sentence)).toBe(true);
    holds();
  });
}

function read(line: string | object): EventRecord {
  const parsed = parseEvent(typeof line === 'string' ? line : JSON.stringify(line));
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.event;
}
const isDead = (line: string) => !parseEvent(line).ok;
const used = (...events: EventRecord[]) =>
  takeInEntity(events.map((event, line) => ({ event, file: 0, line }))).used.map(({ event_id }) => event_id);
const member = (attributes: string, op = 'upsert', id = 'p') =>
  `{"type":"member","event_id":"${id}","event_time":5,"member_id":"m","op":"${op}","attributes":${attributes}}`;
const seen = (more: object) => read({ ...did('viewed', 'a', NOON), ...more });
const gone = (at: number, id = `gone-${at}`) => ({ ...profile(at, { event_id: id }), op: 'delete' }) as const;

describe('EVENT-1', () => {
  law('An upsert needs attributes and replaces all earlier ones.', () => {
    expect(isDead(member('null'))).toBe(true);
    const timeline = timelineOf([
      profile(NOON - 2, { attributes: { position: 'Cook', city: 'Oslo' } }),
      profile(NOON - 1, { attributes: { position: 'Chef' } }),
    ]);
    expect(profileAt(timeline, NOON)?.attributes).toEqual({ position: 'Chef' });
  });

  law('The attributes of a delete are dropped unseen, whatever they are, before anything looks at them.', () => {
    const odd = [
      'null',
      '[]',
      '"text"',
      '{"a":{"b":[null]}}',
      '{"__proto__":1}',
      '[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]',
    ];
    const before = did('viewed', 'a', 4);
    for (const attributes of odd) {
      // A conflict would be dead, and would erase nothing.
      const copies = [read(member('{}', 'delete')), read(member(attributes, 'delete'))];
      expect(used(before, ...copies), attributes).toEqual([]);
    }
  });

  law('of equal keys of one object the last counts.', () => {
    expect(read(member('{"a":1,"a":2}'))).toMatchObject({ attributes: { a: 2 } });
    expect(read(member('{}').replace('"event_time":5', '"event_time":"never","event_time":7'))).toMatchObject({
      event_time: 7,
    });
  });

  law('Whole numbers are at most 2^53 - 1 and at least its negative, and numbers are finite;', () => {
    const line = (sequence: string) => member('{}').replace('"op"', `"sequence":${sequence},"op"`);
    expect(['9007199254740991', '-9007199254740991', '1e3', '2.0'].map(line).map(isDead)).not.toContain(true);
    expect(['9007199254740992', '-9007199254740992', '0.5', '1e999'].map(line).map(isDead)).not.toContain(false);
    expect(isDead(member('{"a":1e999}'))).toBe(true);
  });
});

describe('EVENT-3', () => {
  law('Of several copies the least `ingest_time` counts, among those that have one.', () => {
    const copies = [seen({}), seen({ ingest_time: 9 }), seen({ ingest_time: '1970-01-01T00:00:00.003Z' })];
    const taken = takeInEntity(copies.map((event, line) => ({ event, file: 0, line })));
    expect([taken.used, taken.duplicates]).toEqual([[seen({ ingest_time: 3 })], 2]);
  });

  law('Where the contents differ, all records of that id are dead, copies included.', () => {
    expect(used(seen({}), seen({}), seen({ action: 'applied' }))).toEqual([]);
  });

  law('Example: `2018-05-01+14:00` and `2018-04-30-10:00` are one day, written in two ways.', () => {
    const copies = ['2018-05-01+14:00', '2018-04-30-10:00'].map((event_time) => seen({ event_time, event_id: 'e' }));
    expect(used(...copies)).toEqual(['e']);
  });
});

describe('EVENT-4', () => {
  law('Of versions at one time the last in this order counts.', () => {
    const versions = ['e1', 'e2', 'e3'].map((event_id) => item('a', NOON, { event_id }));
    const order = takeInEntity(versions.map((event, line) => ({ event, file: 0, line }))).used;
    expect(createItemTable(versions, 'event_time').seen('a' as never, NOON + 1)?.eventId).toBe(order.at(-1)?.event_id);
  });
});

describe('EVENT-5', () => {
  law('An interaction does not begin a timeline again; an upsert does.', () => {
    const events = [gone(NOON), did('viewed', 'a', NOON + 1), profile(NOON + 2), did('viewed', 'b', NOON + 3)];
    expect(used(...events)).toEqual([`profile-${NOON + 2}`, `viewed-b-${NOON + 3}`]);
  });

  law('The `delete` of an item erases nothing: it is a version that hides the item from its time on.', () => {
    const events = [item('a', NOON), item('a', NOON + HOUR, { op: 'delete' }), item('a', NOON + 2 * HOUR)];
    expect(used(...events)).toHaveLength(3);
    const table = createItemTable(events, 'event_time');
    const shown = [1, HOUR, HOUR + 1, 2 * HOUR + 1].map(
      (ms) => live(table.seen('a' as never, NOON + ms)) !== undefined,
    );
    expect(shown).toEqual([true, true, false, true]);
  });
});

describe('ASOF-1', () => {
  law(
    'Example: an event of the day `2018-05-01` has event_time 2018-05-01T00:00:00.000Z and known_at ' +
      '2018-05-01T23:59:59.999Z.',
    () => {
      expect(eventTimes(seen({ event_time: '2018-05-01' }), 'event_time')).toEqual({
        at: Date.parse('2018-05-01T00:00:00.000Z'),
        knownAt: Date.parse('2018-05-01T23:59:59.999Z'),
      });
    },
  );

  law('With `known: ingest_time` known_at is the later of that and `ingest_time`, where the event has one.', () => {
    const knownAt = (more: object) => eventTimes(seen(more), 'ingest_time').knownAt;
    expect([{}, { ingest_time: NOON - 1 }, { ingest_time: NOON + 1 }].map(knownAt)).toEqual([NOON, NOON, NOON + 1]);
  });
});

describe('ASOF-2', () => {
  const profiles = (at: number | null, more: object = {}) => timelineOf([profile(at, more)], { known: 'ingest_time' });

  law('Example: of events known at T - 1 ms and at T the first is seen and the second is not.', () => {
    expect([NOON - 1, NOON].map((at) => profileAt(profiles(at), NOON) !== undefined)).toEqual([true, false]);
  });

  law(
    'An event of unknown time is always seen, or with `known: ingest_time`, where it has an `ingest_time`, ' +
      'when that is before T.',
    () => {
      const isSeen = (more: object) => profileAt(profiles(null, more), NOON) !== undefined;
      expect([{}, { ingest_time: NOON - 1 }, { ingest_time: NOON }].map(isSeen)).toEqual([true, true, false]);
    },
  );
});

describe('ASOF-3', () => {
  law('The version of an item at T is the newest, in order, with known_at < T.', () => {
    const late = item('a', NOON + 1, { event_id: 'late', ingest_time: NOON + HOUR });
    const versions: ItemEvent[] = [item('a', null, { event_id: 'first' }), late, item('a', NOON, { event_id: 'old' })];
    const at = (known: 'event_time' | 'ingest_time', t: number) =>
      createItemTable(versions, known).seen('a' as never, t)?.eventId;
    expect([NOON, NOON + 1, NOON + 2].map((t) => at('event_time', t))).toEqual(['first', 'old', 'late']);
    expect([NOON + HOUR, NOON + HOUR + 1].map((t) => at('ingest_time', t))).toEqual(['old', 'late']);
  });
});
