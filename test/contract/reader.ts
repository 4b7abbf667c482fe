/** What every reader of the checker must do, wherever the files lie. */
import { describe, expect, it } from 'vitest';
import { chunksOf, isFile, isNamed, type Reader, readWhole, withFile } from '../../src/verify/reader.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/**
 * `open` gives a reader that has the files, by names that may begin with `beside/`: those lie in
 * the place whose name has `.dead` more.
 */
export function describeReader(name: string, open: (files: Files) => Promise<Reader>): void {
  describe(`the checker’s reader of ${name}`, () => {
    it('lists what lies directly below a folder, and no more', async () => {
      const reader = await open({ 'a.json': '', 'data/x': '', 'data/y/z': '', '.hidden': '', 'data-2/x': '' });
      const namesIn = async (folder: string) => {
        const { names } = await reader.list(folder);
        return names.map((each) => `${each.kind} ${each.name}`).sort();
      };
      expect(await namesIn('')).toEqual(['file .hidden', 'file a.json', 'folder data', 'folder data-2']);
      expect(await namesIn('data/')).toEqual(['file x', 'folder y']);
      expect(await namesIn('data/y/')).toEqual(['file z']);
      const places = await Promise.all(['', 'data/', 'data/y/', 'data/'].map((each) => reader.list(each)));
      expect(new Set(places.map(({ place }) => place)).size).toBe(3);
      expect(await isNamed(reader, 'a.json')).toBe(true);
      expect(await isNamed(reader, 'b.json')).toBe(false);
      expect(await isNamed(reader.beside('.none'), 'a.json')).toBe(false);
    });

    it('reads any bytes of a file, and says so where it has none', async () => {
      const reader = await open({ 'data/x': 'brewhouse' });
      const file = (await reader.open('data/x'))!;
      expect(file.size).toBe(9);
      const parts = await Promise.all([file.read(0, 4), file.read(4, 9), file.read(9, 9)]);
      expect(parts.map(String)).toEqual(['brew', 'house', '']);
      await expect(file.read(4, 10)).rejects.toMatchObject({
        code: 'input_unreadable',
        place: { file: reader.pathOf('data/x') },
      });
      await file.close();
    });

    it('has no file where there is none, or a folder', async () => {
      const reader = await open({ 'data/x': 'x', empty: '' });
      expect(
        await Promise.all(['data/x', 'empty', 'data', 'none', 'none/x'].map((each) => isFile(reader, each))),
      ).toEqual([true, true, false, false, false]);
      expect(String(await readWhole(reader, 'data/x'))).toBe('x');
      expect(String(await readWhole(reader, 'empty'))).toBe('');
      expect(await readWhole(reader, 'none')).toBeUndefined();
    });

    it('streams a file from any byte on, again and again', async () => {
      const bytes = Buffer.alloc(10 * 1024 * 1024 + 3, 'brewhouse');
      const reader = await open({ 'data/x': bytes });
      const found = await withFile(reader, 'data/x', async (file) => {
        const from = chunksOf(file);
        const wholes: boolean[] = [];
        for (const start of [0, 1, 9 * 1024 * 1024, 1024 * 1024, bytes.length, bytes.length - 1]) {
          const chunks: Buffer[] = [];
          for await (const chunk of from(start)) chunks.push(chunk);
          wholes.push(Buffer.concat(chunks).equals(bytes.subarray(start)));
        }
        return wholes;
      });
      expect(found).toEqual(Array.from({ length: 6 }, () => true));
    });

    it('knows what lies beside it', async () => {
      const reader = await open({ 'a.json': '', 'beside/tables.json': '{}' });
      expect(String(await readWhole(reader.beside('.dead'), 'tables.json'))).toBe('{}');
      expect(reader.beside('.dead').pathOf('x')).toContain('.dead');
    });
  });
}
