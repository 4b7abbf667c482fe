/** The mapping language on small tables: what each key does with cells, rows, times and files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Mapping, type MappingTable } from '../../schemas/mapping.ts';
import { parseYaml } from '../../src/sources/yaml-file.ts';
import { rowMapper } from '../../src/tables/mapping.ts';
import { readTable, type TableFormat } from '../../src/tables/read-table.ts';
import { matches } from '../../src/tables/table-listing.ts';
import { timeFormat } from '../../src/tables/time-format.ts';

const folder = mkdtempSync(join(tmpdir(), 'brewhouse-language-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DID = [
  'name: t',
  'files: x',
  'emit: interaction',
  'member_id: who',
  'item_id: what',
  'action: did',
  'event_time: at',
];

/** A mapping of one table of interactions, with these lines instead of its own of the same key. */
function mappingOf(lines: readonly string[], zone = 'UTC'): Mapping {
  const keys = new Set(lines.map((line) => line.split(':')[0]));
  const all = [...DID.filter((line) => !keys.has(line.split(':')[0])), ...lines];
  const text = `name: m\nzone: ${zone}\ntables:\n  - ${all.join('\n    ')}\n`;
  return parseYaml(text, Mapping, { file: 'm.yaml', code: 'mapping_invalid' });
}

const ROW = { who: 'm', what: 'i', did: 'viewed', at: '2018-05-01T12:00:00Z' };

function mapRow(lines: readonly string[], row: object, zone?: string) {
  return rowMapper(mappingOf(lines, zone), 't')({ ...ROW, ...row }, { path: 'x', row: 1, occurrence: () => 0 });
}
/** The one event of a row, or what became of it. */
function one(lines: readonly string[], row: object, zone?: string): unknown {
  const [mapped, ...others] = mapRow(lines, row, zone);
  expect(others).toEqual([]);
  return mapped!.ok ? mapped!.events[0] : mapped;
}

