/**
 * The builder's reader of event files and the checker's, side by side on the same bytes: what each
 * makes of every line, in words that both can say.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Attributes, EventRecord } from '../../schemas/event.ts';
import { contentOf, timeSpan } from '../../schemas/event-time.ts';
import { fileAt } from '../../src/adapters/filesystem/event-folder.ts';
import { readEventFile } from '../../src/sources/event-files.ts';
import { type CheckedEvent, contentDigest, readEvent } from '../../src/verify/events/checked-event.ts';
import { eventsOfFolder } from '../verify/whole-world.ts';

/** An event as both sides know it, as JSON; and its content, which differs in form by side. */
export interface ReadLine {
  readonly event: string;
  readonly content: string;
}

/** What one side makes of a line: its events, or why it has none, as far as it says so. */
interface Read {
  readonly events: ReadLine[];
  why: string;
}

type Reading = readonly Read[];

/** A line that the two sides read differently. */
export interface LineDifference {
  readonly line: Buffer;
  readonly builder: string;
  readonly checker: string;
  /** The same for differences that have most likely one cause. */
  readonly kind: string;
}

/** How a file is packed: it is the same file to both. */
export type Packing = 'plain' | 'gzip' | 'zstd';

/**
 * Comes after every line, so that the events of a line are known by what is between two of them.
 */
const separator = (line: number) =>
  `{"type":"item","event_id":"${line}","event_time":null,"item_id":"the end of a line","op":"upsert","attributes":{}}`;
const SEPARATED = '"the end of a line"';

/** What came of lines: how many were events to both, and those of which the sides differ. */
export interface ComparedLines {
  readonly events: number;
  readonly differences: LineDifference[];
}

