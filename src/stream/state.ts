/**
 * The port to the local state of one chain of events that a stream feeds: a cache of what the chain
 * says, which may be thrown away at any time.
 */
import type { EventRecord } from '../../schemas/event.ts';
import type { Sha256 } from '../../schemas/ids.ts';
import type { AsideRecords } from '../timeline/entity-state.ts';

/** An event that is used, and how many further copies of it came. */
export interface StoredEvent {
  readonly event: EventRecord;
  readonly copies: number;
}

/** What is known of a member or an item beside its events. */
export interface EntityHead {
  /** Event time of the newest event that is used, epoch ms; TIME_UNKNOWN where none has a time. */
  readonly newest: number;
  /** Epoch ms by which all its events were known, with `ingest_time` looked at. */
  readonly knownBy: number;
  /** Without the copies of events that are used; null where nothing is aside. */
  readonly aside: AsideRecords | null;
}

/** What becomes of an entity. */
export interface EntityChange {
  readonly entity: string;
  /** None of the events of before is used; else all of them are that `events` does not replace. */
  readonly isAnew: boolean;
  /** As it is afterwards. */
  readonly head: EntityHead;
  /** Events that came, and those whose `ingest_time` or number of copies is another now. */
  readonly events: readonly StoredEvent[];
}

/** How far a topic partition was read. */
export interface TopicPosition {
  readonly topic: string;
  readonly partition: number;
  /** The offset that is expected next. */
  readonly position: number;
  /** The greatest event_time (epoch ms) of the events in it; null: none had a time. */
  readonly newest: number | null;
}

/** What a state is the state of. */
export interface StateHead {
  /** The record of the chain. */
  readonly seq: number;
  readonly sha256: Sha256;
  /** None where the chain was made from files. */
  readonly topics: readonly TopicPosition[];
  /** Epoch ms; null: there was none yet. */
  readonly watermark: number | null;
}

/** What is asked of an event: its id is unique within its type and entity. */
export type EventName = Pick<EventRecord, 'type' | 'event_id'>;

/** What a partition reads of its state; nothing of it waits. */
export interface StateReader {
  /** Null where there is nothing: no record was applied. */
  head(): StateHead | null;
  /** Undefined where no record of the entity was taken in. */
  entity(entity: string): EntityHead | undefined;
  /** Undefined where it is not used. */
  event(entity: string, name: EventName): StoredEvent | undefined;
  /** All events of an entity that are used, in timeline order (EVENT-4). */
  events(entity: string): StoredEvent[];
  /** Entities with `knownBy` after a moment (epoch ms), in byte order. */
  knownAfter(moment: number): string[];
  /** The greatest `newest` of all entities but these; TIME_UNKNOWN where there is none. */
  newestBut(entities: ReadonlySet<string>): number;
}

/**
 * A state that can be changed. The contract is one suite, test/contract/stream-state.ts. Throws
 * `disk_full`, `store_busy` and `store_refused` as the disk does, and `fenced` where another writer
 * has changed it: then nothing was.
 */
export interface StreamState extends StateReader {
  /**
   * ALL OR NOTHING: takes changes and head over in one transaction. Null as a head says that more
   * is to come: a state that is left so is none.
   */
  apply(changes: Iterable<EntityChange>, head: StateHead | null): void;
  /** The whole state as bytes that `StateHome.reset` opens; nothing is applied meanwhile. */
  snapshot(): AsyncIterable<Uint8Array>;
  close(): void;
}

/** Where the state of one chain lies on this machine. */
export interface StateHome {
  /** Opens what is there. Undefined where nothing is, or nothing that this version reads. */
  open(): StreamState | undefined;
  /**
   * Throws away what is there and begins from a snapshot, or from nothing. Undefined where the
   * snapshot is none that this version reads; then nothing is there.
   */
  reset(): Promise<StreamState>;
  reset(snapshot: AsyncIterable<Uint8Array>): Promise<StreamState | undefined>;
}
