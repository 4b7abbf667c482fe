/**
 * The map side of a release: chosen rows leave their parts, get pseudonyms and go into sorted runs
 * in the order of draw `shuffle`.
 */

import { createHash } from 'node:crypto';
import type { StoredRow } from '../../schemas/columns.ts';
import type { CorpusId } from '../../schemas/ids.ts';
import { SPLITS, type Split } from '../../schemas/ledger.ts';
import { type CORPUS, ORIGIN, PART_TOKENS, SIDECAR, UNIT_SEPARATOR } from '../../schemas/rows.ts';
import { type PartRow, readPart } from '../corpus/part-rows.ts';
import { PROCESS_EFFECTS } from '../effects.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import type { Profile } from '../profiles/profile.ts';
import { createByteBuffer } from '../shard/byte-buffer.ts';
import { byteCursor, readRow, writeRow } from '../shard/row-codec.ts';
import type { Scratch } from '../sort/scratch.ts';
import { createSorter } from '../sort/sorted-runs.ts';
import { draw } from '../timeline/draws.ts';
import { type PseudonymKey, type Pseudonyms, pseudonymsOf } from './pseudonyms.ts';
import type { ReleasedRow } from './row-files.ts';
import type { ReleaseRows } from './selectable-rows.ts';
import { rowKey, type Selection } from './selection.ts';
import { isSplit } from './split-rule.ts';

/** A row on its way into a shard. */
export interface ShuffledRow extends ReleasedRow {
  readonly split: Split;
}

/** The chosen rows, sorted. */
export interface ShuffledRows {
  /** In order of split, then draw. */
  rows(): Generator<ShuffledRow>;
  /** Rows and tokens by split. */
  readonly counts: Readonly<Partial<Record<Split, number>>>;
  readonly tokens: Readonly<Partial<Record<Split, number>>>;
  /** SHA-256 over, in order of example_id, each example_id and the profile's digest of its row. */
  readonly digest: string;
  /** Removes the sorted runs. */
  close(): void;
}

/** Which rows are shuffled, and how they are hidden. */
export interface ShuffleOptions {
  readonly store: ObjectStore;
  readonly read: ReleaseRows;
  readonly selection: Selection;
  readonly scratch: Scratch;
  readonly corpus: CorpusId;
  readonly profile: Profile;
  readonly key: PseudonymKey;
  readonly seed: number;
}

/**
 * Reads the parts and sorts the chosen rows. Bound: one row group of a part, and one run of the
 * sorter.
 */
export async function shuffleRows(options: ShuffleOptions, effects = PROCESS_EFFECTS): Promise<ShuffledRows> {
  const { store, read, selection } = options;
  const sorter = createSorter({ scratch: options.scratch });
  const digests = createSorter({ scratch: options.scratch });
  const counts: Partial<Record<Split, number>> = {};
  const tokens: Partial<Record<Split, number>> = {};
  const hiding = { ...options, hide: pseudonymsOf(options.key) };
  try {
    for (const part of read.parts) {
      for await (const found of readPart(store, options.corpus, part)) {
        effects.signal.throwIfAborted();
        const { meta, ids, spans } = found;
        const split = selection.endOf(read.selectable(meta));
        if (!isSplit(split)) continue;
        const hidden = release(found, split, hiding);
        counts[split] = (counts[split] ?? 0) + 1;
        tokens[split] = (tokens[split] ?? 0) + ids.length;
        sorter.add(sortKey(split, meta, options.seed), packRow({ ids, spans, ...hidden }));
        digests.add(Buffer.from(hidden.meta.example_id, 'latin1'), options.profile.rowDigest(ids, spans));
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
      *rows() {
        for (const { payload } of sorter.sorted()) yield unpackRow(payload);
      },
      close: () => sorter.close(),
    };
  } catch (error) {
    sorter.close();
    throw error;
  } finally {
    digests.close();
  }
}

interface Hiding extends ShuffleOptions {
  readonly hide: Pseudonyms;
}

/** NO ID OF A MEMBER OR AN EVENT LEAVES (PSEUDO-2): sidecar and origins as a release holds them. */
function release({ meta, origin }: PartRow, split: Split, { seed, selection, hide }: Hiding) {
  const exampleId = hide.example(`${meta.key}${UNIT_SEPARATOR}${meta.variant}`);
  const { key: _key, closes_at: _closes, ...rest } = meta;
  return {
    meta: {
      ...rest,
      example_id: exampleId,
      member: hide.member(meta.member),
      slate_id: hide.event(meta.slate_id),
      turn_times: '',
      split,
      keep_share: split === 'train' ? selection.keepShare(meta.task, meta.label) : 1,
      thin: draw(seed, 'thin', rowKey(meta)),
    },
    origin: {
      ...origin,
      example_id: exampleId,
      event: origin.event.map((id) => hide.event(id)),
      version: origin.version.map((id) => hide.event(id)),
      stopped_at: hide.event(origin.stopped_at),
    },
  };
}

/** Split, draw `shuffle`, key (RELEASE-5): equal draws fall back on the key (DRAW-3). */
function sortKey(split: Split, meta: StoredRow<typeof CORPUS>, seed: number): Buffer {
  const key = rowKey(meta);
  const text = Buffer.from(key.join(UNIT_SEPARATOR), 'utf8');
  const bytes = Buffer.allocUnsafe(7 + text.length);
  bytes[0] = SPLITS.indexOf(split);
  bytes.writeUIntBE(draw(seed, 'shuffle', key), 1, 6);
  text.copy(bytes, 7);
  return bytes;
}

const packed = createByteBuffer();

/** A window that holds until the next row is packed. */
function packRow({ ids, spans, meta, origin }: Omit<ShuffledRow, 'split'>): Uint8Array {
  packed.clear();
  writeRow(packed, PART_TOKENS, { input_ids: ids, loss_spans: spans });
  writeRow(packed, SIDECAR, meta);
  writeRow(packed, ORIGIN, origin);
  return packed.written;
}

function unpackRow(payload: Uint8Array): ShuffledRow {
  const cursor = byteCursor(payload);
  const { input_ids: ids, loss_spans: spans } = readRow(cursor, PART_TOKENS);
  const meta = readRow(cursor, SIDECAR);
  return { split: SIDECAR.split.load(meta.split), ids, spans, meta, origin: readRow(cursor, ORIGIN) };
}
