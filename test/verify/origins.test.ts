/** The numbers of origins and the tables that they number (ORIGIN-5, ORIGIN-6). */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFaultList } from '../../src/verify/fault-list.ts';
import type { ColumnValues } from '../../src/verify/parquet/column-values.ts';
import { checkTables, explainEvents } from '../../src/verify/release/check-tables.ts';
import { originMarker } from '../../src/verify/release/mark-origins.ts';
import { lookUp, type OriginNumbers, originOf } from '../../src/verify/release/origin-row.ts';
import { eventsOf, LEVELS, ROLES, type SharedOrigins, segmentsOf } from '../../src/verify/release/origin-tables.ts';

interface Segment {
  readonly role: string;
  readonly version: string;
  readonly level: string;
  readonly fields: string;
  readonly ids: readonly number[];
}

interface Listed {
  readonly segment: Segment;
  /** Of the timeline of its member. */
  readonly event: number;
}

interface Row {
  readonly member: number;
  readonly listed: readonly Listed[];
  readonly stoppedAt: number;
}

const LINES = { item: { line: '{title}' }, profile: '[{a b}, {c}]', at_exposure: [] };
const HAS_EVENT = ['full', 'short', 'title', 'profile', 'shown'];
const hex = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
const MEMBERS = ['a', 'b', 'c'].map(hex);
const TIMELINES = MEMBERS.map((member) => Array.from({ length: 6 }, (_, n) => hex(`${member} ${n}`)));

const segments = fc.record({
  role: fc.constantFrom(...ROLES),
  version: fc.constantFrom('', hex('v'), hex('w')),
  level: fc.constantFrom(...LEVELS),
  fields: fc.constantFrom('', 'title 0 1', 'a%20b 0 1;c 0 1'),
  ids: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 2 }),
});
const rows = fc.array(
  fc.record({
    member: fc.nat(2),
    listed: fc.array(fc.record({ segment: segments, event: fc.nat(5) }), { minLength: 1, maxLength: 6 }),
    stoppedAt: fc.integer({ min: -1, max: 5 }),
  }),
  { minLength: 1, maxLength: 6 },
);

const texts = (values: readonly string[]): ColumnValues => {
  const different = [...new Set(values)];
  return { texts: different, index: Int32Array.from(values, (value) => different.indexOf(value)), ends: undefined };
};

interface Event {
  readonly member: string;
  readonly event: string;
}

/** Tables in two row groups, as files have them. */
async function tablesOf(all: readonly Segment[], events: readonly Event[]): Promise<SharedOrigins> {
  const halves = <T>(list: readonly T[]) => [list.slice(0, list.length >> 1), list.slice(list.length >> 1)];
  const ofSegments = halves(all).map((part) => {
    const column = (name: 'role' | 'version' | 'level' | 'fields') => texts(part.map((one) => one[name]));
    const tokens: ColumnValues = { numbers: Int32Array.from(part, ({ ids }) => ids.length), ends: undefined };
    return new Map<string, ColumnValues>([
      ...(['role', 'version', 'level', 'fields'] as const).map((name) => [name, column(name)] as const),
      ['tokens', tokens],
    ]);
  });
  const ofEvents = halves(events).map(
    (part) =>
      new Map(
        (['member', 'event'] as const).map((name) => [name, texts(part.map((one) => String(one[name])))] as const),
      ),
  );
  return { segments: await segmentsOf(ofSegments, all.length), events: await eventsOf(ofEvents, events.length) };
}

/** Written again here: the order of the law, by texts that sort as it does. */
const orderOf = ({ role, version, level, fields, ids }: Segment) => {
  const sha = createHash('sha256')
    .update(new Uint8Array(Int32Array.from(ids).buffer))
    .digest('hex');
  return [ROLES.indexOf(role), version, LEVELS.indexOf(level), sha, fields].join(' ');
};
const nameOf = (segment: Segment) => JSON.stringify(segment);
const placeOf = ({ member, event }: Event) => [member, TIMELINES[MEMBERS.indexOf(member)]!.indexOf(event)].join(' ');

