/** Rows of CSV and the lines on which they begin, whatever is in their cells and between them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTable } from '../../src/tables/read-table.ts';
import type { TableForm } from '../../src/tables/table-rows.ts';
import { tempFolder } from '../sources/temp-folder.ts';

const folder = tempFolder();
const COLUMNS = ['a', 'b', 'c'];
type Read = readonly [line: number, cells: readonly unknown[]];

async function read(name: string, bytes: Uint8Array, form: Partial<TableForm> = {}): Promise<Read[]> {
  const path = join(folder.path, name);
  writeFileSync(path, bytes);
  const whole: TableForm = {
    ...{ delimiter: ',', quotes: '"', escape: undefined, columns: COLUMNS, encoding: 'utf-8' },
    ...form,
  };
  const found: Read[] = [];
  for await (const { lines } of readTable({ path, form: whole, warn() {} }, 'csv'))
    for (const each of lines)
      found.push([each.line, each.ok ? COLUMNS.map((column) => each.row[column]) : [each.message]]);
  return found;
}

const LETTERS = ['a', '"', ',', ';', '\n', '\r\n', '\r', ' ', 'é', '日', '😀', '\ufeff', '\u2028', 'x'.repeat(40)];
const cell = fc.array(fc.constantFrom(...LETTERS), { maxLength: 5 }).map((letters) => letters.join(''));
const row = fc.record({ cells: fc.tuple(cell, cell, cell), emptyBefore: fc.integer({ min: 0, max: 2 }) });

test('each row begins on the line that an editor shows, and holds what was written', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 30 }),
      fc.constantFrom('\n', '\r\n'),
      // Far more than one chunk of a file, so that the borders of chunks lie anywhere.
      fc.constantFrom(1, 60),
      fc.constantFrom<readonly [label: string, encoding: BufferEncoding]>(['utf-8', 'utf8'], ['utf-16le', 'utf16le']),
      async (rows, end, copies, [encoding, spelled]) => {
        const expected: Read[] = [];
        let text = '';
        let line = 1;
        for (let copy = 0; copy < copies; copy++)
          for (const { cells, emptyBefore } of rows) {
            const written = cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(',') + end;
            text += end.repeat(emptyBefore) + written;
            expected.push([line + emptyBefore, cells]);
            line += emptyBefore + written.split('\n').length - 1;
          }
        const bytes = Buffer.from(`\ufeff${text}`, spelled);
        expect(await read('t.csv', bytes, { encoding })).toEqual(expected);
        expect(await read('t.csv.gz', gzipSync(bytes), { encoding })).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});

test('lines that end in a lone CR are lines, and a CR at the end of a chunk may have its LF in the next', async () => {
  expect(await read('cr.csv', Buffer.from('1,2,3\r\r"a\r",,\r7,8,9'))).toEqual([
    [1, ['1', '2', '3']],
    [3, ['a\r', '', '']],
    [5, ['7', '8', '9']],
  ]);
  // The first chunk of a file is 64 KiB: it ends between CR and LF.
  const long = 'x'.repeat(65_536 - '1,2,'.length - 1);
  expect(await read('crlf.csv', Buffer.from(`1,2,${long}\r\n4,5,6\r\n`))).toEqual([
    [1, ['1', '2', long]],
    [2, ['4', '5', '6']],
  ]);
});

test('a byte order mark of another encoding is refused, and names it', async () => {
  const text = Buffer.from('\ufeff1,2,3\n', 'utf16le');
  const marked = (encoding: string) => ({ code: 'input_unreadable', remedy: `give the table encoding: ${encoding}` });
  await expect(read('le.csv', text)).rejects.toMatchObject(marked('utf-16le'));
  expect(await read('le.csv', text, { encoding: 'utf-16' })).toEqual([[1, ['1', '2', '3']]]);
  text.swap16();
  await expect(read('be.csv', text, { encoding: 'utf-16' })).rejects.toMatchObject(marked('utf-16be'));
  expect(await read('be.csv', text, { encoding: 'utf-16be' })).toEqual([[1, ['1', '2', '3']]]);
});

test('delimiters of several letters are found across the borders of chunks', async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => ['a'.repeat(i % 7), ':'.repeat(i % 2), `${i}`].join('::'));
  const expected = lines.map((line, i) => [i + 1, line.split('::')] as const);
  const found = await read('long.csv', Buffer.from(lines.join('\n')), { delimiter: '::', quotes: 'none' });
  expect(found.filter(([, cells]) => cells.length === 3)).toEqual(expected.filter(([, cells]) => cells.length === 3));
});
