/** Cells that nobody expects: lists and objects where a text should be, and long numbers. */
import { expect, test } from 'vitest';
import { Mapping } from '../../schemas/mapping.ts';
import { parseYaml } from '../../src/sources/yaml-file.ts';
import { jsonRow } from '../../src/tables/json-rows.ts';
import { listIn } from '../../src/tables/list-text.ts';
import { rowMapper } from '../../src/tables/mapping.ts';

const KEYS = { member_id: 'who', item_id: 'what', action: '{ value: did }', event_time: 'at' };
const ROW = { who: 'm', what: 'i', at: '2018-05-01' };

function mapRow(keys: Readonly<Record<string, string>>, row: object) {
  const lines = Object.entries({ ...KEYS, ...keys }).map(([key, source]) => `${key}: ${source}`);
  const head = ['name: t', 'files: x', 'emit: interaction'];
  const text = `name: m\nzone: UTC\ntables:\n  - ${[...head, ...lines].join('\n    ')}\n`;
  const mapping = parseYaml(text, Mapping, { file: 'm.yaml', code: 'mapping_invalid' });
  return rowMapper(mapping, 't')({ ...ROW, ...row }, { path: 'x', row: 1, occurrence: () => 0 });
}

/** `String` of the last one throws. */
const NO_TEXTS: readonly object[] = [{}, { a: 1 }, [], ['a'], [5], [null], [[1]], { toString: 1, valueOf: 2 }];

const READ_AS_TEXT: readonly (readonly [key: string, source: string])[] = [
  ['item_id', 'odd'],
  ['item_id', '{ columns: [who, odd] }'],
  ['item_id', '{ column: odd, map: { a: b } }'],
  ['item_id', '{ column: odd, after: "-" }'],
  ['action', '{ column: odd, steps: [{ at_least: 0, value: liked }] }'],
  ['value', '{ column: odd, as: number }'],
  ['value', '{ column: odd, as: boolean }'],
  ['position', 'odd'],
  ['event_time', 'odd'],
  ['event_time', '{ column: odd, epoch: s }'],
  ['event_time', '{ column: odd, format: "%Y" }'],
];

test.each(READ_AS_TEXT)(
  'a list or an object is no text, no number and no time: dead, by its field (%s: %s)',
  (key, source) => {
    for (const odd of NO_TEXTS) {
      const [mapped, ...others] = mapRow({ [key]: source }, { odd });
      expect(others).toEqual([]);
      expect(mapped, JSON.stringify(odd)).toMatchObject({ ok: false, field: key });
    }
  },
);

test('no condition on texts or numbers holds of a list or an object', () => {
  for (const odd of NO_TEXTS) {
    for (const condition of ['is: ["[object Object]", a, 5, ""]', 'at_least: 0', 'below: 9']) {
      const mapped = mapRow({ where: `[{ column: odd, ${condition} }]` }, { odd });
      expect(mapped, `${JSON.stringify(odd)} ${condition}`).toEqual([{ ok: false, reason: 'filtered' }]);
    }
    expect(mapRow({ where: '[{ column: odd, is_not: [a, 5] }]' }, { odd })).toMatchObject([{ ok: true }]);
  }
});

test('an object is no list, and a part that is one has no names', () => {
  for (const odd of [{}, { toString: 1 }])
    expect(mapRow({ explode: '{ column: odd }' }, { odd })).toMatchObject([{ ok: false, reason: 'field_invalid' }]);
  const named = '{ column: odd, names: [item, clicked] }';
  expect(mapRow({ explode: named }, { odd: ['a-1', { toString: 1 }] })).toMatchObject([
    { ok: false, field: 'explode', message: expect.stringContaining('part 2') },
  ]);
});

test('a word that means empty is a number of JSON too', () => {
  const keys = { empty_words: '["-1"]', surface: 'odd' };
  for (const odd of ['-1', -1]) {
    const [mapped] = mapRow(keys, { odd });
    expect(mapped!.ok && mapped!.events[0]).not.toHaveProperty('surface');
  }
});

test('of JSON numbers no two that differ become one text', () => {
  const numbers = [
    '9007199254740993',
    '9007199254740992',
    '9007199254740995.0',
    '9007199254740994.00',
    '-9007199254740993',
  ];
  const rows = numbers.map((number) => jsonRow({ line: 1, text: `{"odd":${number}}` }));
  const ids = rows.map((row) => (row.ok ? mapRow({ item_id: 'odd' }, row.row) : []));
  expect(ids).toMatchObject(numbers.map((number) => [{ events: [{ item_id: number.replace(/\.0+$/, '') }] }]));
  // Numbers that a double holds are what they are, however they are written.
  for (const [number, id] of [
    ['1e3', '1000'],
    ['-0', '0'],
    ['1.0', '1'],
    ['1.50', '1.5'],
  ] as const) {
    const row = jsonRow({ line: 1, text: `{"odd":${number}}` });
    expect(row.ok && mapRow({ item_id: 'odd' }, row.row)).toMatchObject([{ events: [{ item_id: id }] }]);
  }
});

test.each([
  ['json', '[9007199254740993, 9007199254740992, -9007199254740993, 7, 1.5]'],
  ['json', '[ 9007199254740993,\n9007199254740992,-9007199254740993,7,1.5]'],
  ['python', '[9007199254740993, 9007199254740992, -9007199254740993, 7, 1.5]'],
] as const)('whole numbers beyond 2^53 stay apart in a list that a text spells as %s', (spelling, text) => {
  const long = ['9007199254740993', '9007199254740992', '-9007199254740993'];
  expect(listIn(text, { spelling, separator: ',' })).toEqual([...long, 7, 1.5]);
});
