/** Event files into the timeline chains of a lake: read, dealt by member, sorted in bounded memory, committed partition by partition. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { FileRef, TimelineRecord } from '../schemas/commit.ts';
import type { EventRecord } from '../schemas/event.ts';
import { canonicalEvent, entityOf } from '../schemas/event-time.ts';
import { type DeadLetter, writeDeadLetters } from '../src/adapters/parquet/dead-letters.ts';
import { BrewhouseError } from '../src/errors.ts';
import { appendRecord, type Chain, claimChain } from '../src/lake/commit-log.ts';
import { createLineFiles } from '../src/lake/line-files.ts';
import { partitionOf } from '../src/lake/murmur2.ts';
import type { ObjectStore } from '../src/lake/object-store.ts';
import { createSorter, type Sorter } from '../src/lake/sorted-runs.ts';
import { type Assumptions, readAssumptions } from '../src/sources/assumptions.ts';
import { listEventFiles, readEventFile } from '../src/sources/event-files.ts';
import { type PlacedRecord, takeInEntity } from '../src/timeline/take-in-entity.ts';
import { createTimelineStats, type TimelineStats } from '../src/timeline/timeline-stats.ts';
import { reachCrashPoint } from './crash-points.ts';

/** An input file as the timeline chain names it. */
export interface InputFile {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

export type RecordCounts = TimelineRecord['counts'];

export interface TakeInOptions {
  readonly eventsDir: string;
  readonly store: ObjectStore;
  readonly partitions: number;
  readonly attempt: string;
  /** Called with bytes read of all bytes. */
  readonly report: (done: number, total: number) => void;
}

const NO_COUNTS: RecordCounts = { read: 0, used: 0, duplicate: 0, late: 0, dead: 0, dropped: 0 };

/** Names (relative to the folder) and hashes of the event files. */
export async function inputFiles(eventsDir: string): Promise<InputFile[]> {
  const inputs: InputFile[] = [];
  for (const path of await listEventFiles(eventsDir)) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    inputs.push({ name: relative(eventsDir, path), path, sha256: hash.digest('hex'), bytes: (await stat(path)).size });
  }
  return inputs;
}

/** Takes the files into the chains of `missing` partitions. Throws `input_unreadable` before anything is committed. */
export async function takeIn(
  inputs: readonly InputFile[],
  missing: ReadonlyMap<number, Chain>,
  options: TakeInOptions,
): Promise<void> {
  const sorter = createSorter({ folder: options.store.spoolFolder });
  try {
    const unread = await dealEvents(inputs, sorter, options);
    await reachCrashPoint('sorting');
    const assumptions = await readAssumptions(options.eventsDir);
    let current: PartitionWriter | undefined;
    let next = 0;
    const open = async (partition: number) => {
      current = await openPartition(partition, missing.get(partition), {
        inputs,
        assumptions,
        options,
        unread: partition === 0 ? unread : [],
      });
    };
    const advanceTo = async (partition: number) => {
      for (; next <= partition; next++) {
        await current?.finish();
        await open(next);
      }
    };
    for (const { partition, records } of entities(sorter)) {
      await advanceTo(partition);
      await current!.add(records);
    }
    await advanceTo(options.partitions - 1);
    await current?.finish();
  } finally {
    sorter.close();
  }
}

/** Reads all files once; a record's key is its partition, kind and entity. Returns what could not be read as an event. */
async function dealEvents(inputs: readonly InputFile[], sorter: Sorter, options: TakeInOptions): Promise<DeadLetter[]> {
  const total = inputs.reduce((sum, input) => sum + input.bytes, 0);
  const unread: DeadLetter[] = [];
  let done = 0;
  for (const [file, input] of inputs.entries()) {
    for await (const batch of readEventFile(input.path)) {
      for (const { line, outcome } of batch) {
        if (outcome.ok)
          sorter.add(
            sortKey(outcome.event, options.partitions),
            Buffer.from(`${file} ${line} ${canonicalEvent(outcome.event)}`, 'utf8'),
          );
        else
          unread.push({
            source: input.name,
            line,
            reason: outcome.reason,
            field: outcome.field ?? '',
            message: outcome.message,
            raw: outcome.raw,
          });
      }
      if (unread.length > UNREAD_MAX) {
        throw new BrewhouseError(
          'input_unreadable',
          `more than ${UNREAD_MAX} records of ${input.name} and the files before it are no events`,
          {
            place: { file: input.path },
            remedy: 'run brewhouse check to see what is wrong with them; tables go through brewhouse import first',
          },
        );
      }
    }
    done += input.bytes;
    options.report(done, total);
  }
  return unread;
}

