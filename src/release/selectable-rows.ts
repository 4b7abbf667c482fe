/**
 * All rendered rows of a corpus as a release chooses among them: read from the sidecars of its
 * parts, tokens untouched.
 */
import type { CorpusSection } from '../../schemas/recipe.ts';
import { CORPUS } from '../../schemas/rows.ts';
import type { PartPlace } from '../corpus/part-rows.ts';
import type { TaskRules } from '../forms/task-rules.ts';
import type { CorpusPartition } from '../lake/corpus-records.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { openParquet } from '../shard/parquet-reader.ts';
import { recordGroups } from '../shard/records.ts';
import { closesAt } from '../timeline/as-of.ts';
import { draw, inShare } from '../timeline/draws.ts';
import type { SelectableRow } from './selection.ts';

export interface ReleaseRows {
  readonly rows: readonly SelectableRow[];
  readonly parts: readonly PartPlace[];
}

export interface RowRules {
  readonly seed: number;
  readonly tasks: readonly TaskRules[];
  readonly holdout: CorpusSection['holdout'];
}

const { key, variant, task, label, asked_at, matures_at, n_tokens, member, surface } = CORPUS;
/** What of a sidecar the choice looks at. */
const SELECTED = { key, variant, task, label, asked_at, matures_at, n_tokens, member, surface };

/** Order: partition, record, file, row. Bound: one small object a row. */
export async function readReleaseRows(
  store: ObjectStore,
  corpus: string,
  partitions: readonly CorpusPartition[],
  rules: RowRules,
): Promise<ReleaseRows> {
  const rows: SelectableRow[] = [];
  const parts: PartPlace[] = [];
  const windows = new Map(rules.tasks.map((task) => [task.name, task.windowMs]));
  const surfaces = new Set(rules.holdout.surfaces);
  const held = new Map<string, boolean>();
  const isHeld = (member: string) => {
    const known = held.get(member) ?? inShare(draw(rules.seed, 'holdout', [member]), rules.holdout.members);
    held.set(member, known);
    return known;
  };
  for (const { partition, records } of partitions) {
    for (const files of records.flatMap(({ record }) => record.files)) {
      parts.push({ partition, files, firstRow: rows.length });
      const reader = await store.openRead(`corpora/${corpus}/${partition}/meta/${files.meta.sha256}.parquet`);
      try {
        for await (const group of recordGroups(await openParquet(reader), SELECTED)) {
          for (const row of group) {
            rows.push({
              key: row.key,
              variant: row.variant,
              task: row.task,
              label: row.label,
              askedAt: row.asked_at,
              maturesAt: row.matures_at,
              windowEndsAt: closesAt(row.asked_at, windows.get(row.task) ?? 0),
              tokens: row.n_tokens,
              heldOutMember: isHeld(row.member),
              heldOutSurface: row.surface !== '' && surfaces.has(row.surface),
            });
          }
        }
      } finally {
        await reader.close();
      }
    }
  }
  return { rows, parts };
}
