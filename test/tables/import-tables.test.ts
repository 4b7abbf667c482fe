/**
 * Whole imports: what is written, what is refused, and that the same tables make the same bytes.
 */

import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openEventFolder } from '../../src/adapters/filesystem/event-folder.ts';
import { checkEvents } from '../../src/sources/check-events.ts';
import { readSource } from '../../src/sources/source-file.ts';
import { importTables } from '../../src/tables/import-tables.ts';
import { tempFolder } from '../sources/temp-folder.ts';

const folder = tempFolder();

const MAPPING = `
name: shop
credit: the shop
zone: UTC
tables:
  - name: people
    files: people*
    emit: member
    member_id: id
    attributes: [{ assume_known: names stay, fields: { name: name } }, { fields: { rank: rank } }]
    left_out: { mood: changes by the hour }
  - name: sales
    files: sales/*.csv
    emit: interaction
    member_id: who
    item_id: what
    action: { value: bought }
    event_time: at
`;
const PEOPLE = 'id,name,mood,rank,shoe\n1,"Ann\nLee",good,1,38\n2,"Bob ""B""",,2,45\n';
const SALES = 'who,what,at\n1,x,2018-05-01\n1,x,2018-05-01\n2,y,2018-05-02T10:00:00\n';

async function run(files: Record<string, string | Uint8Array>, mapping = MAPPING, out = 'out') {
  const mappingFile = await folder.write('mapping.yaml', mapping);
  for (const [name, content] of Object.entries(files)) await folder.write(`in/${name}`, content);
  return importTables({ mappingFile, from: join(folder.path, 'in'), out: join(folder.path, out) });
}
const filesIn = async (name: string) => {
  const found = await readdir(join(folder.path, name), { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => file.slice(join(folder.path, name).length + 1)).sort();
};
const PEOPLE_EVENTS = 'people/people.csv.ndjson.gz';
const SALES_EVENTS = 'sales/sales/a.csv.ndjson.gz';
const read = async (name: string, out = 'out') =>
  gunzipSync(await readFile(join(folder.path, out, name)))
    .toString('utf8')
    .trim()
    .split('\n');
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing failed',
    (error) => error,
  );

