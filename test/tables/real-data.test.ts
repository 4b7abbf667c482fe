/** The real sets through their mappings; of the greater ones what some members did. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import { fileAt, openEventFolder } from '../../src/adapters/filesystem/event-folder.ts';
import { shippedFolder } from '../../src/config.ts';
import { checkEvents } from '../../src/sources/check-events.ts';
import { readEventFile } from '../../src/sources/event-files.ts';
import { importTables } from '../../src/tables/import-tables.ts';
import { copyTables } from '../integration/copy-tables.ts';
import { REAL_DATA, REAL_SETS } from '../real-sets.ts';
import { tempFolder } from '../sources/temp-folder.ts';

const folder = tempFolder();
const whole = new Set(['ifdb', 'stackexchange-quantumcomputing']);

/** Of a set that is not small, what some members did alone. */
function describeSet(name: string, body: (run: () => ReturnType<typeof importTables>) => void) {
  const set = REAL_SETS.find((each) => each.name === name);
  const from = join(REAL_DATA, name);
  const there = set !== undefined && existsSync(from);
  if (!there) console.warn(`SKIPPED: no data set ${name} in ${REAL_DATA}; set BREWHOUSE_DATA to its folder`);
  const mappingFile = join(shippedFolder('mappings'), `${name}.yaml`);
  const run = () => {
    const tables = whole.has(name) ? from : join(folder.path, 'tables');
    if (set !== undefined && !whole.has(name)) copyTables(from, tables, set.some);
    const firstSeen = set?.importFlags.includes('--first-seen') === true;
    return importTables({ mappingFile, from: tables, out: join(folder.path, 'events'), firstSeen });
  };
  describe.skipIf(!there)(name, () => body(run));
}

const namesOf = (facts: readonly { readonly attribute: string }[]) => facts.map(({ attribute }) => attribute).sort();

async function firstEvents(name: string, wanted: (event: EventRecord) => boolean): Promise<EventRecord[]> {
  const events: EventRecord[] = [];
  for await (const batch of readEventFile(await fileAt(join(folder.path, 'events', name)))) {
    for (const { outcome } of batch) if (outcome.ok && wanted(outcome.event)) events.push(outcome.event);
  }
  return events;
}

describeSet('ifdb', (run) => {
  test('comes in whole: placeholders without a time in order, years as years, later honours left out', async () => {
    const summary = await run();
    expect(summary).toMatchObject({ events: { member: 5036, item: 10_246, interaction: 155_935 }, dead: 0 });
    expect(namesOf(summary.source.left_out)).toEqual(['tags']);
    expect(namesOf(summary.source.assumed)).toEqual([
      'author',
      'description',
      'gender',
      'genre',
      'location',
      'profile',
      'system',
      'title',
    ]);

    const placeholders = await firstEvents('actions/events.csv.ndjson.gz', ({ event_time }) => event_time === null);
    expect(placeholders).toHaveLength(1809);
    expect(placeholders.map(({ sequence }) => sequence)).toEqual(placeholders.map((_, i) => i + 1));

    const items = await firstEvents('games/items.csv.ndjson.gz', () => true);
    const years = items.filter(({ event_time }) => typeof event_time === 'string' && /^\d{4}Z$/.test(event_time));
    expect([items.filter(({ event_time }) => event_time === null).length, years.length]).toEqual([546, 3653]);
    expect(items.some((event) => event.type === 'item' && event.attributes?.tags !== undefined)).toBe(false);

    const checked = await checkEvents(openEventFolder(join(folder.path, 'events')));
    expect(checked).toMatchObject({ errors: [], duplicates: 0, warnings: [{ code: 'item_undefined', count: 14_521 }] });
  });
});

describeSet('us-senate-rollcalls', (run) => {
  test('comes in: days as days, roll numbers as their order, nothing that tells the future, no licence', async () => {
    const summary = await run();
    expect(summary).toMatchObject({ events: { member: 290, item: 8192, interaction: 90_542 }, dead: 0 });
    expect(summary.source).not.toHaveProperty('licence');
    expect(namesOf(summary.source.left_out)).toEqual([
      'dtl_desc',
      'first_congress',
      'last_congress',
      'party',
      'session',
    ]);
    const [vote] = await firstEvents(
      'votes/events.csv.ndjson.gz',
      (event) => event.type === 'interaction' && event.item_id === '116-7',
    );
    expect(vote).toMatchObject({ sequence: 7, event_time: expect.stringMatching(/^\d{4}-\d\d-\d\dZ$/) });
    expect(await firstEvents('senators/members.csv.ndjson.gz', (event) => event.event_time !== null)).toEqual([]);
  });
});

