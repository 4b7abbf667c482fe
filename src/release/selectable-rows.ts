/**
 * All rendered rows of a corpus as a release chooses among them: read from the sidecars of its
 * parts, tokens untouched.
 */

import type { RowOf } from '../../schemas/columns.ts';
import type { CorpusId } from '../../schemas/ids.ts';
import { ownValue, setOwn } from '../../schemas/names.ts';
import type { CorpusSection, ReleaseSection } from '../../schemas/recipe.ts';
import { CORPUS } from '../../schemas/rows.ts';
import type { PartPosition } from '../corpus/part-rows.ts';
import { addTo } from '../corpus/tally.ts';
import { type Effects, PROCESS_EFFECTS } from '../effects.ts';
import { type CorpusPartition, corpusFolder } from '../lake/corpus-records.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { openParquet } from '../shard/parquet-reader.ts';
import { recordGroups } from '../shard/records.ts';
import { draw, inShare } from '../timeline/draws.ts';
import type { LabelCounts } from './label-balance.ts';
import { ordinarySplitOf, type SelectableRow } from './selection.ts';

/** All rows of a corpus, and the parts that hold them. */
export interface ReleaseRows {
  readonly rows: readonly SelectableRow[];
  readonly parts: readonly PartPosition[];
}

/** Whose rows are read, and what says which are held out. */
export interface CorpusRows {
  readonly store: ObjectStore;
  readonly corpus: CorpusId;
  readonly partitions: readonly CorpusPartition[];
  readonly seed: number;
  readonly holdout: CorpusSection['holdout'];
}

/** Columns of sidecars that are read together. */
type Columns = Partial<typeof CORPUS>;

const { key, variant, task, label, asked_at, closes_at, n_tokens, member, surface } = CORPUS;
/** What of a sidecar the choice looks at. */
const SELECTED = { key, variant, task, label, asked_at, closes_at, n_tokens, member, surface };
/** What decides whether an ordinary row is of train. */
const SPLIT = { variant, task, label, asked_at, closes_at, member, surface };

/** Reads the rows in order of partition, record, file, row. Bound: one small object a row. */
export async function readReleaseRows(of: CorpusRows, effects = PROCESS_EFFECTS): Promise<ReleaseRows> {
  const rows: SelectableRow[] = [];
  const parts: PartPosition[] = [];
  const heldOut = heldOutBy(of);
  for await (const { partition, files, groups } of sidecars(of, SELECTED, effects)) {
    parts.push({ partition, files, firstRow: rows.length });
    for await (const group of groups) {
      for (const row of group) {
        const { key, variant, task, label, n_tokens: tokens } = row;
        rows.push({
          key,
          variant,
          task,
          label,
          tokens,
          askedAt: row.asked_at,
          closesAt: row.closes_at,
          ...heldOut(row),
        });
      }
    }
  }
  return { rows, parts };
}

/**
 * Train rows by task and label as the release section splits and caps them (RELEASE-2), before any
 * token budget, which takes labels alike. Bound: one row group.
 */
export async function countTrainLabels(
  of: CorpusRows & { readonly release: ReleaseSection },
  effects = PROCESS_EFFECTS,
): Promise<LabelCounts> {
  const { release } = of;
  const rules = { release, until: release.until ?? Number.POSITIVE_INFINITY };
  const counts: LabelCounts = {};
  const heldOut = heldOutBy(of);
  for await (const { groups } of sidecars(of, SPLIT, effects)) {
    for await (const group of groups) {
      for (const row of group) {
        const { task, label, asked_at: askedAt, closes_at: closesAt } = row;
        const isTrain = ordinarySplitOf({ task, askedAt, closesAt, ...heldOut(row) }, rules) === 'train';
        if (row.variant === '' && isTrain) addTo(counts, [task, label], 1);
      }
    }
  }
  for (const [task, caps] of Object.entries(release.label_caps)) {
    const labels = ownValue(counts, task) ?? {};
    for (const [label, most] of Object.entries(caps))
      if ((ownValue(labels, label) ?? 0) > most) setOwn(labels, label, most);
  }
  return counts;
}

/** The sidecars of a corpus, in order of partition, record and file, each with its row groups. */
async function* sidecars<C extends Columns>(
  { store, corpus, partitions }: CorpusRows,
  columns: C,
  effects: Effects,
): AsyncGenerator<{ partition: number; files: PartPosition['files']; groups: AsyncIterable<RowOf<C>[]> }> {
  for (const { partition, records } of partitions) {
    for (const files of records.flatMap(({ record }) => record.files)) {
      effects.signal.throwIfAborted();
      const reader = await store.openRead(`${corpusFolder(corpus, partition)}/meta/${files.meta.sha256}.parquet`);
      try {
        yield { partition, files, groups: recordGroups(await openParquet(reader), columns) };
      } finally {
        await reader.close();
      }
    }
  }
}

/** Whether a row is held out, by its member and by its surface. */
function heldOutBy({ seed, holdout }: CorpusRows) {
  const surfaces = new Set(holdout.surfaces);
  const held = new Map<string, boolean>();
  const isHeld = (id: string) => {
    const known = held.get(id) ?? inShare(draw(seed, 'holdout', [id]), holdout.members);
    held.set(id, known);
    return known;
  };
  return ({ member, surface }: { readonly member: string; readonly surface: string }) => ({
    heldOutMember: isHeld(member),
    heldOutSurface: surface !== '' && surfaces.has(surface),
  });
}
