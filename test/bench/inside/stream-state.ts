/**
 * What the state of a stream costs: `node stream-state.ts RECORDS FOLDER`. Takes simulated
 * interactions, 50 a member, into a state in memory and into one on SQLite, without writing what a
 * commit uploads; then brings a fresh machine to the head from a snapshot, from all deltas, and
 * from runs. Prints seconds of wall time and of processor time. FOLDER is made and removed.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFlush } from '../../../pipelines/stream/write-flush.ts';
import type { AttemptId } from '../../../schemas/ids.ts';
import { openMemoryState } from '../../../src/adapters/memory/memory-state.ts';
import { openStore } from '../../../src/adapters/open-store.ts';
import { openSqliteHome } from '../../../src/adapters/sqlite/sqlite-home.ts';
import { sha256Hex } from '../../../src/content-hash.ts';
import { recordsOf } from '../../../src/lake/chain-records.ts';
import { appendRecord, type Chain, claimChain, openChain } from '../../../src/lake/commit-log.ts';
import { stateAtHead } from '../../../src/lake/state-at-head.ts';
import { readDelta } from '../../../src/lake/state-files.ts';
import { createPartition, type Partition } from '../../../src/stream/partition.ts';
import type { StreamState } from '../../../src/stream/state.ts';
import { drawFrom } from '../../stream/drawn-log.ts';
import { did, HOUR, NOON } from '../../timeline/events.ts';

const [wished = '100000', folder = ''] = process.argv.slice(2);
const RECORDS = Number(wished);
const PER_MEMBER = 50;
const BATCH = 1_000;
const FOLDER = 'timelines/0';
const ATTEMPT = 'bench' as AttemptId;

/** Batches in order of time, with a tenth of copies. */
function* batches() {
  const draw = drawFrom(7);
  for (let from = 0; from < RECORDS; from += BATCH) {
    const records = Array.from({ length: Math.min(BATCH, RECORDS - from) }, (_, i) => {
      const n = from + i - (draw(10) === 0 ? Math.min(from, draw(500)) : 0);
      const own = drawFrom(n);
      const member = own(RECORDS / PER_MEMBER);
      const time = NOON + n * 1_000 - own(60_000);
      const more = {
        member_id: `member-${member}`,
        event_id: `event-${n}`,
        surface: 'feed',
        session_id: `s-${n >> 10}`,
      };
      const event = did('viewed', `item-${own(5_000)}`, time, {
        ...more,
        ingest_time: time + 500,
        context: { device: 'phone' },
      });
      return { offset: from + i, timestamp: NOON + n * 1_000, content: { event } };
    });
    yield { topic: 'interactions', records, explained: [] };
  }
}

function open(state: StreamState): Partition {
  const topics = [{ topic: 'interactions', partition: 0, start: 0 }];
  const limits = { rowsMax: 50_000, ageMaxMs: 10_000 };
  return createPartition(state, { topics, holds: 'members', allowedLatenessMs: HOUR, idleTimeoutMs: HOUR, limits });
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  const [wall, processor] = [(performance.now() - started) / 1_000, (user + system) / 1e6];
  const of = {
    what,
    records: RECORDS,
    wall_s: wall,
    processor_s: processor,
    records_per_processor_s: RECORDS / processor,
  };
  process.stdout.write(
    `${JSON.stringify(of, (_, value) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value))}\n`,
  );
  return result;
}

/** Takes all records; `commit` writes and appends, and returns the record. */
async function takeAll(
  state: StreamState,
  commit: (
    flush: ReturnType<Partition['flush']> & object,
  ) => Promise<{ seq: number; sha256: ReturnType<typeof sha256Hex> }>,
) {
  const partition = open(state);
  const flushed = async () => {
    const flush = partition.flush();
    if (flush !== undefined) partition.committed(await commit(flush));
  };
  for (const batch of batches()) while (partition.take(batch).isFull) await flushed();
  await flushed();
}

let seq = 1;
const nothing = async () => ({ seq: seq++, sha256: sha256Hex('bench') });
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
try {
  await timed('making the records alone', async () => Array.from(batches()).length);
  await timed('into memory', () => takeAll(openMemoryState(), nothing));
  const bare = await openSqliteHome(join(folder, 'bare.sqlite')).reset();
  await timed('into SQLite', () => takeAll(bare, nothing));
  bare.close();
  const store = openStore(join(folder, 'lake'));
  const chain: Chain = await openChain(store, FOLDER);
  await claimChain(chain, ATTEMPT);
  const state = await openSqliteHome(join(folder, 'own.sqlite')).reset();
  await timed('into SQLite and a lake, snapshots among them', () =>
    takeAll(state, async (flush) => {
      const before =
        chain.state.kind === 'timeline' ? { record: chain.state.newest.record, stream: chain.state.stream } : null;
      return appendRecord(chain, ATTEMPT, await writeFlush(flush, { store, folder: FOLDER, before, state }));
    }),
  );
  if (chain.state.kind !== 'timeline') throw new Error('nothing was taken in');
  const { stream } = chain.state;
  process.stdout.write(
    `${JSON.stringify({ snapshot: stream?.snapshot, delta_bytes: stream?.delta_bytes, records: chain.work.length })}\n`,
  );
  const at = (name: string) => openSqliteHome(join(folder, name));
  await timed('a fresh machine, from the snapshot and deltas after it', () => stateAtHead(at('a.sqlite'), chain));
  await timed('a fresh machine, from all deltas', async () => {
    const fresh = await at('b.sqlite').reset();
    for (const { record } of recordsOf(chain, 'timeline'))
      fresh.apply(await readDelta(store, FOLDER, record.stream?.delta ?? []), state.head());
  });
  const withoutSnapshots = { ...store, openRead: async (key: string) => store.openRead(`${key}.none`) };
  await timed('a fresh machine, from runs', () => stateAtHead(at('c.sqlite'), { ...chain, store: withoutSnapshots }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
