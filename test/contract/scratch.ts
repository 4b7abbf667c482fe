/** What all scratch must do, whatever it is made of. */
import { describe, expect, it } from 'vitest';
import type { Scratch } from '../../src/sort/scratch.ts';
import { failureOf, textOf, utf8 } from './object-store.ts';

/**
 * `open` gives the same scratch at every call within one test; `count` says how many of its files
 * are there.
 */
export function describeScratch(name: string, open: () => Scratch, count: () => Promise<number>): void {
  describe(`scratch in ${name}`, () => {
    it('gives back what was written, block by block and as often as it is opened', async () => {
      const writer = open().create();
      const chunk = Buffer.from('0123');
      writer.write(chunk);
      chunk.fill(0);
      writer.write(utf8('456789'));
      const file = writer.finish();
      expect(file.size).toBe(10);
      const readers = [file.open(), file.open()];
      for (const reader of readers) {
        const target = Buffer.alloc(4);
        const read = [0, 4, 8, 10].map((position) => textOf(target.subarray(0, reader.read(target, position))));
        expect(read).toEqual(['0123', '4567', '89', '']);
        reader.close();
        reader.close();
        expect(await failureOf(() => reader.read(target, 0))).toContain('is closed');
      }
      expect(await count()).toBe(1);
      file.remove();
      file.remove();
      expect(await count()).toBe(0);
    });

    it('leaves nothing of a file that is aborted, and takes no more after its end', async () => {
      const aborted = open().create();
      aborted.write(utf8('x'));
      aborted.abort();
      aborted.abort();
      expect(await count()).toBe(0);
      const finished = open().create();
      const file = finished.finish();
      for (const writer of [aborted, finished]) {
        expect(await failureOf(() => writer.write(utf8('y')))).toContain('finished or aborted');
        expect(await failureOf(() => writer.finish())).toContain('finished or aborted');
      }
      file.remove();
    });

    it('keeps files apart', async () => {
      const writers = Array.from({ length: 10 }, () => open().create());
      writers.forEach((writer, i) => {
        writer.write(utf8(String(i)));
      });
      const files = writers.map((writer) => writer.finish());
      const target = Buffer.alloc(1);
      const texts = files.map((file) => {
        const reader = file.open();
        reader.read(target, 0);
        reader.close();
        return textOf(target);
      });
      expect(texts.join('')).toBe('0123456789');
      for (const file of files) file.remove();
      expect(await count()).toBe(0);
    });
  });
}
