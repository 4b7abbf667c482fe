/** The mapping: which event a row becomes, and which mappings are refused. */
import { describe, expect, test } from 'vitest';
import { Mapping } from '../../schemas/mapping.ts';
import { parseYaml } from '../../src/sources/yaml-file.ts';
import { type MappedRow, type RowNumber, rowMapper } from '../../src/tables/mapping.ts';
import { readMapping } from '../../src/tables/mapping-file.ts';
import { tempFolder } from '../sources/temp-folder.ts';

const folder = tempFolder();
const first: RowNumber = { path: 'x.csv', row: 1, occurrence: () => 0 };

/** The row mapped by the only table of a mapping; `head` are the lines before its tables. */
function mapAll(
  table: string,
  row: object,
  { number = {} as Partial<RowNumber>, head = 'zone: UTC' } = {},
): MappedRow[] {
  const text = `name: m\n${head}\ntables:\n  - ${table.trim().replaceAll('\n', '\n    ')}\n`;
  const mapping = parseYaml(text, Mapping, { file: 'm.yaml', code: 'mapping_invalid' });
  return rowMapper(mapping, 't')(row as Record<string, unknown>, { ...first, ...number });
}
function map(...of: Parameters<typeof mapAll>): MappedRow {
  const mapped = mapAll(...of);
  expect(mapped).toHaveLength(1);
  return mapped[0]!;
}
function eventsOf(mapped: MappedRow) {
  if (!mapped.ok) throw new Error(JSON.stringify(mapped));
  return mapped.events;
}

const VOTES = `
name: t
files: x.csv
emit: interaction
member_id: who
item_id: what
action: { column: did, map: { Y: yea, N: nay } }
event_time: when
`;
const vote = { who: 'm', what: '101-7', did: 'Y', when: '2018-05-01T12:00:00' };

describe('a row', () => {
  test('becomes an event with renamed values and a time in the zone of the mapping', () => {
    const [event] = eventsOf(map(VOTES, vote, { head: 'zone: Europe/Berlin' }));
    expect(event).toMatchObject({
      type: 'interaction',
      member_id: 'm',
      item_id: '101-7',
      action: 'yea',
      event_time: Date.UTC(2018, 4, 1, 10),
    });
    expect(event!.event_id).toMatch(/^row:[0-9a-f]{64}$/);
  });

  test('keeps values that the map does not list', () => {
    expect(eventsOf(map(VOTES, { ...vote, did: 'present' }))[0]).toMatchObject({ action: 'present' });
  });

  test('equal to one before it gets another id, and the same id at the same count', () => {
    const id = (occurrence: number, row: object = vote) =>
      eventsOf(map(VOTES, row, { number: { row: 9, occurrence: () => occurrence } }))[0]!.event_id;
    expect(id(0)).not.toBe(id(1));
    expect(id(1)).toBe(id(1, { ...vote, unmapped: 'x', when: '2018-05-01T12:00:00Z' }));
    expect(id(0)).not.toBe(id(0, { ...vote, did: 'N' }));
  });

  test('with a time without zone is dead where the mapping names none', () => {
    expect(map(VOTES, vote, { head: 'credit: x' })).toMatchObject({
      ok: false,
      reason: 'time_invalid',
      field: 'event_time',
      message: expect.stringContaining('zone:'),
    });
  });

  test('with an empty time is dead unless the mapping says that it means unknown', () => {
    expect(map(VOTES, { ...vote, when: '' })).toMatchObject({ ok: false, reason: 'time_invalid' });
    const lenient = VOTES.replace('event_time: when', 'event_time: { column: when, empty: unknown }');
    expect(eventsOf(map(lenient, { ...vote, when: '' }))[0]!.event_time).toBeNull();
  });

  test('with a placeholder time has none, and its number as sequence, which its id does not hold', () => {
    const table = `${VOTES}time_unknown: before 1981\nsequence: { row_number: time_unknown }`;
    const of = (when: string, row: number) =>
      eventsOf(map(table, { ...vote, when }, { number: { row, occurrence: () => 0 } }))[0]!;
    expect(of('1980-01-01T00:00:07', 7)).toMatchObject({ event_time: null, sequence: 7 });
    expect(of('1980-01-01T00:00:09', 9).event_id).toBe(of('1980-01-01T00:00:07', 7).event_id);
    expect(of('1981-01-01T00:00:00', 8)).not.toHaveProperty('sequence');
  });

  test('takes its sequence from the part of a column behind a mark', () => {
    expect(eventsOf(map(`${VOTES}sequence: { column: what, after: "-" }`, vote))[0]!.sequence).toBe(7);
    expect(map(`${VOTES}sequence: { column: what, after: "-" }`, { ...vote, what: 'x' })).toMatchObject({
      reason: 'field_invalid',
      field: 'sequence',
    });
  });

  test.each([
    ['2018-05-01', '2018-05-01Z', 'zone: UTC'],
    ['2018', '2018Z', 'zone: UTC'],
    ['2018-07', '2018-07+02:00', 'zone: Europe/Berlin'],
    ['2001-00-00 00:00:00', '2001Z', 'zone: UTC'],
    ['2001-05-00', '2001-05Z', 'zone: UTC'],
  ])('with the time %s is known to the day, month or year alone', (when, time, head) => {
    expect(eventsOf(map(VOTES, { ...vote, when }, { head: head }))[0]!.event_time).toBe(time);
  });

  test('can say that full times mean their day', () => {
    const table = VOTES.replace('event_time: when', 'event_time: { column: when, precision: day }');
    expect(
      eventsOf(map(table, { ...vote, when: '2018-05-01 00:00:00.000' }, { head: 'zone: Europe/Berlin' }))[0]!
        .event_time,
    ).toBe('2018-05-01+02:00');
  });

  test('can have epoch seconds', () => {
    const table = VOTES.replace('event_time: when', 'event_time: { column: when, epoch: s }');
    expect(eventsOf(map(table, { ...vote, when: '1525168800.2571' }))[0]!.event_time).toBe(1525168800257);
    expect(map(table, { ...vote, when: 'soon' })).toMatchObject({ reason: 'time_invalid' });
  });

  test('without a member, or with a number that is none, is dead', () => {
    expect(map(VOTES, { ...vote, who: '' })).toMatchObject({ ok: false, reason: 'field_missing', field: 'member_id' });
    expect(map(`${VOTES}position: place`, { ...vote, place: 'third' })).toMatchObject({
      ok: false,
      reason: 'field_invalid',
      field: 'position',
    });
  });

  test('takes ids, constants, context and typed values', () => {
    const table = [
      `${VOTES}event_id: id`,
      'surface: { value: floor }',
      'value: { column: n, as: number }',
      'context: { tags: { column: tags, as: list, separator: ";" }, late: { column: late, as: boolean } }',
    ].join('\n');
    expect(eventsOf(map(table, { ...vote, id: 'e1', n: '2.5', tags: 'a; b;', late: 'no' }))[0]).toMatchObject({
      event_id: 'e1',
      surface: 'floor',
      value: 2.5,
      context: { tags: ['a', 'b'], late: false },
    });
  });
});

