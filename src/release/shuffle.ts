/**
 * The reduce side of a shuffle: what was taken from parts, sorted; the rows in the order of draw
 * `shuffle` and named by a digest, numbers for all that they are made of, and their tokens in a
 * table.
 */

import { createHash } from 'node:crypto';
import type { Split } from '../../schemas/ledger.ts';
import type { ObjectStore } from '../lake/object-store.ts';
import type { Scratch, ScratchFile } from '../sort/scratch.ts';
import { numberEvents } from './event-numbers.ts';
import type { ReleaseNumbers } from './join-rows.ts';
import { eventTable, type OriginTable, segmentTable } from './origin-tables.ts';
import { numberSegments } from './segment-numbers.ts';
import { closeSorters, type TakenRows, type TakenSorters } from './take-rows.ts';
import { type TokenTable, writeTokenTable } from './token-table.ts';

/** The chosen rows, sorted. */
export interface ShuffledRows {
  /** Packed rows in order of split, then draw; each holds until the next is asked for. */
  rows(): Generator<Uint8Array>;
  /** Rows and tokens by split. */
  readonly counts: Readonly<Partial<Record<Split, number>>>;
  readonly tokens: Readonly<Partial<Record<Split, number>>>;
  /** SHA-256 over, in order of example_id, each example_id and the hash of its row (RELEASE-6). */
  readonly digest: string;
  /** What the rows' segments say in tokens, by their numbers in the release. */
  readonly tokenTable: TokenTable;
  readonly tokenFile: ScratchFile;
  readonly numbers: ReleaseNumbers;
  /** What origins number, under way. */
  readonly tables: readonly Pick<OriginTable<never>, 'finish' | 'abort'>[];
  /** Removes the sorted runs and all else that is not finished. */
  close(): void;
}

/** Where tables and tokens are written. */
export interface ShufflePlaces {
  readonly store: ObjectStore;
  readonly scratch: Scratch;
}

/**
 * Sorts what was taken and numbers it (ORIGIN-6); takes the sorters over. Bound: one run of each
 * sorter, and as the numberings say.
 */
export function shuffleRows({ sorters, counts }: TakenRows, { store, scratch }: ShufflePlaces): ShuffledRows {
  const tokens = writeTokenTable(scratch);
  const [segmentRows, eventRows] = [segmentTable(store), eventTable(store)];
  const tables = [segmentRows, eventRows];
  const close = () => {
    closeSorters(sorters);
    tokens.abort();
    for (const table of tables) table.abort();
  };
  try {
    const segments = numberSegments(sorters.segments, counts.segmentsEnd, (segment, ids) => {
      segmentRows.add(segment);
      tokens.add(ids);
    });
    sorters.segments.close();
    const events = numberEvents(sorters.events, counts.eventsEnd, eventRows.add);
    sorters.events.close();
    const digest = digestOf(sorters.digests);
    sorters.digests.close();
    const { table, file } = tokens.finish();
    return {
      ...{ counts: counts.rows, tokens: counts.tokens, digest, tables, numbers: { segments, events } },
      ...{ tokenTable: table, tokenFile: file },
      *rows() {
        for (const { payload } of sorters.rows.sorted()) yield payload;
      },
      close() {
        file.remove();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

function digestOf({ sorted }: TakenSorters['digests']): string {
  const digest = createHash('sha256');
  for (const { key, payload } of sorted()) digest.update(key).update(payload);
  return digest.digest('hex');
}
