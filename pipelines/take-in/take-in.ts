/** Event files into the timeline chains of a lake: read, dealt by member, sorted in bounded memory, committed partition by partition. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { EventRecord } from '../../schemas/event.ts';
import { canonicalEvent, entityOf } from '../../schemas/event-time.ts';
import type { DeadLetter } from '../../src/adapters/parquet/dead-letters.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import type { Chain } from '../../src/lake/commit-log.ts';
import { partitionOf } from '../../src/lake/murmur2.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import type { Scratch } from '../../src/sort/scratch.ts';
import { createSorter, type Sorter } from '../../src/sort/sorted-runs.ts';
import { readAssumptions } from '../../src/sources/assumptions.ts';
import { type EventLine, listEventFiles, readEventFile } from '../../src/sources/event-files.ts';
import type { PlacedRecord } from '../../src/timeline/take-in-entity.ts';
import { openPartition, type PartitionWriter } from './partition.ts';

/** An input file as the timeline chain names it. */
export interface InputFile {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface TakeInOptions {
  readonly eventsDir: string;
  readonly store: ObjectStore;
  readonly scratch: Scratch;
  readonly partitions: number;
  readonly attempt: string;
  /** Called with bytes read of all bytes. */
  readonly report: (done: number, total: number) => void;
}

/** What the sorter gives back: all records of one member or item, or a record that is no event. */
export type TakenGroup =
  | { readonly kind: 'entity'; readonly records: readonly PlacedRecord[] }
  | { readonly kind: 'unread'; readonly letter: DeadLetter };

/** Names (relative to the folder) and hashes of the event files. */
export async function inputFiles(eventsDir: string): Promise<InputFile[]> {
  const inputs: InputFile[] = [];
  for (const path of await listEventFiles(eventsDir)) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    const { size } = await stat(path);
    inputs.push({ name: relative(eventsDir, path), path, sha256: hash.digest('hex'), bytes: size });
  }
  return inputs;
}

/** Takes the files into the chains of `missing` partitions. Throws `input_unreadable` before anything is committed. */
export async function takeIn(
  inputs: readonly InputFile[],
  missing: ReadonlyMap<number, Chain>,
  options: TakeInOptions,
): Promise<void> {
  const sorter = createSorter({ scratch: options.scratch });
  try {
    await dealEvents(inputs, sorter, options);
    await PROCESS_EFFECTS.reach('sorting');
    const assumptions = await readAssumptions(options.eventsDir);
    let current: PartitionWriter | undefined;
    let next = 0;
    // Partitions without a record are committed too: a chain that is missing is a build that was cut off.
    const advanceTo = async (partition: number) => {
      for (; next <= partition; next++) {
        await current?.finish();
        current = openPartition(next, missing.get(next), { inputs, assumptions, ...options });
      }
    };
    for (const { partition, group } of groups(sorter, inputs)) {
      await advanceTo(partition);
      await current!.add(group);
    }
    await advanceTo(options.partitions - 1);
    await current?.finish();
  } finally {
    sorter.close();
  }
}

/** Reads all files once and hands every record to the sorter. */
async function dealEvents(inputs: readonly InputFile[], sorter: Sorter, options: TakeInOptions): Promise<void> {
  const total = inputs.reduce((sum, input) => sum + input.bytes, 0);
  let done = 0;
  for (const [file, input] of inputs.entries()) {
    for await (const batch of readEventFile(input.path)) {
      for (const line of batch) deal(line, file, sorter, options.partitions);
    }
    done += input.bytes;
    options.report(done, total);
  }
}

const KIND = { item: 0, timeline: 1, unread: 2 } as const;

/** Key: partition, kind, entity. What is no event belongs to no member, so it lies in partition 0 under its place. */
function deal({ line, outcome }: EventLine, file: number, sorter: Sorter, partitions: number): void {
  if (outcome.ok) {
    const { event } = outcome;
    const entity = entityOf(event);
    const key = sortKey(partitionOf(entity, partitions), event.type === 'item' ? KIND.item : KIND.timeline, entity);
    sorter.add(key, Buffer.from(`${file} ${line} ${canonicalEvent(event)}`, 'utf8'));
    return;
  }
  const { reason, field = '', message, raw } = outcome;
  const letter = { reason, field, message, raw: Buffer.from(raw).toString('base64') };
  const place = [file, line].map((number) => String(number).padStart(12, '0')).join(' ');
  sorter.add(sortKey(0, KIND.unread, place), Buffer.from(`${file} ${line} ${JSON.stringify(letter)}`, 'utf8'));
}

function sortKey(partition: number, kind: number, entity: string): Buffer {
  const key = Buffer.allocUnsafe(3 + Buffer.byteLength(entity, 'utf8'));
  key.writeUInt16BE(partition, 0);
  key[2] = kind;
  key.write(entity, 3, 'utf8');
  return key;
}

/** Groups the sorted records by key. Bound: the records of one entity in memory. */
function* groups(
  sorter: Sorter,
  inputs: readonly InputFile[],
): Generator<{ readonly partition: number; readonly group: TakenGroup }> {
  let key: Buffer | undefined;
  let records: PlacedRecord[] = [];
  for (const record of sorter.sorted()) {
    const { file, line, json } = parsePayload(record.payload);
    const partition = (record.key[0]! << 8) | record.key[1]!;
    if (record.key[2] === KIND.unread) {
      const letter = JSON.parse(json) as Omit<DeadLetter, 'raw'> & { raw: string };
      const placed = { ...letter, source: inputs[file]!.name, line, raw: Buffer.from(letter.raw, 'base64') };
      yield { partition, group: { kind: 'unread', letter: placed } };
      continue;
    }
    if (key !== undefined && Buffer.compare(key, record.key) !== 0) {
      yield { partition: key.readUInt16BE(0), group: { kind: 'entity', records } };
      records = [];
    }
    if (records.length === 0) key = Buffer.from(record.key);
    records.push({ file, line, event: JSON.parse(json) as EventRecord });
  }
  if (key !== undefined) yield { partition: key.readUInt16BE(0), group: { kind: 'entity', records } };
}

function parsePayload(payload: Uint8Array): { file: number; line: number; json: string } {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8');
  const first = text.indexOf(' ');
  const second = text.indexOf(' ', first + 1);
  return {
    file: Number(text.slice(0, first)),
    line: Number(text.slice(first + 1, second)),
    json: text.slice(second + 1),
  };
}