describe('attributes', () => {
  const ITEMS = `
name: t
files: x.csv
emit: item
item_id: id
event_time: made
attributes:
  - assume_known: titles stay
    fields: { title: title }
  - time: rated
    fields: { stars: { column: stars, as: number } }
  - fields: { tags: tags }
`;
  const row = { id: 'i', made: '2010', title: 'Zork', rated: '2015-01-01T00:00:00', stars: '4', tags: 'best of 2023' };

  test('with a time of their own come as a later version, with all that was known by then', () => {
    const events = eventsOf(map(ITEMS, row));
    expect(events).toMatchObject([
      { event_time: '2010Z', attributes: { title: 'Zork' } },
      { event_time: Date.UTC(2015, 0, 1), attributes: { title: 'Zork', stars: 4 } },
    ]);
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(2);
    expect(eventsOf(map(`${ITEMS}event_id: id`, row)).map(({ event_id }) => event_id)).toEqual(['i', 'i#1']);
  });

  test('known by the time of the entity are in its first version', () => {
    expect(eventsOf(map(ITEMS, { ...row, rated: '2009' }))).toMatchObject([
      { attributes: { title: 'Zork', stars: 4 } },
    ]);
  });

  test('with neither a time nor an assumption are left out', () => {
    expect(JSON.stringify(eventsOf(map(ITEMS, row)))).not.toContain('2023');
  });

  test('that are empty are missing', () => {
    expect(eventsOf(map(ITEMS, { ...row, title: '', rated: '2009', stars: '' }))[0]).toMatchObject({ attributes: {} });
  });
});

describe('a mapping file', () => {
  const refusal = async (text: string) =>
    readMapping(await folder.write('m.yaml', text)).then(
      () => 'accepted',
      (error) => error,
    );

  test.each([
    ['zone: Mars/Base\ntables: [{ name: t, files: x, emit: member, member_id: m }]', 'there is no zone "Mars/Base"', 2],
    [
      'tables:\n  - { name: t, files: x, emit: member, member_id: m }\n' +
        '  - { name: t, files: y, emit: member, member_id: m }',
      'two tables',
      4,
    ],
    [
      'tables:\n  - { name: t, files: x, emit: member, member_id: m, time_unknown: before 1981-02-30 }',
      'no such day',
      3,
    ],
    ['tables:\n  - { name: t, files: x, emit: member, membr_id: m }', 'unknown key "membr_id"', 3],
    ['tables:\n  - { name: t, files: x, emit: membr, member_id: m }', 'tables[0].emit', 3],
    [
      'tables:\n  - { name: t, files: x, emit: interaction, member_id: m, item_id: i, action: a }',
      'event_time is missing',
      3,
    ],
    [
      'tables:\n  - name: t\n    files: x\n    emit: item\n    item_id: i\n' +
        '    attributes:\n      - { time: x, assume_known: y, fields: {} }',
      'either a time or assume_known',
      8,
    ],
  ])('%j is refused with its line', async (text, message, line) => {
    expect(await refusal(`name: m\n${text}\n`)).toMatchObject({
      code: 'mapping_invalid',
      exitCode: 2,
      message: expect.stringContaining(message),
      place: { line },
    });
  });
});
