/** The records of a lake's commit chains, each bound to the one before (docs/lake.md). */

import { z } from 'zod';
import { AttemptId, Sha256 } from './ids.ts';
import { named } from './named.ts';

const Count = z.number().int().nonnegative();

/** Of so many records the last names a checkpoint, from which readers start. */
export const CHECKPOINT_EVERY = 500;

/**
 * The records before a number that this divides lie in one file, too. It divides CHECKPOINT_EVERY,
 * so that what follows a checkpoint begins with a bundle.
 */
export const BUNDLE_EVERY = 25;

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
  /** What the chain came to before it, where CHECKPOINT_EVERY divides `seq`. */
  checkpoint: z.strictObject({ sha256: Sha256, bytes: Count }).optional(),
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

/**
 * What was written by one take-in: lines by entity (a member or an item), each entity's together,
 * an index of where they lie, and those of its members whom a delete has erased. An entity of a
 * newer run replaces that of all older ones.
 */
export const Run = z.strictObject({
  lines: z.array(FileRef),
  index: z.array(FileRef),
  erased: z.array(FileRef),
});
export type Run = z.infer<typeof Run>;

/** An event file that was taken in; `name` is relative to the folder of events. */
export const InputRef = z.strictObject({ name: z.string().min(1), sha256: Sha256, bytes: Count });
export type InputRef = z.infer<typeof InputRef>;

/**
 * Offsets of a topic partition that were taken in, from `start` up to, not with, `end`; `newest` is
 * the greatest event_time (epoch ms) of all its events.
 */
export const TopicRange = z
  .strictObject({
    topic: z.string().min(1),
    partition: Count,
    start: Count,
    end: Count,
    newest: z.union([z.number().int(), z.null()]),
  })
  .refine(({ start, end }) => start <= end, 'must not end before it starts');
export type TopicRange = z.infer<typeof TopicRange>;

/** Files of a late log. */
const lateFiles = {
  /** Events that came too late: each is counted as late. */
  late: z.array(FileRef),
  /** Copies of used events with the least ingest_time that did: each counted as a duplicate. */
  late_copies: z.array(FileRef),
};
/** Files of a late log by what their events were counted as. */
export const LateFiles = z.strictObject(lateFiles);
export type LateFiles = z.infer<typeof LateFiles>;

/** What a record adds that was made from topics and not from files. */
export const StreamPart = z.strictObject({
  /** Of all topic partitions of the chain; each goes on where the record before it ended. */
  ranges: z.array(TopicRange).min(1),
  /** Epoch ms; null: there was none yet. It never goes back. */
  watermark: z.union([z.number().int(), z.null()]),
  ...lateFiles,
  /** What became of the local state of the chain. */
  delta: z.array(FileRef),
  /** The newest snapshot of that state, as of the record `seq`; null: there is none. */
  snapshot: z.union([z.strictObject({ seq: z.number().int().positive(), sha256: Sha256, bytes: Count }), z.null()]),
  /** Of the deltas of all records after the snapshot's, up to and with this one. */
  delta_bytes: Count,
});
export type StreamPart = z.infer<typeof StreamPart>;

/**
 * Event files, records of topics, or what was late or dead before, taken into one chain of events:
 * a partition of the members, or the items.
 */
export const TimelineRecord = z.strictObject({
  kind: z.literal('timeline'),
  ...chained,
  /** The files that this record took in, not only their events of this chain. */
  inputs: z.array(InputRef),
  /** Absent where it took in no records of topics. */
  stream: StreamPart.optional(),
  /** Files of the late log of records before it that it took up; absent where it took up none. */
  backfilled: LateFiles.optional(),
  /** Files of corrected records that it took in; absent where there are none. */
  replayed: z.array(InputRef).optional(),
  /** Files whose records it left out of `inputs`; absent where there are none. */
  without: z.array(InputRef).optional(),
  /** All runs that count from here on, oldest first. */
  runs: z.array(Run),
  /** Dead letters of this record. */
  dead: z.array(FileRef),
  /** Entities whose events this record changed, and from when on; null: all, from the beginning. */
  changes: z.union([z.array(FileRef), z.null()]),
  /** What the card, and checks before rendering, need to know of all the chain's events. */
  stats: FileRef,
  /** Of all records of the chain up to and with this one. */
  counts: RecordCounts,
});
export type TimelineRecord = z.infer<typeof TimelineRecord>;

/** A part: its rows, and the segments and events that they number. */
export const CorpusFiles = z
  .strictObject({ part: FileRef, segments: FileRef, events: FileRef, rows: Count, tokens: Count })
  .refine(({ part, rows }) => part.rows === rows, 'part must have as many rows as the files say');
export type CorpusFiles = z.infer<typeof CorpusFiles>;

/** A record of another chain. */
const OtherRecord = z.strictObject({ seq: z.number().int().positive(), sha256: Sha256 });

/** What questions were asked of: with the corpus's identity all that rows are made from. */
const madeFrom = {
  /** The record of the partition's timeline chain. */
  timeline: OtherRecord,
  /** The records of the chains of items, in order of their numbers. */
  items: z.array(OtherRecord),
};

/** A count that may go down. */
const Change = z.number().int();

/** Questions of one partition that were decided at last: they are mature by `until`. */
export const CorpusRecord = z.strictObject({
  kind: z.literal('corpus'),
  ...chained,
  ...madeFrom,
  /** Questions mature after this moment (epoch ms), and from the beginning where it is null. */
  from_until: z.union([z.number().int(), z.null()]),
  /** Questions mature up to and at this moment (epoch ms), and all of them where it is null. */
  until: z.union([z.number().int(), z.null()]),
  files: z.array(CorpusFiles),
  /** Number of questions by task, fate and label; by how much that of the pending ones changes. */
  questions: named(named(named(Change))),
  /** Rendered questions whose candidates' lines are not all different after cutting, by task. */
  alike_after_cut: named(Count),
});
export type CorpusRecord = z.infer<typeof CorpusRecord>;

/**
 * All rows of a part that do not count from here on: a file of their numbers, which replaces an
 * earlier one of the part, and their tokens.
 */
export const RemovedRows = z.strictObject({ part: Sha256, rows: FileRef, tokens: Count });
export type RemovedRows = z.infer<typeof RemovedRows>;

/**
 * Questions that were decided before, asked again of newer events: rows that differ are taken out
 * of their parts, and those that they became lie in new ones. `from_until` and `until` stay.
 */
export const RewriteRecord = z.strictObject({
  kind: z.literal('rewrite'),
  ...chained,
  ...madeFrom,
  remove: z.array(RemovedRows),
  add: z.array(CorpusFiles),
  /** By how much the counts of the records before change. */
  questions: named(named(named(Change))),
  alike_after_cut: named(Change),
});
export type RewriteRecord = z.infer<typeof RewriteRecord>;

/** Any record of a chain. */
export const CommitRecord = z.discriminatedUnion('kind', [ClaimRecord, TimelineRecord, CorpusRecord, RewriteRecord]);
export type CommitRecord = z.infer<typeof CommitRecord>;

/** A record of work, which is not a claim. */
export type WorkRecord = TimelineRecord | CorpusRecord | RewriteRecord;

type New<R> = R extends WorkRecord ? Omit<R, keyof typeof chained> : never;
/** A record that is to be appended; the chain adds seq, previous and attempt. */
export type NewRecord = New<WorkRecord>;
