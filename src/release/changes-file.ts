/** The file of what changed since the release that an increment goes on from (INCREMENT-3). */
import { createHash } from 'node:crypto';
import type { ExampleId } from '../../schemas/ids.ts';
import type { ReleaseFile, Since } from '../../schemas/manifest.ts';
import { CHANGES, type ChangeKind, UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { nth, recordOf } from '../checked.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { columnsOf, createTableWriter } from '../shard/records.ts';
import type { CorpusChanges } from './corpus-changes.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** What changed, by example ids. */
export interface ToldChanges {
  /** In order of example id. */
  readonly rows: readonly { readonly example_id: ExampleId; readonly change: ChangeKind }[];
  readonly counts: Since['changes'];
  /** What an increment is named by (INCREMENT-6). */
  readonly digest: string;
}

/** Rows of a row group. */
const GROUP_ROWS = 65_536;

/** Bound: an entry of some 100 bytes a change. */
export function tellChanges(
  { removed, replaced, fresh }: CorpusChanges,
  { example }: Pick<Pseudonyms, 'example'>,
): ToldChanges {
  // The variants are of no split of an increment: all of these are ordinary rows.
  const idOf = (key: string) => example(`${key}${UNIT_SEPARATOR}`) as ExampleId;
  const again = new Set(replaced);
  const added = [...fresh].filter((key) => !again.has(key));
  const kinds = Object.entries({ removed, replaced, added } as const);
  const all = kinds
    .flatMap(([change, keys]) => keys.map((key) => ({ example_id: idOf(key), change: change as ChangeKind | 'added' })))
    // Hexadecimal digits: their order is that of their bytes.
    .sort((a, b) => (a.example_id < b.example_id ? -1 : 1));
  const digest = createHash('sha256');
  for (const { example_id, change } of all) digest.update(example_id).update(change);
  return {
    rows: all.flatMap(({ example_id, change }) => (change === 'added' ? [] : [{ example_id, change }])),
    counts: { removed: removed.length, replaced: replaced.length },
    digest: digest.digest('hex'),
  };
}

/** Writes `changes.parquet` below `folder`. Bound: a row group. */
export async function writeChanges(store: ObjectStore, folder: string, { rows }: ToldChanges): Promise<ReleaseFile> {
  const file = store.create();
  const writer = createTableWriter(CHANGES, file);
  for (let from = 0; from < rows.length; from += GROUP_ROWS) {
    const group = rows.slice(from, from + GROUP_ROWS);
    const columns = columnsOf(CHANGES, group);
    writer.write(
      recordOf(['example_id', 'change'], (_, i) => nth(columns, i)),
      group.length,
    );
  }
  writer.finish();
  const path = 'changes.parquet';
  const { sha256, bytes } = await file.finishAs(`${folder}/${path}`);
  return { path, kind: 'changes', split: '', rows: rows.length, tokens: 0, loss_tokens: 0, bytes, sha256 };
}
