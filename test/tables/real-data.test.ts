/** The two real sets through their mappings; of the Senate what some members did. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import { checkEvents } from '../../src/sources/check-events.ts';
import { readEventFile } from '../../src/sources/event-files.ts';
import { importTables } from '../../src/tables/import-tables.ts';
import { copyTables, type SomeMembers } from '../integration/copy-tables.ts';
import { tempFolder } from '../sources/temp-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const data = process.env.BREWHOUSE_DATA ?? join(root, '..', 'shared', 'data');
const folder = tempFolder();

/** With `some` the set has what some members did alone. */
function describeSet(name: string, body: (run: () => ReturnType<typeof importTables>) => void, some?: SomeMembers) {
  const from = join(data, name);
  const there = existsSync(from);
  if (!there) console.warn(`SKIPPED: no data set ${name} in ${data}; set BREWHOUSE_DATA to the folder that holds it`);
  const mappingFile = join(root, 'pipelines', 'mappings', `${name}.yaml`);
  const run = () => {
    const tables = some === undefined ? from : join(folder.path, 'tables');
    if (some !== undefined) copyTables(from, tables, some);
    return importTables({ mappingFile, from: tables, out: folder.path });
  };
  describe.skipIf(!there)(name, () => body(run));
}

async function firstEvents(name: string, wanted: (event: EventRecord) => boolean): Promise<EventRecord[]> {
  const events: EventRecord[] = [];
  for await (const batch of readEventFile(join(folder.path, name))) {
    for (const { outcome } of batch) if (outcome.ok && wanted(outcome.event)) events.push(outcome.event);
  }
  return events;
}

describeSet('ifdb', (run) => {
  test('comes in whole: placeholders without a time in order, years as years, later honours left out', async () => {
    const summary = await run();
    expect(summary).toMatchObject({ events: { member: 5036, item: 10_246, interaction: 155_935 }, dead: 0 });
    expect(summary.source.left_out.map(({ attribute }) => attribute)).toEqual(['tags']);
    expect(summary.source.assumed.map(({ attribute }) => attribute)).toEqual([
      'gender',
      'location',
      'profile',
      'title',
      'author',
      'genre',
      'system',
      'description',
    ]);

    const placeholders = await firstEvents('events/events.csv.ndjson.gz', ({ event_time }) => event_time === null);
    expect(placeholders).toHaveLength(1809);
    expect(placeholders.map(({ sequence }) => sequence)).toEqual(placeholders.map((_, i) => i + 1));

    const items = await firstEvents('items/items.csv.ndjson.gz', () => true);
    const years = items.filter(({ event_time }) => typeof event_time === 'string' && /^\d{4}Z$/.test(event_time));
    expect([items.filter(({ event_time }) => event_time === null).length, years.length]).toEqual([546, 3653]);
    expect(items.some((event) => event.type === 'item' && event.attributes?.tags !== undefined)).toBe(false);

    const checked = await checkEvents(folder.path);
    expect(checked).toMatchObject({ errors: [], duplicates: 0, warnings: [{ code: 'item_undefined', count: 14_521 }] });
  });
});

const SOME_SENATORS = { did: /^events/, kept: /^[^,]*3,/ };

describeSet(
  'us-senate-rollcalls',
  (run) => {
    test('comes in: days as days, roll numbers as their order, nothing that tells the future', async () => {
      const summary = await run();
      expect(summary).toMatchObject({ events: { member: 290, item: 8192, interaction: 90_542 }, dead: 0 });
      const left = summary.source.left_out.map(({ attribute }) => attribute);
      expect(left).toEqual(['party', 'first_congress', 'last_congress', 'dtl_desc', 'session']);
      const [vote] = await firstEvents(
        'events/events.csv.ndjson.gz',
        (event) => event.type === 'interaction' && event.item_id === '116-7',
      );
      expect(vote).toMatchObject({ sequence: 7, event_time: expect.stringMatching(/^\d{4}-\d\d-\d\dZ$/) });
      expect(await firstEvents('members/members.csv.ndjson.gz', (event) => event.event_time !== null)).toEqual([]);
    });
  },
  SOME_SENATORS,
);