const isOfInvoice = (event: EventRecord, invoice: unknown) =>
  event.type === 'interaction' && event.session_id === invoice;

describeSet('online-retail', (run) => {
  test('comes in: products alone, there from the first sale on, baskets as sessions, equal lines kept', async () => {
    const summary = await run();
    expect(summary).toMatchObject({ dead: 0, equal: 0, source: { licence: 'cc-by-4.0', left_out: [] } });
    expect(summary.source.dated).toEqual([{ by: 'first_seen', because: expect.any(String) }]);
    const items = await firstEvents('products/items.csv.ndjson.gz', () => true);
    expect(items).toHaveLength(3676);
    const sales = await firstEvents('lines/events.csv.ndjson.gz', ({ type }) => type === 'interaction');
    const charges = new Set(['BANK CHARGES', 'C2', 'CRUK', 'D', 'DOT', 'M', 'PADS', 'POST']);
    expect(sales.filter((event) => event.type === 'interaction' && charges.has(event.item_id))).toEqual([]);
    expect(new Set(sales.map(({ event_id }) => event_id)).size).toBe(sales.length);
    // The clocks of London are an hour ahead of UTC in summer.
    const lines = readFileSync(join(folder.path, 'tables', 'events.csv'), 'utf8').split('\n');
    const [, item, , time = '', invoice] = lines.find((line) => line.includes(',2011-07-'))?.split(',') ?? [];
    const summer = sales.find((event) => 'item_id' in event && event.item_id === item && isOfInvoice(event, invoice));
    expect(summer).toMatchObject({ event_time: Date.parse(`${time.replace(' ', 'T')}+01:00`) });
    const [sale] = sales;
    expect(sale).toMatchObject({
      session_id: expect.any(String),
      value: expect.anything(),
      context: expect.anything(),
    });
    const dated = await firstEvents('+first_seen/000001.ndjson.gz', ({ type }) => type === 'item');
    expect(dated.length).toBeGreaterThan(1_000);
    expect((await checkEvents(openEventFolder(join(folder.path, 'events')))).errors).toEqual([]);
  });
});

describeSet('polis-votes', (run) => {
  test('comes in: statements as of when they were written, later decisions and authors left out', async () => {
    const summary = await run();
    expect(summary).toMatchObject({ events: { member: 0, item: 2782 }, dead: 0, source: { licence: 'cc-by-4.0' } });
    expect(namesOf(summary.source.left_out)).toEqual(['author_id', 'conversation', 'moderated']);
    const first = '15-per-hour-seattle:53';
    const [item] = await firstEvents(
      'statements/items.csv.ndjson.gz',
      (event) => 'item_id' in event && event.item_id === first,
    );
    expect(item).toMatchObject({ event_time: Date.parse('2018-11-16T22:09:36Z') });
  });
});

describeSet('stackexchange-quantumcomputing', (run) => {
  test('comes in whole: what has a day alone is known at its end, names and authors are left out', async () => {
    const summary = await run();
    expect(summary).toMatchObject({ events: { member: 555, item: 612, interaction: 5788 }, filtered: 5788, dead: 0 });
    expect(summary.source.licence).toBe('cc-by-sa-4.0');
    expect(namesOf(summary.source.left_out)).toEqual(['DisplayName', 'author_id']);
    const favorites = await firstEvents('favorites/events.csv.ndjson.gz', () => true);
    expect(favorites).toHaveLength(706);
    expect(favorites.filter(({ event_time }) => !/^2018-\d\d-\d\dZ$/.test(String(event_time)))).toEqual([]);
    expect(await checkEvents(openEventFolder(join(folder.path, 'events')))).toMatchObject({
      errors: [],
      duplicates: 0,
      warnings: [],
    });
  });
});