describe('a field', () => {
  test.each<readonly [what: string, line: string, row: object, event: object]>([
    ['a key inside a column', 'surface: loc.city', { loc: { city: 'Oslo' } }, { surface: 'Oslo' }],
    [
      'a column of that very name first',
      'surface: loc.city',
      { 'loc.city': 'a', loc: { city: 'b' } },
      { surface: 'a' },
    ],
    ['an element of a list', 'surface: tags.1', { tags: ['a', 'b'] }, { surface: 'b' }],
    ['joined columns', 'item_id: { columns: [shop, number], with: ":" }', { shop: 's', number: 7 }, { item_id: 's:7' }],
    ['the text before a mark', 'item_id: { column: what, before: "-" }', { what: '101-7' }, { item_id: '101' }],
    [
      'the text between marks',
      'item_id: { column: what, after: "-", before: "/" }',
      { what: 'a-b/c' },
      { item_id: 'b' },
    ],
    [
      'the value of a step',
      'action: { column: did, steps: [{ at_least: 0, value: disliked }, { at_least: 4, value: liked }] }',
      { did: '4.5' },
      { action: 'liked' },
    ],
    [
      'a renamed value before a step',
      'action: { column: did, map: { many: 9 }, steps: [{ at_least: 4, value: liked }] }',
      { did: 'many' },
      { action: 'liked' },
    ],
    [
      'a default where the cell is empty',
      'surface: { column: page, default: home }',
      { page: '' },
      { surface: 'home' },
    ],
    [
      'a default below all steps',
      'action: { column: did, steps: [{ at_least: 4, value: liked }], default: rated }',
      { did: 1 },
      { action: 'rated' },
    ],
    [
      'a list in JSON',
      'context: { t: { column: t, as: list, spelling: json } }',
      { t: '["a", 2, null]' },
      { context: { t: ['a', '2'] } },
    ],
    [
      'a list as Python prints it',
      'context: { t: { column: t, as: list, spelling: python } }',
      { t: `['it\\'s', "b", 3, None, True]` },
      { context: { t: ["it's", 'b', '3', 'true'] } },
    ],
    [
      'the list of the columns that say yes',
      'context: { genres: { flags: [Comedy, Drama, War] } }',
      { Comedy: '1', Drama: '0', War: 'yes' },
      { context: { genres: ['Comedy', 'War'] } },
    ],
    [
      'missing where no column says yes',
      'surface: page\n    context: { genres: { flags: [Comedy, Drama] }, late: late }',
      { page: 'home', Comedy: '', Drama: 0, late: 'x' },
      { surface: 'home', context: { late: 'x' } },
    ],
    [
      'no value of a word that means empty',
      'surface: page\n    empty_words: [NULL, "\\\\N"]',
      { page: '\\N' },
      { action: 'viewed' },
    ],
  ])('is %s', (_what, line, row, event) => {
    const found = one([line], row);
    expect(found).toMatchObject(event);
    if (line.includes('empty_words')) expect(found).not.toHaveProperty('surface');
    if (line.includes('Drama] }')) expect(found).not.toHaveProperty('context.genres');
  });

  test.each([
    ['joined of one that is empty', 'item_id: { columns: [shop, number] }', { shop: 's' }, 'field_missing'],
    [
      'below all steps without a default',
      'action: { column: did, steps: [{ at_least: 4, value: liked }] }',
      { did: 1 },
      'field_missing',
    ],
    [
      'a text on a scale',
      'action: { column: did, steps: [{ at_least: 4, value: liked }] }',
      { did: 'x' },
      'field_invalid',
    ],
    ['a flag of another word', 'context: { genres: { flags: [Comedy] } }', { Comedy: '2' }, 'field_invalid'],
    ['a list of objects', 'context: { t: { column: t, as: list } }', { t: [{}] }, 'field_invalid'],
    [
      'no list in Python',
      'context: { t: { column: t, as: list, spelling: python } }',
      { t: '[a, b]' },
      'field_invalid',
    ],
  ])('%s is dead', (_what, line, row, reason) => {
    expect(one([line], row)).toMatchObject({ ok: false, reason });
  });
});

