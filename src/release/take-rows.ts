/**
 * The map side of a release: chosen rows leave their parts, get pseudonyms and go into sorted runs
 * in the order of draw `shuffle`, with all that they are made of. Each part is read once, by any
 * thread.
 */
import type { CorpusId } from '../../schemas/ids.ts';
import { SPLITS, type Split } from '../../schemas/ledger.ts';
import { PART_ROWS, UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { floatAt, intAt } from '../checked.ts';
import { type PartPosition, partDictionaries, partGroups } from '../corpus/open-part.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { type ReadLists, readTyped, type TypedColumns, textMapper, textReader } from '../shard/typed-columns.ts';
import type { Scratch } from '../sort/scratch.ts';
import { createSorter, type Sorter } from '../sort/sorted-runs.ts';
import { draw } from '../timeline/draws.ts';
import { createEventTaker } from './event-numbers.ts';
import { createRowPacker, type TakenRow } from './packed-rows.ts';
import { type PseudonymKey, type Pseudonyms, pseudonymsOf } from './pseudonyms.ts';
import { createSegmentTaker } from './segment-numbers.ts';
import { type CorpusHoldout, heldOut, selectableGroup } from './selectable-rows.ts';
import { type DecidedSelection, endsOf, type RowEnds } from './selection.ts';
import { isSplit } from './split-rule.ts';
import type { Lane } from './taken-numbers.ts';

/** Which rows are taken, and how they are hidden: plain data. */
export interface TakePlan extends CorpusHoldout {
  readonly corpus: CorpusId;
  readonly decided: DecidedSelection;
  readonly key: PseudonymKey;
}

/** Where rows are taken from, and where they lie until they are sorted. */
export interface TakePlaces {
  readonly store: ObjectStore;
  readonly scratch: Scratch;
  /** Where several take rows: numbers of its own, and what its sorters may hold. */
  readonly lane?: Lane;
  readonly sortBytes?: number;
}

/** What is sorted. */
export const SORTED = ['rows', 'digests', 'segments', 'events'] as const;
/** Packed rows by split, draw and key; digests by example; what rows are made of. */
export type TakenSorters = Readonly<Record<(typeof SORTED)[number], Sorter>>;

/** What was taken, counted. */
export interface TakenCounts {
  /** Rows and tokens by split. */
  readonly rows: Readonly<Partial<Record<Split, number>>>;
  readonly tokens: Readonly<Partial<Record<Split, number>>>;
  /** Above all numbers that segments and events were given. */
  readonly segmentsEnd: number;
  readonly eventsEnd: number;
}

/** All that was taken. */
export interface TakenRows {
  readonly sorters: TakenSorters;
  readonly counts: TakenCounts;
}

/** Takes the rows of parts. */
export interface RowTaker {
  /** Reads a part, once. Throws as the store, its files and the scratch do. */
  take(part: PartPosition): Promise<void>;
  /** What was taken; the sorters are the caller's to close. */
  taken(): TakenRows;
}

/** Bound: the dictionaries of one part and one of its row groups, and one run of each sorter. */
export function createRowTaker(plan: TakePlan, { store, scratch, lane, sortBytes }: TakePlaces): RowTaker {
  const hide = pseudonymsOf(plan.key);
  const held = heldOut(plan);
  const ends = endsOf(plan.decided);
  const own = { scratch, ...(sortBytes !== undefined && { bytesMax: sortBytes }) };
  const taking = { scratch, ...(lane && { lane }), ...(sortBytes !== undefined && { sortBytes }) };
  const segments = createSegmentTaker({ ...taking, hide: hide.event });
  // An event is hidden once a part: kept, it would only drive out versions and slates.
  const events = createEventTaker({ ...taking, hide: { member: hide.member, event: pseudonymsOf(plan.key, 0).event } });
  const sorters = {
    ...{ rows: createSorter(own), digests: createSorter(own) },
    ...{ segments: segments.sorter, events: events.sorter },
  };
  const packer = createRowPacker();
  const rows: Partial<Record<Split, number>> = {};
  const tokens: Partial<Record<Split, number>> = {};
  return {
    async take(part) {
      const ref = { store, corpus: plan.corpus, ...part };
      const dictionaries = await partDictionaries(ref);
      const partEvents = events.ofPart(dictionaries.events);
      const numbers = { segment: segments.ofPart(dictionaries.segments), event: partEvents.numberOf };
      for await (const { file, number, live } of partGroups(ref)) {
        const columns = await readTyped(file, number, PART_ROWS);
        const selectable = selectableGroup({ ...columns, live }, held);
        const released = releaser(columns, { hide, ends, numbers, seed: plan.seed });
        for (let i = 0; i < selectable.rows; i++) {
          const split = ends.endOf(selectable.at(i));
          if (!isSplit(split)) continue;
          const row = released(intAt(live, i), split);
          rows[split] = (rows[split] ?? 0) + 1;
          tokens[split] = (tokens[split] ?? 0) + row.meta.n_tokens;
          sorters.rows.add(row.sortKey, packer.pack(split, row));
          sorters.digests.add(Buffer.from(row.meta.example_id, 'latin1'), Buffer.from(row.content, 'hex'));
        }
      }
      partEvents.finish();
    },
    taken: () => ({ sorters, counts: { rows, tokens, segmentsEnd: segments.end(), eventsEnd: events.end() } }),
  };
}

/** Takes the rows of all parts, here. Then, or after an error, what it could not take is gone. */
export async function takeRows(
  plan: TakePlan & { readonly parts: readonly PartPosition[] },
  places: TakePlaces,
  effects = PROCESS_EFFECTS,
): Promise<TakenRows> {
  const taker = createRowTaker(plan, places);
  try {
    for (const part of plan.parts) {
      effects.signal.throwIfAborted();
      await taker.take(part);
      effects.observe(takingProgress(plan.parts, part.firstRow + part.files.rows));
      await effects.reach('shuffle');
    }
    return taker.taken();
  } catch (error) {
    closeSorters(taker.taken().sorters);
    throw error;
  }
}

/** What is said after a part: `done` rows of all parts are read. */
export function takingProgress(parts: readonly PartPosition[], done: number) {
  const total = parts.reduce((sum, { files }) => sum + files.rows, 0);
  return { kind: 'progress', step: 'shuffling', done, total, rate: { count: done, unit: 'rows' } } as const;
}

/** Removes their runs; may be called again. */
export function closeSorters(sorters: TakenSorters): void {
  for (const sorter of Object.values(sorters)) sorter.close();
}

interface Releasing {
  readonly hide: Pseudonyms;
  readonly ends: RowEnds;
  readonly seed: number;
  /** The taker's numbers of what the part numbers. */
  readonly numbers: Readonly<Record<'segment' | 'event', (inPart: number) => number>>;
}

interface ReleasedRow extends TakenRow {
  /** The hash of what the row says. */
  readonly content: string;
  readonly sortKey: Uint8Array;
}

/** NO ID OF A MEMBER OR AN EVENT LEAVES (PSEUDO-2): sidecar and origins as a release holds them. */
function releaser(columns: TypedColumns<typeof PART_ROWS>, { hide, ends, seed, numbers }: Releasing) {
  const text = {
    ...{ key: textReader(columns.key), variant: textReader(columns.variant), content: textReader(columns.content) },
    ...{ task: textReader(columns.task), label: textReader(columns.label), form: textReader(columns.form) },
    ...{ template: textReader(columns.template), surface: textReader(columns.surface) },
    ...{ item_ids: textReader(columns.item_ids), candidate_reasons: textReader(columns.candidate_reasons) },
    ...{ member: textMapper(columns.member, hide.member), slate_id: textMapper(columns.slate_id, hide.event) },
  };
  return (i: number, split: Split): ReleasedRow => {
    const [key, variant, task, label] = [text.key(i), text.variant(i), text.task(i), text.label(i)];
    const id = `${key}${UNIT_SEPARATOR}${variant}`;
    const stoppedAt = intAt(columns.stopped_at, i);
    return {
      content: text.content(i),
      sortKey: sortKey(split, id, seed),
      spans: listAt(columns.loss_spans, i),
      meta: {
        ...{ task, label, form: text.form(i), template: text.template(i), variant },
        template_version: intAt(columns.template_version, i),
        ...{ asked_at: floatAt(columns.asked_at, i), label_settled_at: floatAt(columns.label_settled_at, i) },
        ...{ item_ids: text.item_ids(i), candidate_reasons: text.candidate_reasons(i), surface: text.surface(i) },
        ...{ position: intAt(columns.position, i), propensity: floatAt(columns.propensity, i) },
        ...{ n_tokens: intAt(columns.n_tokens, i), n_loss_tokens: intAt(columns.n_loss_tokens, i) },
        n_history_shown: intAt(columns.n_history_shown, i),
        n_history_available: intAt(columns.n_history_available, i),
        n_actions_before: intAt(columns.n_actions_before, i),
        example_id: hide.example(id),
        ...{ member: text.member(i), slate_id: text.slate_id(i), turn_times: '', split },
        keep_share: split === 'train' ? ends.keepShare(task, label) : 1,
        thin: draw(seed, 'thin', id),
      },
      origin: {
        segments: listAt(columns.segments, i).map(numbers.segment),
        events: listAt(columns.events, i).map(numbers.event),
        ...{ lowered: intAt(columns.lowered, i), room: intAt(columns.room, i), used: intAt(columns.used, i) },
        stopped_at: stoppedAt < 0 ? -1 : numbers.event(stoppedAt),
      },
    };
  };
}

function listAt({ values, offsets }: ReadLists, i: number): Int32Array {
  return values.subarray(intAt(offsets, i), intAt(offsets, i + 1));
}

/** Split, draw `shuffle`, key (RELEASE-5): equal draws fall back on the key (DRAW-3). */
function sortKey(split: Split, id: string, seed: number): Uint8Array {
  const text = Buffer.from(id, 'utf8');
  const bytes = Buffer.allocUnsafe(7 + text.length);
  bytes[0] = SPLITS.indexOf(split);
  bytes.writeUIntBE(draw(seed, 'shuffle', id), 1, 6);
  text.copy(bytes, 7);
  return bytes;
}
