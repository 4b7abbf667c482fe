/**
 * Runs of a chain of events: the lines of each entity that was taken in, and where they lie. Of an
 * entity that several runs have the newest counts, so that an entity which changed is written anew
 * and the others stay where they are.
 */
import { compareUtf8 } from '../../schemas/byte-order.ts';
import type { FileRef, Run } from '../../schemas/commit.ts';
import { type EventRecord, TIME_UNKNOWN } from '../../schemas/event.ts';
import { canonicalEvent, eventTimes } from '../../schemas/event-time.ts';
import { nth } from '../checked.ts';
import type { AsideRecords, EntityState } from '../timeline/entity-state.ts';
import { type EventHours, eventHours } from '../timeline/event-hours.ts';
import { brokenFile } from './broken-file.ts';
import { erasedFolder, erasureLine } from './erased-members.ts';
import { createLineFiles, readLineFile, valuesOfLines } from './line-files.ts';
import type { ObjectStore } from './object-store.ts';

/** Where runs lie, and which of them count. */
export interface RunFiles {
  readonly store: ObjectStore;
  /** Of the chain. */
  readonly folder: string;
  /** Oldest first. */
  readonly runs: readonly Run[];
}

/**
 * An entry of an index: entity, number of its file of lines, where its events begin there, where
 * they end, where what is aside ends, how many events, event_time of the newest, and their hours.
 */
type IndexEntry = readonly [
  entity: string,
  file: number,
  from: number,
  eventsTo: number,
  to: number,
  events: number,
  newest: number,
  hours: EventHours,
];

/** An entity as its newest run has it. */
export interface LiveEntity {
  readonly entity: string;
  /** The number of that run, oldest first. */
  readonly run: number;
  /** Events that are used; 0 where all of them are aside. */
  readonly events: number;
  /** Event time of the newest, epoch ms; TIME_UNKNOWN where none has a time. */
  readonly newest: number;
  readonly hours: EventHours;
  /** Its events in timeline order. Throws `lake_broken`. */
  read(): Promise<EventRecord[]>;
  /** The same with what is aside. Throws `lake_broken`. */
  readState(): Promise<EntityState>;
}

/** A run under way. */
export interface RunWriter {
  /** Entities in byte order, each once. */
  add(entity: string, state: EntityState): Promise<void>;
  finish(): Promise<Run>;
}

/**
 * Writes a run of the chain in `folder`. Bound: a file of lines, one of the index and one of the
 * erased.
 */
export function createRun(store: ObjectStore, folder: string): RunWriter {
  const lines = createLineFiles(store, linesFolder(folder));
  const index = createLineFiles(store, indexFolder(folder));
  const erased = createLineFiles(store, erasedFolder(folder));
  return {
    async add(entity, state) {
      const { used, aside } = state;
      const events = used.map(canonicalEvent);
      const asideLines = aside === null ? [] : [JSON.stringify(aside)];
      const { file, from, to } = await lines.add([...events, ...asideLines]);
      const asideBytes = asideLines.reduce((sum, line) => sum + Buffer.byteLength(line, 'utf8') + 1, 0);
      const newest = used.reduce((most, event) => Math.max(most, eventTimes(event, 'event_time').at), TIME_UNKNOWN);
      const entry: IndexEntry = [entity, file, from, to - asideBytes, to, used.length, newest, eventHours(used)];
      await index.add([JSON.stringify(entry)]);
      const erasure = erasureLine(entity, state);
      if (erasure !== undefined) await erased.add([erasure]);
    },
    finish: async () => ({
      ...{ lines: await lines.finish(), index: await index.finish() },
      erased: await erased.finish(),
    }),
  };
}

/**
 * All entities of the runs in byte order, those too of which nothing is used. Bound: of each run a
 * file of lines and one of its index. Throws as the store does, and `lake_broken`.
 */
export async function* liveEntities(files: RunFiles): AsyncGenerator<LiveEntity> {
  const cursors: Cursor[] = [];
  for (const run of files.runs.keys()) {
    const cursor = openCursor(files, run);
    if (await cursor.next()) cursors.push(cursor);
  }
  while (cursors.length > 0) {
    let first: Cursor | undefined;
    // Of equals the last counts: it is of the newest run.
    for (const cursor of cursors)
      if (first === undefined || compareUtf8(cursor.entry()[0], first.entry()[0]) <= 0) first = cursor;
    if (first === undefined) return;
    const [entity] = first.entry();
    yield liveEntity(first);
    for (const cursor of [...cursors])
      if (cursor.entry()[0] === entity && !(await cursor.next())) cursors.splice(cursors.indexOf(cursor), 1);
  }
}

type Block = (file: number, from: number, to: number) => Promise<Uint8Array>;

function liveEntity({ run, block, entry }: Cursor): LiveEntity {
  const [entity, file, from, eventsTo, to, events, newest, hours] = entry();
  return {
    ...{ entity, run, events, newest, hours },
    read: async () => valuesOfLines(await block(file, from, eventsTo)) as EventRecord[],
    async readState() {
      const values = valuesOfLines(await block(file, from, to));
      const aside = to > eventsTo ? (values.pop() as AsideRecords) : null;
      return { used: values as EventRecord[], aside };
    },
  };
}

/** One run, entity by entity. */
interface Cursor {
  /** The number of the run. */
  readonly run: number;
  /** The entity at which it is. */
  entry(): IndexEntry;
  /** Goes on; false at the end. */
  next(): Promise<boolean>;
  readonly block: Block;
}

function openCursor({ store, folder, runs }: RunFiles, run: number): Cursor {
  const { lines, index } = nth(runs, run);
  let entries: readonly IndexEntry[] = [];
  let at = -1;
  let indexFile = 0;
  return {
    run,
    entry: () => nth(entries, at),
    async next() {
      at++;
      while (at >= entries.length) {
        const file = index[indexFile++];
        if (file === undefined) return false;
        entries = valuesOfLines(await readLineFile(store, indexFolder(folder), file)) as IndexEntry[];
        at = 0;
      }
      return true;
    },
    block: blockReader(store, linesFolder(folder), lines),
  };
}

/** Holds the file that was asked for last. */
function blockReader(store: ObjectStore, folder: string, files: readonly FileRef[]): Block {
  let held: { readonly number: number; readonly bytes: Buffer } | undefined;
  return async (number, from, to) => {
    if (from === to) return Buffer.alloc(0);
    if (held?.number !== number) held = { number, bytes: await readLineFile(store, folder, nth(files, number)) };
    if (to > held.bytes.length)
      throw brokenFile(`${folder}/${nth(files, number).sha256}`, 'ends before its index says');
    return held.bytes.subarray(from, to);
  };
}

/** Where the lines of runs lie. */
export function linesFolder(folder: string): string {
  return `${folder}/raw`;
}

/** Where their indexes lie. */
export function indexFolder(folder: string): string {
  return `${folder}/index`;
}
