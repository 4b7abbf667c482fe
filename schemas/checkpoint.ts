/** Checkpoints: what a chain came to before one of its records (docs/lake.md). */
import { z } from 'zod';
import { CorpusFiles, FileRef, InputRef, StreamPart, TimelineRecord } from './commit.ts';
import { AttemptId, Sha256 } from './ids.ts';
import { named } from './named.ts';

const Count = z.number().int().nonnegative();
const Ref = z.strictObject({ seq: Count, sha256: Sha256 });
const Counts = named(named(named(Count)));

const Live = z.strictObject({ rows: Count, tokens: Count });
const LivePart = CorpusFiles.safeExtend({ removed: z.union([FileRef, z.null()]), live: Live });

/** State of a chain of any kind; src/lake/chain-state.ts says what it means. */
const State = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('empty') }),
  z.strictObject({
    kind: z.literal('timeline'),
    newest: z.strictObject({ seq: Count, sha256: Sha256, record: TimelineRecord }),
    inputs: z.array(InputRef),
    stream: z.union([StreamPart, z.null()]),
  }),
  z.strictObject({
    kind: z.literal('corpus'),
    newest: Ref,
    timeline: Ref,
    items: z.array(Ref),
    until: z.union([z.number().int(), z.null()]),
    parts: z.array(LivePart),
    questions: Counts,
    alikeAfterCut: named(Count),
  }),
]);

/** A chain as it was before the record that names the checkpoint. */
export const Checkpoint = z.strictObject({
  /** The record before that one. */
  head: Ref,
  /** Who held the chain. */
  owner: AttemptId,
  state: State,
});
export type Checkpoint = z.infer<typeof Checkpoint>;
