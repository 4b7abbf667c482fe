/** EVENT-1: what an event is, and what is told of a record that is none. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventRecord } from '../../schemas/event.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import { NESTING_MAX, parseEvent, validateEvent } from '../../src/sources/validate-event.ts';
import { anyLine } from '../worlds/raw-lines.ts';
import { OBJECT_NAMES } from '../worlds/texts.ts';

const interaction = {
  type: 'interaction',
  event_id: 'e',
  event_time: 1,
  member_id: 'm',
  item_id: 'i',
  action: 'viewed',
};
const member = { type: 'member', event_id: 'e', member_id: 'm', op: 'upsert', attributes: {} };
const item = { type: 'item', event_id: 'e', item_id: 'i', op: 'upsert', attributes: { title: 'Cook' } };

function jsonOf(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return null;
  }
}

function refusal(raw: unknown): { reason: string; field?: string; message: string } {
  const parsed = parseEvent(typeof raw === 'string' ? raw : JSON.stringify(raw));
  if (parsed.ok) throw new Error(`accepted: ${JSON.stringify(raw)}`);
  return parsed;
}
const accepted = (raw: object) => {
  const parsed = parseEvent(JSON.stringify(raw));
  if (!parsed.ok) throw new Error(`${parsed.reason}: ${parsed.message}`);
  return parsed.event;
};

describe('a record', () => {
  test.each([
    ['{"type":"member"', 'not_json', undefined],
    ['{"a":NaN}', 'not_json', undefined],
    ['[1]', 'not_an_object', undefined],
    ['null', 'not_an_object', undefined],
    ['"x"', 'not_an_object', undefined],
    ['{}', 'field_missing', 'type'],
    [{ ...member, type: 'membre' }, 'type_unknown', 'type'],
    [{ ...member, type: 7 }, 'type_unknown', 'type'],
    [{ ...member, type: 'constructor' }, 'type_unknown', 'type'],
    [{ ...member, event_id: undefined }, 'field_missing', 'event_id'],
    [{ ...member, event_id: '' }, 'field_invalid', 'event_id'],
    [{ ...member, event_id: 7 }, 'field_invalid', 'event_id'],
    [{ ...member, member_id: '\ud800' }, 'field_invalid', 'member_id'],
    [{ ...member, op: 'remove' }, 'field_invalid', 'op'],
    [{ ...member, attributes: undefined }, 'field_missing', 'attributes'],
    [{ ...member, attributes: [] }, 'field_invalid', 'attributes'],
    [{ ...member, attributes: { a: null } }, 'field_invalid', 'attributes.a'],
    [{ ...member, attributes: { a: { b: 1 } } }, 'field_invalid', 'attributes.a'],
    [{ ...member, attributes: { a: [1] } }, 'field_invalid', 'attributes.a'],
    [
      '{"type":"member","event_id":"e","member_id":"m","op":"upsert","attributes":{"a":1e999}}',
      'field_invalid',
      'attributes.a',
    ],
    [
      '{"type":"member","event_id":"e","member_id":"m","op":"upsert","attributes":{"__proto__":null}}',
      'field_invalid',
      'attributes.__proto__',
    ],
    [
      '{"type":"member","event_id":"e","member_id":"m","op":"upsert","attributes":{},"__proto__":{}}',
      'field_unknown',
      '__proto__',
    ],
    [{ ...member, constructor: 'x' }, 'field_unknown', 'constructor'],
    [{ ...member, item_id: 'i' }, 'field_unknown', 'item_id'],
    [{ ...member, sequence: 1.5 }, 'field_invalid', 'sequence'],
    [{ ...item, kind: '' }, 'field_invalid', 'kind'],
    [{ ...interaction, event_time: undefined }, 'field_missing', 'event_time'],
    [{ ...interaction, item_id: undefined }, 'field_missing', 'item_id'],
    [{ ...interaction, action: '' }, 'field_invalid', 'action'],
    ...['action', 'surface', 'session_id', 'slate_id', 'policy'].map((name): [object, string, string] => [
      { ...interaction, [name]: 'x\ud800' },
      'field_invalid',
      name,
    ]),
    [{ ...item, kind: '\udc00' }, 'field_invalid', 'kind'],
    [{ ...interaction, surface: null }, 'field_invalid', 'surface'],
    [{ ...interaction, propensity: 1.1 }, 'field_invalid', 'propensity'],
    [{ ...interaction, propensity: -0.1 }, 'field_invalid', 'propensity'],
    [{ ...interaction, position: -1 }, 'field_invalid', 'position'],
    [{ ...interaction, position: 2 ** 31 }, 'field_invalid', 'position'],
    [{ ...interaction, value: ['x'] }, 'field_invalid', 'value'],
    [{ ...interaction, ingest_time: null }, 'time_invalid', 'ingest_time'],
    [{ ...interaction, ingest_time: '2018-05-01' }, 'time_invalid', 'ingest_time'],
  ])('%j is %s', (raw, reason, field) => {
    expect(refusal(raw)).toMatchObject(field === undefined ? { reason } : { reason, field });
  });

  test.each([
    '2018-05-01T10:00:00',
    '2018-05-01T10:00:00 Europe/Berlin',
    '2018-05-01T24:00:00Z',
    '2018-05-01T23:59:60Z',
    '2018-02-30T10:00:00Z',
    '2018-05-01T10:00:00+15:00',
    '2018-05-01T10:00:00 Z',
    '2018-05-01 10:00:00 +02:00',
    ' 2018-05-01T10:00:00Z',
    '2018-05-01T10:00:00Z\n',
    '2018-05-01T10:00.5Z',
    '2018-05-01T10Z',
    '2018-13',
    '2018-05-1',
    '20180501',
    '',
    'yesterday',
    1.5,
    1e18,
    true,
    {},
  ])('with the time %j is time_invalid', (event_time) => {
    expect(refusal({ ...interaction, event_time })).toMatchObject({ reason: 'time_invalid', field: 'event_time' });
  });

  test('with a time without zone is told how to write it', () => {
    expect(refusal({ ...interaction, event_time: '2018-05-01T10:00:00' }).message).toContain(
      'add Z or an offset, as 2018-05-01T10:00:00Z',
    );
  });

  test('with a mistyped name is told the nearest, before anything that it lacks', () => {
    const { event_time, ...rest } = interaction;
    expect(refusal({ ...rest, evnt_time: event_time })).toMatchObject({
      reason: 'field_unknown',
      field: 'evnt_time',
      message: expect.stringContaining('"event_time"'),
    });
    expect(refusal({ ...member, type: 'membr' }).message).toContain('did you mean "member"?');
  });

  test('nested too deep is dead, however deep', () => {
    expect(refusal(`{"a":${'['.repeat(40)}${']'.repeat(40)}}`).reason).toBe('too_deep');
    expect(['too_deep', 'not_json']).toContain(
      refusal(`{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`).reason,
    );
  });

  test('of a member or item may leave its time out, which means unknown', () => {
    expect(accepted(member).event_time).toBeNull();
    expect(accepted({ ...item, event_time: null }).event_time).toBeNull();
    expect(accepted({ ...interaction, event_time: null }).event_time).toBeNull();
  });

  test('of a delete is obeyed whatever attributes it carries: they are dropped unseen', () => {
    const deep = `${'['.repeat(NESTING_MAX + 1)}${']'.repeat(NESTING_MAX + 1)}`;
    const ours = ['null', '[]', '"x"', '7', '{"a":null}', '{"a":{"b":{}}}', '{"__proto__":1}', '{"constructor":{}}'];
    for (const attributes of [...ours, deep, `{"a":${deep}}`, '{"a":1234567890123456789}', '"\\ud800"']) {
      for (const entity of [member, item]) {
        const bare = JSON.stringify({ ...entity, op: 'delete', attributes: undefined });
        const parsed = parseEvent(`${bare.slice(0, -1)},"attributes":${attributes}}`);
        expect(parsed, attributes).toEqual(parseEvent(bare));
        expect(parsed, attributes).toMatchObject({ ok: true, event: { op: 'delete' } });
        expect(parsed).not.toHaveProperty('event.attributes');
      }
    }
    expect(refusal({ ...interaction, op: 'delete', attributes: {} }).reason).toBe('field_unknown');
    expect(refusal({ ...member, op: 'delete', attributes: null, extra: 1 }).reason).toBe('field_unknown');
  });

  test.each(OBJECT_NAMES)('may have an attribute, a context key and any other name that is %s', (name) => {
    const named = JSON.stringify(
      Object.fromEntries([
        [name, 'x'],
        ['list', [name]],
      ]),
    );
    const event = parseEvent(
      `{"type":"item","event_id":"${name}","item_id":"${name}","op":"upsert","attributes":${named}}`,
    );
    expect(event).toMatchObject({ ok: true });
    expect(event.ok && canonicalEvent(event.event)).toContain(`"${name}":"x"`);
    const { attributes } = JSON.parse(event.ok ? canonicalEvent(event.event) : '{}');
    expect(Object.entries(attributes)).toContainEqual([name, 'x']);
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    const { action, context } = accepted({
      ...interaction,
      action: name,
      surface: name,
      context: JSON.parse(named),
    }) as {
      action: string;
      context: object;
    };
    expect([action, Object.entries(context)]).toEqual([name, expect.arrayContaining([[name, 'x']])]);
  });

  test('keeps lone surrogates in its attributes, which are cleaned when they are rendered', () => {
    expect(accepted({ ...item, attributes: { title: 'a\ud800b' } })).toMatchObject({
      attributes: { title: 'a\ud800b' },
    });
  });

  test('drops what stands behind the milliseconds', () => {
    expect(accepted({ ...interaction, event_time: '1969-12-31T23:59:59.9999Z' }).event_time).toBe(-1);
  });

  test('is one to the exported schema too, where it is one to the reader, and the same', () => {
    let compared = [0, 0];
    fc.assert(
      fc.property(anyLine, (line) => {
        const raw = jsonOf(line);
        // Times and depth are the reader's alone: the schema is of what it has read.
        const timed = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? { ...raw, event_time: 7 } : raw;
        const read = validateEvent(timed);
        if (!read.ok && ['too_deep', 'time_invalid'].includes(read.reason)) return;
        const ingest = read.ok ? { ingest_time: read.event.ingest_time } : {};
        const parsed = EventRecord.safeParse(timed === raw ? raw : { ...(timed as object), ...ingest });
        expect(parsed.success, JSON.stringify(timed)).toBe(read.ok);
        if (read.ok) expect(parsed.data).toEqual(read.event);
        compared = compared.map((count, i) => count + Number(read.ok === (i === 0)));
      }),
      { numRuns: 2_000, seed: 7 },
    );
    expect(Math.min(...compared)).toBeGreaterThan(300);
  });

  test.each(['null', '[]', '"x"', '7', '{"__proto__":1}', '{"a":[1]}', '{"a":{"b":{}}}'])(
    'that is a delete with the attributes %s is one to the exported schema',
    (attributes) => {
      for (const base of [member, item]) {
        const event = JSON.parse(JSON.stringify({ ...base, event_time: 7, op: 'delete' })) as object;
        const parsed = EventRecord.parse({ ...event, attributes: JSON.parse(attributes) });
        expect(parsed).toMatchObject({ op: 'delete' });
        expect(parsed).not.toHaveProperty('attributes', expect.anything());
        expect(EventRecord.safeParse({ ...event, op: 'upsert', attributes: undefined }).success).toBe(false);
      }
    },
  );

  test('of any JSON whatever never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        parseEvent(text);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys({ ...interaction, ...item })), fc.jsonValue(), (key, value) => {
        for (const base of [interaction, item, member]) parseEvent(JSON.stringify({ ...base, [key]: value }));
      }),
    );
  });
});