/** The entries of rows in the order of the law. */
function entriesOf(all: readonly Row[]) {
  const used = new Map(all.flatMap(({ listed }) => listed.map(({ segment }) => [nameOf(segment), segment])));
  const events = all.flatMap(({ member, listed, stoppedAt }) => {
    const own = listed.filter(({ segment }) => HAS_EVENT.includes(segment.level)).map(({ event }) => event);
    return [...own, ...(stoppedAt < 0 ? [] : [stoppedAt])].map((event) => ({
      member: MEMBERS[member]!,
      event: TIMELINES[member]![event]!,
    }));
  });
  const byPlace = new Map(events.map((event) => [placeOf(event), event]));
  const sorted = <T>(list: Iterable<T>, of: (one: T) => string) => [...list].sort((a, b) => (of(a) < of(b) ? -1 : 1));
  return { segments: sorted(used.values(), orderOf), events: sorted(byPlace.values(), placeOf) };
}

type Entries = ReturnType<typeof entriesOf>;

function numbersOf({ member, listed, stoppedAt }: Row, entries: Entries): OriginNumbers {
  const numberOf = (event: number) => {
    const own = { member: MEMBERS[member]!, event: TIMELINES[member]![event]! };
    return entries.events.findIndex((one) => placeOf(one) === placeOf(own));
  };
  const events = listed.filter(({ segment }) => HAS_EVENT.includes(segment.level)).map(({ event }) => numberOf(event));
  return {
    segments: listed.map(({ segment }) => entries.segments.findIndex((one) => nameOf(one) === nameOf(segment))),
    firstEvent: events[0] ?? -1,
    events: events.map((number, i) => number - (events[i - 1] ?? number)),
    stoppedAt: stoppedAt < 0 ? -1 : numberOf(stoppedAt),
  };
}

/** What is wrong with tables that rows are read by, in words. */
async function wrongOf(
  all: readonly Row[],
  entries: Entries,
  numbers = (row: Row) => numbersOf(row, entries),
): Promise<string[]> {
  const tables = await tablesOf(entries.segments, entries.events);
  const marker = originMarker(tables);
  const list = createFaultList();
  for (const row of all) {
    const ids = Int32Array.from(row.listed.flatMap(({ segment }) => segment.ids));
    const found = lookUp(tables, numbers(row), MEMBERS[row.member]!);
    marker.mark({ ...found, numbers: numbers(row), ids });
    for (const finding of found.wrong) list.add({}, finding);
  }
  for (const [index, member] of MEMBERS.entries()) explainEvents(tables.events, member, () => TIMELINES[index]!);
  checkTables(tables, LINES, list);
  return list.faults.map(({ detail }) => detail);
}

