/**
 * Events a second over the lines of event files, held in memory: `node events-rate.ts ours|json
 * FOLDER`. `ours` parses, validates and applies: each line by the reader of a build, then the
 * records of each member and item as a build takes them in. `json` calls JSON.parse alone. Both
 * decode the same bytes. Prints seconds of that work, and what both must agree on.
 */

import { readFileSync } from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { entityOf } from '../../../schemas/event-time.ts';
import { openEventFolder } from '../../../src/adapters/filesystem/event-folder.ts';
import { listEvents } from '../../../src/sources/event-files.ts';
import { parseLineBytes } from '../../../src/sources/event-line.ts';
import type { PlacedRecord } from '../../../src/timeline/entity-state.ts';
import { takeInEntity } from '../../../src/timeline/take-in-entity.ts';

const [side, folder = ''] = process.argv.slice(2);
const lines = (await listEvents(openEventFolder(folder))).files.flatMap(({ path }) => linesOf(unpacked(path)));
const started = performance.now();
const counted = side === 'ours' ? ours() : plain();
const seconds = (performance.now() - started) / 1_000;
process.stdout.write(`${JSON.stringify({ lines: lines.length, seconds, ...counted })}\n`);

function unpacked(file: string): Buffer {
  const bytes = readFileSync(file);
  if (file.endsWith('.gz')) return gunzipSync(bytes);
  return file.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes;
}

function linesOf(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from);
    const to = end < 0 ? bytes.length : end;
    if (to > from) found.push(bytes.subarray(from, to));
    from = to + 1;
  }
  return found;
}

/** Letters of all event ids, and how many records there were. */
function ours() {
  const [members, items] = [new Map<string, PlacedRecord[]>(), new Map<string, PlacedRecord[]>()];
  let letters = 0;
  for (const [line, bytes] of lines.entries()) {
    const parsed = parseLineBytes(bytes);
    if (parsed?.ok !== true) throw new Error(`line ${line} holds no event`);
    const { event } = parsed;
    letters += event.event_id.length;
    const records = event.type === 'item' ? items : members;
    const entity = entityOf(event);
    const same = records.get(entity);
    if (same === undefined) records.set(entity, [{ event, file: 0, line }]);
    else same.push({ event, file: 0, line });
  }
  let applied = 0;
  for (const records of [members, items])
    for (const same of records.values()) applied += takeInEntity(same).used.length;
  return { letters, applied };
}

function plain() {
  let letters = 0;
  for (const bytes of lines) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    letters += (JSON.parse(text) as { event_id: string }).event_id.length;
  }
  return { letters, applied: 0 };
}
