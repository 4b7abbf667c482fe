/** What `import` and `check` say of tables and folders from which nothing came. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../sources/temp-folder.ts';
import { runCli } from './run-cli.ts';

const folder = tempFolder();
const VIEWS = `name: shop
tables:
  - name: views
    files: views.csv
    emit: interaction
    member_id: who
    item_id: what
    action: { value: viewed }
    event_time: at
`;
const TWO = `${VIEWS}  - name: goods
    files: goods.csv
    emit: item
    item_id: id
    event_time: since
    where: [{ column: kind, is_not: [gone] }]
`;
const MANY_VIEWS = `who,what,at\n${Array.from({ length: 500 }, (_, i) => `m${i},j,2026-01-01T00:00:00Z\n`).join('')}`;

async function importTables(mapping: string, files: Readonly<Record<string, string>>, ...more: string[]) {
  for (const [name, content] of Object.entries(files)) await folder.write(`in/${name}`, content);
  await folder.write('map.yaml', mapping);
  const args = ['--mapping', 'map.yaml', '--from', 'in', '--out', 'out', ...more];
  return runCli(['import', ...args], { cwd: folder.path });
}

describe('an import', () => {
  test.each([
    ['all rows of a small table die', 'id,since,kind\nj,soon,x\nk,,x\n', 'of 2 rows 2 dead'],
    [
      'a condition leaves all rows of a table out',
      'id,since,kind\nj,2026,gone\n',
      'of 1 rows 1 left out by a condition',
    ],
    ['a table has no row', 'id,since,kind\n', 'its files hold no row'],
  ])('exits 1 by the name of the table where %s', async (_what, goods, said) => {
    const ran = await importTables(TWO, { 'views.csv': MANY_VIEWS, 'goods.csv': goods });
    expect(ran.stdout).toContain(`table goods came to no event: ${said}\n`);
    expect(ran.stdout).toContain('--allow-empty goods');
    expect(ran.code).toBe(1);
  });

  test('exits 0 where that table was allowed to be empty, and tells it all the same', async () => {
    const files = { 'views.csv': MANY_VIEWS, 'goods.csv': 'id,since,kind\nj,2026,gone\n' };
    const ran = await importTables(TWO, files, '--allow-empty', 'goods', '--json');
    expect(ran.code).toBe(0);
    const empty_tables = [{ table: 'goods', rows: 1, filtered: 1, equal: 0, dead: 0 }];
    expect(JSON.parse(ran.stdout)).toMatchObject({ empty_tables });
  });

  test('of which all rows die exits 1 and says why the first did', async () => {
    const ran = await importTables(VIEWS, { 'views.csv': 'who,what,at\nm,j,soon\nm,j,later\n' });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('views.csv:2: column at: "soon" is no ISO 8601 time');
    expect(ran.stdout).toContain('2 of 2 rows became no event (100.0 %); out.dead holds them');
    expect(ran.stdout).toContain('table views came to no event: of 2 rows 2 dead');
  });

  test('has its gate where more rows die than --max-dead allows, and not before', async () => {
    const files = { 'views.csv': `${MANY_VIEWS}m,j,soon\n` };
    expect((await importTables(VIEWS, files, '--max-dead', '0.001')).code).toBe(1);
    expect((await importTables(VIEWS, files)).code).toBe(0);
  });
});

test('check of a folder without interactions says that there is nothing to ask', async () => {
  const item = { event_id: 'i', event_time: null, type: 'item', item_id: 'j', op: 'upsert', attributes: {} };
  await folder.write('events/items.ndjson', `${JSON.stringify(item)}\n`);
  const events = join(folder.path, 'events');
  const ran = await runCli(['check', '--events', events]);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain('warning no_interactions: no interactions');
  expect(ran.stdout.trimEnd().split('\n').at(-1)).toBe('no errors, but nothing to ask: there are no interactions');
  const { warnings } = JSON.parse((await runCli(['check', '--events', events, '--json'])).stdout);
  expect(warnings).toMatchObject([{ code: 'no_interactions', file: '.', line: 0 }]);
});
