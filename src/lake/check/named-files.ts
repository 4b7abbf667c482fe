/** Files that a record names, each with its key, and whether the store holds those very bytes. */
import { createHash } from 'node:crypto';
import type { CommitRecord, CorpusFiles, FileRef, StreamPart, TimelineRecord } from '../../../schemas/commit.ts';
import { sha256Hex } from '../../content-hash.ts';
import { BrewhouseError } from '../../errors.ts';
import { openParquet } from '../../shard/parquet-reader.ts';
import { erasedFolder } from '../erased-members.ts';
import { LINE_FILE_ENDING, unpackLines } from '../line-files.ts';
import type { ObjectStore, RangeReader } from '../object-store.ts';
import { indexFolder, linesFolder } from '../runs.ts';
import { SNAPSHOT_ENDING, stateFolder } from '../state-files.ts';
import { changesFolder, deadFolder, lateFolder, statsFolder } from '../timeline-records.ts';
import type { LakeFaults } from './lake-faults.ts';

/** A file that a record names. */
export interface NamedFile {
  readonly folder: string;
  readonly ending: string;
  /** `rows` is left out where the file has none, or where whoever reads it counts them. */
  readonly ref: Pick<FileRef, 'sha256' | 'bytes'> & { readonly rows?: number };
}

/** Of a file at once. */
const READ_BYTES = 4 * 1024 * 1024;

/** All that the record of the chain in `folder` names, those of earlier records too. */
export function namedFiles(folder: string, record: CommitRecord): NamedFile[] {
  const { checkpoint } = record;
  const own = checkpoint === undefined ? [] : [{ folder: `${folder}/checkpoints`, ending: '.json', ref: checkpoint }];
  if (record.kind === 'claim') return own;
  if (record.kind === 'timeline') return [...own, ...timelineFiles(folder, record)];
  if (record.kind === 'corpus') return [...own, ...record.files.flatMap((files) => partFiles(folder, files))];
  const removed = record.remove.map(({ rows: { sha256, bytes } }) => ({
    ...{ folder: `${folder}/removed`, ending: '.json', ref: { sha256, bytes } },
  }));
  return [...own, ...removed, ...record.add.flatMap((files) => partFiles(folder, files))];
}

function timelineFiles(folder: string, { runs, dead, changes, stats, stream }: TimelineRecord): NamedFile[] {
  return [
    ...runs.flatMap(({ lines, index, erased }) => [
      ...lineFiles(linesFolder(folder), lines),
      ...lineFiles(indexFolder(folder), index),
      ...lineFiles(erasedFolder(folder), erased),
    ]),
    // Their rows lie in pages of another library than ours.
    ...dead.map(({ sha256, bytes }) => ({ folder: deadFolder(folder), ending: '.parquet', ref: { sha256, bytes } })),
    ...lineFiles(changesFolder(folder), changes ?? []),
    { folder: statsFolder(folder), ending: '.json', ref: { sha256: stats.sha256, bytes: stats.bytes } },
    ...(stream === undefined ? [] : streamFiles(folder, stream)),
  ];
}

function streamFiles(folder: string, { late, late_copies: copies, delta, snapshot }: StreamPart): NamedFile[] {
  return [
    ...lineFiles(lateFolder(folder), [...late, ...copies]),
    ...lineFiles(stateFolder(folder), delta),
    ...(snapshot === null ? [] : [{ folder: stateFolder(folder), ending: SNAPSHOT_ENDING, ref: snapshot }]),
  ];
}

function lineFiles(folder: string, files: readonly FileRef[]): NamedFile[] {
  return files.map((ref) => ({ folder, ending: LINE_FILE_ENDING, ref }));
}

function partFiles(folder: string, { part, segments, events }: CorpusFiles): NamedFile[] {
  const kinds = [['parts', part] as const, ['segments', segments] as const, ['events', events] as const];
  return kinds.map(([kind, ref]) => ({ folder: `${folder}/${kind}`, ending: '.parquet', ref }));
}

/** The key of a file. */
export function keyOfFile({ folder, ending, ref }: NamedFile): string {
  return `${folder}/${ref.sha256}${ending}`;
}

/**
 * Looks whether the file is there, with its bytes and rows; returns whether it is. Bound:
 * READ_BYTES, or a file of lines unpacked. Throws as a store does that does not answer.
 */
export async function checkFile(store: ObjectStore, file: NamedFile, faults: LakeFaults): Promise<boolean> {
  faults.look('file');
  const wrong = await flawOf(store, file);
  if (wrong !== undefined) faults.add({ check: 'file', file: keyOfFile(file), detail: wrong });
  return wrong === undefined;
}

async function flawOf(store: ObjectStore, file: NamedFile): Promise<string | undefined> {
  try {
    return file.ending === LINE_FILE_ENDING ? await flawOfLines(store, file) : await flawOfBytes(store, file);
  } catch (error) {
    return brokenBy(error);
  }
}

async function flawOfLines(store: ObjectStore, file: NamedFile): Promise<string | undefined> {
  const { sha256, bytes: size, rows = 0 } = file.ref;
  const bytes = await store.get(keyOfFile(file));
  if (bytes === null) return MISSING;
  if (bytes.length !== size) return otherSize(bytes.length, size);
  if (sha256Hex(bytes) !== sha256) return OTHER_BYTES;
  unpackLines(keyOfFile(file), bytes, rows);
  return undefined;
}

async function flawOfBytes(store: ObjectStore, file: NamedFile): Promise<string | undefined> {
  const { ref } = file;
  const reader = await store.openRead(keyOfFile(file));
  try {
    if (reader.size !== ref.bytes) return otherSize(reader.size, ref.bytes);
    if ((await sha256Of(reader)) !== ref.sha256) return OTHER_BYTES;
    const rows = ref.rows === undefined ? undefined : await parquetRows(reader);
    return rows === ref.rows ? undefined : `has ${rows} rows and not ${ref.rows}`;
  } finally {
    await reader.close();
  }
}

const MISSING = 'is missing';
const OTHER_BYTES = 'holds other bytes than those that its name is the hash of';

function otherSize(is: number, right: number): string {
  return `has ${is} bytes and not ${right}`;
}

async function parquetRows(reader: RangeReader): Promise<number> {
  const { rowGroups } = await openParquet(reader);
  return rowGroups.reduce((sum, { rows }) => sum + rows, 0);
}

async function sha256Of(reader: RangeReader): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < reader.size; at += READ_BYTES)
    hash.update(await reader.read(at, Math.min(at + READ_BYTES, reader.size)));
  return hash.digest('hex');
}

/** What is wrong with a file that broke whoever read it. Throws what is no fault of a file. */
export function brokenBy(error: unknown): string {
  if (error instanceof BrewhouseError && error.code === 'lake_broken') return error.message;
  throw error;
}
