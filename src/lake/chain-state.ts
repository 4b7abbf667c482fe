/** What all records of a chain come to, whatever its kind: the one fold that readers start from. */
import type { ChainState, LivePart } from '../../schemas/checkpoint.ts';
import type {
  CorpusFiles,
  FileRef,
  LateFiles,
  RewriteRecord,
  StreamPart,
  TimelineRecord,
} from '../../schemas/commit.ts';
import { addTally } from '../tally.ts';
import type { Committed, RecordRef } from './read-record.ts';

export type { ChainState, LivePart } from '../../schemas/checkpoint.ts';

/** A chain of events. */
export type TimelineState = Extract<ChainState, { kind: 'timeline' }>;
/** A partition of a corpus. */
export type CorpusState = Extract<ChainState, { kind: 'corpus' }>;

/** What a chain is before its first record. */
export const EMPTY: ChainState = { kind: 'empty' };

const NOTHING_TAKEN_IN: Omit<TimelineState, 'kind' | 'newest'> = {
  ...{ inputs: [], stream: null, replayed: [], without: [] },
  late: { late: [], late_copies: [] },
};

/** The state after one more record. `wrong` makes the error to throw where it cannot follow. */
export function stateAfter(state: ChainState, next: Committed, wrong: (what: string) => Error): ChainState {
  const { record } = next;
  if (record.kind === 'claim') return state;
  if (record.kind === 'timeline') {
    if (state.kind === 'corpus') throw wrong('is of a chain of events, in a corpus chain');
    const before = state.kind === 'empty' ? NOTHING_TAKEN_IN : state;
    const { inputs, stream, replayed, without } = before;
    if (record.stream !== undefined && stream !== null) assertGoesOn(stream, record.stream, wrong);
    return {
      ...{ kind: 'timeline', newest: { ...next, record } },
      ...{ inputs: [...inputs, ...record.inputs], stream: record.stream ?? stream },
      late: lateAfter(before.late, record, wrong),
      replayed: [...replayed, ...(record.replayed ?? [])],
      without: [...without, ...(record.without ?? [])],
    };
  }
  if (state.kind === 'timeline') throw wrong('is of a corpus chain, in a chain of events');
  const made = { newest: refOf(next), timeline: refOf(record.timeline), items: record.items.map(refOf) };
  if (record.kind === 'corpus') {
    const before = state.kind === 'empty' ? { parts: [], questions: {}, alikeAfterCut: {} } : state;
    return {
      ...{ kind: 'corpus', ...made, until: record.until },
      parts: [...before.parts, ...record.files.map(wholePart)],
      questions: addTally(before.questions, record.questions),
      alikeAfterCut: addTally(before.alikeAfterCut, record.alike_after_cut),
    };
  }
  if (state.kind === 'empty') throw wrong('rewrites what was never rendered');
  return {
    ...{ kind: 'corpus', ...made, until: state.until },
    parts: rewritten(state.parts, record, wrong),
    questions: addTally(state.questions, record.questions),
    alikeAfterCut: addTally(state.alikeAfterCut, record.alike_after_cut),
  };
}

/** TAKEN UP ONCE: what is left of a late log after a record that takes files up, or adds some. */
function lateAfter(
  before: LateFiles,
  { backfilled, stream }: TimelineRecord,
  wrong: (what: string) => Error,
): LateFiles {
  const without = (files: readonly FileRef[], taken: readonly FileRef[] = []): FileRef[] => {
    const left = [...files];
    for (const { sha256 } of taken) {
      const at = left.findIndex((file) => file.sha256 === sha256);
      if (at < 0) throw wrong(`takes up the late log ${sha256}, which is not there`);
      left.splice(at, 1);
    }
    return left;
  };
  return {
    late: [...without(before.late, backfilled?.late), ...(stream?.late ?? [])],
    late_copies: [...without(before.late_copies, backfilled?.late_copies), ...(stream?.late_copies ?? [])],
  };
}

/** NO GAP, NO OVERLAP: each topic partition goes on where it ended, and time does not go back. */
function assertGoesOn(before: StreamPart, next: StreamPart, wrong: (what: string) => Error): void {
  for (const { topic, partition, end } of before.ranges) {
    const range = next.ranges.find((each) => each.topic === topic && each.partition === partition);
    if (range?.start !== end) throw wrong(`does not go on at offset ${end} of ${topic}/${partition}`);
  }
  if ((next.watermark ?? Number.NEGATIVE_INFINITY) < (before.watermark ?? Number.NEGATIVE_INFINITY))
    throw wrong('has a watermark before that of the record before it');
}

/** Names a record, and nothing else of it. */
export function refOf({ seq, sha256 }: RecordRef): RecordRef {
  return { seq, sha256 };
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
