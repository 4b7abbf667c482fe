/**
 * Imports into a folder that is there: killed before each change of names, two at once, with files
 * lost, and under names that readers of events would pass over.
 */

import { spawn } from 'node:child_process';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openEventFolder } from '../../src/adapters/filesystem/event-folder.ts';
import { checkEvents } from '../../src/sources/check-events.ts';
import { listEvents } from '../../src/sources/event-files.ts';
import { deadRowsBeside } from '../../src/sources/source-file.ts';
import { importTables } from '../../src/tables/import-tables.ts';
import { tempFolder } from '../sources/temp-folder.ts';

const folder = tempFolder();
const at = (name: string) => join(folder.path, name);

const MAPPING = `
name: shop
zone: UTC
tables:
  - name: goods
    files: goods.csv
    emit: item
    item_id: id
    attributes: [{ assume_known: titles stay, fields: { title: title } }]
  - name: sales
    files: "*/*.csv"
    emit: interaction
    member_id: who
    item_id: what
    action: { value: bought }
    event_time: at
`;
const GOODS = 'id,title\nx,Lamp\ny,Chair\n';
const SALES = 'who,what,at\n1,x,2018-05-01\n1,x,never\n2,y,2018-05-02\n';

async function writeTables(files: Readonly<Record<string, string>>, mapping = MAPPING): Promise<string> {
  for (const [name, content] of Object.entries(files)) await folder.write(`in/${name}`, content);
  return folder.write('mapping.yaml', mapping);
}
const importInto = async (out: string, firstSeen = true) =>
  importTables({ mappingFile: at('mapping.yaml'), from: at('in'), out: at(out), firstSeen });
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing failed',
    (error: unknown) => error,
  );

/** Every file of the import, by its path, as text of single bytes. */
async function bytesOf(out: string): Promise<Record<string, string>> {
  const bytes: Record<string, string> = {};
  for (const part of ['', '.dead']) {
    const entries = await readdir(at(out + part), { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((each) => each.isFile())) {
      const file = join(entry.parentPath, entry.name);
      bytes[part + file.slice(at(out + part).length)] = await readFile(file, 'latin1');
    }
  }
  return bytes;
}

function importAs(out: string, moment: number): Promise<{ code: number | null; stdout: string }> {
  const script = join(import.meta.dirname, 'kill-import.ts');
  const child = spawn(process.execPath, [script, at('mapping.yaml'), at('in'), at(out), String(moment)]);
  let stdout = '';
  child.stdout.on('data', (text: Buffer) => {
    stdout += String(text);
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout }));
  });
}

describe('an import that is killed', () => {
  test('before any change of names is not built from, and comes to the same bytes when run again', async () => {
    await writeTables({ 'goods.csv': GOODS, 'a/s.csv': SALES, 'b/s.csv': SALES.replaceAll('x', 'z') });
    await importInto('whole');
    const whole = await bytesOf('whole');
    const { code, stdout } = await importAs('counted', 0);
    expect(code).toBe(0);
    expect(await bytesOf('counted')).toEqual(whole);
    const changes = Number(stdout);
    expect(changes).toBeGreaterThan(8);
    let refused = 0;
    const killAt = async (moment: number) => {
      const out = `killed-${moment}`;
      expect(await importAs(out, moment)).toMatchObject({ code: null });
      const named = Object.keys(await bytesOf(out)).filter((name) => /^\/.*\.ndjson\.gz$/.test(name));
      if (named.length > 0) {
        refused++;
        expect(await failureOf(deadRowsBeside(openEventFolder(at(out)))), out).toMatchObject({
          code: 'input_unreadable',
          message: expect.stringContaining('has not ended'),
          remedy: 'run the same import again',
        });
      }
      await importInto(out);
      expect(await bytesOf(out), out).toEqual(whole);
      expect(await deadRowsBeside(openEventFolder(at(out)))).toEqual({ time_invalid: 2 });
    };
    await Promise.all(Array.from({ length: changes }, (_, i) => killAt(i + 1)));
    expect(refused).toBeGreaterThan(4);
  });

  test('while it adds a table leaves what was there, and goes on', async () => {
    await writeTables({ 'goods.csv': GOODS, 'a/s.csv': SALES });
    await importInto('base');
    await writeTables({ 'b/s.csv': SALES });
    const copyTo = async (out: string) => {
      for (const part of ['', '.dead']) await cp(at(`base${part}`), at(out + part), { recursive: true });
    };
    await copyTo('whole');
    const { stdout } = await importAs('whole', 0);
    const whole = await bytesOf('whole');
    const killAt = async (moment: number) => {
      const out = `killed-${moment}`;
      await copyTo(out);
      expect(await importAs(out, moment)).toMatchObject({ code: null });
      await importInto(out);
      expect(await bytesOf(out), out).toEqual(whole);
    };
    await Promise.all(Array.from({ length: Number(stdout) }, (_, i) => killAt(i + 1)));
  });
});

