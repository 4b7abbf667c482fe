/**
 * The map side of a release: chosen rows leave their parts, get numbers and pseudonyms and go into
 * sorted runs in the order of draw `shuffle`. Their tokens stay in a table.
 */

import { createHash } from 'node:crypto';
import type { StoredRow } from '../../schemas/columns.ts';
import type { CorpusId } from '../../schemas/ids.ts';
import { SPLITS, type Split } from '../../schemas/ledger.ts';
import { PART_ROWS, UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { floatAt, intAt, nth } from '../checked.ts';
import { type PartGroup, partGroups } from '../corpus/open-part.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import { readStored } from '../shard/records.ts';
import type { Scratch, ScratchFile } from '../sort/scratch.ts';
import { createSorter } from '../sort/sorted-runs.ts';
import { draw } from '../timeline/draws.ts';
import { type NumberedRows, numberRows, type PartNumbers } from './number-rows.ts';
import { createRowPacker, type NumberedRow } from './packed-rows.ts';
import { type PseudonymKey, type Pseudonyms, pseudonymsOf } from './pseudonyms.ts';
import type { ReleaseRows } from './selectable-rows.ts';
import { rowKey, type Selection } from './selection.ts';
import { isSplit } from './split-rule.ts';
import type { TokenTable } from './token-table.ts';

/** The chosen rows, sorted. */
export interface ShuffledRows {
  /** Packed rows in order of split, then draw; each holds until the next is asked for. */
  rows(): Generator<Uint8Array>;
  /** Rows and tokens by split. */
  readonly counts: Readonly<Partial<Record<Split, number>>>;
  readonly tokens: Readonly<Partial<Record<Split, number>>>;
  /** SHA-256 over, in order of example_id, each example_id and the hash of its row (RELEASE-6). */
  readonly digest: string;
  /** What the rows' segments say in tokens. */
  readonly tokenTable: TokenTable;
  readonly tokenFile: ScratchFile;
  /** What origins number, under way. */
  readonly tables: NumberedRows['tables'];
  /** Removes the sorted runs and all else that is not finished. */
  close(): void;
}

/** Which rows are shuffled, and how they are hidden. */
export interface ShuffleOptions {
  readonly store: ObjectStore;
  readonly read: ReleaseRows;
  readonly selection: Selection;
  readonly scratch: Scratch;
  readonly corpus: CorpusId;
  readonly key: PseudonymKey;
  readonly seed: number;
}

/**
 * Reads the parts and sorts the chosen rows. Bound: one row group of a part, one run of each
 * sorter, and what numbering holds.
 */
export async function shuffleRows(options: ShuffleOptions, effects = PROCESS_EFFECTS): Promise<ShuffledRows> {
  const { store, read, selection, corpus, scratch } = options;
  const hiding = { ...options, hide: pseudonymsOf(options.key) };
  const splitsOf = async (group: PartGroup) => {
    const { at, rows } = await read.selectable(group);
    return Array.from({ length: rows }, (_, i) => selection.endOf(at(i)));
  };
  const chosenOf = async (group: PartGroup) => Uint8Array.from(await splitsOf(group), (end) => (isSplit(end) ? 1 : 0));
  const numbering = { store, corpus, parts: read.parts, scratch, hide: hiding.hide, chosenOf };
  const numbered = await numberRows(numbering, effects);
  const sorter = createSorter({ scratch });
  const digests = createSorter({ scratch });
  const packer = createRowPacker();
  const counts: Partial<Record<Split, number>> = {};
  const tokens: Partial<Record<Split, number>> = {};
  const close = () => {
    sorter.close();
    numbered.close();
    for (const table of numbered.tables) table.abort();
  };
  try {
    for (const [i, part] of read.parts.entries()) {
      const numbers = numbered.numbersOf(i);
      for await (const group of partGroups({ store, corpus, ...part })) {
        effects.signal.throwIfAborted();
        const splits = await splitsOf(group);
        const { at } = await readStored(group.file, group.number, PART_ROWS);
        for (let inGroup = 0; inGroup < group.rows; inGroup++) {
          const split = nth(splits, inGroup);
          if (!isSplit(split)) continue;
          const stored = at(inGroup);
          const released = release(stored, split, { ...hiding, numbers });
          counts[split] = (counts[split] ?? 0) + 1;
          tokens[split] = (tokens[split] ?? 0) + stored.n_tokens;
          sorter.add(sortKey(split, stored, options.seed), packer.pack(split, released));
          digests.add(Buffer.from(released.meta.example_id, 'latin1'), Buffer.from(stored.content, 'hex'));
        }
      }
      const done = part.firstRow + part.files.rows;
      const rate = { count: done, unit: 'rows' };
      effects.observe({ kind: 'progress', step: 'shuffling', done, total: read.rows, rate });
      await effects.reach('shuffle');
    }
    const digest = createHash('sha256');
    for (const { key, payload } of digests.sorted()) digest.update(key).update(payload);
    return {
      counts,
      tokens,
      digest: digest.digest('hex'),
      tokenTable: numbered.tokens,
      tokenFile: numbered.tokenFile,
      tables: numbered.tables,
      *rows() {
        for (const { payload } of sorter.sorted()) yield payload;
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  } finally {
    digests.close();
  }
}

interface Hiding extends ShuffleOptions {
  readonly hide: Pseudonyms;
  readonly numbers: PartNumbers;
}

/** NO ID OF A MEMBER OR AN EVENT LEAVES (PSEUDO-2): sidecar and origins as a release holds them. */
function release(stored: StoredRow<typeof PART_ROWS>, split: Split, hiding: Hiding): NumberedRow {
  const { seed, selection, hide, numbers } = hiding;
  const { key, member, task, label, lowered, room, used, stopped_at } = stored;
  return {
    spans: stored.loss_spans,
    meta: {
      ...{ task, label, form: stored.form, template: stored.template, template_version: stored.template_version },
      ...{ variant: stored.variant, asked_at: stored.asked_at, label_settled_at: stored.label_settled_at },
      ...{ item_ids: stored.item_ids, candidate_reasons: stored.candidate_reasons, surface: stored.surface },
      ...{ position: stored.position, propensity: stored.propensity },
      ...{ n_tokens: stored.n_tokens, n_loss_tokens: stored.n_loss_tokens },
      ...{ n_history_shown: stored.n_history_shown, n_history_available: stored.n_history_available },
      n_actions_before: stored.n_actions_before,
      example_id: hide.example(`${key}${UNIT_SEPARATOR}${stored.variant}`),
      member: hide.member(member),
      slate_id: hide.event(stored.slate_id),
      turn_times: '',
      split,
      keep_share: split === 'train' ? selection.keepShare(task, label) : 1,
      thin: draw(seed, 'thin', rowKey(stored)),
    },
    origin: {
      segments: stored.segments.map((segment) => intAt(numbers.segments, segment)),
      ...eventSteps(stored.events, numbers.events),
      ...{ lowered, room, used },
      stopped_at: stopped_at < 0 ? -1 : floatAt(numbers.events, stopped_at),
    },
  };
}

/** Numbers of events as the first of them and the steps from one to the next. */
function eventSteps(own: Int32Array, numbers: Float64Array): { first_event: number; events: Int32Array } {
  const events = new Int32Array(own.length);
  let before = own.length === 0 ? -1 : floatAt(numbers, intAt(own, 0));
  const first_event = before;
  for (let i = 0; i < own.length; i++) {
    const number = floatAt(numbers, intAt(own, i));
    events[i] = number - before;
    before = number;
  }
  return { first_event, events };
}

/** Split, draw `shuffle`, key (RELEASE-5): equal draws fall back on the key (DRAW-3). */
function sortKey(split: Split, row: { readonly key: string; readonly variant: string }, seed: number): Buffer {
  const key = rowKey(row);
  const text = Buffer.from(key.join(UNIT_SEPARATOR), 'utf8');
  const bytes = Buffer.allocUnsafe(7 + text.length);
  bytes[0] = SPLITS.indexOf(split);
  bytes.writeUIntBE(draw(seed, 'shuffle', key), 1, 6);
  text.copy(bytes, 7);
  return bytes;
}
