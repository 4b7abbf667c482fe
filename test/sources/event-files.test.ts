/** Which files are event files, and how they are read whatever they hold. */

import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fileAt, openEventFolder } from '../../src/adapters/filesystem/event-folder.ts';
import { BrewhouseError } from '../../src/errors.ts';
import {
  BATCH_LINES_MAX,
  type EventLine,
  listEvents,
  RAW_BYTES_MAX,
  readEventFile,
} from '../../src/sources/event-files.ts';
import { LINE_BYTES_MAX } from '../../src/sources/event-line.ts';
import { tempFolder } from './temp-folder.ts';

const folder = tempFolder();
const { write } = folder;

const eventLine = (n: number) =>
  JSON.stringify({
    type: 'item',
    event_id: `e${n}`,
    item_id: `i${n}`,
    op: 'upsert',
    attributes: { title: `Title ${n}` },
  });
const many = (n: number) => Array.from({ length: n }, (_, i) => `${eventLine(i)}\n`).join('');

const listed = (path = folder.path) => listEvents(openEventFolder(path));

async function readAll(file: string): Promise<EventLine[]> {
  const lines: EventLine[] = [];
  for await (const batch of readEventFile(await fileAt(file))) {
    expect(batch.length).toBeLessThanOrEqual(BATCH_LINES_MAX);
    lines.push(...batch);
  }
  return lines;
}
async function failure(work: Promise<unknown>): Promise<BrewhouseError> {
  const error = await work.then(
    () => new Error('nothing failed'),
    (cause) => cause,
  );
  if (!(error instanceof BrewhouseError)) throw error;
  return error;
}

describe('the files of a folder', () => {
  test('are those with the three endings, in byte order of their paths, without the oracle', async () => {
    for (const name of [
      'b.ndjson',
      'a/z.ndjson.gz',
      'B.ndjson.zst',
      'é.ndjson',
      'a.ndjson',
      'x.json',
      'domain.yaml',
      'oracle/p.ndjson',
      'a/oracle/p.ndjson',
      'a.ndjson.partial',
    ]) {
      await write(name, '');
    }
    const found = (await listed()).files.map(({ name }) => name);
    expect(found).toEqual(['B.ndjson.zst', 'a.ndjson', 'a/z.ndjson.gz', 'b.ndjson', 'é.ndjson']);
  });

  test('are no files of other names, which are told where they may hold events', async () => {
    const others = ['B.NDJSON', 'a.jsonl.gz', 'sub/x.csv', 'x.json', 'y.ndjson.partial', 'z.parquet'];
    for (const name of ['a.ndjson', 'domain.yaml', 'source.yaml', 'oracle/p.csv', ...others]) await write(name, '');
    expect((await listed()).passedOver).toEqual(others);
    expect((await listed()).files.map(({ name }) => name)).toEqual(['a.ndjson']);
  });

  test('are found through links, and a link to the folder above ends', async () => {
    await write('sub/a.ndjson', '');
    await symlink(folder.path, join(folder.path, 'sub', 'up'));
    await symlink(join(folder.path, 'sub', 'a.ndjson'), join(folder.path, 'b.ndjson'));
    expect((await listed()).files.map(({ name }) => name)).toEqual(['b.ndjson', 'sub/a.ndjson']);
  });

  test('that are not there are an error that names the endings', async () => {
    expect(await failure(listed())).toMatchObject({
      code: 'input_unreadable',
      remedy: expect.stringContaining('.ndjson.zst'),
    });
    expect((await failure(listed(join(folder.path, 'none')))).message).toContain('no such folder');
    expect((await failure(listed(await write('x.txt', '')))).message).toContain('not a folder');
  });
});