describe('two imports at once', () => {
  test('leave one whole folder; the later one says so, and finds nothing to do when run again', async () => {
    await writeTables({ 'goods.csv': GOODS, 'a/s.csv': SALES, 'b/s.csv': SALES });
    await importInto('alone');
    const alone = await bytesOf('alone');
    let fenced = 0;
    for (let round = 0; round < 5; round++) {
      const out = `shared-${round}`;
      const ended = await Promise.allSettled([importInto(out), importInto(out), importInto(out)]);
      for (const each of ended) {
        if (each.status === 'fulfilled') continue;
        fenced++;
        expect(each.reason).toMatchObject({ code: 'fenced', message: expect.stringContaining('another import') });
      }
      expect(ended.some(({ status }) => status === 'fulfilled')).toBe(true);
      expect(await importInto(out)).toMatchObject({ files: { mapped: 0, kept: 3 } });
      expect(await bytesOf(out)).toEqual(alone);
    }
    expect(fenced).toBeGreaterThan(0);
  });
});

describe('a folder that lost a file', () => {
  test('has it again after an import, and no import passes over one whose table is gone', async () => {
    await writeTables({ 'goods.csv': GOODS, 'a/s.csv': SALES, 'b/s.csv': SALES });
    await importInto('out');
    const whole = await bytesOf('out');
    for (const lost of ['out/sales/a/s.csv.ndjson.gz', 'out.dead/sales/a/s.csv.ndjson']) {
      await rm(at(lost));
      expect(await importInto('out')).toMatchObject({ files: { mapped: 1, kept: 2 } });
      expect(await bytesOf('out')).toEqual(whole);
    }
    await rm(at('in/a/s.csv'));
    expect(await importInto('out')).toMatchObject({ files: { mapped: 0, kept: 2 } });
    await rm(at('out/sales/a/s.csv.ndjson.gz'));
    expect(await failureOf(importInto('out'))).toMatchObject({
      code: 'input_unreadable',
      message: expect.stringContaining('has lost what was imported from a/s.csv (table sales)'),
    });
  });
});

describe('names that readers of events pass over', () => {
  const NAMES = [
    'oracle',
    '__MACOSX',
    '.hidden',
    '..',
    '.',
    'source.yaml',
    'tables.json',
    '+first_seen',
    '%2Ehidden',
    'a/b',
    '日本',
  ];

  test('hide no table: all its events are read', async () => {
    const table = MAPPING.slice(MAPPING.indexOf('  - name: sales'));
    const tables = NAMES.map((name) => table.replace('name: sales', `name: ${JSON.stringify(name)}`));
    const files = { 'goods.csv': GOODS, 'oracle/s.csv': SALES, '%6Fracle/s.csv': SALES, 'plain/oracle.csv': SALES };
    await writeTables(files, `name: shop\nzone: UTC\ntables:\n${tables.join('')}`);
    const { events } = await importInto('out', false);
    expect(events.interaction).toBe(NAMES.length * 3 * 2);
    expect((await listEvents(openEventFolder(at('out')))).files).toHaveLength(NAMES.length * 3);
    // Rows of one file are one event in each table: copies, as many as there are tables less one.
    const { duplicates, events: read } = await checkEvents(openEventFolder(at('out')));
    expect(duplicates + Object.values(read).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(
      events.interaction,
    );
    expect(await deadRowsBeside(openEventFolder(at('out')))).toEqual({ time_invalid: NAMES.length * 3 });
    expect(await importInto('out', false)).toMatchObject({ files: { mapped: 0, kept: NAMES.length * 3 } });
  });
});

describe('items that were dated by interactions', () => {
  const dated = async (name: string) =>
    gunzipSync(await readFile(at(`out/+first_seen/${name}.ndjson.gz`)))
      .toString('utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { item_id: string; attributes: object });

  test('are said to be so also after an import that dates none', async () => {
    await writeTables({ 'goods.csv': GOODS, 'a/s.csv': SALES });
    await importInto('out');
    await writeTables({ 'b/s.csv': SALES });
    const { source } = await importInto('out', false);
    expect(source.dated).toMatchObject([{ by: 'first_seen' }]);
    expect(await readFile(at('out/source.yaml'), 'utf8')).toContain('first_seen');
  });

  test('hold what the last version in order said, and come back by no interaction when deleted', async () => {
    const goods = MAPPING.replace(
      'item_id: id',
      'item_id: id\n    op: { column: op, default: upsert }\n    sequence: n',
    );
    const rows = ['x,Lamp,,2', 'x,Old lamp,,1', 'y,Chair,,1', 'y,,delete,2'];
    await writeTables({ 'goods.csv': `id,title,op,n\n${rows.join('\n')}\n`, 'a/s.csv': SALES }, goods);
    await importInto('out');
    expect(await dated('000001')).toMatchObject([{ item_id: 'x', attributes: { title: 'Lamp' } }]);
    expect(await dated('000001')).toHaveLength(1);
  });
});
