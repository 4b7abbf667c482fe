/** A worker thread: makes the plan and the item table once, then renders the partitions that it is given. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FileRef } from '../../schemas/commit.ts';
import type { CorpusIdentity } from '../../schemas/manifest.ts';
import type { TokenizerSpec } from '../../schemas/recipe.ts';
import { openStore } from '../../src/adapters/open-store.ts';
import { PROCESS_EFFECTS } from '../../src/effects.ts';
import { BrewhouseError, type PackedError, packError } from '../../src/errors.ts';
import { newestRecord } from '../../src/lake/chain-records.ts';
import { appendRecord, claimChain, openChain } from '../../src/lake/commit-log.ts';
import { createJoiningGate } from '../../src/prompt/joining-gate.ts';
import { createItemTable } from '../../src/timeline/item-table.ts';
import { openSegmentArena, type SharedArena } from '../../src/tokenize/segment-arena.ts';
import { planOfIdentity, readTokenizer } from '../corpus-inputs.ts';
import { type PartitionResult, readItems, renderPartition } from './partition.ts';

/** What all partitions of a corpus share. */
export interface RenderWorkerData {
  readonly lake: string;
  readonly corpus: string;
  readonly identity: CorpusIdentity;
  /** Where the tokenizer lies: as the recipe says, paths counted from its file. */
  readonly tokenizer: TokenizerSpec;
  readonly recipeFile: string;
  readonly items: readonly { readonly partition: number; readonly files: readonly FileRef[] }[];
  readonly itemsSha256: string;
  readonly until: number | null;
  readonly attempt: string;
  /** Item segments of this build, shared by its workers. */
  readonly arena: SharedArena;
}

/** One partition to render. */
export interface RenderRequest {
  readonly partition: number;
  readonly timeline: { readonly seq: number; readonly sha256: string; readonly files: readonly FileRef[] };
  readonly from: number | null;
}

export type RenderReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly rows: number; readonly tokens: number }
  | { readonly kind: 'done'; readonly partition: number; readonly result: PartitionResult }
  | { readonly kind: 'failed'; readonly error: PackedError };

/** Rows between two messages of progress: often enough to see, rare enough to cost nothing. */
const PROGRESS_ROWS = 200;

async function work(port: NonNullable<typeof parentPort>, data: RenderWorkerData): Promise<void> {
  const store = openStore(data.lake);
  const plan = await planOfIdentity(
    data.identity,
    await readTokenizer(data.tokenizer, data.recipeFile),
    openSegmentArena(data.arena),
  );
  const items = createItemTable(await readItems(store, data.items), plan.section.known);
  const compare = createJoiningGate(plan.tokenizer);
  const say = (reply: RenderReply) => port.postMessage(reply);
  port.on('message', async (request: RenderRequest) => {
    try {
      // ONE WRITER PER PARTITION: whoever commits between here and our record fences us, so no question is rendered twice.
      const chain = await openChain(store, `corpora/${data.corpus}/${request.partition}`);
      requireUnchanged(newestRecord(chain, 'corpus')?.record.until, request.from, data.corpus);
      let rows = 0;
      let tokens = 0;
      const result = await renderPartition(plan, items, {
        store,
        corpus: data.corpus,
        partition: request.partition,
        timelineFiles: request.timeline.files,
        from: request.from,
        until: data.until,
        compare,
        report: (moreRows, moreTokens) => {
          rows += moreRows;
          tokens += moreTokens;
          if (rows < PROGRESS_ROWS) return;
          say({ kind: 'progress', rows, tokens });
          rows = 0;
          tokens = 0;
        },
      });
      say({ kind: 'progress', rows, tokens });
      await PROCESS_EFFECTS.reach('corpus-upload');
      // COMMIT AFTER WRITE: every file lies under its hash before the record that names it.
      await claimChain(chain, data.attempt);
      await appendRecord(chain, data.attempt, {
        kind: 'corpus',
        timeline: { seq: request.timeline.seq, sha256: request.timeline.sha256 },
        items_sha256: data.itemsSha256,
        from_until: request.from,
        until: data.until,
        files: [...result.files],
        questions: result.questions,
        members: result.members,
      });
      say({ kind: 'done', partition: request.partition, result });
    } catch (error) {
      say({ kind: 'failed', error: packError(error) });
    }
  });
  say({ kind: 'ready' });
}

/** What was rendered before must still be what the request goes on from. */
function requireUnchanged(until: number | null | undefined, from: number | null, corpus: string): void {
  if ((until ?? null) === from && until !== null) return;
  throw new BrewhouseError('fenced', `another build has rendered the corpus ${corpus} in the meantime`, {
    remedy: 'wait until it has ended, then run the same command again',
  });
}

if (parentPort !== null) {
  const port = parentPort;
  work(port, workerData as RenderWorkerData).catch((error: unknown) => {
    const reply: RenderReply = { kind: 'failed', error: packError(error) };
    port.postMessage(reply);
  });
}
