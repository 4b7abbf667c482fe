/**
 * All rendered rows of a corpus as a release chooses among them: read from the sidecars of its
 * parts, tokens untouched.
 */

import type { RowOf } from '../../schemas/columns.ts';
import type { CorpusId } from '../../schemas/ids.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import { CORPUS } from '../../schemas/rows.ts';
import type { PartPosition } from '../corpus/part-rows.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import { type CorpusPartition, corpusFolder } from '../lake/corpus-records.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { openParquet } from '../shard/parquet-reader.ts';
import { recordGroups } from '../shard/records.ts';
import { draw, inShare } from '../timeline/draws.ts';
import type { SelectableRow } from './selection.ts';

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

const { key, variant, task, label, asked_at, closes_at, n_tokens, member, surface } = CORPUS;
/** What of a sidecar the choice looks at. */
const SELECTED = { key, variant, task, label, asked_at, closes_at, n_tokens, member, surface };

/** Reads the rows in order of partition, record, file, row. Bound: one small object a row. */
export async function readReleaseRows(of: CorpusRows, effects = PROCESS_EFFECTS): Promise<ReleaseRows> {
  const { store, corpus, partitions } = of;
  const rows: SelectableRow[] = [];
  const parts: PartPosition[] = [];
  const toSelectable = selectableBy(of);
  for (const { partition, records } of partitions) {
    for (const files of records.flatMap(({ record }) => record.files)) {
      effects.signal.throwIfAborted();
      parts.push({ partition, files, firstRow: rows.length });
      const reader = await store.openRead(`${corpusFolder(corpus, partition)}/meta/${files.meta.sha256}.parquet`);
      try {
        for await (const group of recordGroups(await openParquet(reader), SELECTED))
          for (const row of group) rows.push(toSelectable(row));
      } finally {
        await reader.close();
      }
    }
  }
  return { rows, parts };
}

/** How a row of a sidecar becomes what the choice looks at. */
function selectableBy({ seed, holdout }: CorpusRows): (row: RowOf<typeof SELECTED>) => SelectableRow {
  const surfaces = new Set(holdout.surfaces);
  const held = new Map<string, boolean>();
  const isHeld = (id: string) => {
    const known = held.get(id) ?? inShare(draw(seed, 'holdout', [id]), holdout.members);
    held.set(id, known);
    return known;
  };
  return (row) => ({
    key: row.key,
    variant: row.variant,
    task: row.task,
    label: row.label,
    askedAt: row.asked_at,
    closesAt: row.closes_at,
    tokens: row.n_tokens,
    heldOutMember: isHeld(row.member),
    heldOutSurface: row.surface !== '' && surfaces.has(row.surface),
  });
}