describe('a row', () => {
  test.each([
    ['{ column: n, is: [1, x] }', { n: '1' }, true],
    ['{ column: n, is: [1] }', { n: 2 }, false],
    ['{ column: n, is: [1] }', {}, false],
    ['{ column: n, is_not: [1] }', {}, true],
    ['{ column: n, is_not: [1] }', { n: 1 }, false],
    ['{ column: n, at_least: 3 }', { n: '3' }, true],
    ['{ column: n, at_least: 3 }', { n: 'many' }, false],
    ['{ column: n, below: 3 }', { n: 2.5 }, true],
    ['{ column: n, empty: true }', { n: '' }, true],
    ['{ column: n, empty: false }', { n: '' }, false],
  ])('is mapped where %s holds', (condition, row, isMapped) => {
    const lines = [`where: [${condition}, { column: did, is: [viewed] }]`];
    expect(one(lines, row)).toMatchObject(isMapped ? { action: 'viewed' } : { ok: false, reason: 'filtered' });
  });

  const SLATE = [
    'explode: { column: shown, separator: " ", names: [item, clicked] }',
    'item_id: shown.item',
    'position: shown.number',
  ];

  test('becomes one for each part of a list: a slate, and who was clicked', () => {
    const shown = { shown: 'N1-1 N2-0 N-3-0' };
    const [first, , third] = mapRow([...SLATE, 'slate_id: slate'], { ...shown, slate: 's7' });
    expect(first).toMatchObject({ ok: true, events: [{ item_id: 'N1', position: 0, slate_id: 's7' }] });
    expect(third).toMatchObject({ ok: true, events: [{ item_id: 'N-3', position: 2 }] });
    const clicked = mapRow([...SLATE, 'where: [{ column: shown.clicked, is: [1] }]'], shown);
    expect(clicked.map(({ ok }) => ok)).toEqual([true, false, false]);
    expect(mapRow(SLATE, { shown: '' })).toEqual([{ ok: false, reason: 'filtered' }]);
    expect(mapRow(SLATE, { shown: 'N1' })).toMatchObject([{ reason: 'field_invalid' }]);
  });

  test('equal to one before it is an event of its own, or counted and left out', () => {
    const again = (lines: readonly string[]) =>
      rowMapper(mappingOf(lines), 't')(ROW, { path: 'x', row: 2, occurrence: () => 1 })[0];
    expect(again([])).toMatchObject({ ok: true });
    expect(again(['equal_rows: drop'])).toEqual({ ok: false, reason: 'equal' });
    expect(again(['equal_rows: drop', 'event_id: what'])).toEqual({ ok: false, reason: 'equal' });
  });

  test('that equals one before it in its first version alone is no equal row', () => {
    const text = `name: m\nzone: UTC\ntables:
  - { name: t, files: x, emit: item, item_id: id, event_time: at, equal_rows: drop, attributes: [
      { time: at, fields: { title: title } }, { time: won_at, fields: { prize: prize } }] }`;
    const mapper = rowMapper(parseYaml(text, Mapping, { file: 'm.yaml', code: 'mapping_invalid' }), 't');
    const counts = new Map<string, number>();
    const occurrence = (content: string) => {
      const before = counts.get(content) ?? 0;
      counts.set(content, before + 1);
      return before;
    };
    const row = { id: 'i', at: '2018', title: 'a', won_at: '2019', prize: 'b' };
    const rows = [row, { ...row, prize: 'c' }, row, { ...row, prize: '' }];
    const mapped = rows.flatMap((each, i) => mapper(each, { path: 'x', row: i + 1, occurrence }));
    expect(mapped.map((each) => (each.ok ? each.events.length : each.reason))).toEqual([2, 2, 'equal', 2]);
    const ids = mapped.flatMap((each) => (each.ok ? each.events.map(({ event_id }) => event_id) : []));
    expect(new Set(ids).size).toBe(6);
  });

  test('has another id in a file of another path', () => {
    const id = (path: string) => rowMapper(mappingOf([]), 't')(ROW, { path, row: 1, occurrence: () => 0 })[0];
    expect(id('a')).not.toEqual(id('b'));
  });
});

