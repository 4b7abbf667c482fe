/** `--max-dead` at its limit, and rows that nobody may lose on the way. */

import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { eventsAt, openReader } from '../../src/adapters/checker-reader.ts';
import { openEventFolder } from '../../src/adapters/filesystem/event-folder.ts';
import { run } from '../../src/cli/commands/import.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { EXIT } from '../../src/errors.ts';
import { deadRowsBeside } from '../../src/sources/source-file.ts';
import { deadFolder } from '../../src/tables/output-names.ts';
import { eventSideOf } from '../../src/verify/release/event-side.ts';
import { tempFolder } from '../sources/temp-folder.ts';

const folder = tempFolder();
const MAPPING = `
name: shop
zone: UTC
tables:
  - { name: t, files: t.ndjson, emit: interaction, member_id: who, item_id: what, action: did, event_time: at }
`;
const GOOD = '{"who":"m","what":"i","did":"bought","at":"2018-05-01"}\n';
const DEAD = '{"who":"m","what":"i","did":"bought","at":"never"}\n';

async function importRows(text: string, maxDead: number, out = 'out') {
  const mapping = await folder.write('mapping.yaml', MAPPING);
  await folder.write('in/t.ndjson', text);
  // What is told of a table without events is another gate.
  const gates = { 'max-dead': maxDead, 'allow-empty': 't' };
  const flags = { mapping, from: join(folder.path, 'in'), out: join(folder.path, out), ...gates };
  return run({ flags, args: [] } as unknown as Parameters<typeof run>[0], PROCESS_EFFECTS);
}

// As floating-point products 0.29 x 100 is less than 29, and 0.07 x 100 more than 7.
test.each([1, 7, 29, 57, 58, 100])('%i dead rows of 100 are as many as that share, and no fewer', async (dead) => {
  const text = GOOD.repeat(100 - dead) + DEAD.repeat(dead);
  expect((await importRows(text, dead / 100)).exit).toBe(EXIT.done);
  expect((await importRows(text, (dead - 1) / 100, 'less')).exit).toBe(EXIT.fault);
});

test('no row is no dead one; one dead row is past no share at all', async () => {
  expect((await importRows('', 0)).exit).toBe(EXIT.done);
  expect((await importRows(GOOD + DEAD, 0, 'one')).exit).toBe(EXIT.fault);
});

test('a line that is too long is dead also where it begins with nothing but spaces', async () => {
  const { result } = await importRows(`${' '.repeat(10_000_001)}${GOOD}${GOOD}`, 1);
  expect(result).toMatchObject({ rows: 2, dead: 1, dead_by_reason: { line_too_long: 1 } });
  expect(await readFile(join(folder.path, 'out.dead', 't', 't.ndjson.ndjson'), 'utf8')).toContain('line_too_long');
});

test('dead rows are found beside the events by whatever name the folder is called', async () => {
  await importRows(GOOD + DEAD, 1);
  const out = join(folder.path, 'out');
  for (const name of [out, `${out}/`, `${out}/.`, `${out}/t/..`, relative('.', out)]) {
    expect(await deadRowsBeside(openEventFolder(name)), name).toEqual({ time_invalid: 1 });
    expect((await eventSideOf(openReader(eventsAt(name)))).dead_rows, name).toEqual({ time_invalid: 1 });
  }
  expect(deadFolder('.')).toBe(`${process.cwd()}.dead`);
  expect(deadFolder('events')).toBe('events.dead');
});
