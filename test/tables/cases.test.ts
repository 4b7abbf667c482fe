/**
 * Tables that once lost rows, merged members or were refused without a reason; each with its right
 * value.
 */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { importTables } from '../../src/tables/import-tables.ts';
import { tempFolder } from '../sources/temp-folder.ts';

const CASES = join(import.meta.dirname, '..', 'cases');
const folder = tempFolder();

/** Imports a case, its mapping changed by `change`; what it observed and wrote. */
async function importCase(name: string, change: (mapping: string) => string = (mapping) => mapping) {
  const [tables, out] = ['in', 'out'].map((part) => join(folder.path, part)) as [string, string];
  for (const part of [tables, out, `${out}.dead`]) await rm(part, { recursive: true, force: true });
  await cp(join(CASES, name, 'in'), tables, { recursive: true });
  const mappingFile = join(folder.path, 'map.yaml');
  await writeFile(mappingFile, change(await readFile(join(CASES, name, 'map.yaml'), 'utf8')));
  const warnings: string[] = [];
  const effects = {
    ...PROCESS_EFFECTS,
    observe: (seen: { kind: string; message?: string }) => {
      if (seen.kind === 'warning') warnings.push(seen.message ?? '');
    },
  };
  const summary = await importTables({ mappingFile, from: tables, out }, effects);
  const files = (await readdir(out, { recursive: true })).filter((file) => file.endsWith('.gz'));
  const texts = await Promise.all(
    files.map(async (file) => gunzipSync(await readFile(join(out, file))).toString('utf8')),
  );
  const events = texts
    .flatMap((text) => text.split('\n').filter((line) => line !== ''))
    .map((line) => JSON.parse(line));
  return { summary, warnings, events };
}
const refused = (name: string) =>
  importCase(name).then(
    () => 'nothing failed',
    (error: unknown) => error,
  );
const instead = (from: string, to: string) => (mapping: string) => {
  expect(mapping).toContain(from);
  return mapping.replace(from, to);
};

test('files that macOS adds are no tables', async () => {
  const { events } = await importCase('appledouble');
  expect(events).toMatchObject([{ item_id: '1', attributes: { title: 'x' } }]);
});

test('seconds that are read as milliseconds are warned of', async () => {
  const { warnings } = await importCase('epoch-seconds-read-as-ms');
  expect(warnings).toEqual([expect.stringContaining('no time of table acts is later than 1970-01-19')]);
  const right = await importCase('epoch-seconds-read-as-ms', instead('epoch: ms', 'epoch: s'));
  expect(right.warnings).toEqual([]);
  expect(right.events.map(({ event_time }) => event_time)).toEqual([1593877866000, 1593877867000]);
});

test('numbers beyond 2^53 keep their digits as ids', async () => {
  const { events } = await importCase('ids-beyond-2-53');
  expect(events.map(({ member_id }) => member_id)).toEqual([
    '76561198003753553',
    '76561198003753554',
    '76561198003753555',
  ]);
  expect(events.at(-1)).toMatchObject({ item_id: '12345678901234567891234' });
});

test('each row may end its line otherwise', async () => {
  expect((await importCase('lf-header-crlf-rows')).events.map(({ action }) => action)).toEqual(['v', 'v']);
});

test('a list keeps its texts: without null, with numbers as texts; one of objects is dead', async () => {
  const { summary, events } = await importCase('list-with-null');
  expect(events.map(({ item_id, attributes }) => [item_id, attributes.genres])).toEqual([
    ['1', ['A', 'B']],
    ['2', ['1', '2']],
    ['3', []],
    ['5', undefined],
  ]);
  expect(summary).toMatchObject({ rows: 6, dead_by_reason: { field_invalid: 2 } });
});

test('bytes that are not UTF-8 are named by their line, and can be read as what they are', async () => {
  expect(await refused('not-utf8-line-300')).toMatchObject({
    code: 'input_unreadable',
    place: { line: 300 },
    remedy: expect.stringContaining('encoding:'),
  });
  const { events } = await importCase(
    'not-utf8-line-300',
    instead('files: "a.csv"', 'files: "a.csv"\n    encoding: latin1'),
  );
  expect(events).toHaveLength(300);
});

test('lines that are no JSON are dead by that reason, not a table without columns', async () => {
  const { summary } = await importCase('python-literals');
  expect(summary.dead).toBe(summary.rows);
  const message = expect.stringContaining('not JSON');
  expect(summary.first_dead).toMatchObject([{ reason: 'not_json', line: 1, message }]);
});

test('times are read by the format that the mapping has for them', async () => {
  const plain = await importCase('time-formats');
  expect(plain.summary.first_dead[0]?.message).toContain('format:');
  const format = instead('event_time: ts', "event_time: { column: ts, format: '%m/%d/%Y %I:%M:%S %p' }");
  expect((await importCase('time-formats', format)).events[0]).toMatchObject({ event_time: 1573808758000 });
});

test('quotes are letters where the mapping says so', async () => {
  expect(await refused('tsv-quote-inside')).toMatchObject({
    code: 'input_unreadable',
    place: { line: 2 },
    remedy: expect.stringContaining('quotes: none'),
  });
  const none = instead('format: csv', 'format: csv\n    quotes: none');
  const inside = await importCase('tsv-quote-inside', none);
  expect(inside.events.map(({ attributes }) => attributes.title)).toEqual(['5" screen', 'World']);
  const merged = await importCase('tsv-quotes-merge');
  expect(merged.warnings).toEqual([expect.stringContaining('a quoted field spans lines')]);
  const { events } = await importCase('tsv-quotes-merge', none);
  expect(events.map(({ item_id, attributes }) => [item_id, attributes.title])).toEqual([
    ['N1', '"Best of the day'],
    ['N2', 'second news'],
    ['N3', 'she called it great"'],
    ['N4', 'fourth'],
  ]);
});

test('a zone may stand behind a time', async () => {
  expect((await importCase('utc-suffix')).events.map(({ event_time }) => event_time)).toEqual([
    1569888000000, 1569888001000,
  ]);
});

test('Zstandard with a long window is read', async () => {
  const { events } = await importCase('zst-long-window');
  expect(events.map(({ item_id, attributes }) => [item_id, attributes.title])).toEqual(
    Array.from({ length: 1_000 }, (_, i) => [`${i}`, `title ${i}`]),
  );
});
