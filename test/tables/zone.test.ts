/** Clock readings in zones as moments. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zoneNamed } from '../../src/tables/zone.ts';

const at = (zone: string, local: string) => new Date(zoneNamed(zone)!.toMoment(Date.parse(`${local}Z`))).toISOString();

describe('a zone', () => {
  test('turns a reading of its clock into the moment', () => {
    expect(at('UTC', '2018-05-01T12:00:00')).toBe('2018-05-01T12:00:00.000Z');
    expect(at('+02:00', '2018-05-01T12:00:00')).toBe('2018-05-01T10:00:00.000Z');
    expect(at('-05:30', '2018-05-01T12:00:00')).toBe('2018-05-01T17:30:00.000Z');
    expect(at('Europe/Berlin', '2018-05-01T12:00:00')).toBe('2018-05-01T10:00:00.000Z');
    expect(at('America/New_York', '2018-12-01T12:00:00')).toBe('2018-12-01T17:00:00.000Z');
    expect(at('Asia/Kathmandu', '2018-12-01T12:00:00')).toBe('2018-12-01T06:15:00.000Z');
  });

  test('reads the doubled hour of autumn as the first of the two', () => {
    expect(at('Europe/Berlin', '2018-10-28T01:59:59')).toBe('2018-10-27T23:59:59.000Z');
    expect(at('Europe/Berlin', '2018-10-28T02:30:00')).toBe('2018-10-28T00:30:00.000Z');
    expect(at('Europe/Berlin', '2018-10-28T03:00:00')).toBe('2018-10-28T02:00:00.000Z');
    expect(at('America/New_York', '2018-11-04T01:30:00')).toBe('2018-11-04T05:30:00.000Z');
  });

  test('reads an hour of spring that never came with the offset before it', () => {
    expect(at('Europe/Berlin', '2018-03-25T02:30:00')).toBe('2018-03-25T01:30:00.000Z');
  });

  test('that does not exist is none', () => {
    for (const name of ['Europe/Atlantis', '', '+15:00', '+01:75', '+1', 'CEST?', '2'])
      expect(zoneNamed(name), name).toBeUndefined();
  });

  test('never runs back by more than the hours it sets its clock back', () => {
    const { toMoment } = zoneNamed('Europe/Berlin')!;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_000_000_000_000 }),
        fc.integer({ min: 0, max: 7_200_000 }),
        (local, step) => {
          expect(toMoment(local + step)).toBeGreaterThanOrEqual(toMoment(local) - 3_600_000);
          expect([3_600_000, 7_200_000]).toContain(local - toMoment(local));
        },
      ),
    );
  });
});