/** Reads the lines on both sides, out of a file of their own. */
export async function compareLines(lines: readonly Buffer[], packing: Packing): Promise<ComparedLines> {
  const folder = mkdtempSync(join(tmpdir(), 'lines-'));
  try {
    const file = join(folder, `events.ndjson${{ plain: '', gzip: '.gz', zstd: '.zst' }[packing]}`);
    writeFileSync(file, packed(lines, packing));
    const [builder, checker] = [await saidBy(readByBuilder, file), await saidBy(readByChecker, folder)];
    if (builder instanceof Error || checker instanceof Error)
      return { events: 0, differences: await crashes(lines, packing, builder, checker) };
    const events = builder.filter((line, i) => line.events.length > 0 && checker[i]?.events.length).length;
    return { events, differences: compared(lines, builder, checker) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Two members or frames, cut anywhere. */
function packed(lines: readonly Buffer[], packing: Packing): Buffer {
  const bytes = Buffer.concat(lines.flatMap((line, i) => [line, Buffer.from(`\n${separator(i)}\n`)]));
  if (packing === 'plain') return bytes;
  const pack = packing === 'gzip' ? gzipSync : zstdCompressSync;
  const middle = (bytes.length * 2) / 3;
  return Buffer.concat([pack(bytes.subarray(0, middle)), pack(bytes.subarray(middle))]);
}

async function saidBy(read: (path: string) => Promise<Reading>, path: string): Promise<Reading | Error> {
  try {
    return await read(path);
  } catch (error) {
    return error as Error;
  }
}

/** Halves until the line that a side cannot bear is alone. */
async function crashes(
  lines: readonly Buffer[],
  packing: Packing,
  builder: Reading | Error,
  checker: Reading | Error,
): Promise<LineDifference[]> {
  const [only, second] = lines;
  if (only === undefined) return [];
  if (second === undefined) {
    const say = (read: Reading | Error) => (read instanceof Error ? `throws ${read.message}` : 'reads it');
    const said = { builder: say(builder), checker: say(checker) };
    return [{ line: only, ...said, kind: Object.values(said).join(' / ') }];
  }
  const middle = Math.floor(lines.length / 2);
  const halves = [lines.slice(0, middle), lines.slice(middle)];
  return (await Promise.all(halves.map((half) => compareLines(half, packing)))).flatMap(
    ({ differences }) => differences,
  );
}

const nothing = (): Read => ({ events: [], why: '' });

async function readByBuilder(file: string): Promise<Reading> {
  const read = [nothing()];
  for await (const batch of readEventFile(await fileAt(file))) {
    for (const { outcome } of batch) {
      const line = read.at(-1)!;
      if (!outcome.ok) line.why = `${outcome.reason} ${outcome.field ?? ''}`;
      else if (JSON.stringify(outcome.event).includes(SEPARATED)) read.push(nothing());
      else line.events.push({ event: saidOfBuilder(outcome.event), content: contentOf(outcome.event) });
    }
  }
  return read;
}

async function readByChecker(folder: string): Promise<Reading> {
  const read = [nothing()];
  for await (const record of eventsOfFolder(folder)()) {
    const event = readEvent(record);
    const line = read.at(-1)!;
    if (event === undefined) line.why = 'read as JSON';
    else if (JSON.stringify(event).includes(SEPARATED)) read.push(nothing());
    else line.events.push({ event: saidOfChecker(event), content: contentDigest(record, event) });
  }
  return read;
}

function saidOfBuilder(event: EventRecord): string {
  const { first, last } = timeSpan(event.event_time);
  const stamp = [event.type, event.event_id, first, last, event.sequence ?? 0, event.ingest_time];
  if (event.type === 'interaction') {
    const { member_id, item_id, action, surface, session_id, slate_id, position, propensity, value } = event;
    const met = [member_id, item_id, action, surface, session_id, slate_id, position, propensity, value];
    return said([...stamp, ...met, flat(event.context)]);
  }
  const entity = event.type === 'member' ? event.member_id : event.item_id;
  return said([...stamp, entity, event.op, flat(event.op === 'upsert' ? event.attributes : {})]);
}

function saidOfChecker(event: CheckedEvent): string {
  const stamp = [event.type, event.id, event.at, event.until, event.sequence, event.ingestedAt];
  if (event.type !== 'interaction') return said([...stamp, event.entity, event.op, flat(event.attributes)]);
  const { entity, item, action, surface, session, slate, position, propensity, value } = event;
  return said([
    ...stamp,
    entity,
    item,
    action,
    surface,
    session,
    slate,
    position,
    propensity,
    value,
    flat(event.context),
  ]);
}

const said = (parts: readonly unknown[]) => JSON.stringify(parts);

/** Attributes by key, whatever holds them. */
function flat(attributes: Attributes | undefined) {
  return attributes === undefined ? undefined : Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * The same fate and the same event; and two events have one content to both or to neither
 * (EVENT-3).
 */
function compared(lines: readonly Buffer[], builder: Reading, checker: Reading): LineDifference[] {
  const differences: LineDifference[] = [];
  const contents = new Map<string, { digest: string; line: Buffer }>();
  const digests = new Map<string, { content: string; line: Buffer }>();
  for (const [i, line] of lines.entries()) {
    const [ours, theirs] = [builder[i] ?? nothing(), checker[i] ?? nothing()];
    const [a, b] = [say(ours), say(theirs)];
    if (a !== b) {
      const told = {
        builder: a || `no event: ${ours.why || 'unread'}`,
        checker: b || `no event: ${theirs.why || 'unread'}`,
      };
      const kind = [a === '' ? told.builder : 'an event', b === '' ? told.checker : 'an event'].join(' / ');
      differences.push({ line, ...told, kind });
      continue;
    }
    for (const [n, { content }] of ours.events.entries()) {
      const digest = theirs.events[n]!.content;
      const first = contents.get(content) ?? { digest, line };
      const other = digests.get(digest) ?? { content, line };
      contents.set(content, first);
      digests.set(digest, other);
      const [same, another] = ['the content of an earlier line', 'another content'];
      if (first.digest !== digest)
        differences.push({ line, builder: `${same}: ${first.line}`, checker: another, kind: 'same / other content' });
      else if (other.content !== content)
        differences.push({ line, builder: another, checker: `${same}: ${other.line}`, kind: 'other / same content' });
    }
  }
  return differences;
}

const say = ({ events }: Read) => events.map(({ event }) => event).join(' and ');
