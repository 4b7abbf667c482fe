/** Which files below a folder are events, as builder and checker find them (EVENT-7). */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventsAt, openReader } from '../../src/adapters/checker-reader.ts';
import { openEventFolder } from '../../src/adapters/filesystem/event-folder.ts';
import { listEvents, readEventFile } from '../../src/sources/event-files.ts';
import { deadRowsBeside, readSource } from '../../src/sources/source-file.ts';
import { eventSideOf } from '../../src/verify/release/event-side.ts';
import { eventsOfFolder } from '../verify/whole-world.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'brewhouse-folders-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Writes an event file whose one record says its own path. */
function write(path: string): void {
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  const event = { event_id: path, type: 'item', item_id: path, op: 'upsert', attributes: {} };
  writeFileSync(file, `${JSON.stringify(event)}\n`);
}

/** Paths of what each of the two reads. */
async function bothRead(): Promise<[builder: string[], checker: string[]]> {
  const built: string[] = [];
  for (const file of (await listEvents(openEventFolder(dir))).files)
    for await (const batch of readEventFile(file))
      for (const { outcome } of batch) built.push(outcome.ok ? outcome.event.event_id : 'dead');
  const checked: string[] = [];
  for await (const record of eventsOfFolder(dir)()) checked.push((record as { event_id: string }).event_id);
  return [built.sort(), checked.sort()];
}

it('are regular files with the three endings, wherever below it, links followed', async () => {
  for (const path of ['a.ndjson', 'b/c.ndjson', 'b/d/e.ndjson']) write(path);
  for (const path of ['._a.ndjson', '.git/a.ndjson', '__MACOSX/a.ndjson', 'oracle/a.ndjson', 'x.json']) write(path);
  for (const path of ['b/lake/lake.json', 'b/lake/a.ndjson', 'b/oracle/a.ndjson']) write(path);
  symlinkSync(join(dir, 'b', 'd'), join(dir, 'linked'));
  symlinkSync(dir, join(dir, 'b', 'd', 'up'));
  const right = ['a.ndjson', 'b/c.ndjson', 'b/d/e.ndjson', 'b/d/e.ndjson'];
  expect(await bothRead()).toEqual([right, right]);
});

it('are read where the folder itself is beside a lake’s file', async () => {
  write('a.ndjson');
  write('lake.json');
  expect(await bothRead()).toEqual([['a.ndjson'], ['a.ndjson']]);
});

it('are refused by name where one is a pipe, which nobody waits for', async () => {
  write('a.ndjson');
  expect(spawnSync('mkfifo', [join(dir, 'pipe.ndjson')]).status).toBe(0);
  const refused = { code: 'input_unreadable' };
  await expect(listEvents(openEventFolder(dir))).rejects.toMatchObject(refused);
  await expect(eventsOfFolder(dir)()[Symbol.asyncIterator]().next()).rejects.toMatchObject(refused);
});

it.each([
  ['source.yaml', readSource],
  ['../events.dead/tables.json', deadRowsBeside],
])('may have a pipe for %s beside them, which both refuse by name', async (name, builder) => {
  const events = join(dir, 'events');
  write('events/a.ndjson');
  mkdirSync(join(dir, 'events.dead'));
  expect(spawnSync('mkfifo', [join(events, name)]).status).toBe(0);
  const refused = { code: 'input_unreadable', message: expect.stringContaining('no regular file') };
  await expect(builder(openEventFolder(events))).rejects.toMatchObject(refused);
  await expect(eventSideOf(openReader(eventsAt(events)))).rejects.toMatchObject(refused);
});
