/**
 * The reduce side of a release: shuffled rows into equal shards with sidecar and origins beside
 * them, the tables that origins number, and the two index files.
 */

import { SPLITS, type Split } from '../../schemas/ledger.ts';
import type { ReleaseFile } from '../../schemas/manifest.ts';
import { present } from '../checked.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import type { Facts, Profile } from '../profiles/profile.ts';
import { mustFlushRowGroup } from '../shard/row-groups.ts';
import type { Scratch } from '../sort/scratch.ts';
import { createIndexes } from './indexes.ts';
import type { JoinedGroup } from './join-rows.ts';
import { createRowCollector, type PackedRows, packedHead } from './packed-rows.ts';
import { createRowFiles, type RowFiles } from './row-files.ts';
import { shardCount, shardName, shardRows } from './shard-plan.ts';
import type { ShuffledRows } from './shuffle.ts';

/** Joins row groups, here or in other threads. */
export interface GroupJoiner {
  /** Row groups that are worth having under way at once. */
  readonly atOnce: number;
  /** Rows in order. Takes the bytes over. */
  join(rows: PackedRows): Promise<JoinedGroup>;
}

/** Which rows are written, how, and where. */
export interface ShardOptions {
  readonly store: ObjectStore;
  /** Below which the files lie. */
  readonly folder: string;
  readonly shuffled: ShuffledRows;
  readonly scratch: Scratch;
  readonly profile: Profile;
  readonly joiner: GroupJoiner;
  /** Equal train shards, as the selection left them. */
  readonly trainShards: number;
  /** Footer facts that all token files share. */
  readonly facts: Facts;
}

/**
 * Writes all files; returns them in the manifest's order. Bound: `atOnce` row groups and one more,
 * and one run of each index.
 */
export async function writeShards(options: ShardOptions, effects = PROCESS_EFFECTS): Promise<ReleaseFile[]> {
  const { store, folder, shuffled, joiner } = options;
  const indexes = createIndexes(options.scratch);
  const files: ReleaseFile[] = [];
  const total = Object.values(shuffled.counts).reduce((sum, count) => sum + count, 0);
  let done = 0;
  const report = () => {
    effects.signal.throwIfAborted();
    const rate = { count: done, unit: 'rows' };
    effects.observe({ kind: 'progress', step: 'writing shards', done, total, rate });
  };
  /** Groups that are being joined, in order: files take them one after another. */
  const underWay: { readonly planned: PlannedShard; readonly isLast: boolean; readonly group: Promise<JoinedGroup> }[] =
    [];
  let open: OpenShard | undefined;
  const settleOne = async () => {
    const { planned, isLast, group } = present(underWay.shift(), 'row group under way');
    open ??= openShard(planned, options);
    const joined = await group;
    open.rows.add(joined);
    done += joined.data.rows;
    report();
    if (!isLast) return;
    files.push(...(await open.finish()));
    open = undefined;
  };
  try {
    for (const { planned, rows, isLast } of rowGroups(shuffled, options.trainShards, indexes)) {
      const group = joiner.join(rows);
      // Awaited in its turn; until then a failure must not end the process.
      group.catch(() => {});
      underWay.push({ planned, isLast, group });
      if (underWay.length > joiner.atOnce) await settleOne();
    }
    // Beside the last groups, which others may still be joining.
    const others: ReleaseFile[] = [];
    for (const table of shuffled.tables) others.push(...(await table.finish(folder)));
    others.push(...(await indexes.write(store, folder)));
    while (underWay.length > 0) await settleOne();
    report();
    return [...files, ...others];
  } finally {
    await Promise.allSettled(underWay.map(({ group }) => group));
    open?.abort();
    indexes.close();
  }
}

interface RowGroup {
  readonly planned: PlannedShard;
  /** The caller's own. */
  readonly rows: PackedRows;
  /** The last of its shard. */
  readonly isLast: boolean;
}

/** The rows group by group (PUBLISH-6), shard by shard; each is put into the indexes. */
function* rowGroups(
  shuffled: ShuffledRows,
  trainShards: number,
  indexes: ReturnType<typeof createIndexes>,
): Generator<RowGroup> {
  const plan = planShards(shuffled, trainShards);
  let planned: PlannedShard | undefined;
  let left = 0;
  const group = createRowCollector();
  let tokens = 0;
  let number = 0;
  const taken = () => {
    tokens = 0;
    return group.take();
  };
  for (const packed of shuffled.rows()) {
    const { exampleId, member, ...head } = packedHead(packed);
    if (planned === undefined || left === 0) {
      planned = plan.next(head.split);
      left = planned.rows;
      number = 0;
    }
    if (mustFlushRowGroup({ rows: group.rows(), tokens }, head.tokens)) {
      yield { planned, rows: taken(), isLast: false };
      number++;
    }
    const position = { split: head.split, shard: planned.shard, row_group: number, row: group.rows() };
    indexes.add({ exampleId, member }, position);
    group.add(packed);
    tokens += head.tokens;
    left--;
    if (left === 0) yield { planned, rows: taken(), isLast: true };
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
  readonly rows: RowFiles;
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
  return {
    rows,
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
}
