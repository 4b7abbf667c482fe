/**
 * The text store finds what an earlier build kept, and nothing else, whatever happened to its
 * files.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { packTexts } from '../../src/lake/text-files.ts';
import { openTextStore, textFolder } from '../../src/lake/text-store.ts';
import { keysOf, LAKES, tempLake } from './temp-lake.ts';

const OF = { tokenizer: 'a', tokenizersVersion: '1', renderVersion: 2 };
const FOLDER = textFolder(OF);

/** A text of any key and numbers. */
const textOf = (name: string, numbers: readonly number[] = [...name].map((sign) => sign.charCodeAt(0))) => ({
  key: createHash('sha256').update(name).digest('hex'),
  numbers: Int32Array.from(numbers),
});
type Text = ReturnType<typeof textOf>;

async function kept(store: ObjectStore, texts: readonly Text[]): Promise<void> {
  const writer = openTextStore(store, FOLDER);
  for (const text of texts) await writer.keep(text);
  await writer.finish();
}

const found = async (store: ObjectStore, texts: readonly Text[]) =>
  openTextStore(store, FOLDER).find(texts.map(({ key }) => key));
const entries = (texts: readonly Text[]) => texts.map(({ key, numbers }) => [key, numbers]);

describe.each(LAKES)('in %s', (_, make) => {
  const lake = make();

  it('what was kept is found by a later build, each text as it was', async () => {
    const texts = Array.from({ length: 300 }, (_, i) => textOf(`text ${i}`, Array(i % 7).fill(-i)));
    await kept(lake.open(), texts.slice(0, 200));
    await kept(lake.open(), texts.slice(150));
    expect([...(await found(lake.open(), texts))].sort()).toEqual(entries(texts).sort());
    expect(await found(lake.open(), [textOf('another')])).toEqual(new Map());
  });

  it('a store without a folder holds nothing, and nothing is written where nothing was kept', async () => {
    expect(await found(lake.open(), [textOf('a')])).toEqual(new Map());
    await kept(lake.open(), []);
    expect(await keysOf(lake.open())).toEqual([]);
  });

  it('many texts are written as they come, and not held', async () => {
    const store = lake.open();
    const writer = openTextStore(store, FOLDER);
    const long = Array(2 ** 18).fill(7);
    for (let i = 0; i < 20; i++) await writer.keep(textOf(`long ${i}`, long));
    expect((await keysOf(store)).filter((key) => key.endsWith('.texts'))).toHaveLength(2);
  });
});

it('the folder is another for each tokenizer, library and version of the rules', () => {
  const others = [OF, { ...OF, tokenizer: 'b' }, { ...OF, tokenizersVersion: '2' }, { ...OF, renderVersion: 3 }];
  expect(new Set(others.map(textFolder)).size).toBe(others.length);
  for (const folder of others.map(textFolder)) expect(folder).toMatch(/^texts\/[0-9a-f]{32}$/);
});

describe('a file that is damaged', () => {
  const texts = ['cook', 'nurse', '', 'a longer text than those'].map((name) => textOf(name));
  const whole = Uint8Array.from(packTexts(texts));
  const name = `${FOLDER}/${'0'.repeat(64)}.texts`;
  const foundIn = async (bytes: Uint8Array) => {
    const store = openMemoryStore();
    await store.put(name, bytes);
    return found(store, [...texts, textOf('other')]);
  };
  const expectTrue = (read: ReadonlyMap<string, Int32Array>) => {
    const right = new Map(texts.map(({ key, numbers }) => [key, numbers]));
    for (const [key, numbers] of read) expect(numbers).toEqual(right.get(key));
  };

  it('cut off at any byte, holds nothing', async () => {
    expect((await foundIn(whole)).size).toBe(texts.length);
    for (let size = 0; size < whole.length; size++)
      expect(await foundIn(whole.slice(0, size)), `${size}`).toEqual(new Map());
  });

  it('with any byte changed, holds what is as it was', async () => {
    let lost = 0;
    for (let at = 0; at < whole.length; at++) {
      const bytes = whole.slice();
      bytes[at]! ^= 1 << (at % 8);
      const read = await foundIn(bytes);
      expectTrue(read);
      expect(read.size, `${at}`).toBeLessThan(texts.length);
      if (read.size === texts.length - 1) lost++;
    }
    expect(lost).toBeGreaterThan(100);
  });

  it('in any way at all, holds what is as it was', async () => {
    const pieces = fc.array(
      fc.oneof(
        fc
          .tuple(fc.nat(whole.length), fc.nat(whole.length))
          .map(([a, b]) => whole.slice(Math.min(a, b), Math.max(a, b))),
        fc.uint8Array({ maxLength: 60 }),
      ),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(pieces, async (parts) => {
        expectTrue(await foundIn(Buffer.concat(parts)));
        expectTrue(await foundIn(Buffer.concat([...parts, whole])));
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it('and another beside it: what the other holds is found', async () => {
    const store = openMemoryStore();
    await store.put(name, whole.slice(0, 90));
    await kept(store, texts.slice(0, 2));
    expect([...(await found(store, texts))].sort()).toEqual(entries(texts.slice(0, 2)).sort());
  });
});

describe('a folder that cannot be written', () => {
  const lake = tempLake();

  it('is said once, and what is kept is lost without harm', async () => {
    mkdirSync(lake.folder, { recursive: true });
    writeFileSync(join(lake.folder, 'texts'), 'no folder');
    const said: unknown[] = [];
    const effects = { ...PROCESS_EFFECTS, observe: (observation: object) => said.push(observation) };
    const store = openTextStore(lake.open(), FOLDER, effects);
    for (const name of ['a', 'b']) {
      await store.keep(textOf(name));
      await store.finish();
    }
    expect(said).toEqual([
      { kind: 'warning', message: expect.stringMatching(/^encoded texts are not kept for later builds: /) },
    ]);
    expect(await store.find([textOf('a').key])).toEqual(new Map());
    expect(await lake.leftovers()).toEqual([]);
  });
});
