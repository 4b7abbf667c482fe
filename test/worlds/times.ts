/** Times as producers write them, and as they should not. */
import fc from 'fast-check';

/** The years 1 to 9999 in UTC, epoch milliseconds. */
const EDGES = [-62_135_596_800_000, 253_402_300_799_999];

/** Five times in six one of the first, which EVENT-2 allows. */
const mostly = (good: readonly string[], bad: readonly string[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...bad) });

const days = mostly(
  ['2026-01-05', '2026-01-10', '2024-02-29', '2000-02-29', '0001-01-01', '0099-06-01', '9999-12-31'],
  [
    ...['2023-02-29', '1900-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00', '0000-12-31', '26-01-05'],
    ...['2026-1-5', '20260105', '10000-01-01', '-2026-01-05', '+2026-01-05'],
  ],
);
const clocks = mostly(
  ['09:07', '09:07:07', '00:00:00', '23:59:59'],
  ['24:00:00', '23:59:60', '12:60:00', '9:07', '09', '090707', '09:07:7', '25:00'],
);
const fractions = mostly(['', '', '', '.908', ',908', '.9', '.908123999', '.0000000'], ['.', ',', '.9a', ';5']);
const zones = mostly(
  ['Z', 'Z', 'z', '+02:00', '+0200', '+02', '-05:30', '-0530', '-14:00', '+14:00', '+00:00', '-00:00', '+0000'],
  [
    ...['+14:01', '+15', '+2:00', '+02:60', '+020', '', ' Z', ' +02:00', 'UTC', ' UTC', '\u221202:00', '+02:00:00'],
    ...['CET', '[Europe/Berlin]'],
  ],
);
const joints = mostly(['T', 'T', 'T', ' ', 't'], ['  ', '_', '', 'T ']);

const dateTimes = fc.tuple(days, joints, clocks, fractions, zones).map((parts) => parts.join(''));
const calendars = fc
  .tuple(days, fc.constantFrom(4, 7, 10, 10), zones)
  .map(([day, length, zone]) => `${day.slice(0, length)}${zone}`);
const padded = fc
  .tuple(
    fc.constantFrom('', ' ', '\n', '\ufeff'),
    fc.oneof(dateTimes, calendars),
    fc.constantFrom('', ' ', '\n', '\u0000'),
  )
  .map((parts) => parts.join(''));
const odd = fc.constantFrom(
  ...['', '0', '1735805760', '1735805760000', 'null', 'now', '2026-W01', '2026-W01-1', '2026-005', '05.01.2026'],
  ...['\uff12\uff10\uff12\uff16-01-05', '٢٠٢٦-01-05', 'constructor', '2026-01-05T09:07:07.908Z/P1D'],
);
const numbers = fc.oneof(
  fc.constantFrom(...EDGES, EDGES[0]! - 1, EDGES[1]! + 1, 0, -0, 1, -1, 0.5, 1e21, 2 ** 53, 1_735_805_760),
  fc.integer({ min: EDGES[0]!, max: EDGES[1]! }),
);

/** Any time in any spelling, or what is none; every fourth is a plain one. */
export const anyTime: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('2026-01-05T09:07:07.908Z', 1_767_604_027_908, '2026-01-05', null) },
  { weight: 5, arbitrary: dateTimes },
  { weight: 3, arbitrary: calendars },
  { weight: 2, arbitrary: numbers },
  { weight: 1, arbitrary: padded },
  { weight: 1, arbitrary: odd },
);

/** A moment in one of the ways in which EVENT-2 lets it be written. */
export function spelled(ms: number, way: number): string | number {
  const zoned = (minutes: number, zone: string) => new Date(ms + minutes * 60_000).toISOString().replace('Z', zone);
  const ways: readonly (() => string | number)[] = [
    () => ms,
    () => zoned(0, 'Z'),
    () => zoned(0, 'Z').replace('T', ' '),
    () => zoned(0, '+00:00').replace('.', ','),
    () => zoned(120, '+02:00'),
    () => zoned(-330, '-0530'),
    () => zoned(60, '+01'),
    () => zoned(0, '999Z'),
    () => zoned(0, 'Z').replace('T', 't').replace('Z', 'z'),
  ];
  return ways[way % ways.length]!();
}
