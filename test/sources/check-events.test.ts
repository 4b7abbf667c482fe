/** What `check` counts, and which faults it names. */

import { describe, expect, test } from 'vitest';
import { Domain } from '../../schemas/domain.ts';
import { openEventFolder } from '../../src/adapters/filesystem/event-folder.ts';
import { checkEvents } from '../../src/sources/check-events.ts';
import { tempFolder } from './temp-folder.ts';

const folder = tempFolder();
const lines = (...events: (object | string)[]) =>
  events.map((event) => `${typeof event === 'string' ? event : JSON.stringify(event)}\n`).join('');
const item = (n: number, title = 'x') => ({
  type: 'item',
  event_id: 'e',
  item_id: `i${n}`,
  op: 'upsert',
  attributes: { title },
});
const seen = (n: number, fields: object = {}) => ({
  type: 'interaction',
  event_id: `e${n}`,
  event_time: n,
  member_id: 'm',
  item_id: 'i1',
  action: 'viewed',
  ...fields,
});

const domain = Domain.parse({
  name: 'jobs',
  item: { one: 'job', many: 'jobs', line: '[{title}]' },
  profile: 'x',
  exposures: ['impression'],
  actions: [{ name: 'viewed', will: 'view', past: 'viewed' }],
  none: { name: 'none', will: 'not' },
  ignored: ['hovered'],
});

