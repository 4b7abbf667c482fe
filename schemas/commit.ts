/** The records of a lake's commit chains, each bound to the one before (docs/lake.md). */

import { z } from 'zod';
import { AttemptId, Sha256 } from './ids.ts';
import { named } from './named.ts';

const Count = z.number().int().nonnegative();

/** A file of the lake. It is named by its sha256; its role decides the folder and the ending. */
export const FileRef = z.strictObject({ sha256: Sha256, bytes: Count, rows: Count });
export type FileRef = z.infer<typeof FileRef>;

const chained = {
  /** From 1, without gaps; the file is named by it. */
  seq: z.number().int().positive(),
  /** SHA-256 of the bytes of record seq - 1; null for the first. */
  previous: z.union([Sha256, z.null()]),
  /** Who appended it: a random id of one run of one writer. */
  attempt: AttemptId,
};

/**
 * The writer with this attempt takes the chain over: whoever claimed it before may append nothing
 * more.
 */
export const ClaimRecord = z.strictObject({ kind: z.literal('claim'), ...chained });
export type ClaimRecord = z.infer<typeof ClaimRecord>;

/** How the records that were read ended; `read` is the sum of the others. */
const RecordCounts = z
  .strictObject({ read: Count, used: Count, duplicate: Count, late: Count, dead: Count, dropped: Count })
  .refine(
    ({ read, used, duplicate, late, dead, dropped }) => read === used + duplicate + late + dead + dropped,
    'does not balance: read = used + duplicate + late + dead + dropped',
  );

/** Event files taken into one partition of the timelines. */
export const TimelineRecord = z.strictObject({
  kind: z.literal('timeline'),
  ...chained,
  /**
   * All input files of the build, not only of the partition; `name` is relative to the events
   * folder.
   */
  inputs: z.array(z.strictObject({ name: z.string().min(1), sha256: Sha256, bytes: Count })),
  files: z.strictObject({
    raw: z.array(FileRef),
    items: z.array(FileRef),
    dead: z.array(FileRef),
    /** What the card, and checks before rendering, need to know of the partition. */
    stats: FileRef,
  }),
  counts: RecordCounts,
});
export type TimelineRecord = z.infer<typeof TimelineRecord>;

/** A part: its rows, and the segments and events that they number. */
const CorpusFiles = z
  .strictObject({ part: FileRef, segments: FileRef, events: FileRef, rows: Count, tokens: Count })
  .refine(({ part, rows }) => part.rows === rows, 'part must have as many rows as the files say');

/** Questions of one partition rendered from one timeline record. */
export const CorpusRecord = z.strictObject({
  kind: z.literal('corpus'),
  ...chained,
  /** The record of the partition's timeline chain of which this is a pure function. */
  timeline: z.strictObject({ seq: z.number().int().positive(), sha256: Sha256 }),
  /** SHA-256 over the item files of all partitions. */
  items_sha256: Sha256,
  /** Questions mature after this moment (epoch ms), and from the beginning where it is null. */
  from_until: z.union([z.number().int(), z.null()]),
  /** Questions mature up to and at this moment (epoch ms), and all of them where it is null. */
  until: z.union([z.number().int(), z.null()]),
  files: z.array(CorpusFiles),
  /** Number of questions by task, fate and label. */
  questions: named(named(named(Count))),
  /** Rendered questions whose candidates' lines are not all different after cutting, by task. */
  alike_after_cut: named(Count),
  members: Count,
});
export type CorpusRecord = z.infer<typeof CorpusRecord>;

/** Any record of a chain. */
export const CommitRecord = z.discriminatedUnion('kind', [ClaimRecord, TimelineRecord, CorpusRecord]);
export type CommitRecord = z.infer<typeof CommitRecord>;

/** A record of work, which is not a claim. */
export type WorkRecord = TimelineRecord | CorpusRecord;

/** A record that is to be appended; the chain adds seq, previous and attempt. */
export type NewRecord = Omit<TimelineRecord, keyof typeof chained> | Omit<CorpusRecord, keyof typeof chained>;
