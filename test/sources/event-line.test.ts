/** A line by itself is read as the line of a file is. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventRecord } from '../../schemas/event.ts';
import { fileAt } from '../../src/adapters/filesystem/event-folder.ts';
import { readEventFile } from '../../src/sources/event-files.ts';
import { LINE_BYTES_MAX, parseEventLine } from '../../src/sources/event-line.ts';
import { REPOSITORY } from '../source-files.ts';
import { tempFolder } from './temp-folder.ts';

const { write } = tempFolder();

const event = (more: object = {}) => ({
  ...{ type: 'interaction', event_id: 'e', event_time: '2026-01-06T10:00:00Z', member_id: 'm', item_id: 'i' },
  ...{ action: 'viewed', ...more },
});

/** Lines that are events, or nearly. */
const anyLine = fc.oneof(
  fc
    .record(
      {
        event_time: fc.constantFrom('2026-01-06', '2026', 0, null, '2026-02-30', 'now', ' 2026'),
        value: fc.constantFrom(1, 'x', 2 ** 60, null, [1], '\ud800'),
        surface: fc.constantFrom('feed', '', 7),
        member_id: fc.constantFrom('m', '\u001f', '__proto__'),
      },
      { requiredKeys: [] },
    )
    .map((more) => JSON.stringify(event(more))),
  fc.constantFrom(
    '',
    ' ',
    '\t\r',
    '\ufeff',
    'null',
    '[]',
    '{',
    '{"type":"member"}',
    '\ufeff\ufeff{}',
    '1e400',
    '[['.repeat(20),
  ),
  fc.string({ maxLength: 12 }).map((text) => text.toWellFormed().replaceAll('\n', ' ')),
);

describe('parseEventLine', () => {
  it('takes the event lines of README.md, which the schema of finished events refuses', () => {
    const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
    const lines = readme.split('\n').filter((line) => line.startsWith('{"event_id":'));
    expect(lines.length).toBeGreaterThanOrEqual(3);
    for (const line of lines) {
      const parsed = parseEventLine(line);
      expect(parsed, line).toMatchObject({ ok: true });
      if (parsed?.ok !== true) continue;
      const told: { event_time: string } = JSON.parse(line);
      expect(parsed.event.event_time).toBe(Date.parse(told.event_time));
      expect(EventRecord.safeParse(told).success).toBe(false);
      expect(EventRecord.parse(parsed.event)).toEqual(parsed.event);
    }
  });

  it('reads every line as a file of events is read', async () => {
    const lines = fc.sample(anyLine, { numRuns: 3_000, seed: 8 });
    const read = new Map<number, unknown>();
    for await (const batch of readEventFile(await fileAt(await write('lines.ndjson', lines.join('\n')))))
      for (const { line, outcome } of batch) {
        const { raw: _raw, ...parsed } = { raw: undefined, ...outcome };
        read.set(line, parsed);
      }
    const byItself = lines.map((line) => parseEventLine(line));
    expect(byItself).toEqual(lines.map((_, i) => read.get(i + 1)));
    expect(lines.map((line) => parseEventLine(Buffer.from(`${line}\n`)))).toEqual(byItself);
    const ends = new Set(byItself.map((parsed) => (parsed?.ok === false ? parsed.reason : parsed?.ok)));
    expect([...ends]).toEqual(expect.arrayContaining([true, undefined, 'not_json', 'time_invalid', 'field_invalid']));
  });

  it('says why a text is no line of UTF-8, and no line that a build would parse', () => {
    expect(parseEventLine(Uint8Array.of(0x7b, 0xff, 0x7d))).toMatchObject({ ok: false, reason: 'not_utf8' });
    // Half of a pair, which no bytes of UTF-8 say.
    expect(parseEventLine(JSON.stringify(event()).replace('viewed', 'vie\ud800wed'))).toMatchObject({
      ok: false,
      reason: 'not_utf8',
    });
    const long = `${JSON.stringify(event())}${' '.repeat(LINE_BYTES_MAX)}`;
    expect(parseEventLine(long)).toMatchObject({ ok: false, reason: 'line_too_long' });
    expect(parseEventLine(`${long.slice(0, LINE_BYTES_MAX)}\n`)).toMatchObject({ ok: true });
  });
});