describe('origins of rows', () => {
  it('read as the segments and events that they number', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        const entries = entriesOf(all);
        const tables = await tablesOf(entries.segments, entries.events);
        for (const row of all) {
          const { segments: read, stoppedAt } = originOf(tables, numbersOf(row, entries), MEMBERS[row.member]!);
          const timeline = TIMELINES[row.member]!;
          let to = 0;
          const right = row.listed.map(({ segment: { ids, ...own }, event }) => {
            to += ids.length;
            return { ...own, to, event: HAS_EVENT.includes(own.level) ? timeline[event]! : '' };
          });
          const headed = right.map((own, i) => {
            const next = right[i + 1];
            const isHeading = own.role === 'history' && own.level === '' && next?.role === 'history';
            return isHeading && next.level !== '' ? { ...own, event: next.event } : own;
          });
          expect(read).toEqual(headed);
          expect(stoppedAt).toBe(row.stoppedAt < 0 ? '' : timeline[row.stoppedAt]);
        }
      }),
    );
  });

  it('and the tables have nothing wrong where they are as the law has them', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        expect(await wrongOf(all, entriesOf(all))).toEqual([]);
      }),
    );
  });

  it('are wrong with any two entries of the segments exchanged, though rows read as before', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.nat(), fc.nat(), async (all, first, second) => {
        const { segments: own, events } = entriesOf(all);
        const [a, b] = [first % own.length, second % own.length];
        fc.pre(a !== b);
        const exchanged = { segments: own.with(a, own[b]!).with(b, own[a]!), events };
        expect(await wrongOf(all, exchanged)).toEqual(expect.arrayContaining([expect.stringContaining('before')]));
      }),
    );
  });

  it('are wrong with any two events exchanged, though rows read as before', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.nat(), fc.nat(), async (all, first, second) => {
        const { segments: own, events } = entriesOf(all);
        fc.pre(events.length > 1);
        const [a, b] = [first % events.length, second % events.length];
        fc.pre(a !== b);
        const exchanged = { segments: own, events: events.with(a, events[b]!).with(b, events[a]!) };
        expect(await wrongOf(all, exchanged)).not.toEqual([]);
      }),
    );
  });

  it('are wrong with an entry that no row has, wherever it lies', async () => {
    await fc.assert(
      fc.asyncProperty(rows, segments, fc.nat(2), fc.nat(5), async (all, segment, member, event) => {
        const entries = entriesOf(all);
        const more: Row = { member, listed: [{ segment: { ...segment, level: 'full' }, event }], stoppedAt: -1 };
        const all2 = entriesOf([...all, more]);
        const isMore = all2.segments.length > entries.segments.length || all2.events.length > entries.events.length;
        fc.pre(isMore);
        expect(await wrongOf(all, all2)).toEqual(expect.arrayContaining([expect.stringContaining('no row has it')]));
      }),
    );
  });

  it('are wrong where one row has other ids by a number than another', async () => {
    const segment = { role: 'history', version: '', level: '', fields: '', ids: [1, 2] };
    const row = (ids: number[]): Row => ({
      member: 0,
      listed: [{ segment: { ...segment, ids }, event: 0 }],
      stoppedAt: -1,
    });
    const all = [row([1, 2]), row([1, 3])];
    const entries = entriesOf([row([1, 2])]);
    const numbers = () => numbersOf(row([1, 2]), entries);
    expect(await wrongOf(all, entries, numbers)).toEqual([expect.stringContaining('other tokens')]);
  });

  it('are wrong with numbers beyond the tables, of other members, or that count otherwise', async () => {
    const segment = { role: 'history', version: '', level: 'full', fields: '', ids: [1] };
    const all = [0, 1].map((member): Row => ({ member, listed: [{ segment, event: 1 }], stoppedAt: -1 }));
    const entries = entriesOf(all);
    const tables = await tablesOf(entries.segments, entries.events);
    const right = numbersOf(all[0]!, entries);
    const wrong = (other: Partial<OriginNumbers>) =>
      originOf(tables, { ...right, ...other }, MEMBERS[0]!).wrong.map(({ detail }) => detail);
    expect(wrong({})).toEqual([]);
    for (const number of [-1, 1, 2 ** 31]) {
      expect(wrong({ segments: [number] })).toContain(`there is no segment ${number} among 1`);
    }
    for (const number of [-2, 2, 2 ** 40]) {
      expect(wrong({ stoppedAt: number })).toEqual([`there is no event ${number} among 2`]);
    }
    expect(wrong({ firstEvent: 1 - right.firstEvent })).toEqual([expect.stringContaining('is one of the member')]);
    expect(wrong({ firstEvent: right.firstEvent - 1, events: [1] })).toEqual([expect.stringContaining('instead of 0')]);
    expect(wrong({ events: [0, 0] })).toEqual(['2 events are listed for 1 segments']);
    expect(wrong({ events: [] })).toEqual(expect.arrayContaining(['0 events are listed for 1 segments']));
    expect(wrong({ firstEvent: -1, events: [] })).toEqual(['0 events are listed for 1 segments']);
  });
});