describe('an import', () => {
  test('writes events, assumptions and no more; check finds nothing wrong with them', async () => {
    const summary = await run({ 'people.csv': PEOPLE, 'sales/a.csv': SALES });
    expect(summary).toMatchObject({ rows: 5, events: { member: 2, item: 0, interaction: 3 }, dead: 0 });
    expect(await filesIn('out')).toEqual(['people/people.csv.ndjson.gz', 'sales/sales/a.csv.ndjson.gz', 'source.yaml']);
    expect(await filesIn('out.dead')).toEqual(['people/people.csv.ndjson', 'sales/sales/a.csv.ndjson', 'tables.json']);
    expect(JSON.parse((await read(PEOPLE_EVENTS))[0]!)).toMatchObject({
      member_id: '1',
      event_time: null,
      attributes: { name: 'Ann\nLee' },
    });
    expect(await checkEvents(openEventFolder(join(folder.path, 'out')))).toMatchObject({ duplicates: 0, errors: [] });
  });

  test('names what is assumed, and what is left out by the mapping, for want of a time, or unmentioned', async () => {
    await run({ 'people.csv': PEOPLE, 'sales/a.csv': SALES });
    expect(await readSource(openEventFolder(join(folder.path, 'out')))).toEqual({
      name: 'shop',
      dated: [],
      assumed: [{ type: 'member', attribute: 'name', because: 'names stay' }],
      left_out: [
        { type: 'member', attribute: 'rank', why: 'it has neither a time nor assume_known' },
        { type: 'member', attribute: 'mood', why: 'changes by the hour' },
        { type: 'member', attribute: 'shoe', why: 'the mapping does not name it' },
      ],
      credit: 'the shop',
    });
  });

  test('keeps equal rows apart: they are purchases, not copies', async () => {
    await run({ 'people.csv': PEOPLE, 'sales/a.csv': SALES, 'sales/b.csv': SALES });
    const lines = [...(await read(SALES_EVENTS)), ...(await read('sales/sales/b.csv.ndjson.gz'))];
    expect(new Set(lines.map((line) => JSON.parse(line).event_id)).size).toBe(6);
  });

  test('gives the same bytes each time, from plain and compressed tables alike', async () => {
    await run({ 'people.csv': PEOPLE, 'sales/a.csv': SALES });
    await run({}, MAPPING, 'again');
    await run(
      { 'people.csv.zst': zstdCompressSync(PEOPLE), 'sales/a.csv.gz': gzipSync(SALES) },
      MAPPING.replace('people*', 'people.csv.zst').replace('sales/*.csv', 'sales/*.csv.gz'),
      'packed',
    );
    for (const part of ['out', 'out.dead']) {
      for (const name of await filesIn(part)) {
        const bytes = await readFile(join(folder.path, part, name));
        for (const other of ['again', 'packed'])
          expect(
            (await readFile(join(folder.path, part.replace('out', other), name))).equals(bytes),
            `${other} ${name}`,
          ).toBe(true);
      }
    }
  });

  test('reads NDJSON tables with the types that they have', async () => {
    const people = '{"id":1,"name":"Ann","rank":3,"mood":null}\n\n{"id":2\n[1]\n{"id":3,"name":["a","b"]}\n';
    const summary = await run({ 'people.ndjson': people, 'sales/a.csv': SALES });
    expect((await read('people/people.ndjson.ndjson.gz')).map((line) => JSON.parse(line))).toMatchObject([
      { member_id: '1' },
      { member_id: '3', attributes: { name: ['a', 'b'] } },
    ]);
    expect(summary.first_dead).toMatchObject([
      { file: 'people.ndjson', line: 3, reason: 'not_json' },
      { file: 'people.ndjson', line: 4, reason: 'not_an_object' },
    ]);
  });

  test('parks bad rows with file, line and reason, and goes on', async () => {
    const summary = await run({
      'people.csv': PEOPLE,
      'sales/a.csv': `${SALES}3,"a\nb"\n,y,2018\n4,y,2018-02-30\n5,z,2019\n`,
    });
    expect(summary).toMatchObject({
      dead: 3,
      dead_by_reason: { field_invalid: 1, field_missing: 1, time_invalid: 1 },
      events: { interaction: 4 },
    });
    const dead = (await readFile(join(folder.path, 'out.dead', 'sales/sales/a.csv.ndjson'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(dead).toMatchObject([
      { file: 'sales/a.csv', line: 5, reason: 'field_invalid', message: 'the row has 2 columns, the header 3' },
      { file: 'sales/a.csv', line: 7, reason: 'field_missing', field: 'member_id' },
      { file: 'sales/a.csv', line: 8, reason: 'time_invalid', field: 'event_time', raw: { who: '4' } },
    ]);
  });

  test('of a table that lacks a column names file, column and the nearest, and leaves nothing behind', async () => {
    const error = await refusal(run({ 'people.csv': 'id,nome,rank\n1,Ann,2\n', 'sales/a.csv': SALES }));
    expect(error).toMatchObject({
      code: 'mapping_invalid',
      message: expect.stringContaining('people.csv has no column "name"'),
      remedy: 'did you mean "nome"?',
    });
    expect(await filesIn('out')).toEqual([]);
    expect(
      await refusal(run({ 'people.ndjson': '{"id":1,"rank":2}\n' }, MAPPING.replace('people*', 'people.ndjson'))),
    ).toMatchObject({ code: 'mapping_invalid' });
  });

  test('of files that are not there suggests the nearest name', async () => {
    expect(
      await refusal(run({ 'poeple.csv': PEOPLE, 'sales/a.csv': SALES }, MAPPING.replace('people*', 'people.csv'))),
    ).toMatchObject({ code: 'input_unreadable', remedy: 'did you mean "poeple.csv"?' });
  });

  test.each([
    ['an open quote', 'who,what,at\n1,"x,2018\n', 'never closed'],
    ['letters behind a quote', 'who,what,at\n1,x,2018\n1,"x"y,2018\n', 'not CSV'],
    ['Latin-1', Buffer.from('who,what,at\n1,caf\xe9,2018\n', 'latin1'), 'not UTF-8'],
    ['a column twice', 'who,what,at,at\n', 'two columns'],
    ['nothing', '', 'is empty'],
    ['half a gzip', gzipSync(SALES).subarray(0, 20), 'cut short'],
  ])('of a table with %s is refused whole', async (_what, content, message) => {
    const name = message === 'cut short' ? 'sales.csv.gz' : 'sales.csv';
    const error = await refusal(
      run({ 'people.csv': PEOPLE, [name]: content }, MAPPING.replace('sales/*.csv', 'sales.csv*')),
    );
    expect(error).toMatchObject({ code: 'input_unreadable', message: expect.stringContaining(message) });
    expect(await filesIn('out')).toEqual([]);
  });

  test.each([
    ['a pipe', (at: string) => spawnSync('mkfifo', [at])],
    ['a link to a device', (at: string) => symlinkSync('/dev/zero', at)],
    ['a link that leads nowhere', (at: string) => symlinkSync('gone.csv', at)],
    ['a link to a folder', (at: string) => symlinkSync('..', at)],
  ])('refuses %s among the files of a table by name, and passes over those of no table', async (_what, make) => {
    await folder.write('in/sales/a.csv', SALES);
    make(join(folder.path, 'in', 'other'));
    await run({ 'people.csv': PEOPLE });
    make(join(folder.path, 'in', 'sales', 'b.csv'));
    expect(await refusal(run({ 'people.csv': PEOPLE }, MAPPING, 'again'))).toMatchObject({
      code: 'input_unreadable',
      message: expect.stringContaining('b.csv is no regular file'),
    });
  });

  test('follows links to folders, and not into the folder that it writes', async () => {
    await folder.write('elsewhere/a.csv', SALES);
    await folder.write('in/people.csv', PEOPLE);
    symlinkSync(join(folder.path, 'elsewhere'), join(folder.path, 'in', 'sales'));
    symlinkSync('..', join(folder.path, 'elsewhere', 'up'));
    symlinkSync(join(folder.path, 'out'), join(folder.path, 'in', 'written'));
    expect(await run({})).toMatchObject({ files: { mapped: 2 }, events: { interaction: 3 } });
    const ours = MAPPING.replace('sales/*.csv', '"*/*/*/*.gz"');
    expect(await refusal(run({}, ours))).toMatchObject({ message: expect.stringContaining('no file in') });
  });

  test('follows links to files', async () => {
    await folder.write('elsewhere.csv', SALES);
    await folder.write('in/sales/a.csv', SALES);
    symlinkSync(join(folder.path, 'elsewhere.csv'), join(folder.path, 'in', 'sales', 'b.csv'));
    expect(await run({ 'people.csv': PEOPLE })).toMatchObject({ events: { interaction: 6 } });
  });

  test('into a folder with other event files is refused', async () => {
    await folder.write('out/old.ndjson', '');
    expect(await refusal(run({ 'people.csv': PEOPLE, 'sales/a.csv': SALES }))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('old.ndjson'),
    });
  });
});

describe('a second import into a folder', () => {
  const two = { 'people.csv': PEOPLE, 'sales/a.csv': SALES };

  test('maps new files alone and leaves the others as they are', async () => {
    await run(two);
    const before = await Promise.all([PEOPLE_EVENTS, SALES_EVENTS].map((name) => stat(join(folder.path, 'out', name))));
    const summary = await run({ 'sales/b.csv': SALES.replaceAll('x', 'z') });
    expect(summary).toMatchObject({ files: { mapped: 1, kept: 2 }, rows: 8, events: { member: 2, interaction: 6 } });
    const after = await Promise.all([PEOPLE_EVENTS, SALES_EVENTS].map((name) => stat(join(folder.path, 'out', name))));
    expect(after.map(({ mtimeMs }) => mtimeMs)).toEqual(before.map(({ mtimeMs }) => mtimeMs));
  });

  test('comes to the same events as one import of all files', async () => {
    await run(two);
    await run({ 'sales/b.csv': SALES });
    await run({}, MAPPING, 'once');
    for (const part of ['out', 'out.dead'])
      for (const name of await filesIn(part)) {
        const bytes = await readFile(join(folder.path, part.replace('out', 'once'), name));
        expect((await readFile(join(folder.path, part, name))).toString('latin1'), name).toBe(bytes.toString('latin1'));
      }
  });

  test('of a file with other bytes, or by another mapping, is refused by name', async () => {
    await run(two);
    expect(await refusal(run({ 'sales/a.csv': `${SALES}3,x,2018\n` }))).toMatchObject({
      code: 'inputs_changed',
      message: expect.stringContaining('sales/a.csv (table sales) was imported with other bytes'),
    });
    const other = MAPPING.replace('value: bought', 'value: sold');
    expect(await refusal(run(two, other))).toMatchObject({
      code: 'inputs_changed',
      message: expect.stringContaining('table sales was imported by another mapping'),
    });
  });

  test('that was cut off before its ledger goes on', async () => {
    await run(two);
    const [events, ledger] = [await filesIn('out'), join(folder.path, 'out.dead', 'tables.json')];
    const text = await readFile(ledger, 'utf8');
    await rm(ledger);
    expect(await run(two)).toMatchObject({ files: { mapped: 2, kept: 0 } });
    expect(await readFile(ledger, 'utf8')).toBe(text);
    expect(await filesIn('out')).toEqual(events);
  });
});

describe('items that no row dates', () => {
  const ATTRIBUTES = 'attributes: [{ assume_known: x, fields: { title: title } }]';
  const ITEMS = `${MAPPING}  - { name: goods, files: goods.csv, emit: item, item_id: id, ${ATTRIBUTES} }\n`;
  const files = { 'people.csv': PEOPLE, 'sales/a.csv': SALES, 'goods.csv': 'id,title\nx,Lamp\nq,Chair\n' };
  const importFirstSeen = async () => {
    const mappingFile = await folder.write('mapping.yaml', ITEMS);
    for (const [name, content] of Object.entries(files)) await folder.write(`in/${name}`, content);
    return importTables({ mappingFile, from: join(folder.path, 'in'), out: join(folder.path, 'out'), firstSeen: true });
  };

  test('are dated by the first interaction with them, once', async () => {
    const { source } = await importFirstSeen();
    expect(source.dated).toMatchObject([{ by: 'first_seen' }]);
    expect((await read('+first_seen/000001.ndjson.gz')).map((line) => JSON.parse(line))).toEqual([
      {
        ...{ event_id: 'first_seen:x', event_time: '2018-05-01Z', type: 'item', item_id: 'x', op: 'upsert' },
        attributes: { title: 'Lamp' },
      },
    ]);
    await folder.write('in/sales/b.csv', 'who,what,at\n1,x,2017-01-01\n1,q,2019-01-01\n');
    expect((await importFirstSeen()).source.dated).toMatchObject([{ by: 'first_seen' }]);
    expect((await read('+first_seen/000002.ndjson.gz')).map((line) => JSON.parse(line))).toMatchObject([
      { event_id: 'first_seen:q', event_time: '2019-01-01Z' },
    ]);
    expect(await filesIn('out')).not.toContain('+first_seen/000003.ndjson.gz');
  });
});
