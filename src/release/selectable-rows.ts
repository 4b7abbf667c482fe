/**
 * All rendered rows of a corpus as a release chooses among them: read from the parts, as often as
 * they are asked for, tokens untouched.
 */

import type { CorpusId } from '../../schemas/ids.ts';
import type { CorpusSection } from '../../schemas/recipe.ts';
import { CORPUS } from '../../schemas/rows.ts';
import { floatAt, intAt } from '../checked.ts';
import { type PartGroup, type PartPosition, partGroups } from '../corpus/open-part.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import type { CorpusPartition } from '../lake/corpus-records.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { readTyped, type TypedColumns, textMapper, textReader } from '../shard/typed-columns.ts';
import { draw, inShare } from '../timeline/draws.ts';
import type { RowPass, SelectableGroup, SelectableRow } from './selection.ts';

/** What says which members and surfaces are held out. */
export interface CorpusHoldout {
  readonly seed: number;
  readonly holdout: CorpusSection['holdout'];
}

/** Whose rows are read. */
export interface CorpusRows extends CorpusHoldout {
  readonly store: ObjectStore;
  readonly corpus: CorpusId;
  readonly partitions: readonly CorpusPartition[];
}

/** All rows of a corpus, and the parts that hold them. */
export interface ReleaseRows {
  readonly rows: number;
  /** In order of partition. */
  readonly parts: readonly PartPosition[];
  /** The rows in order of part. Bound: one row group. Throws as the store and its files do. */
  readonly pass: RowPass;
}

const { key, variant, task, label, asked_at, closes_at, n_tokens, member, surface } = CORPUS;
/** What of a row the choice looks at. */
const SELECTED = { key, variant, task, label, asked_at, closes_at, n_tokens, member, surface };

/** The rows of a corpus; nothing is read yet. */
export function releaseRows(of: CorpusRows, effects = PROCESS_EFFECTS): ReleaseRows {
  const parts: PartPosition[] = [];
  let rows = 0;
  for (const { partition, state } of of.partitions) {
    for (const files of state?.parts ?? []) {
      parts.push({ partition, files, firstRow: rows });
      rows += files.rows;
    }
  }
  const held = heldOut(of);
  return {
    rows,
    parts,
    async *pass() {
      for await (const { file, number, live } of corpusGroups(of, effects))
        yield selectableGroup({ ...(await readTyped(file, number, SELECTED)), live }, held);
    },
  };
}

/**
 * The row groups of all parts of a corpus that have rows which count, in order of partition and
 * part. Throws as the store and its files do.
 */
export async function* corpusGroups(
  { store, corpus, partitions }: CorpusRows,
  effects = PROCESS_EFFECTS,
): AsyncGenerator<PartGroup> {
  for (const { partition, state } of partitions) {
    for (const files of state?.parts ?? []) {
      effects.signal.throwIfAborted();
      yield* partGroups({ store, corpus, partition, files });
    }
  }
}

/** Which members and which surfaces are held out (SPLIT-3). */
export interface HeldOut {
  member(id: string): boolean;
  surface(name: string): boolean;
}

/** A member is drawn anew where another came between: rows of one lie together. */
export function heldOut({ seed, holdout }: CorpusHoldout): HeldOut {
  const surfaces = new Set(holdout.surfaces);
  let last = { id: '', isHeld: false };
  return {
    member(id) {
      if (id !== last.id) last = { id, isHeld: inShare(draw(seed, 'holdout', [id]), holdout.members) };
      return last.isHeld;
    },
    surface: (name) => name !== '' && surfaces.has(name),
  };
}

/**
 * The rows of a group that count; what a text decides is worked out once for each that the group
 * has.
 */
export function selectableGroup(
  columns: TypedColumns<typeof SELECTED> & Pick<PartGroup, 'live'>,
  held: HeldOut,
): SelectableGroup {
  const [keys, variants] = [textReader(columns.key), textReader(columns.variant)];
  const [tasks, labels] = [textReader(columns.task), textReader(columns.label)];
  const members = textMapper(columns.member, held.member);
  const surfaces = textMapper(columns.surface, held.surface);
  let at = 0;
  const row: SelectableRow = {
    get key() {
      return keys(at);
    },
    get variant() {
      return variants(at);
    },
    get task() {
      return tasks(at);
    },
    get label() {
      return labels(at);
    },
    get askedAt() {
      return floatAt(columns.asked_at, at);
    },
    get closesAt() {
      return floatAt(columns.closes_at, at);
    },
    get tokens() {
      return intAt(columns.n_tokens, at);
    },
    get heldOutMember() {
      return members(at);
    },
    get heldOutSurface() {
      return surfaces(at);
    },
  };
  return {
    rows: columns.live.length,
    at(number) {
      at = intAt(columns.live, number);
      return row;
    },
  };
}
