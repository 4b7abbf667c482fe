/** What the records of a corpus chain come to: the rows that count, and how all questions ended. */
import type { CorpusFiles, FileRef, RewriteRecord, WorkRecord } from '../../schemas/commit.ts';
import { addTally, addTo, type Tally } from '../tally.ts';
import { brokenFile } from './broken-file.ts';
import type { Committed, RecordRef } from './read-record.ts';
import { refOf } from './timeline-records.ts';

/** A part, some of whose rows may count no longer. */
export interface LivePart extends CorpusFiles {
  /** The file of their numbers, as RemovedRows has it; null: none. */
  readonly removed: FileRef | null;
  /** Rows and tokens that count. */
  readonly live: { readonly rows: number; readonly tokens: number };
}

/** A partition of a corpus. */
export interface CorpusState {
  /** The records that rows are made from, as of which all of them count. */
  readonly timeline: RecordRef;
  readonly items: readonly RecordRef[];
  /** Questions that are mature by this moment (epoch ms) are decided; null: all. */
  readonly until: number | null;
  readonly parts: readonly LivePart[];
  /** task -> fate -> label -> questions. */
  readonly questions: Tally;
  /** task -> rendered questions whose candidates' lines are not all different after cutting. */
  readonly alikeAfterCut: Tally;
}

/** One partition's corpus chain. */
export interface CorpusPartition {
  readonly partition: number;
  /** The newest record with work; undefined, as is the state, where nothing was rendered yet. */
  readonly newest: RecordRef | undefined;
  readonly state: CorpusState | undefined;
}

/** The state after all records of a corpus chain. Throws `lake_broken` where one cannot follow. */
export function foldCorpus(folder: string, work: readonly Committed<WorkRecord>[]): Omit<CorpusPartition, 'partition'> {
  let state: CorpusState | undefined;
  for (const { seq, record } of work) {
    const wrong = (what: string) => brokenFile(`${folder}/commits`, `${what} (record ${seq})`);
    if (record.kind === 'corpus') {
      const before = state ?? { parts: [], questions: {}, alikeAfterCut: {} };
      state = {
        ...{ timeline: refOf(record.timeline), items: record.items.map(refOf), until: record.until },
        parts: [...before.parts, ...record.files.map(wholePart)],
        // What was pending ended in this record, or is pending in it.
        questions: addTally(withoutPending(before.questions), record.questions),
        alikeAfterCut: addTally(before.alikeAfterCut, record.alike_after_cut),
      };
    } else if (record.kind === 'rewrite') {
      if (state === undefined) throw wrong('rewrites what was never rendered');
      state = {
        ...{ timeline: refOf(record.timeline), items: record.items.map(refOf), until: state.until },
        parts: rewritten(state.parts, record, wrong),
        questions: addTally(state.questions, record.questions),
        alikeAfterCut: addTally(state.alikeAfterCut, record.alike_after_cut),
      };
    } else throw wrong(`has a record of the kind ${record.kind} in a corpus chain`);
  }
  const newest = work.at(-1);
  return { newest: newest && refOf(newest), state };
}

/** A part all of whose rows count. */
export function wholePart(files: CorpusFiles): LivePart {
  return { ...files, removed: null, live: { rows: files.rows, tokens: files.tokens } };
}

/** Parts of which no row is left are forgotten. */
function rewritten(
  parts: readonly LivePart[],
  { remove, add }: RewriteRecord,
  wrong: (what: string) => Error,
): LivePart[] {
  const removed = new Map(remove.map((each) => [each.part, each]));
  const left = parts.map((part): LivePart => {
    const gone = removed.get(part.part.sha256);
    if (gone === undefined) return part;
    removed.delete(part.part.sha256);
    const live = { rows: part.rows - gone.rows.rows, tokens: part.tokens - gone.tokens };
    if (live.rows < 0 || live.rows >= part.live.rows) throw wrong(`cannot take rows out of part ${part.part.sha256}`);
    return { ...part, removed: gone.rows, live };
  });
  const [missing] = removed.keys();
  if (missing !== undefined) throw wrong(`takes rows out of part ${missing}, which is not there`);
  return [...left.filter(({ live }) => live.rows > 0), ...add.map(wholePart)];
}

function withoutPending(questions: Tally): Tally {
  const pending: Tally = {};
  for (const [task, fates] of Object.entries(questions)) {
    const { pending: counts = {} } = fates as Record<string, Record<string, number>>;
    for (const [label, count] of Object.entries(counts)) addTo(pending, [task, 'pending', label], -count);
  }
  return addTally(questions, pending);
}
