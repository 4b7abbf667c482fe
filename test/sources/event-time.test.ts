/** EVENT-2, EVENT-3, ASOF-1: how times are written, when an event is known, what its content is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventRecord, TIME_UNKNOWN } from '../../schemas/event.ts';
import { calendarSpan, canonicalEvent, contentOf, dayNumber, eventTimes, timeSpan } from '../../schemas/event-time.ts';
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
    const moments = [
      ...['2018-05-01T12:00:00Z', '2018-05-01t12:00z', '2018-05-01 14:00:00.0009+0200', 1525176000000],
      ...['2018-05-01 12:00:00,0009Z', '2018-05-01T14:00:00,000+02', '2018-05-01T06:30:00-05:30'],
    ];
    const contents = moments.map((event_time) => contentOf(interaction({ event_time })));
    expect(new Set(contents).size).toBe(1);
    const days = ['2018-05-01+14:00', '2018-05-01+1400', '2018-04-30-10:00', '2018-04-30-10'];
    expect(new Set(days.map((event_time) => contentOf(interaction({ event_time })))).size).toBe(1);
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

  test('reads what is written as a day or a month as one, and its zone in any spelling', () => {
    const spans = (event_time: string) => timeSpan(interaction({ event_time }).event_time);
    // The example of EVENT-2.
    expect(spans('2018-05-01+02:00')).toEqual({
      first: Date.parse('2018-04-30T22:00:00.000Z'),
      last: Date.parse('2018-05-01T21:59:59.999Z'),
    });
    for (const zone of ['+0200', '+02']) expect(spans(`2018-05-01${zone}`)).toEqual(spans('2018-05-01+02:00'));
    expect(spans('2018-05')).toEqual(spans('2018-05Z'));
    expect(spans('2018-0530')).toEqual(spans('2018-05:30'));
    expect(spans('2018-05:30').first).toBe(Date.UTC(2018, 0, 1, 5, 30));
  });

  test('of a day at an offset of more than 12 hours keeps its span', () => {
    const offsets = fc.integer({ min: -14 * 60, max: 14 * 60 });
    const two = (n: number) => String(n).padStart(2, '0');
    fc.assert(
      fc.property(offsets, fc.integer({ min: 0, max: 800 }), (minutes, day) => {
        const date = new Date(Date.UTC(2019, 11, 1) + day * 86_400_000).toISOString().slice(0, 10);
        const whole = Math.abs(minutes);
        const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(whole / 60))}:${two(whole % 60)}`;
        const first = Date.parse(`${date}T00:00:00.000Z`) - minutes * 60_000;
        expect(timeSpan(interaction({ event_time: `${date}${zone}` }).event_time)).toEqual({
          first,
          last: first + 86_400_000 - 1,
        });
      }),
    );
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
