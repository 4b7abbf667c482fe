/** Checkpoints: what a chain came to before one of its records (docs/lake.md). */
import { z } from 'zod';
import { CorpusFiles, FileRef, InputRef, LateFiles, StreamPart, TimelineRecord } from './commit.ts';
import { AttemptId, Sha256 } from './ids.ts';
import { named } from './named.ts';

const Count = z.number().int().nonnegative();
const Ref = z.strictObject({ seq: Count, sha256: Sha256 });
const Counts = named(named(named(Count)));

/** A part, some of whose rows may count no longer. */
export const LivePart = CorpusFiles.safeExtend({
  /** The file of their numbers, as RemovedRows has it; null: none. */
  removed: z.union([FileRef, z.null()]),
  /** Rows and tokens that count. */
  live: z.strictObject({ rows: Count, tokens: Count }),
});
export type LivePart = z.infer<typeof LivePart>;

/** What all records of a chain come to; nothing but claims is `empty`. */
export const ChainState = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('empty') }),
  z.strictObject({
    kind: z.literal('timeline'),
    newest: z.strictObject({ seq: Count, sha256: Sha256, record: TimelineRecord }),
    /** All files that were taken in. */
    inputs: z.array(InputRef),
    /** How far topics were taken in: the newest record of a stream; null where there is none. */
    stream: z.union([StreamPart, z.null()]),
    /** Files of the late log that no record took up. */
    late: LateFiles.default({ late: [], late_copies: [] }),
    /** All files of corrected records that were taken in. */
    replayed: z.array(InputRef).default([]),
    /** All files whose records were left out. */
    without: z.array(InputRef).default([]),
  }),
  z.strictObject({
    kind: z.literal('corpus'),
    /** The newest record with work. */
    newest: Ref,
    /** The records that rows are made from, as of which all of them count. */
    timeline: Ref,
    items: z.array(Ref),
    /** Questions that are mature by this moment (epoch ms) are decided; null: all. */
    until: z.union([z.number().int(), z.null()]),
    parts: z.array(LivePart),
    /** task -> fate -> label -> questions. */
    questions: Counts,
    /** task -> rendered questions whose candidates' lines are not all different after cutting. */
    alikeAfterCut: named(Count),
  }),
]);
export type ChainState = z.infer<typeof ChainState>;

/** A chain as it was before the record that names the checkpoint. */
export const Checkpoint = z.strictObject({
  /** The record before that one. */
  head: Ref,
  /** Who held the chain. */
  owner: AttemptId,
  state: ChainState,
});
export type Checkpoint = z.infer<typeof Checkpoint>;