describe('a time', () => {
  test.each<readonly [line: string, at: unknown, zone: string, time: unknown]>([
    ['event_time: at', '2019-10-01 00:00:00 UTC', 'Asia/Tokyo', 1569888000000],
    ['event_time: at', '2019-10-01 02:00:00 Europe/Berlin', 'UTC', 1569888000000],
    // A day is known at its end, however it is written.
    ['event_time: at', '20191001', 'Europe/Berlin', '2019-10-01+02:00'],
    ['event_time: at', '20191001Z', 'Europe/Berlin', '2019-10-01Z'],
    ['event_time: at', '2019-10-01Z', 'Europe/Berlin', '2019-10-01Z'],
    ['event_time: at', '2019-10-01 UTC', 'Europe/Berlin', '2019-10-01Z'],
    ['event_time: at', '2019-10-01-05', 'UTC', '2019-10-01-05:00'],
    ['event_time: at', '2019-10-01 America/New_York', 'UTC', '2019-10-01-04:00'],
    ['event_time: at', '20191001T093000Z', 'UTC', Date.UTC(2019, 9, 1, 9, 30)],
    ['event_time: at', '20191001 093000', 'Europe/Berlin', Date.UTC(2019, 9, 1, 7, 30)],
    ['event_time: { column: at, epoch: s }', 1.5251688e9, 'UTC', 1525168800000],
    ['event_time: { column: at, epoch: s }', '1.525168800257e9', 'UTC', 1525168800257],
    ['event_time: { column: at, epoch: us }', '1525168800257999', 'UTC', 1525168800257],
    ['event_time: { column: at, epoch: ns }', '1525168800257999123', 'UTC', 1525168800257],
    [
      "event_time: { column: at, format: '%d.%m.%Y %H:%M' }",
      '1.5.2018 9:05',
      'Europe/Berlin',
      Date.UTC(2018, 4, 1, 7, 5),
    ],
    ["event_time: { column: at, format: '%m %d, %Y' }", '09 13, 2009', 'UTC', '2009-09-13Z'],
    ["event_time: { column: at, format: '%b %Y' }", 'Sep 2009', 'Europe/Berlin', '2009-09+02:00'],
    [
      "event_time: { column: at, format: '%a %b %d %H:%M:%S %z %Y' }",
      'Mon Sep 24 03:35:21 +0000 2012',
      'UTC',
      Date.UTC(2012, 8, 24, 3, 35, 21),
    ],
    [
      "event_time: { column: at, format: '%m/%d/%Y %I:%M:%S %p' }",
      '11/15/2019 12:05:58 AM',
      'UTC',
      Date.UTC(2019, 10, 15, 0, 5, 58),
    ],
    [
      "event_time: { column: at, format: '%Y-%m-%d %H:%M:%S', precision: day }",
      '2018-05-01 23:30:00',
      'Europe/Berlin',
      '2018-05-01+02:00',
    ],
  ])('%s of %j in %s is read', (line, at, zone, time) => {
    expect(one([line], { at }, zone)).toMatchObject({ event_time: time });
  });

  test.each([
    ['event_time: at', '1525168800', 'epoch: s'],
    ['event_time: at', '1525168800257', 'epoch: ms'],
    ['event_time: at', '2019-10-01 00:00:00 EST', 'America/New_York'],
    ['event_time: at', '11/15/2019', 'format:'],
    ["event_time: { column: at, format: '%d.%m.%Y' }", '31.02.2018', 'no time written as'],
    ['event_time: { column: at, epoch: ns }', '9'.repeat(60), 'outside the years'],
  ])('%s of %j is dead and says what to do: %s', (line, at, said) => {
    expect(one([line], { at })).toMatchObject({ reason: 'time_invalid', message: expect.stringContaining(said) });
  });

  test.each([['%d.%m'], ['%H:%M %Y'], ['%Y %d'], ['%Y %Q']])('has no format %s', (format) => {
    expect(timeFormat(format)).toHaveProperty('flaw');
  });

  test('of items that no row dates may be a constant', () => {
    const lines = ['emit: item', 'item_id: what', 'event_time: { value: 2010-12-01, because: the first sale }'];
    const text = `name: m\nzone: UTC\ntables:\n  - name: t\n    files: x\n    ${lines.join('\n    ')}\n`;
    const mapping = parseYaml(text, Mapping, { file: 'm.yaml', code: 'mapping_invalid' });
    const [mapped] = rowMapper(mapping, 't')(ROW, { path: 'x', row: 1, occurrence: () => 0 });
    expect(mapped).toMatchObject({ ok: true, events: [{ event_time: '2010-12-01Z' }] });
  });
});

type Form = Partial<Pick<MappingTable, 'delimiter' | 'quotes' | 'escape' | 'columns' | 'encoding'>>;

async function rowsOf(format: TableFormat, bytes: string | Uint8Array, form: Form = {}, name = 'table') {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const file = {
    ...{ path, warn: () => {} },
    form: { delimiter: ',', quotes: '"' as const, escape: undefined, columns: undefined, encoding: 'utf-8', ...form },
  };
  const lines = [];
  for await (const batch of readTable(file, format)) lines.push(...batch.lines);
  return lines.map((line) => (line.ok ? line.row : `${line.line}: ${line.reason}`));
}

