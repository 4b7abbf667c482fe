/**
 * The reduce side of a release: shuffled rows into equal shards with sidecar and origins beside
 * them, and the two index files.
 */

import { SPLITS, type Split } from '../../schemas/ledger.ts';
import type { ReleaseFile } from '../../schemas/manifest.ts';
import { present } from '../checked.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import type { Facts, Profile } from '../profiles/profile.ts';
import type { Scratch } from '../sort/scratch.ts';
import { createIndexes } from './indexes.ts';
import { createRowFiles, type RowFiles } from './row-files.ts';
import { shardCount, shardName, shardRows } from './shard-plan.ts';
import type { ShuffledRow, ShuffledRows } from './shuffle.ts';

/** Which rows are written, how, and where. */
export interface ShardOptions {
  readonly store: ObjectStore;
  /** Below which the files lie. */
  readonly folder: string;
  readonly shuffled: ShuffledRows;
  readonly scratch: Scratch;
  readonly profile: Profile;
  /** Equal train shards, as the selection left them. */
  readonly trainShards: number;
  /** Footer facts that all token files share. */
  readonly facts: Facts;
}

/**
 * Writes all files; returns them in the manifest's order. Bound: one row group, and one run of each
 * index.
 */
export async function writeShards(options: ShardOptions, effects = PROCESS_EFFECTS): Promise<ReleaseFile[]> {
  const { store, folder, shuffled } = options;
  const indexes = createIndexes(options.scratch);
  const files: ReleaseFile[] = [];
  const total = Object.values(shuffled.counts).reduce((sum, count) => sum + count, 0);
  let done = 0;
  const report = () => {
    effects.signal.throwIfAborted();
    const rate = { count: done, unit: 'rows' };
    effects.observe({ kind: 'progress', step: 'writing shards', done, total, rate });
  };
  let open: OpenShard | undefined;
  try {
    const plan = planShards(shuffled, options.trainShards);
    for (const row of shuffled.rows()) {
      if (open === undefined || open.left === 0) {
        if (open !== undefined) files.push(...(await open.finish()));
        open = openShard(plan.next(row.split), options);
      }
      // Before the row is added: until then the files say where it will lie.
      const { rowGroup, row: inGroup } = open.rows.next(row.ids.length);
      indexes.add(row.meta, { split: row.split, shard: open.planned.shard, row_group: rowGroup, row: inGroup });
      open.add(row);
      done++;
      if (done % 1_000 === 0) report();
    }
    if (open !== undefined) files.push(...(await open.finish()));
    report();
    files.push(...(await indexes.write(store, folder)));
    return files;
  } finally {
    open?.abort();
    indexes.close();
  }
}

interface PlannedShard {
  readonly split: Split;
  readonly shard: number;
  readonly shards: number;
  readonly rows: number;
}

/** Hands out shards in the order in which rows arrive: split by split. */
function planShards({ counts, tokens }: ShuffledRows, trainShards: number): { next(split: Split): PlannedShard } {
  const queues = new Map<Split, PlannedShard[]>();
  for (const split of SPLITS) {
    const rows = counts[split] ?? 0;
    if (rows === 0) continue;
    const shards = split === 'train' ? trainShards : shardCount(tokens[split] ?? 0, rows);
    queues.set(
      split,
      shardRows(rows, shards).map((each, shard) => ({ split, shard, shards, rows: each })),
    );
  }
  return { next: (split) => present(queues.get(split)?.shift(), `shard of ${split} that is not full`) };
}

interface OpenShard {
  readonly planned: PlannedShard;
  readonly rows: RowFiles;
  left: number;
  add(row: ShuffledRow): void;
  finish(): Promise<ReleaseFile[]>;
  /** Leaves nothing of files that are not finished. */
  abort(): void;
}

function openShard(planned: PlannedShard, options: ShardOptions): OpenShard {
  const { store } = options;
  const files = { data: store.create(), meta: store.create(), origin: store.create() };
  const rows = createRowFiles({
    profile: options.profile,
    facts: (totals) => ({
      ...options.facts,
      split: planned.split,
      rows: String(totals.rows),
      tokens: String(totals.tokens),
      loss_tokens: String(totals.loss_tokens),
    }),
    files,
  });
  const name = shardName(planned.split, planned.shard, planned.shards);
  const shard: OpenShard = {
    planned,
    rows,
    left: planned.rows,
    add(row) {
      rows.add(row);
      shard.left--;
    },
    async finish() {
      const totals = rows.finish();
      const written: ReleaseFile[] = [];
      for (const kind of ['data', 'meta', 'origin'] as const) {
        const path = `${kind}/${name}.parquet`;
        const { sha256, bytes } = await files[kind].finishAs(`${options.folder}/${path}`);
        const counts = kind === 'data' ? totals : { rows: totals.rows, tokens: 0, loss_tokens: 0 };
        written.push({ path, kind, split: planned.split, ...counts, bytes, sha256 });
      }
      return written;
    },
    abort() {
      for (const file of Object.values(files)) file.abort();
    },
  };
  return shard;
}
