/** What stayed outside of the timelines when it came: late logs, and corrected dead letters. */
import type { FileRef } from '../../schemas/commit.ts';
import type { Effects } from '../../src/effects.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { readLineFile } from '../../src/lake/line-files.ts';
import type { ObjectStore } from '../../src/lake/object-store.ts';
import { lateFolder, type RecordCounts, type Timeline } from '../../src/lake/timeline-records.ts';
import type { ReadableFile } from '../../src/sources/event-source.ts';
import { type InputFile, type InputRole, inputFiles } from './input-files.ts';
import { eventChains, type PassMeans, refsOf, takePass } from './take-pass.ts';

/** How records that were taken in now ended: by how much the counts of the lake changed. */
export interface TakenAfterwards {
  /** Files that were taken in. */
  readonly files: number;
  /** Those of the late log change `late` by less than nothing, and `read` not at all. */
  readonly counts: RecordCounts;
}

/**
 * TAKEN UP ONCE: takes in what is in the late log of each chain and no record took up. Where it
 * ends before its end, the same again goes on. Throws `lake_broken` where a log is missing or
 * damaged, `fenced`.
 */
export async function takeLate(lake: Lake, means: PassMeans, effects: Effects): Promise<TakenAfterwards> {
  let files = 0;
  const before = await countsOf(lake);
  for (const chain of await eventChains(lake)) {
    if (chain.before === undefined) continue;
    const inputs = lateInputs(lake.store, chain.before);
    if (inputs.length === 0) continue;
    const named = { inputs: [], backfilled: chain.before.late };
    const pass = { inputs, named, chains: [chain], only: chain.number, isDeleteFinal: true };
    await takePass(lake, { ...pass, ...means }, effects);
    files += inputs.length;
  }
  return { files, counts: difference(await countsOf(lake), before) };
}

function lateInputs(store: ObjectStore, { folder, late }: Timeline): InputFile[] {
  const inRole = (files: readonly FileRef[], role: InputRole) =>
    files.map((file) => ({ ...lateFile(store, folder, file), role, sha256: file.sha256 }));
  return [...inRole(late.late, 'late'), ...inRole(late.late_copies, 'late_copy')];
}

/**
 * A file of a late log, unpacked, and named so. Bound: it is in memory as long as it is read.
 */
export function lateFile(store: ObjectStore, folder: string, file: FileRef): ReadableFile {
  const name = `${lateFolder(folder)}/${file.sha256}.ndjson`;
  return {
    ...{ name, path: `${store.location}/${name}`, bytes: file.bytes },
    async *read(start) {
      yield (await readLineFile(store, lateFolder(folder), file)).subarray(start);
    },
  };
}

/** What replay reads. */
export interface ReplayOptions extends PassMeans {
  readonly files: readonly ReadableFile[];
}

/**
 * Takes in files of corrected records, each once, whatever its name: it is known by what it holds.
 * Throws `lake_broken` where the lake is not taken in whole, `input_unreadable`, `fenced`.
 */
export async function takeReplayed(
  lake: Lake,
  { files, ...means }: ReplayOptions,
  effects: Effects,
): Promise<TakenAfterwards> {
  await lake.timelines();
  const all = new Map((await inputFiles(files, effects)).map((file) => [file.sha256, file]));
  const before = await countsOf(lake);
  const passes = Map.groupBy(await eventChains(lake), (chain) => {
    const known = new Set(chain.before?.replayed.map(({ sha256 }) => sha256));
    return [...all.keys()].filter((sha256) => !known.has(sha256)).join();
  });
  passes.delete('');
  for (const [missing, chains] of passes) {
    const inputs = missing.split(',').flatMap((sha256) => [...all.values()].filter((file) => file.sha256 === sha256));
    const named = { inputs: [], replayed: refsOf(inputs) };
    await takePass(lake, { inputs, chains, named, isDeleteFinal: true, ...means }, effects);
  }
  const taken = new Set([...passes.keys()].flatMap((missing) => missing.split(',')));
  return { files: taken.size, counts: difference(await countsOf(lake), before) };
}

const FATES = ['read', 'used', 'duplicate', 'late', 'dead', 'dropped'] as const;

/** Over all chains, also where some have no record yet. */
async function countsOf(lake: Lake): Promise<RecordCounts> {
  const sum = { read: 0, used: 0, duplicate: 0, late: 0, dead: 0, dropped: 0 };
  for (const timeline of await lake.takenIn())
    for (const fate of FATES) sum[fate] += timeline?.record.counts[fate] ?? 0;
  return sum;
}

function difference(after: RecordCounts, before: RecordCounts): RecordCounts {
  const counts = { ...after };
  for (const fate of FATES) counts[fate] -= before[fate];
  return counts;
}
