/** Making and opening a lake, and the canonical JSON that its files are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../schemas/canonical-json.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import { LAKE_KEY, makeLakeFile, readLakeFile } from '../../src/lake/lake-file.ts';
import { failureOf, textOf, utf8 } from '../contract/object-store.ts';
import { LAKES } from './temp-lake.ts';

const NOTHING_SAID = { source: { assumed: [], dated: [], left_out: [] }, dead_rows: {} };

describe.each(LAKES)('a lake in %s', (_name, make) => {
  const lake = make();

  it('has 16 partitions where nothing is said, and says so in bytes that hold no clock', async () => {
    expect(await readLakeFile(lake.open())).toBeNull();
    expect(await makeLakeFile(lake.open())).toEqual({ format: 6, partitions: 16, ...NOTHING_SAID });
    expect(textOf(await lake.open().get(LAKE_KEY))).toBe(
      '{"dead_rows":{},"format":6,"partitions":16,"source":{"assumed":[],"dated":[],"left_out":[]}}',
    );
  });

  it('keeps the number of partitions that it was made with, and refuses another one naming both', async () => {
    await makeLakeFile(lake.open(), { partitions: 3 });
    expect(await makeLakeFile(lake.open())).toEqual({ format: 6, partitions: 3, ...NOTHING_SAID });
    expect((await makeLakeFile(lake.open(), { partitions: 3 })).partitions).toBe(3);
    await expect(makeLakeFile(lake.open(), { partitions: 4 })).rejects.toThrow(/has 3 partitions.* with 4/);
    expect(await failureOf(() => makeLakeFile(lake.open(), { partitions: 4 }))).toBe('usage');
  });

  it('keeps what its source says of itself until somebody says that it changed', async () => {
    const source = { ...NOTHING_SAID.source, credit: 'Ann' };
    await makeLakeFile(lake.open(), { source });
    expect(await makeLakeFile(lake.open())).toMatchObject({ source });
    const other = { ...source, credit: 'Bob' };
    expect(await failureOf(() => makeLakeFile(lake.open(), { source: other }))).toBe('inputs_changed');
    expect(await readLakeFile(lake.open())).toMatchObject({ source });
    await makeLakeFile(lake.open(), { source, deadRows: { not_json: 3 } });
    expect(await readLakeFile(lake.open())).toMatchObject({ source, dead_rows: { not_json: 3 } });
    await makeLakeFile(lake.open(), { source: other, isSourceChanged: true });
    expect(await readLakeFile(lake.open())).toMatchObject({ source: other, partitions: 16 });
  });

  it('is made once by many at once', async () => {
    const results = await Promise.allSettled([1, 2, 3, 4, 5].map((n) => makeLakeFile(lake.open(), { partitions: n })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each([0, -1, 1.5, 65_537, Number.NaN])('is not made with %d partitions', async (partitions) => {
    expect(await failureOf(() => makeLakeFile(lake.open(), { partitions }))).toBe('usage');
    expect(await readLakeFile(lake.open())).toBeNull();
  });

  it.each(['', '{}', '{"format":1,"partitions":16}', '[1]'])('is broken where lake.json is %j', async (text) => {
    await lake.open().put(LAKE_KEY, utf8(text));
    expect(await failureOf(() => makeLakeFile(lake.open()))).toBe('lake_broken');
  });
});

describe('canonical JSON', () => {
  it('sorts keys by their UTF-8 bytes, at every depth, without white space', () => {
    expect(canonicalJson({ b: [1, { z: null, a: 'x\n"' }], '\u{10000}': 1, '\uffff': 2, a: -0, '': true })).toBe(
      '{"":true,"a":0,"b":[1,{"a":"x\\n\\"","z":null}],"\uffff":2,"\u{10000}":1}',
    );
  });

  it('reads back as the value and is one text for one value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  const circle: unknown[] = [];
  circle.push(circle);
  it.each([
    ['undefined', undefined],
    ['an undefined member', { a: undefined }],
    ['a hole', new Array(1)],
    ['NaN', [Number.NaN]],
    ['an infinity', Number.NEGATIVE_INFINITY],
    ['a bigint', 1n],
    ['a date', new Date(0)],
    ['half a surrogate pair', '\ud800'],
    ['a key of half a pair', { '\udc00': 1 }],
    ['a circle', circle],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow('canonical JSON');
  });

  it('is hashed as its UTF-8 bytes', () => {
    expect(sha256Hex('é')).toBe(sha256Hex(utf8('é')));
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});
