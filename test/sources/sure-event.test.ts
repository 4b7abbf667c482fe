/**
 * EVENT-1, EVENT-2: the quick way to an event takes nothing that the schemas refuse, and makes the
 * same of it.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEventTime, parseMoment, plainMoment } from '../../schemas/raw-time.ts';
import { sureEvent } from '../../src/sources/sure-event.ts';
import { parseEvent, validateBySchema, validateEvent } from '../../src/sources/validate-event.ts';
import { anyLine } from '../worlds/raw-lines.ts';
import { OBJECT_NAMES } from '../worlds/texts.ts';
import { anyTime, spelled } from '../worlds/times.ts';
import { anyEvent } from './any-event.ts';

type Parsed = Record<string, unknown>;

/** The object in a text; undefined where it holds none. */
function objectIn(text: string): Parsed | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Parsed) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a whole number of the text was rounded, by its digits. */
function isRounded(text: string): boolean {
  let found = false;
  JSON.parse(text, (_key, value: unknown, ...[context]: { source?: string }[]) => {
    const { source = '' } = context ?? {};
    if (typeof value === 'number' && /^-?\d+$/.test(source)) found ||= BigInt(source) !== BigInt(value);
    return value;
  });
  return found;
}

const isPlain = (text: string) => !text.includes('\\');

/** How the text comes to an event; fails where the quick way and the schemas differ. */
function compare(text: string): 'sure' | 'event' | 'none' {
  const record = objectIn(text);
  if (record === undefined) return 'none';
  const defined = validateBySchema(record);
  for (const plain of isPlain(text) ? [true, false] : [false]) {
    const own = objectIn(text)!;
    const sure = sureEvent(own, plain);
    if (sure === undefined) {
      // Who is asked next finds the record as it was.
      expect(isDeepStrictEqual(own, record), text).toBe(true);
      continue;
    }
    // Of vitest's own comparisons the strict one takes an attribute `constructor` for a class.
    expect(isDeepStrictEqual(defined, { ok: true, event: sure }), text).toBe(true);
    expect(isRounded(text), text).toBe(false);
  }
  const sure = sureEvent(objectIn(text)!, isPlain(text)) !== undefined;
  return sure ? 'sure' : defined.ok ? 'event' : 'none';
}

/** By their way to an event, how many texts. */
function count(texts: readonly string[]) {
  const counts = { sure: 0, event: 0, none: 0 };
  for (const text of texts) counts[compare(text)]++;
  return counts;
}

describe('the quick way to an event', () => {
  it('comes to what the schemas come to, on lines as producers write them and as they should not', () => {
    const lines = fc.sample(anyLine, { numRuns: 6_000, seed: 7 }).map((line) => line.toString('utf8'));
    const { sure, event, none } = count(lines);
    expect(Math.min(sure, none)).toBeGreaterThan(1_000);
    // What the schemas alone take: deletes with attributes, numbers of 16 digits, `__proto__`.
    expect(event).toBeGreaterThan(50);
  });

  it('comes to the same on valid events of any values, and to most of them', () => {
    const events = fc.sample(anyEvent, { numRuns: 3_000, seed: 7 }).map((event) => JSON.stringify(event));
    const { sure, event, none } = count(events);
    expect(none).toBe(0);
    expect(sure).toBeGreaterThan(event);
  });

  it('comes to the same where one field has any value of any kind', () => {
    const interaction = {
      type: 'interaction',
      event_id: 'e',
      event_time: 1,
      member_id: 'm',
      item_id: 'i',
      action: 'a',
    };
    const item = { type: 'item', event_id: 'e', item_id: 'i', op: 'upsert', attributes: {}, kind: 'k' };
    const fields = [
      ...[...Object.keys({ ...interaction, ...item }), 'ingest_time', 'sequence', 'surface', 'session_id', 'slate_id'],
      ...['position', 'policy', 'propensity', 'value', 'context', ...OBJECT_NAMES],
    ];
    const odd = fc.constantFrom<unknown>(
      ...[null, true, '', 'delete', 'upsert', '\u001f', '\ud800', 'a\udc00', [], ['a'], ['a', 1], [null], {}, [[]]],
      ...[-0, 0.5, 1, -1, 2 ** 31 - 1, 2 ** 31, 999_999_999_999_999, 1e15, 2 ** 53, 2 ** 53 - 2, 1e21, 1e300],
      ...[{ a: 1 }, { a: null }, { a: {} }, { a: ['\ud800'] }, { a: [1] }, { a: 1e16 }, { '': '' }, { 7: -0 }],
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...fields),
        fc.oneof(odd, anyTime, fc.jsonValue({ maxDepth: 3 })),
        fc.constantFrom(interaction, item, { ...item, op: 'delete', attributes: undefined }),
        (field, value, base) => {
          compare(JSON.stringify(Object.fromEntries([...Object.entries(base), [field, value]])));
        },
      ),
      { numRuns: 4_000, seed: 7 },
    );
  });

  it('leaves no field of an event out, and none that it has not', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        for (const left of Object.keys(event)) {
          const text = JSON.stringify({ ...event, [left]: undefined });
          compare(text);
          const record = objectIn(text)!;
          expect(parseEvent(text)).toMatchObject(validateEvent(record));
        }
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});

describe('the quick way to a moment', () => {
  const agrees = (raw: unknown) => {
    const quick = plainMoment(raw);
    if (quick === undefined) return false;
    for (const parse of [parseMoment, parseEventTime])
      expect(parse(raw), String(raw)).toStrictEqual({ ok: true, time: quick });
    return true;
  };

  it('reads what the long way reads, in every spelling', () => {
    const times = fc.sample(anyTime, { numRuns: 20_000, seed: 7 });
    expect(times.filter(agrees).length).toBeGreaterThan(2_000);
  });

  it('reads every moment, and no day, hour or year that there is not', () => {
    const ends = [-62_135_596_800_000, 253_402_300_799_999];
    fc.assert(
      fc.property(fc.integer({ min: ends[0]!, max: ends[1]! }), (ms) => {
        expect(plainMoment(spelled(ms, 1))).toBe(ms);
        expect(plainMoment(ms)).toBe(ms);
      }),
    );
    for (const ms of ends) expect(plainMoment(new Date(ms).toISOString())).toBe(ms);
    const digit = fc.constantFrom('0', '1', '2', '3', '5', '6', '9', '/', ':', ' ', '٣');
    const mask = 'dddd-dd-ddTdd:dd:dd.dddZ';
    fc.assert(
      fc.property(fc.array(digit, { minLength: 17, maxLength: 17 }), fc.constantFrom(20, 24), (drawn, length) => {
        const text = [...mask].map((each) => (each === 'd' ? (drawn.shift() ?? '0') : each)).join('');
        agrees(length === 24 ? text : `${text.slice(0, 19)}Z`);
      }),
      { numRuns: 20_000, seed: 7 },
    );
  });
});
