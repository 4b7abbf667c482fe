/** Reading events: what counts as one, when it happened, and copies. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { contentDigest, readEvent } from '../../src/verify/events/checked-event.ts';
import { readIngestTime, readTime, TIME_UNKNOWN } from '../../src/verify/events/raw-times.ts';
import { deduplicate, eventsOfFolder } from './whole-world.ts';

const raw = { type: 'interaction', event_id: 'e', event_time: 5, member_id: 'm', item_id: 'i', action: 'viewed' };

describe('times (EVENT-2)', () => {
  test('a moment needs its zone, and what is finer than a millisecond is cut off', () => {
    expect(readTime('2026-01-10T12:00:00.1239+02:00')).toMatchObject({ first: Date.UTC(2026, 0, 10, 10, 0, 0, 123) });
    expect(readTime('2026-01-10T12:00:00')).toBeUndefined();
  });
  test('a day, month or year begins at its first and is known from its last millisecond', () => {
    expect(readTime('2018-05-01')).toMatchObject({ first: Date.UTC(2018, 4, 1), last: Date.UTC(2018, 4, 2) - 1 });
    expect(readTime('2018-12')).toMatchObject({ first: Date.UTC(2018, 11, 1), last: Date.UTC(2019, 0, 1) - 1 });
    expect(readTime('2018+02:00')).toMatchObject({ first: Date.UTC(2018, 0, 1) - 7_200_000 });
  });
  test('days that no calendar has are no times', () => {
    expect(readTime('2023-02-29')).toBeUndefined();
    expect(readTime('2023-13')).toBeUndefined();
    expect(readTime('2023-01-01T24:00:00Z')).toBeUndefined();
  });
  test('null is the unknown time, before every other', () => {
    expect(readTime(null)).toMatchObject({ first: TIME_UNKNOWN, last: TIME_UNKNOWN });
  });
  test.each([
    ...['2026-01-05T09:07:07.908Z', '2026-01-05 09:07:07.908Z', '2026-01-05t09:07:07.908z'],
    ...['2026-01-05T09:07:07,908Z', '2026-01-05T09:07:07.9089Z', '2026-01-05T11:07:07.908+02:00'],
    ...['2026-01-05 11:07:07,908+0200', '2026-01-05T11:07:07.908+02', '2026-01-05T07:37:07.908-01:30'],
  ])('%s is one moment, written in one of many ways', (written) => {
    const moment = Date.UTC(2026, 0, 5, 9, 7, 7, 908);
    expect(readTime(written)).toEqual({ first: moment, last: moment });
    expect(readIngestTime(written)).toBe(moment);
  });
  test.each([
    ...['2026-01-05T09:07', '2026-01-05T09Z', '2026-01-05T24:00Z', '2026-01-05T09:07:60Z', '2026-01-05T09:60Z'],
    ...[' 2026-01-05', '2026-01-05 ', '2026-01-05T09:07:07.Z', '2026-01-05  09:07Z', '20260105', '2026-1-5'],
    ...['2026-01-05T09:07+2', '2026-01-05T09:07+02:0', '2026-01-05T09:07+14:01', '2026-01-05T09:07Z+02'],
    ...['2018-13', '2018-00', '2018-05-00', '2023-02-29', '0000', '+02026', '2026-01-05T09:07 Z'],
    ...[1.5, 253_402_300_800_000, -62_135_596_800_001, true, {}, []],
  ])('%j is no time', (written) => {
    expect(readTime(written)).toBeUndefined();
  });
  test('two digits after a hyphen are a month or a day where they can be, and else a zone', () => {
    expect(readTime('2018-05')).toEqual(readTime('2018-05Z'));
    expect(readTime('2018-05-01')).toEqual(readTime('2018-05-01+00'));
    expect(readTime('2018-0530')).toEqual(readTime('2018-05:30'));
    expect(readTime('2018-05-01-02')).toEqual(readTime('2018-05-01-02:00'));
    expect(readTime('2018-05-01+02:00')).toEqual({
      first: Date.UTC(2018, 3, 30, 22),
      last: Date.UTC(2018, 4, 1, 21, 59, 59, 999),
    });
  });
  test('the first and the last millisecond of the years 1 to 9999 are times', () => {
    expect(readTime(-62_135_596_800_000)?.first).toBe(readTime('0001')?.first);
    expect(readTime(253_402_300_799_999)?.last).toBe(readTime('9999')?.last);
    expect(readTime('0001-01-01T00:00+00:01')).toBeUndefined();
    expect(readTime('9999-12-31-00:01')).toBeUndefined();
  });
});

describe('a delete (EVENT-1)', () => {
  const gone = { type: 'member', event_id: 'd', event_time: 5, member_id: 'm', op: 'delete' };
  const anything = [null, [], 'x', 7, { a: { b: 1 } }, { a: [1] }, { __proto__: 1 }, JSON.parse('{"__proto__": 1}')];
  test.each(anything)('is an event whatever its attributes are, as %j', (attributes) => {
    expect(readEvent({ ...gone, attributes })).toEqual(readEvent(gone));
    expect(readEvent({ ...gone, attributes })).toMatchObject({ op: 'delete', attributes: {} });
  });
  test('has copies that differ in attributes alone (EVENT-3)', async () => {
    expect(await deduplicate([gone, ...anything.map((attributes) => ({ ...gone, attributes }))])).toHaveLength(1);
    const upsert = { ...gone, op: 'upsert', attributes: { a: 'b' } };
    expect(await deduplicate([upsert, { ...upsert, attributes: { a: 'c' } }])).toEqual([]);
  });
  test('of an item and an upsert need what they need', () => {
    const { member_id: _, ...rest } = gone;
    expect(readEvent({ ...rest, type: 'item', item_id: 'i', kind: 'k', attributes: null })).toBeDefined();
    expect(readEvent(rest)).toBeUndefined();
    expect(readEvent({ ...gone, op: 'upsert' })).toBeUndefined();
    expect(readEvent({ ...gone, op: 'upsert', attributes: null })).toBeUndefined();
  });
});

describe('names that every object has (EVENT-1)', () => {
  const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'toJSON'];
  test.each(NAMES)('%s is a name like all others', async (name) => {
    const named = { ...raw, event_id: name, member_id: name, item_id: name, action: name, surface: name };
    const record = JSON.parse(JSON.stringify(named).replace('{', `{"context": {"${name}": "x"},`)) as object;
    const [event] = await deduplicate([record, record]);
    expect(event).toMatchObject({ id: name, entity: name, item: name, action: name, surface: name });
    const { context } = event as { context: object };
    expect(Object.entries(context)).toEqual([[name, 'x']]);
    expect(readEvent(JSON.parse(JSON.stringify(raw).replace('{', `{"${name}": "x",`)))).toBeUndefined();
  });
  test('two contexts that differ under such a name are a conflict (EVENT-3)', async () => {
    const record = (value: string) =>
      JSON.parse(JSON.stringify(raw).replace('{', `{"context":{"__proto__":"${value}"},`));
    expect(await deduplicate([record('a'), record('a')])).toHaveLength(1);
    expect(await deduplicate([record('a'), record('b')])).toEqual([]);
  });
});

describe('records (EVENT-1)', () => {
  test('unknown fields, missing ids and empty names are no events', () => {
    expect(readEvent(raw)).toBeDefined();
    expect(readEvent({ ...raw, colour: 'red' })).toBeUndefined();
    expect(readEvent({ ...raw, event_id: '' })).toBeUndefined();
    expect(readEvent({ ...raw, surface: '' })).toBeUndefined();
    for (const name of ['action', 'surface', 'session_id', 'slate_id', 'policy'])
      expect(readEvent({ ...raw, [name]: 'x\ud800' }), name).toBeUndefined();
    expect(readEvent({ ...raw, propensity: 2 })).toBeUndefined();
    expect(readEvent({ ...raw, position: 2 ** 31 })).toBeUndefined();
    expect(readEvent({ ...raw, position: 2 ** 31 - 1 })).toBeDefined();
    expect(readEvent({ ...raw, event_time: undefined })).toBeUndefined();
  });
  test('content does not depend on order of keys, way of writing the time or ingest_time (EVENT-3)', () => {
    const { type, ...rest } = raw;
    const digestOf = (record: object) => contentDigest(record, readEvent(record)!);
    expect(digestOf({ ...rest, type, event_time: '1970-01-01T00:00:00.005Z', ingest_time: 9 })).toBe(digestOf(raw));
    expect(digestOf({ ...raw, action: 'applied' })).not.toBe(digestOf(raw));
    expect(digestOf({ ...raw, event_time: 6 })).not.toBe(digestOf(raw));
  });
  test('copies count once with the least ingest_time, one id with two contents not at all (EVENT-3)', async () => {
    const other = { ...raw, event_id: 'f' };
    const events = await deduplicate([
      { ...raw, ingest_time: 9 },
      { ...raw, ingest_time: 7 },
      other,
      { ...other, action: 'applied' },
      'no event',
    ]);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ id: 'e', ingestedAt: 7 });
  });
});

describe('copies (EVENT-3)', () => {
  const copies = (...records: object[]) => deduplicate(records.map((more) => ({ ...raw, ...more })));
  test('may write one time in two ways', async () => {
    expect(await copies({ event_time: '2018-05-01+14:00' }, { event_time: '2018-04-30-10:00' })).toHaveLength(1);
    expect(await copies({ event_time: '2018-05-01' }, { event_time: '2018-05-01Z' })).toHaveLength(1);
    expect(await copies({ event_time: '1970-01-01T00:00:00.005Z' }, { event_time: 5 })).toHaveLength(1);
    expect(await copies({ event_time: '2018-05-01' }, { event_time: '2018-05-01T00:00Z' })).toEqual([]);
  });
  test('are dead, all of them, where one differs', async () => {
    expect(await copies({}, {}, { value: 1 }, {})).toEqual([]);
    expect(await copies({ context: { a: ['x', 'y'] } }, { context: { a: 'x, y' } })).toEqual([]);
  });
  test('count with the least ingest_time of those that have one', async () => {
    const times = async (...ingest: (number | undefined)[]) =>
      (await copies(...ingest.map((at) => (at === undefined ? {} : { ingest_time: at }))))[0]!.ingestedAt;
    expect(await times(undefined, 9, 7, undefined)).toBe(7);
    expect(await times(undefined, undefined)).toBeUndefined();
  });
  test('are of one type and one member: an id may come again under another', async () => {
    expect(await copies({}, { member_id: 'n', action: 'applied' })).toHaveLength(2);
  });
});

describe('files (EVENT-7)', () => {
  const line = (id: string) => `${JSON.stringify({ ...raw, event_id: id })}\n`;
  const packed = (pack: (text: string) => Buffer, ...parts: (string | number)[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.alloc(part) : pack(part))));
  const idsIn = async (name: string, bytes: string | Buffer) => {
    const dir = mkdtempSync(join(tmpdir(), 'events-'));
    try {
      writeFileSync(join(dir, name), bytes);
      return (await deduplicate(eventsOfFolder(dir)())).map(({ id }) => id).join('');
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
  test('end their lines with a line feed, and a carriage return before it is no part', async () => {
    expect(await idsIn('a.ndjson', (line('1') + line('2') + line('3').trimEnd()).replaceAll('\n', '\r\n'))).toBe('123');
  });
  test('may have byte order marks before any line', async () => {
    expect(await idsIn('a.ndjson', `\ufeff${line('1')}\ufeff${line('2')}\ufeff\ufeff${line('3')}\ufeff`)).toBe('123');
    expect(await idsIn('a.ndjson', `${line('1')} \ufeff${line('2')}`)).toBe('1');
  });
  test('are read through all gzip members, and zero bytes between and after them are passed over', async () => {
    const zip = (...parts: (string | number)[]) => packed(gzipSync, ...parts);
    expect(await idsIn('a.ndjson.gz', zip(line('1'), line('2')))).toBe('12');
    expect(await idsIn('a.ndjson.gz', zip(line('1'), 5, line('2'), 70_000, line('3'), 512))).toBe('123');
    // A record may go on in the next member.
    expect(await idsIn('a.ndjson.gz', zip(line('1').slice(0, 20), 1, line('1').slice(20) + line('2')))).toBe('12');
  });
  test('are read through all zstd frames', async () => {
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const frames = packed(zstdCompressSync, line('1'), line('2').slice(0, 9), line('2').slice(9), line('3'));
    expect(await idsIn('a.ndjson.zst', Buffer.concat([skipped, frames, skipped]))).toBe('123');
  });
  test.each([
    ['a.ndjson.gz', gzipSync],
    ['a.ndjson.zst', zstdCompressSync],
  ])('%s with anything else behind is unreadable, and named', async (name, pack) => {
    const garbage = Buffer.concat([packed(pack, line('1')), Buffer.from('garbage')]);
    await expect(idsIn(name, garbage)).rejects.toMatchObject({
      code: 'input_unreadable',
      place: { file: expect.stringContaining(name) as string },
    });
    const broken = packed(pack, line('1'), line('2').repeat(99)).subarray(0, -3);
    await expect(idsIn(name, broken)).rejects.toMatchObject({ code: 'input_unreadable' });
  });
  test('zero bytes behind a zstd frame are no padding', async () => {
    await expect(idsIn('a.ndjson.zst', packed(zstdCompressSync, line('1'), 8))).rejects.toThrow('to its end');
  });
});

test('a folder gives the records of plain, gzip and zstd files below it, but for the oracle', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'events-'));
  try {
    const line = (id: string) => `${JSON.stringify({ ...raw, event_id: id, action: 'a\u2028b' })}\n`;
    writeFileSync(join(dir, 'a.ndjson'), `${line('1')}not json\n\n${line('2').trimEnd()}`);
    writeFileSync(join(dir, 'b.ndjson.gz'), gzipSync(line('3')));
    await mkdir(join(dir, 'sub'));
    writeFileSync(join(dir, 'sub', 'c.ndjson.zst'), zstdCompressSync(Buffer.from(line('4'))));
    await mkdir(join(dir, 'oracle'));
    writeFileSync(join(dir, 'oracle', 'd.ndjson'), line('5'));
    const ids = (await deduplicate(eventsOfFolder(dir)())).map(({ id }) => id);
    expect(ids.sort()).toEqual(['1', '2', '3', '4']);
    writeFileSync(join(dir, 'b.ndjson.gz'), gzipSync(line('3').repeat(999)).subarray(0, 40));
    await expect(deduplicate(eventsOfFolder(dir)())).rejects.toThrow('cannot be read to its end');
  } finally {
    rmSync(dir, { recursive: true });
  }
});
