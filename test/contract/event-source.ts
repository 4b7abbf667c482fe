/** What every source of events must do, wherever files lie: in a folder, a store or a bucket. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { listEvents, readEventFile } from '../../src/sources/event-files.ts';
import type { EventSource } from '../../src/sources/event-source.ts';
import { deadRowsBeside, readSource } from '../../src/sources/source-file.ts';
import { failureOf, textOf, utf8 } from './object-store.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/**
 * `open` gives a source that holds the files, by names that may begin with `beside/`: those lie in
 * the place whose name has `.dead` more.
 */
export function describeEventSource(name: string, open: (files: Files) => Promise<EventSource>): void {
  describe(`the events in ${name}`, () => {
    const namesOf = async (files: Files) => (await listEvents(await open(files))).files.map((file) => file.name);

    it('are the files with the three endings, in byte order of their names (EVENT-7)', async () => {
      const names = ['b.ndjson', 'a/z.ndjson.gz', 'a.ndjson', 'B.ndjson.zst', 'a/b/c.ndjson', 'a-.ndjson', 'é.ndjson'];
      const others = ['x.json', 'domain.yaml', 'a.ndjson.partial', 'ndjson'];
      expect(await namesOf(Object.fromEntries([...names, ...others].map((each) => [each, 'x'])))).toEqual([
        ...['B.ndjson.zst', 'a-.ndjson', 'a.ndjson', 'a/b/c.ndjson', 'a/z.ndjson.gz', 'b.ndjson', 'é.ndjson'],
      ]);
    });

    it('are none below names with a dot, the oracle, what macOS adds, and lakes', async () => {
      const hidden = ['.a.ndjson', '.git/a.ndjson', 'oracle/a.ndjson', 'b/oracle/a.ndjson', '__MACOSX/a.ndjson'];
      const lakes = ['b/lake/lake.json', 'b/lake/a.ndjson', 'b/lake/c/a.ndjson', 'lake.json'];
      const files = Object.fromEntries([...hidden, ...lakes, 'a.ndjson', 'b/a.ndjson'].map((each) => [each, 'x']));
      expect(await namesOf(files)).toEqual(['a.ndjson', 'b/a.ndjson']);
    });

    it('that end otherwise are told, and none at all is an error that says where', async () => {
      const source = await open({ 'a.ndjson': '', 'sub/x.csv': '', 'y.jsonl.gz': '', 'z.txt': '' });
      expect((await listEvents(source)).passedOver).toEqual(['sub/x.csv', 'y.jsonl.gz']);
      const none = await open({ 'x.json': '' });
      await expect(listEvents(none)).rejects.toMatchObject({
        code: 'input_unreadable',
        message: `no event files in ${none.location}`,
      });
    });

    it('are read from any byte on, as often as one wishes', async () => {
      const bytes = Buffer.alloc(9 * 1024 * 1024 + 7, 'brewhouse');
      const source = await open({ 'a/a.ndjson': bytes, 'empty.ndjson': '' });
      const file = await source.open('a/a.ndjson');
      expect(file).toMatchObject({ name: 'a/a.ndjson', path: source.pathOf('a/a.ndjson'), bytes: bytes.length });
      for (const start of [0, 1, 5 * 1024 * 1024, bytes.length - 1, bytes.length]) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of file.read(start)) chunks.push(chunk);
        expect(Buffer.concat(chunks).equals(bytes.subarray(start)), String(start)).toBe(true);
      }
      const empty = await source.open('empty.ndjson');
      for await (const chunk of empty.read(0)) expect(chunk).toHaveLength(0);
      for await (const chunk of file.read(0)) {
        // Left in the middle.
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
    });

    it('hold the same lines plain and packed, in one member or frame or in many', async () => {
      const line = (n: number) =>
        `{"type":"member","event_id":"e${n}","member_id":"m","op":"delete","event_time":${n}}\n`;
      const halves = [0, 1].map((half) =>
        Buffer.from(Array.from({ length: 30_000 }, (_, n) => line(30_000 * half + n)).join('')),
      );
      const files = {
        'a.ndjson': Buffer.concat(halves),
        'b.ndjson.gz': Buffer.concat([...halves.map((each) => gzipSync(each)), Buffer.alloc(70_000)]),
        'c.ndjson.zst': Buffer.concat(halves.map((each) => zstdCompressSync(each))),
      };
      for (const file of (await listEvents(await open(files))).files) {
        let read = 0;
        for await (const batch of readEventFile(file))
          for (const { line: number, outcome } of batch) {
            read += 1;
            if (!outcome.ok || outcome.event.event_id !== `e${read - 1}` || number !== read)
              throw new Error(`line ${number} of ${file.name}`);
          }
        expect(read, file.name).toBe(60_000);
      }
      const cut = await open({ 'a.ndjson.gz': gzipSync(Buffer.concat(halves)).subarray(0, -3) });
      const read = async () => {
        for await (const _ of readEventFile(await cut.open('a.ndjson.gz')));
      };
      await expect(read()).rejects.toMatchObject({
        code: 'input_unreadable',
        message: `cannot read ${cut.pathOf('a.ndjson.gz')}: it is cut short (the compressed data ends too early)`,
        place: { file: cut.pathOf('a.ndjson.gz'), line: expect.any(Number) },
      });
    });

    it('have files beside them, or have none', async () => {
      const ledger = { format: 1, tables: [], files: [] };
      const files = { 'a.ndjson': 'x', 'source.yaml': 'name: A\n', 'beside/tables.json': JSON.stringify(ledger) };
      const source = await open(files);
      expect(textOf((await source.bytes('source.yaml')) ?? null)).toBe('name: A\n');
      expect(await readSource(source)).toMatchObject({ name: 'A' });
      expect(await deadRowsBeside(source)).toEqual({});
      const half = await open({ ...files, 'beside/unfinished': '' });
      await expect(deadRowsBeside(half)).rejects.toMatchObject({ message: expect.stringContaining(half.location) });
      const wrong = await open({ 'a.ndjson': 'x', 'source.yaml': 'nam: A\n', 'beside/tables.json': '[]' });
      await expect(readSource(wrong)).rejects.toMatchObject({
        code: 'source_invalid',
        place: { file: wrong.pathOf('source.yaml'), line: 1 },
      });
      await expect(deadRowsBeside(wrong)).rejects.toMatchObject({
        code: 'input_unreadable',
        place: { file: wrong.beside('.dead').pathOf('tables.json') },
      });
      const bare = await open({ 'a.ndjson': 'x' });
      expect(await readSource(bare)).toEqual({ assumed: [], dated: [], left_out: [] });
      expect(await deadRowsBeside(bare)).toEqual({});
    });

    it('that are not there cannot be read, and the error names them', async () => {
      const source = await open({ 'a.ndjson': utf8('x') });
      expect(await failureOf(() => source.open('b.ndjson'))).toBe('input_unreadable');
      await expect(source.open('b.ndjson')).rejects.toMatchObject({ place: { file: source.pathOf('b.ndjson') } });
    });
  });
}
