/** Reading events: what counts as one, when it happened, and copies. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { contentDigest, readEvent } from '../../src/verify/events/checked-event.ts';
import { deduplicate } from '../../src/verify/events/deduplicate.ts';
import { eventsOfFolder } from '../../src/verify/events/event-stream.ts';
import { readTime, TIME_UNKNOWN } from '../../src/verify/events/raw-times.ts';

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
});

describe('records (EVENT-1)', () => {
  test('unknown fields, missing ids and empty names are no events', () => {
    expect(readEvent(raw)).toBeDefined();
    expect(readEvent({ ...raw, colour: 'red' })).toBeUndefined();
    expect(readEvent({ ...raw, event_id: '' })).toBeUndefined();
    expect(readEvent({ ...raw, surface: '' })).toBeUndefined();
    expect(readEvent({ ...raw, propensity: 2 })).toBeUndefined();
    expect(readEvent({ ...raw, event_time: undefined })).toBeUndefined();
  });
  test('content does not depend on order of keys, way of writing the time or ingest_time (EVENT-3)', () => {
    const { type, ...rest } = raw;
    expect(contentDigest({ ...rest, type, event_time: '1970-01-01T00:00:00.005Z', ingest_time: 9 })).toBe(
      contentDigest(raw),
    );
    expect(contentDigest({ ...raw, action: 'applied' })).not.toBe(contentDigest(raw));
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
