/** The lineage of a release: what it was made from, and by which machine; beside its identity. */
import { canonicalJson } from '../../schemas/canonical-json.ts';
import type { Sha256 } from '../../schemas/ids.ts';
import { Lineage } from '../../schemas/manifest.ts';
import { summarizeCorpus } from '../corpus/corpus-summary.ts';
import { refOf } from '../lake/chain-state.ts';
import type { CorpusPartition } from '../lake/corpus-records.ts';
import type { Lake } from '../lake/lake.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { sumRecordCounts, type Timelines } from '../lake/timeline-records.ts';
import { parsedJson } from '../parsed-json.ts';
import type { RowCounts } from './row-counts.ts';
import type { ReleaseRows } from './selectable-rows.ts';

/** What a release is made from. */
export interface LineageInputs {
  readonly lake: Lake;
  readonly partitions: readonly CorpusPartition[];
  readonly timelines: Timelines;
  readonly read: Pick<ReleaseRows, 'parts'>;
  readonly counts: Pick<RowCounts, 'afterUntil'>;
}

/**
 * Writes the lineage where none is, or another one; that of a release which is there keeps its
 * machine, and the records that increments go on from: later ones would hide what changed between.
 * Rows that died since it was made change its lineage alone, and an older count would make an
 * honest release fail `verify`.
 */
export async function keepLineage(store: ObjectStore, folder: string, made: Lineage): Promise<Lineage> {
  const key = `${folder}/lineage.json`;
  const there = await store.get(key);
  const { machine, corpus } = Lineage.safeParse(parsedJson(there)).data ?? made;
  const lineage = { ...made, machine, corpus };
  const bytes = Buffer.from(canonicalJson(lineage), 'utf8');
  if (there === null || !bytes.equals(there)) await store.put(key, bytes);
  return lineage;
}

/**
 * PUBLISH-7. Outside of the identity of a release: how far the corpus was built, and by what
 * machine.
 */
export function lineageOf(
  { lake, partitions, timelines, read, counts }: LineageInputs,
  manifestSha256: Sha256,
): Lineage {
  const { questions, alikeAfterCut: alike_after_cut } = summarizeCorpus(partitions);
  const ends = partitions.map(({ state }) => state?.until ?? null).filter((until) => until !== null);
  return {
    manifest_sha256: manifestSha256,
    corpus_until: ends.length === 0 ? null : Math.min(...ends),
    records: sumRecordCounts(timelines),
    dead_rows: lake.deadRows,
    questions,
    alike_after_cut,
    after_until: counts.afterUntil,
    partitions: partitions.length,
    parts: read.parts.map((part) => part.files.part.sha256),
    timelines: timelines.members.map((timeline, partition) => ({ partition, ...refOf(timeline) })),
    items: [refOf(timelines.items)],
    corpus: partitions.flatMap(({ partition, state }) =>
      state === undefined ? [] : [{ partition, ...refOf(state.newest) }],
    ),
    machine: { node: process.versions.node, platform: process.platform, arch: process.arch },
  };
}
