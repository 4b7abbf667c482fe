/**
 * Files of the local state of a chain in the lake: what each record made of it, and snapshots of
 * all of it, so that it is made again where it is lost.
 */
import { createHash } from 'node:crypto';
import type { FileRef, StreamPart } from '../../schemas/commit.ts';
import type { EventRecord } from '../../schemas/event.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import type { EntityChange, EntityHead, StreamState } from '../stream/state.ts';
import { brokenFile } from './broken-file.ts';
import { createLineFiles, readLineFile, valuesOfLines } from './line-files.ts';
import type { ObjectStore } from './object-store.ts';

/** A snapshot of a state that is in the store. */
export type SnapshotRef = NonNullable<StreamPart['snapshot']>;

/** How the names of snapshots end. */
export const SNAPSHOT_ENDING = '.snapshot';
/** Deltas below this are applied in a few seconds: no snapshot is worth writing for them. */
const DELTA_BYTES_MIN = 8 * 1024 * 1024;
/**
 * Of the bytes of a snapshot those of the deltas after it: a third of its events, since a database
 * takes more room, so that applying them takes at most some two times as long as opening it. Of a
 * state that grows nine times the bytes of its deltas are written as snapshots.
 */
const DELTA_SHARE = 1 / 8;
/** Records after a snapshot: a day of one every ten seconds, each of them a read. */
const DELTAS_MAX = 10_000;
/** Of a snapshot at once. */
const READ_BYTES = 4 * 1024 * 1024;

/** Where the files lie. */
export function stateFolder(folder: string): string {
  return `${folder}/state`;
}

/** A line of a delta; 1: the entity is begun anew. Copies and events follow in turns. */
type DeltaLine = readonly [
  entity: string,
  isAnew: 0 | 1,
  newest: number,
  knownBy: number,
  aside: EntityHead['aside'],
  ...(number | EventRecord)[],
];

/** Writes what becomes of a state. Bound: as of `createLineFiles`. */
export async function writeDelta(
  store: ObjectStore,
  folder: string,
  changes: Iterable<EntityChange>,
): Promise<FileRef[]> {
  const files = createLineFiles(store, stateFolder(folder));
  for (const { entity, isAnew, head, events } of changes) {
    const parts = [entity, isAnew ? 1 : 0, head.newest, head.knownBy, head.aside].map((part) => JSON.stringify(part));
    for (const { event, copies } of events) parts.push(String(copies), canonicalEvent(event));
    await files.add([`[${parts.join()}]`]);
  }
  return files.finish();
}

/** What `writeDelta` wrote. Bound: all of it, which was an overlay. Throws `lake_broken`. */
export async function readDelta(
  store: ObjectStore,
  folder: string,
  delta: readonly FileRef[],
): Promise<EntityChange[]> {
  const changes: EntityChange[] = [];
  for (const file of delta) {
    const lines = await readLineFile(store, stateFolder(folder), file);
    for (const line of valuesOfLines(lines) as DeltaLine[]) changes.push(changeOf(line));
  }
  return changes;
}

function changeOf([entity, isAnew, newest, knownBy, aside, ...rest]: DeltaLine): EntityChange {
  const events = Array.from({ length: rest.length / 2 }, (_, i) => ({
    copies: rest[2 * i] as number,
    event: rest[2 * i + 1] as EventRecord,
  }));
  return { entity, isAnew: isAnew === 1, head: { newest, knownBy, aside }, events };
}

/** Whether the record after this one, which has the number `seq`, is to name a new snapshot. */
export function isSnapshotDue(seq: number, { snapshot, delta_bytes: bytes }: StreamPart): boolean {
  if (seq - (snapshot?.seq ?? 0) >= DELTAS_MAX) return true;
  return bytes >= Math.max(DELTA_BYTES_MIN, (snapshot?.bytes ?? 0) * DELTA_SHARE);
}

/** Writes a snapshot of a state that is the state of a record. Bound: as of `snapshot`. */
export async function writeSnapshot(store: ObjectStore, folder: string, state: StreamState): Promise<SnapshotRef> {
  const head = state.head();
  if (head === null) throw new Error('a state without a record has no snapshot');
  const file = store.create();
  try {
    for await (const piece of state.snapshot()) file.write(piece);
  } catch (error) {
    file.abort();
    throw error;
  }
  const { sha256, bytes } = await file.finish(stateFolder(folder), SNAPSHOT_ENDING);
  return { seq: head.seq, sha256, bytes };
}

/** The bytes of a snapshot. Throws `lake_broken` at its end where they are not those. */
export async function* readSnapshot(
  store: ObjectStore,
  folder: string,
  { sha256 }: SnapshotRef,
): AsyncGenerator<Uint8Array> {
  const key = `${stateFolder(folder)}/${sha256}${SNAPSHOT_ENDING}`;
  const file = await store.openRead(key);
  const hash = createHash('sha256');
  try {
    for (let at = 0; at < file.size; at += READ_BYTES) {
      const piece = await file.read(at, Math.min(at + READ_BYTES, file.size));
      hash.update(piece);
      yield piece;
    }
  } finally {
    await file.close();
  }
  if (hash.digest('hex') !== sha256) throw brokenFile(key, 'is damaged');
}
