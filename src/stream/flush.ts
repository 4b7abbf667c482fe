/** What a flush is made of: values, and entities that are read one by one. */
import type { EventRecord } from '../../schemas/event.ts';
import type { EntityState } from '../timeline/entity-state.ts';
import type { TakenRange } from './feed.ts';
import type { Overlay } from './overlay.ts';
import type { DeadRecord, FateCounts } from './records.ts';
import type { EntityChange, StateHead, StateReader } from './state.ts';

/** An entity that changed. */
export interface FlushedEntity {
  readonly entity: string;
  readonly before: EntityState;
  readonly state: EntityState;
}

/**
 * What was taken in since the last commit; it holds until `committed` or `fenced`. COMMIT AFTER
 * WRITE: whoever has it writes files, then the record, and says `committed` last.
 */
export interface Flush {
  /** The state that it goes on from; null: none. */
  readonly from: Pick<StateHead, 'seq' | 'sha256'> | null;
  /** All topic partitions of the chain, those too of which nothing came. */
  readonly ranges: readonly TakenRange[];
  /** Epoch ms; null: there is none yet. */
  readonly watermark: number | null;
  /** By how much the counts of the chain change. */
  readonly counts: FateCounts;
  readonly dead: readonly DeadRecord[];
  /** For the late log. */
  readonly late: readonly EventRecord[];
  /** For the late log too: copies that came too late with the least ingest_time. */
  readonly lateCopies: readonly EventRecord[];
  /** In byte order. Bound: an entity in memory. */
  entities(): Generator<FlushedEntity>;
  /** For the state delta, in byte order. */
  changes(): Generator<EntityChange>;
  /** Event time of the newest event of all entities that did not change, epoch ms. */
  newestOfOthers(): number;
}

/** Reads what changed, entity by entity. */
export function readFlush(
  state: StateReader,
  overlay: Overlay,
): Pick<Flush, 'entities' | 'changes' | 'newestOfOthers'> {
  const changed = overlay.entities();
  return {
    *entities() {
      for (const entity of changed) yield { entity, ...overlay.both(entity) };
    },
    *changes() {
      for (const entity of changed) yield overlay.change(entity);
    },
    newestOfOthers: () => state.newestBut(new Set(changed)),
  };
}