describe('check', () => {
  test('names files that may hold events and that nothing reads, without failing', async () => {
    await folder.write('a.ndjson', lines(item(1)));
    await folder.write('more.jsonl', lines(item(2)));
    const { errors, warnings, events } = await checkEvents(openEventFolder(folder.path));
    expect({ errors, events }).toEqual({ errors: [], events: { member: 0, item: 1, interaction: 0 } });
    const passedOver = { code: 'file_passed_over', file: 'more.jsonl', line: 0, count: 1 };
    expect(warnings).toMatchObject([passedOver, { code: 'no_interactions' }]);
    expect(warnings[0]?.message).toBe('is not read: event files end in .ndjson, .ndjson.gz, .ndjson.zst');
  });

  test('counts events by type, copies included, and finds nothing wrong with good ones', async () => {
    await folder.write(
      'a.ndjson',
      lines(item(1), seen(1), seen(1, { ingest_time: 9 }), {
        type: 'member',
        event_id: 'e1',
        member_id: 'm',
        op: 'delete',
      }),
    );
    expect(await checkEvents(openEventFolder(folder.path))).toEqual({
      events: { member: 1, item: 1, interaction: 2 },
      duplicates: 1,
      unordered: { interactions: 0, share: 0 },
      attributes: { item_attributes: [{ name: 'title', count: 1 }], member_attributes: [] },
      errors: [],
      warnings: [],
    });
  });

  test('counts interactions that share member, time and sequence, and no copies', async () => {
    const at = (id: number, more: object) => seen(id, { event_time: '2026-01-01', ...more });
    const same = [at(1, {}), at(2, { sequence: 0 }), at(3, { event_time: '2026-01-01T00:00:00Z' })];
    const others = [at(4, { sequence: 1 }), at(5, { member_id: 'n' }), seen(6), at(1, { ingest_time: 5 })];
    await folder.write('a.ndjson', lines(item(1), ...same, ...others));
    const { unordered, duplicates } = await checkEvents(openEventFolder(folder.path));
    expect([unordered, duplicates]).toEqual([{ interactions: 3, share: 0.5 }, 1]);
  });

  test('warns of whole numbers that no double holds, by field, and of no others', async () => {
    const numbers = '"pay":9007199254740993,"far":9007199254740992,"near":9007199254740991,"text":"9007199254740993"';
    const defined = JSON.stringify(item(1)).replace('"title":"x"', numbers);
    const context = JSON.stringify(seen(1, { context: { n: 0 } })).replace('"n":0', '"n": -123456789012345678901');
    await folder.write('a.ndjson', lines(defined, defined.replace('"e"', '"f"'), context));
    const { errors, warnings } = await checkEvents(openEventFolder(folder.path));
    expect(errors).toEqual([]);
    expect(warnings).toMatchObject([
      { code: 'number_rounded', field: 'attributes.pay', file: 'a.ndjson', line: 1, count: 2 },
      { code: 'number_rounded', field: 'context.n', file: 'a.ndjson', line: 3, count: 1 },
    ]);
    expect(warnings[0]!.message).toContain('9007199254740993');
    expect(warnings[0]!.message).toContain('is read as 9007199254740992');
  });

  test('clips names of a producer and shows what a terminal would obey', async () => {
    await folder.write('a.ndjson', lines(item(1), seen(1, { action: `\u001b[2J${'x'.repeat(5_000)}` })));
    const [error] = (await checkEvents(openEventFolder(folder.path), domain)).errors;
    expect(error).toMatchObject({ code: 'action_unknown', message: expect.stringContaining('"\\u{1b}[2Jxxx') });
    expect(error!.message.length).toBeLessThan(300);
    await folder.write('a.ndjson', lines({ ...item(1), 'a\u001bb': 1 }));
    expect((await checkEvents(openEventFolder(folder.path))).errors).toMatchObject([
      { code: 'field_unknown', field: 'a\\u{1b}b' },
    ]);
  });

  test('tells the first of each kind with file and line, and how many there are', async () => {
    await folder.write('a.ndjson', lines(item(1), '{', { ...seen(1), propensity: 2 }));
    await folder.write('b/c.ndjson', lines('{"x', { ...seen(2), propensity: 3 }, { ...seen(3), surfce: 'x' }));
    expect((await checkEvents(openEventFolder(folder.path))).errors).toMatchObject([
      { code: 'not_json', file: 'a.ndjson', line: 2, field: '', count: 2 },
      { code: 'field_invalid', file: 'a.ndjson', line: 3, field: 'propensity', count: 2 },
      {
        code: 'field_unknown',
        file: 'b/c.ndjson',
        line: 3,
        field: 'surfce',
        count: 1,
        message: expect.stringContaining('"surface"'),
      },
    ]);
  });

  test('finds an id with two contents, counts all its records, and takes copies for no conflict', async () => {
    await folder.write('a.ndjson', lines(item(1), item(1), item(2)));
    await folder.write('b.ndjson', lines(item(1, 'other'), item(1), item(2)));
    const { errors, duplicates } = await checkEvents(openEventFolder(folder.path));
    expect(errors).toMatchObject([{ code: 'id_conflict', file: 'b.ndjson', line: 1, field: 'event_id', count: 4 }]);
    expect(duplicates).toBe(1);
  });

  test('lets members, items and types use the same event id', async () => {
    await folder.write(
      'a.ndjson',
      lines(
        item(1),
        item(2, 'y'),
        seen(1, { event_id: 'e' }),
        seen(1, { event_id: 'e', member_id: 'n', action: 'other' }),
      ),
    );
    expect((await checkEvents(openEventFolder(folder.path))).errors).toEqual([]);
  });

  test('warns of interactions with items that are never defined, wherever the definition stands', async () => {
    await folder.write(
      'a.ndjson',
      lines(seen(1), seen(2, { item_id: 'none' }), seen(3, { item_id: 'none' }), seen(4, { item_id: 'gone' })),
    );
    await folder.write('z.ndjson', lines(item(1), { type: 'item', event_id: 'd', item_id: 'gone', op: 'delete' }));
    expect(await checkEvents(openEventFolder(folder.path))).toMatchObject({
      errors: [],
      warnings: [
        { code: 'item_undefined', file: 'a.ndjson', line: 2, count: 3, message: expect.stringContaining('2 items') },
      ],
    });
  });

  test('compares actions with the domain: spoken, exposed and ignored ones are known', async () => {
    const actions = ['viewed', 'impression', 'hovered', 'veiwed', 'sold', 'veiwed'];
    await folder.write('a.ndjson', lines(item(1), ...actions.map((action, i) => seen(i, { action }))));
    expect((await checkEvents(openEventFolder(folder.path), domain)).errors).toMatchObject([
      {
        code: 'action_unknown',
        field: 'action',
        line: 5,
        count: 2,
        message: expect.stringContaining('did you mean "viewed"?'),
      },
      { code: 'action_unknown', line: 6, count: 1 },
    ]);
    expect((await checkEvents(openEventFolder(folder.path))).errors).toEqual([]);
  });

  test('of an id table that grows keeps every id', async () => {
    await folder.write('a.ndjson', lines(...Array.from({ length: 5000 }, (_, i) => item(i))));
    await folder.write(
      'b.ndjson',
      lines(...Array.from({ length: 5000 }, (_, i) => item(i, i === 4321 ? 'other' : 'x'))),
    );
    const { errors, duplicates } = await checkEvents(openEventFolder(folder.path));
    expect(errors).toMatchObject([{ code: 'id_conflict', line: 4322, count: 2 }]);
    expect(duplicates).toBe(4999);
  });
});
