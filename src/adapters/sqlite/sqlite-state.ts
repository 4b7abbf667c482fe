/** The state of a chain as an SQLite database, whose key is the order of timelines. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { compareUtf8 } from '../../../schemas/byte-order.ts';
import { type EventRecord, TIME_UNKNOWN } from '../../../schemas/event.ts';
import { canonicalEvent } from '../../../schemas/event-time.ts';
import { BrewhouseError } from '../../errors.ts';
import type {
  EntityChange,
  EntityHead,
  EventName,
  StateHead,
  StateReader,
  StoredEvent,
  StreamState,
} from '../../stream/state.ts';
import { orderHash, storedKey } from '../../timeline/order.ts';
import { naming } from './sqlite-errors.ts';

/** Raised when a database is to be read otherwise. */
const STATE_FORMAT = 1;
/** Pages of the database in memory, KiB: the upper levels of its trees and what is busy. */
const CACHE_KIB = 64 * 1024;

/**
 * Keys are in the order of EVENT-4, so that an entity is one range; types are numbers in byte order
 * of their names. The second index finds the event of an id whose time nobody knows.
 */
const SCHEMA = `
  CREATE TABLE head (only INTEGER PRIMARY KEY CHECK (only = 0), value TEXT NOT NULL) STRICT;
  CREATE TABLE entities (
    entity TEXT PRIMARY KEY, newest INTEGER NOT NULL, known_by INTEGER NOT NULL, aside TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entities_known_by ON entities (known_by);
  CREATE TABLE events (
    entity TEXT, at INTEGER, sequence INTEGER, deletes INTEGER, hash BLOB, event_id TEXT, type INTEGER,
    copies INTEGER NOT NULL, event TEXT NOT NULL,
    PRIMARY KEY (entity, at, sequence, deletes, hash, event_id, type)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX events_hash ON events (entity, hash);
  PRAGMA user_version = ${STATE_FORMAT};
`;
const TYPES: Readonly<Record<EventRecord['type'], number>> = { interaction: 0, item: 1, member: 2 };

/** Makes an empty database. */
export function createDatabase(file: string): DatabaseSync {
  const database = openDatabase(file);
  database.exec(SCHEMA);
  return database;
}

/**
 * Opens a database. A lost transaction comes back from the lake, so nothing waits for the disk:
 * with `synchronous = NORMAL` and a write-ahead log a crash loses the newest ones and damages none.
 * What is deleted is overwritten, since snapshots are copies of pages.
 */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;
    PRAGMA cache_size = -${CACHE_KIB};`);
  return database;
}

/** Whether it is a database of ours that this version reads. */
export function isState(database: DatabaseSync): boolean {
  return database.prepare('PRAGMA user_version').get()?.user_version === STATE_FORMAT;
}

/** A state on an open database, which it closes. Bound: CACHE_KIB, and one entity. */
export function stateOn(database: DatabaseSync, file: string): Omit<StreamState, 'snapshot'> {
  const readHead = database.prepare('SELECT value FROM head');
  const changes = applying(database);
  let text = readHead.get()?.value;
  let head = parsed<StateHead>(text);
  const applyAll = (all: Iterable<EntityChange>, next: StateHead | null) => {
    // A writer that was overtaken while it slept would take the state back.
    if (readHead.get()?.value !== text)
      throw new BrewhouseError('fenced', `another writer took over the state ${file}`);
    for (const change of all) changes.apply(change);
    changes.head(next);
  };
  return {
    head: () => head,
    ...reading(database, file),
    apply(all, next) {
      naming(file, () => {
        database.exec('BEGIN IMMEDIATE');
        try {
          applyAll(all, next);
          database.exec('COMMIT');
        } catch (error) {
          if (database.isTransaction) database.exec('ROLLBACK');
          throw error;
        }
      });
      text = readHead.get()?.value;
      head = next;
    },
    close: () => database.close(),
  };
}

function reading(database: DatabaseSync, file: string): Omit<StateReader, 'head'> {
  const entityRow = rows(database, 'SELECT newest, known_by, aside FROM entities WHERE entity = ?');
  const idRows = rows(database, 'SELECT event_id, type, copies, event FROM events WHERE entity = ? AND hash = ?');
  const eventRows = rows(
    database,
    'SELECT copies, event FROM events WHERE entity = ? ORDER BY at, sequence, deletes, hash, event_id, type',
  );
  const knownRows = rows(database, 'SELECT entity FROM entities WHERE known_by > ?');
  const newestRows = rows(database, 'SELECT entity, newest FROM entities');
  return {
    entity: (entity) =>
      naming(file, () => {
        const row = entityRow.get(entity) as unknown as [number, number, string | null] | undefined;
        return row && { newest: row[0], knownBy: row[1], aside: parsed<NonNullable<EntityHead['aside']>>(row[2]) };
      }),
    event: (entity, { type, event_id: id }: EventName) =>
      naming(file, () => {
        const hash = Buffer.from(orderHash(type, id), 'hex');
        const found = idRows.all(entity, hash) as unknown as [string, number, number, string][];
        const row = found.find(([eventId, number]) => eventId === id && number === TYPES[type]);
        return row && { copies: row[2], event: JSON.parse(row[3]) as EventRecord };
      }),
    events: (entity) =>
      naming(file, () =>
        (eventRows.all(entity) as unknown as [number, string][]).map(
          ([copies, event]): StoredEvent => ({ copies, event: JSON.parse(event) as EventRecord }),
        ),
      ),
    knownAfter: (moment) =>
      naming(file, () => (knownRows.all(moment) as unknown as [string][]).map(([entity]) => entity).sort(compareUtf8)),
    newestBut: (but) =>
      naming(file, () => {
        let most = TIME_UNKNOWN;
        for (const row of newestRows.iterate()) {
          const [entity, newest] = row as unknown as [string, number];
          if (newest > most && !but.has(entity)) most = newest;
        }
        return most;
      }),
  };
}

/** Changes within a transaction of the caller's. */
function applying(database: DatabaseSync) {
  const forget = database.prepare('DELETE FROM events WHERE entity = ?');
  const keep = database.prepare(`INSERT INTO entities VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
    SET newest = excluded.newest, known_by = excluded.known_by, aside = excluded.aside`);
  const put = database.prepare(`INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
    SET copies = excluded.copies, event = excluded.event`);
  const forgetHead = database.prepare('DELETE FROM head');
  const putHead = database.prepare('INSERT INTO head VALUES (0, ?)');
  return {
    apply({ entity, isAnew, head, events }: EntityChange) {
      if (isAnew) forget.run(entity);
      const { newest, knownBy, aside } = head;
      keep.run(entity, newest, knownBy, aside === null ? null : JSON.stringify(aside));
      for (const { event, copies } of events) {
        const { at, sequence, deletes, hash, eventId, type } = storedKey(event);
        const key = [entity, at, sequence, deletes, Buffer.from(hash, 'hex'), eventId, TYPES[type]] as const;
        put.run(...key, copies, canonicalEvent(event));
      }
    },
    head(head: StateHead | null) {
      forgetHead.run();
      if (head !== null) putHead.run(JSON.stringify(head));
    },
  };
}

/** Rows as lists of values, which are made in half the time of objects. */
function rows(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}

function parsed<T>(text: unknown): T | null {
  return typeof text === 'string' ? (JSON.parse(text) as T) : null;
}
