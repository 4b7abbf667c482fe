/** EVENT-2, EVENT-3, ASOF-1: how times are written, when an event is known, what its content is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventRecord, TIME_UNKNOWN } from '../../schemas/event.ts';
import { calendarSpan, canonicalEvent, contentOf, dayNumber, eventTimes } from '../../schemas/event-time.ts';
import { parseEvent } from '../../src/sources/validate-event.ts';
import { anyEvent } from './any-event.ts';

function valid(raw: object | string): EventRecord {
  const parsed = parseEvent(typeof raw === 'string' ? raw : JSON.stringify(raw));
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.event;
}

const interaction = (fields: object) =>
  valid({ type: 'interaction', event_id: 'e', member_id: 'm', item_id: 'i', action: 'a', ...fields });

describe('an event', () => {
  test('that is valid survives canonicalisation, and its canonical form is fixed', () => {
    fc.assert(
      fc.property(anyEvent, (raw) => {
        const event = valid(raw);
        const text = canonicalEvent(event);
        const again = valid(text);
        expect(canonicalEvent(again)).toBe(text);
        expect(EventRecord.safeParse(again).success).toBe(true);
        expect(eventTimes(again, 'ingest_time')).toEqual(eventTimes(event, 'ingest_time'));
      }),
      { numRuns: 300 },
    );
  });

  test('has the same content however its JSON is laid out, and whenever it came in', () => {
    fc.assert(
      fc.property(anyEvent, fc.nat(), (raw, ingested) => {
        const shuffled = Object.fromEntries(Object.entries({ ...raw, ingest_time: ingested }).reverse());
        expect(contentOf(valid(JSON.stringify(shuffled, null, 3)))).toBe(contentOf(valid(raw)));
      }),
    );
  });

  test('has the same content in every spelling of its time', () => {
    const contents = ['2018-05-01T12:00:00Z', '2018-05-01 14:00:00.0009+0200', 1525176000000].map((event_time) =>
      contentOf(interaction({ event_time })),
    );
    expect(new Set(contents).size).toBe(1);
    expect(contentOf(interaction({ event_time: '2018-05' }))).toBe(
      contentOf(interaction({ event_time: '2018-05+00:00' })),
    );
    expect(contentOf(interaction({ event_time: '2018-05' }))).not.toBe(
      contentOf(interaction({ event_time: '2018-05+02:00' })),
    );
  });

  test('is written with keys in UTF-8 order, those that look like numbers too', () => {
    const event = interaction({ event_time: 5, context: { b: 1, '10': 2, '9': 3, '\u{1F600}': 4, '\uFFFD': 5 } });
    expect(canonicalEvent(event)).toBe(
      '{"type":"interaction","event_id":"e","event_time":5,"member_id":"m","item_id":"i","action":"a",' +
        '"context":{"10":2,"9":3,"b":1,"\uFFFD":5,"\u{1F600}":4}}',
    );
  });

  test('of a day is at its first and known from its last millisecond', () => {
    const day = interaction({ event_time: '2018-05-01+02:00' });
    expect(eventTimes(day, 'event_time')).toEqual({
      at: Date.UTC(2018, 3, 30, 22),
      knownAt: Date.UTC(2018, 4, 1, 22) - 1,
    });
    expect(eventTimes(interaction({ event_time: '2016-02' }), 'event_time').knownAt).toBe(Date.UTC(2016, 2, 1) - 1);
    expect(eventTimes(interaction({ event_time: '2018' }), 'event_time').knownAt).toBe(Date.UTC(2019, 0, 1) - 1);
  });

  test('without a time stands before all others', () => {
    expect(eventTimes(interaction({ event_time: null }), 'event_time')).toEqual({
      at: TIME_UNKNOWN,
      knownAt: TIME_UNKNOWN,
    });
  });

  test('is known from the later of event and ingest time where the recipe says so', () => {
    const event = interaction({ event_time: 1000, ingest_time: 5000 });
    expect(eventTimes(event, 'event_time').knownAt).toBe(1000);
    expect(eventTimes(event, 'ingest_time')).toEqual({ at: 1000, knownAt: 5000 });
    expect(eventTimes(interaction({ event_time: 9000, ingest_time: 5000 }), 'ingest_time').knownAt).toBe(9000);
  });
});

describe('the calendar', () => {
  test('agrees with Date on every day', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }),
        (date) => {
          const [year, month, day] = date.toISOString().slice(0, 10).split('-').map(Number);
          expect(dayNumber(year!, month!, day!)).toBe(Math.floor(date.getTime() / 86_400_000));
        },
      ),
    );
  });

  test('knows no day that is not there', () => {
    for (const text of [
      '2018-02-29Z',
      '1900-02-29Z',
      '2018-04-31Z',
      '2018-13Z',
      '2018-00Z',
      '0000Z',
      '2018-05-01+14:01',
      '9999-12-31-01:00',
    ]) {
      expect(calendarSpan(text), text).toBeUndefined();
    }
  });
});
