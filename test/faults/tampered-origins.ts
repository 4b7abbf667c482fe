/** What somebody may do to the numbers that rows of a release have in `origin/`. */
import { changeRow, eventNumbers, isAlike, withEvents } from './origin-tables.ts';
import type { Tampering } from './tampering.ts';

const NUMBERS = { by: 'origin', law: 'ORIGIN-5' } as const;

/** Numbers of rows. */
export const ORIGINS: readonly Tampering[] = [
  {
    name: 'two history lines of a row that changed numbers',
    change: changeRow((origin, { segments }) => {
      const lines = [...origin.segments.keys()].filter((i) => {
        const { role, level } = segments[origin.segments[i]!]!;
        return role === 'history' && level !== '';
      });
      const [a, b] = lines;
      if (a === undefined || b === undefined || origin.segments[a] === origin.segments[b]) return undefined;
      const [first, second] = [origin.segments[a]!, origin.segments[b]!];
      return { ...origin, segments: origin.segments.with(a, second).with(b, first) };
    }),
    ...{ by: ['history', 'origin'], law: ['ASOF-3', 'FILL-3', 'ORIGIN-2'], says: /version/, isWide: true },
  },
  {
    name: 'the number of a segment in place of that of one that reads the same but for its ids',
    change: changeRow((origin, { segments }) => {
      for (const [i, number] of origin.segments.entries()) {
        const own = segments[number]!;
        const other = segments.findIndex((one, at) => at !== number && isAlike(one, own) && one.tokens === own.tokens);
        if (other >= 0) return { ...origin, segments: origin.segments.with(i, other) };
      }
      return undefined;
    }),
    ...{ ...NUMBERS, law: 'ORIGIN-6', says: /other tokens|no row has it/ },
  },
  {
    name: 'a segment that there is not',
    change: changeRow((origin, { segments }) => ({ ...origin, segments: origin.segments.with(1, segments.length) })),
    ...{ ...NUMBERS, says: /there is no segment \d+/, isWide: true },
  },
  {
    name: 'a segment below the first',
    change: changeRow((origin) => ({ ...origin, segments: origin.segments.with(1, -1) })),
    ...{ ...NUMBERS, says: /there is no segment -1/, isWide: true },
  },
  {
    name: 'a row without its last segment',
    change: changeRow((origin) => ({ ...origin, segments: origin.segments.slice(0, -1) })),
    ...{ by: 'origin', law: 'ORIGIN-2', says: /segments end at \d+ of \d+/ },
  },
  {
    name: 'an event of another member',
    change: changeRow((origin, { events }) => {
      const numbers = eventNumbers(origin);
      const { member } = events[numbers[0] ?? 0]!;
      const other = events.findIndex((event) => event.member !== member);
      return numbers.length === 0 ? undefined : withEvents(origin, numbers.with(-1, other));
    }),
    ...{ ...NUMBERS, says: /is one of the member/, isWide: true },
  },
  {
    name: 'a step to another event of the same member',
    change: changeRow((origin, { events }) => {
      const numbers = eventNumbers(origin);
      const own = numbers.at(-1) ?? -1;
      const next = own + 1;
      if (own < 0 || numbers.includes(next) || events[own]?.member !== events[next]?.member) return undefined;
      return withEvents(origin, numbers.with(-1, next));
    }),
    ...{
      by: ['history', 'origin', 'future'],
      law: ['ORIGIN-2', 'HIST-1', 'ASOF-2', 'FILL-2'],
      says: /event/,
      isWide: true,
    },
  },
  {
    name: 'an event that there is not',
    change: changeRow((origin, { events }) => withEvents(origin, eventNumbers(origin).with(-1, events.length))),
    ...{ ...NUMBERS, says: /there is no event \d+/, isWide: true },
  },
  {
    name: 'a first step that is none, with the first event moved by it',
    change: changeRow((origin) => ({
      ...{ ...origin, first_event: origin.first_event - 1 },
      events: origin.events.with(0, origin.events[0]! + 1),
    })),
    ...{ ...NUMBERS, says: /the step to its first event is 1/ },
  },
  {
    name: 'more events than segments that have one',
    change: changeRow((origin) => ({ ...origin, events: Int32Array.of(...origin.events, 0) })),
    ...{ ...NUMBERS, says: /events are listed for/ },
  },
  {
    name: 'fewer events than segments that have one',
    change: changeRow((origin) => ({ ...origin, events: origin.events.slice(0, -1) })),
    ...{ ...NUMBERS, says: /events are listed for/ },
  },
  {
    name: 'a first event of a row without one',
    change: changeRow((origin) => ({ ...origin, first_event: 0, events: new Int32Array() })),
    ...{ ...NUMBERS, says: /its first event is 0, and it has none/, isWide: true },
  },
  {
    name: 'filling that stopped at the next event of the member',
    change: changeRow((origin, { events }) => {
      const { stopped_at: at } = origin;
      if (at < 0 || events[at]?.member !== events[at + 1]?.member) return undefined;
      return { ...origin, stopped_at: at + 1 };
    }),
    ...{ by: ['ledger', 'origin'], law: 'FILL-5', says: /stopped at/ },
  },
  {
    name: 'filling that is said not to have stopped',
    change: changeRow((origin) => (origin.stopped_at < 0 ? undefined : { ...origin, stopped_at: -1 })),
    ...{ by: ['ledger', 'origin'], law: 'FILL-5', says: /stopped at/ },
  },
  {
    name: 'filling that stopped at an event below none',
    change: changeRow((origin) => ({ ...origin, stopped_at: -2 })),
    ...{ ...NUMBERS, says: /there is no event -2/ },
  },
  {
    name: 'more room than there was',
    change: changeRow((origin) => ({ ...origin, room: origin.room + 1 })),
    ...{ by: 'ledger', law: 'FILL-1', says: /room/ },
  },
];