describe('a file', () => {
  test('of CSV has delimiters of several letters, and no header where its columns are named', async () => {
    const columns = ['user', 'item', 'rating'];
    expect(await rowsOf('csv', '1::Toy: Story::5\n2::Heat::4\n', { delimiter: '::', columns })).toEqual([
      { user: '1', item: 'Toy: Story', rating: '5' },
      { user: '2', item: 'Heat', rating: '4' },
    ]);
  });

  test('of CSV has other quotes, none, and a letter that escapes them', async () => {
    expect(await rowsOf('csv', `a;b\n'x;y';'it''s'\n`, { delimiter: ';', quotes: "'" })).toEqual([
      { a: 'x;y', b: "it's" },
    ]);
    expect(await rowsOf('csv', 'a,b\n"x,y"\n', { quotes: 'none' })).toEqual([{ a: '"x', b: 'y"' }]);
    expect(await rowsOf('csv', 'a;b\n"x \\"y\\"";z\n', { delimiter: ';', escape: '\\' })).toEqual([
      { a: 'x "y"', b: 'z' },
    ]);
  });

  test('may be in another encoding, with and without a mark', async () => {
    const latin = Buffer.from('a\ncaf\xe9\n', 'latin1');
    expect(await rowsOf('csv', latin, { encoding: 'windows-1252' })).toEqual([{ a: 'café' }]);
    expect(await rowsOf('csv', Buffer.from('\ufeffa\nx\n', 'utf16le'), { encoding: 'utf-16le' })).toEqual([{ a: 'x' }]);
    expect(await rowsOf('ndjson', Buffer.from('{"a":"caf\xe9"}\n', 'latin1'), { encoding: 'latin1' })).toEqual([
      { a: 'café' },
    ]);
  });

  test('of one JSON list has its objects as rows, over any chunks', async () => {
    const objects = Array.from({ length: 20_000 }, (_, i) => ({
      i,
      t: `[{"\\ ${'x'.repeat(i % 50)}`,
      deep: [{ a: [i] }],
    }));
    const rows = await rowsOf('json', `\ufeff ${JSON.stringify(objects, null, 1)}\n`);
    expect(rows).toEqual(objects);
    expect(await rowsOf('json', '[]')).toEqual([]);
    expect(await rowsOf('json', '[{"id":76561198003753553},\n1,\n{x}]')).toEqual([
      { id: '76561198003753553' },
      '2: not_an_object',
      '3: not_json',
    ]);
    expect(await rowsOf('json', zstdCompressSync('[{"a":1}]'), {}, 'table.zst')).toEqual([{ a: 1 }]);
  });

  test.each([
    ['{"a":1}', 'does not begin with a list'],
    ['[{"a":1}', 'is cut short'],
    ['[{"a":1}]\n[]', 'goes on behind the end'],
  ])('of format json that is %s is refused', async (text, said) => {
    await expect(rowsOf('json', text)).rejects.toMatchObject({
      code: 'input_unreadable',
      message: expect.stringContaining(said),
    });
  });

  test.each([
    ['*.csv', 'a.csv', true],
    ['*.csv', 'b/a.csv', false],
    ['*/a*.csv', 'b/a1.csv', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b', 'a/b', false],
    ['*', '', true],
    ['a.c', 'abc', false],
  ])('matches %s: %s is %s', (pattern, path, isMatch) => {
    expect(matches(pattern, path)).toBe(isMatch);
  });

  test('matches as an expression does in which a star is any letters but a slash', () => {
    const letters = (all: string) => fc.string({ unit: fc.constantFrom(...all), maxLength: 9 });
    fc.assert(
      fc.property(letters('ab/*'), letters('ab/'), (pattern, path) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '[^/]*')}$`);
        expect(matches(pattern, path)).toBe(expression.test(path));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is matched in time that no pattern of stars multiplies', () => {
    expect(matches(`${'*a'.repeat(40)}*b`, 'a'.repeat(20_000))).toBe(false);
  });
});