describe('an event file', () => {
  test('is the same plain and compressed, in one member or frame or in many', async () => {
    const text = many(2500);
    const [head, tail] = [Buffer.from(text.slice(0, 99_999)), Buffer.from(text.slice(99_999))];
    const plain = await readAll(await write('a.ndjson', text));
    expect(plain).toHaveLength(2500);
    expect(plain.at(-1)).toMatchObject({ line: 2500, outcome: { ok: true, event: { event_id: 'e2499' } } });
    for (const [name, bytes] of [
      ['a.ndjson.gz', gzipSync(text)],
      ['b.ndjson.gz', Buffer.concat([gzipSync(head), gzipSync(tail)])],
      ['a.ndjson.zst', zstdCompressSync(text)],
      [
        'b.ndjson.zst',
        Buffer.concat([zstdCompressSync(head), zstdCompressSync(Buffer.alloc(0)), zstdCompressSync(tail)]),
      ],
    ] as const) {
      expect(await readAll(await write(name, bytes)), name).toEqual(plain);
    }
  });

  test('may hold byte order marks before any line, empty lines and CRLF, and lack its last line end', async () => {
    const [one, two, three] = [1, 2, 3].map(eventLine);
    const text = `\uFEFF${one}\r\n\r\n  \n\uFEFF\r\n\uFEFF\uFEFF${two}\n\t\uFEFF{}\n${three}\r`;
    const lines = await readAll(await write('a.ndjson', text));
    expect(lines.map(({ line, outcome }) => [line, outcome.ok])).toEqual([
      [1, true],
      [5, true],
      [6, false],
      [7, true],
    ]);
  });

  test('is read to its end past zero bytes and empty members or frames', async () => {
    const [first, second] = [many(10), many(20)];
    const ids = async (file: string) => (await readAll(file)).length;
    for (const zeros of [1, 512, 200_000]) {
      const bytes = [gzipSync(first), Buffer.alloc(zeros), gzipSync(''), gzipSync(second), Buffer.alloc(zeros)];
      expect(await ids(await write('a.ndjson.gz', Buffer.concat(bytes)))).toBe(30);
    }
    // A frame that decoders skip (RFC 8878, 3.1.2), as pzstd writes them.
    const skipped = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0]), Buffer.from('abcd')]);
    const frames = [skipped, zstdCompressSync(first), skipped, zstdCompressSync(second), skipped];
    expect(await ids(await write('a.ndjson.zst', Buffer.concat(frames)))).toBe(30);
  });

  test.each([
    ['a.ndjson.gz', [gzipSync(many(10)), Buffer.from('garbage')]],
    ['a.ndjson.gz', [gzipSync(many(10)), Buffer.alloc(9), Buffer.from('garbage'), gzipSync(many(10))]],
    ['a.ndjson.gz', [Buffer.alloc(9), gzipSync(many(10))]],
    ['a.ndjson.zst', [zstdCompressSync(many(10)), Buffer.from('garbage')]],
    ['a.ndjson.zst', [zstdCompressSync(many(10)), Buffer.alloc(4), zstdCompressSync(many(10))]],
  ] as const)('that holds what is no member or frame is an error that names it (%s)', async (name, bytes) => {
    const file = await write(name, Buffer.concat(bytes));
    expect(await failure(readAll(file))).toMatchObject({
      code: 'input_unreadable',
      place: { file },
      message: expect.stringContaining('damaged'),
    });
  });

  test('gives bad lines as values with their bytes, and goes on', async () => {
    const file = await write(
      'a.ndjson',
      Buffer.concat([Buffer.from('{"x\n'), Buffer.from([0x22, 0xff, 0x22, 0x0a]), Buffer.from(eventLine(1))]),
    );
    const lines = await readAll(file);
    expect(lines.map(({ outcome }) => (outcome.ok ? 'ok' : outcome.reason))).toEqual(['not_json', 'not_utf8', 'ok']);
    expect(lines[1]!.outcome).toMatchObject({ raw: new Uint8Array([0x22, 0xff, 0x22]) });
  });

  test('with a line of 100 MB parks it without holding it', async () => {
    const long = Buffer.alloc(100_000_000, 'x');
    const file = await write(
      'a.ndjson.gz',
      gzipSync(Buffer.concat([Buffer.from(`${eventLine(1)}\n`), long, Buffer.from(`\n${eventLine(2)}\n`)]), {
        level: 1,
      }),
    );
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const seen: string[] = [];
    for await (const batch of readEventFile(await fileAt(file))) {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      for (const { line, outcome } of batch) {
        seen.push(`${line} ${outcome.ok ? 'ok' : outcome.reason}`);
        if (!outcome.ok) expect(outcome.raw.length).toBe(RAW_BYTES_MAX);
      }
    }
    expect(seen).toEqual(['1 ok', '2 line_too_long', '3 ok']);
    expect(most).toBeLessThan(6 * LINE_BYTES_MAX);
  });

  test.each(['ndjson.gz', 'ndjson.zst'])(
    'that is cut short (%s) is an operating failure with the line reached',
    async (ending) => {
      const bytes = ending.endsWith('gz') ? gzipSync(many(20_000)) : zstdCompressSync(many(20_000));
      const file = await write(`a.${ending}`, bytes.subarray(0, -3));
      const error = await failure(readAll(file));
      expect(error).toMatchObject({ code: 'input_unreadable', exitCode: 3, place: { file } });
      expect(error.message).toContain('cut short');
      expect(error.place.line).toBeGreaterThan(1000);
      const empty = await failure(readAll(await write(`empty.${ending}`, '')));
      expect(empty.message).toContain('cut short');
    },
  );

  test('cut short in its second frame or member is not taken for whole', async () => {
    const [gz, zst] = [gzipSync(many(10)), zstdCompressSync(many(10))];
    for (const [name, bytes] of [
      ['a.ndjson.gz', gz],
      ['a.ndjson.zst', zst],
    ] as const) {
      const error = await failure(readAll(await write(name, Buffer.concat([bytes, bytes.subarray(0, 12)]))));
      expect(error.message, name).toContain('cut short');
    }
  });

  test('with a wrong checksum or without compression under a compressed name is damaged', async () => {
    const bytes = Buffer.from(gzipSync(many(10)));
    bytes[bytes.length - 6]! ^= 1;
    expect((await failure(readAll(await write('a.ndjson.gz', bytes)))).message).toContain('damaged');
    expect((await failure(readAll(await write('b.ndjson.gz', many(10))))).message).toContain('damaged');
    expect((await failure(readAll(await write('b.ndjson.zst', many(10))))).message).toContain('damaged');
  });

  test('that is not there is an operating failure', async () => {
    for (const name of ['a.ndjson', 'a.ndjson.gz', 'a.ndjson.zst']) {
      expect(await failure(readAll(join(folder.path, name)))).toMatchObject({
        code: 'input_unreadable',
        message: expect.stringContaining('no such file'),
      });
    }
  });

  test('may be left in the middle', async () => {
    for await (const batch of readEventFile(await fileAt(await write('a.ndjson.gz', gzipSync(many(5000)))))) {
      expect(batch).toHaveLength(BATCH_LINES_MAX);
      break;
    }
  });
});
