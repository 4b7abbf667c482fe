/** Files whose records a build leaves out: those of late logs and of dead letters. */
import type { FileRef, InputRef } from '../../schemas/commit.ts';
import { canonicalEvent } from '../../schemas/event-time.ts';
import { openEvents } from '../../src/adapters/open-events.ts';
import { openStore } from '../../src/adapters/open-store.ts';
import { DEAD_LETTERS_ENDING, readDeadLetters } from '../../src/adapters/parquet/dead-letters.ts';
import type { Effects } from '../../src/effects.ts';
import { BrewhouseError } from '../../src/errors.ts';
import { openLake } from '../../src/lake/lake.ts';
import { readLakeFile } from '../../src/lake/lake-file.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { deadFolder, type Timeline } from '../../src/lake/timeline-records.ts';
import { EVENT_FILE_ENDINGS, isEventFile, listNames } from '../../src/sources/event-files.ts';
import { parseLineBytes } from '../../src/sources/event-line.ts';
import type { ReadableFile } from '../../src/sources/event-source.ts';
import type { FileInRole, InputFile } from './input-files.ts';
import { fileNamed } from './named-files.ts';
import { lateFile } from './take-late.ts';

/**
 * The files that a person names to leave their records out: late logs as event files, dead letters,
 * a folder of such files, or a lake, whose records of topics name them. Throws `input_unreadable`
 * where there is none, and as store and lake do.
 */
export async function leftOutFiles(location: string, effects: Effects): Promise<FileInRole[]> {
  const isDead = (name: string) => name.endsWith(DEAD_LETTERS_ENDING);
  const inRole = (file: ReadableFile): FileInRole =>
    isDead(file.name) ? lettersOf(file) : { ...file, role: 'left_out_late' };
  if (isEventFile(location) || isDead(location)) return [inRole(await fileNamed(location, effects))];
  const store = openStore(location, effects);
  if ((await readLakeFile(store)) !== null) return lakeFiles(store, effects);
  const source = openEvents(location, effects);
  const names = (await listNames(source)).filter((name) => isEventFile(name) || isDead(name));
  const files: FileInRole[] = [];
  for (const name of names) files.push(inRole(await source.open(name)));
  if (files.length > 0) return files;
  throw new BrewhouseError('input_unreadable', `no late log and no dead letters in ${location}`, {
    place: { file: location },
    remedy: `name a lake, or files that end in ${[...EVENT_FILE_ENDINGS, DEAD_LETTERS_ENDING].join(', ')}`,
  });
}

/**
 * BY THE CHAINS: what no record names was never logged. Letters of files are dead in any build;
 * those of topics alone tell what a build would have used.
 */
async function lakeFiles(store: ObjectStore, effects: Effects): Promise<FileInRole[]> {
  const lake = await openLake(store, effects);
  const files: FileInRole[] = [];
  for await (const { folder, dead, late } of lake.aside()) {
    if (late === undefined) continue;
    for (const file of [...late.late, ...late.late_copies])
      files.push({ ...lateFile(store, folder, file), role: 'left_out_late' });
    for (const file of dead) files.push(lettersOf(storedLetters(store, folder, file)));
  }
  return files;
}

function storedLetters(store: ObjectStore, folder: string, { sha256, bytes }: FileRef): ReadableFile {
  const name = `${deadFolder(folder)}/${sha256}${DEAD_LETTERS_ENDING}`;
  return {
    ...{ name, path: `${store.location}/${name}`, bytes },
    async *read(start) {
      const file = await store.openRead(name);
      yield (await file.read(0, file.size)).subarray(start);
      await file.close();
    },
  };
}

/**
 * The events among dead letters as lines; what is no event is dead in any build. Bound: the file,
 * while it is read.
 */
function lettersOf({ path, name, bytes, read }: ReadableFile): FileInRole {
  return {
    ...{ path, name: `${name}.ndjson`, bytes, role: 'left_out_dead' },
    async *read(start) {
      let skip = start;
      for await (const { raw } of readDeadLetters(await bytesOf(read(0)), path)) {
        const parsed = parseLineBytes(raw);
        if (parsed?.ok !== true) continue;
        const line = Buffer.from(`${canonicalEvent(parsed.event)}\n`, 'utf8');
        if (skip < line.length) yield line.subarray(skip);
        skip = Math.max(0, skip - line.length);
      }
    },
  };
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/** What is to be taken in now. */
export interface LackingFiles {
  /** Nothing, of all chains. */
  readonly isWhole: boolean;
  /** Files beside those that the chain has. */
  readonly isMore: boolean;
}

/**
 * SAME WITHOUT: of all records of a lake the same are left out, else nobody could say what it
 * holds; so one that left some out takes no files in later. Where nothing is missing any more,
 * nobody has to say it again. Throws `inputs_changed`.
 */
export function requireSameWithout(
  before: Pick<Timeline, 'without'>,
  without: readonly InputFile[],
  { isWhole, isMore }: LackingFiles,
): void {
  if (isWhole && without.length === 0) return;
  if (isMore && before.without.length + without.length > 0) {
    throw new BrewhouseError('inputs_changed', 'records are left out of all event files at once, and of none later', {
      remedy: 'build another lake from all event files, with --without',
    });
  }
  if (namesOf(before.without) === namesOf(without)) return;
  throw new BrewhouseError('inputs_changed', 'the lake was made without other records', {
    remedy: 'give --without the same files as before, or name another folder as the lake',
  });
}

function namesOf(files: readonly Pick<InputRef, 'sha256'>[]): string {
  return files
    .map(({ sha256 }) => sha256)
    .sort()
    .join();
}