/** Dead records held until partition 0 is written; files with more are not event files. */
const UNREAD_MAX = 100_000;

function sortKey(event: EventRecord, partitions: number): Buffer {
  const entity = entityOf(event);
  const key = Buffer.allocUnsafe(3 + Buffer.byteLength(entity, 'utf8'));
  key.writeUInt16BE(partitionOf(entity, partitions), 0);
  key[2] = event.type === 'item' ? 0 : 1;
  key.write(entity, 3, 'utf8');
  return key;
}

/** Groups the sorted records by entity. Bound: the records of one entity in memory. */
function* entities(sorter: Sorter): Generator<{ partition: number; records: PlacedRecord[] }> {
  let key: Buffer | undefined;
  let records: PlacedRecord[] = [];
  for (const record of sorter.sorted()) {
    if (key !== undefined && Buffer.compare(key, record.key) !== 0) {
      yield { partition: key.readUInt16BE(0), records };
      records = [];
    }
    if (records.length === 0) key = Buffer.from(record.key);
    const text = Buffer.from(record.payload.buffer, record.payload.byteOffset, record.payload.length).toString('utf8');
    const [, file, line, json] = /^(\d+) (\d+) (.*)$/s.exec(text)!;
    records.push({ file: Number(file), line: Number(line), event: JSON.parse(json!) as EventRecord });
  }
  if (key !== undefined) yield { partition: key.readUInt16BE(0), records };
}

interface PartitionWriter {
  add(records: readonly PlacedRecord[]): Promise<void>;
  finish(): Promise<void>;
}

interface PartitionContext {
  readonly inputs: readonly InputFile[];
  readonly assumptions: Assumptions;
  readonly options: TakeInOptions;
  readonly unread: readonly DeadLetter[];
}

/** Writes one partition's files and commits them; a partition that has its record already is passed over. */
async function openPartition(
  partition: number,
  chain: Chain | undefined,
  context: PartitionContext,
): Promise<PartitionWriter> {
  if (chain === undefined) return { add: async () => {}, finish: async () => {} };
  const { store, attempt } = context.options;
  const folder = `timelines/${partition}`;
  const raw = createLineFiles(store, `${folder}/raw`);
  const items = createLineFiles(store, `${folder}/raw`);
  const stats = createTimelineStats();
  const counts = { ...NO_COUNTS, read: context.unread.length, dead: context.unread.length };
  const dead = [...context.unread];
  return {
    async add(records) {
      const taken = takeInEntity(records);
      counts.read += records.length;
      counts.used += taken.used.length;
      counts.duplicate += taken.duplicates;
      counts.dead += taken.conflicts.length;
      counts.dropped += taken.dropped;
      for (const { event, file, line } of taken.conflicts)
        dead.push(conflictLetter(event, context.inputs[file]!.name, line));
      for (const event of taken.used) {
        stats.add(event);
        await (event.type === 'item' ? items : raw).add(canonicalEvent(event));
      }
    },
    async finish() {
      const files = {
        raw: await raw.finish(),
        items: await items.finish(),
        dead: dead.length === 0 ? [] : [await writeDeadLetters(store, `${folder}/dead`, dead)],
        stats: await writeStats(store, `${folder}/state`, stats.finish()),
      };
      await reachCrashPoint('timeline-upload');
      await claimChain(chain, attempt);
      await appendRecord(chain, attempt, {
        kind: 'timeline',
        inputs: context.inputs.map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
        files,
        counts,
        assumptions: context.assumptions,
      });
    },
  };
}

function conflictLetter(event: EventRecord, source: string, line: number): DeadLetter {
  return {
    source,
    line,
    reason: 'id_conflict',
    field: 'event_id',
    message: 'another record of this event id has other content',
    raw: Buffer.from(canonicalEvent(event), 'utf8'),
  };
}

async function writeStats(store: ObjectStore, folder: string, stats: TimelineStats): Promise<FileRef> {
  const spool = store.spool();
  spool.write(Buffer.from(JSON.stringify(stats), 'utf8'));
  const { sha256, bytes } = await spool.finish(folder, '.json');
  return { sha256, bytes, rows: 1 };
}
