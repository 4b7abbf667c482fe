/** A partition: where it is, what is late, when it is flushed, and what a fence undoes. */
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../schemas/event.ts';
import { openMemoryState } from '../../src/adapters/memory/memory-state.ts';
import { sha256Hex } from '../../src/content-hash.ts';
import {
  createPartition,
  type FlushLimits,
  type Partition,
  type PartitionOptions,
} from '../../src/stream/partition.ts';
import type { StreamBatch, StreamRecord } from '../../src/stream/records.ts';
import type { StreamState } from '../../src/stream/state.ts';
import { did, HOUR, item, MINUTE, NOON, profile } from '../timeline/events.ts';

const FED = { topic: 'interactions', partition: 3, start: 0 };
const MEMBERS = { topic: 'members', partition: 3, start: 0 };
const LIMITS: FlushLimits = { rowsMax: 1_000, ageMaxMs: 10_000 };

function open(more: Partial<PartitionOptions> = {}, state: StreamState = openMemoryState()) {
  const options = {
    topics: [FED],
    holds: 'members',
    allowedLatenessMs: HOUR,
    idleTimeoutMs: MINUTE,
    limits: LIMITS,
  } as const;
  return { state, partition: createPartition(state, { ...options, ...more }) };
}
const at = (offset: number, event: EventRecord, timestamp = NOON + 99 * HOUR): StreamRecord => ({
  offset,
  timestamp,
  content: { event },
});
const batch = (records: readonly StreamRecord[], more: Partial<StreamBatch> = {}): StreamBatch => ({
  topic: 'interactions',
  records,
  explained: [],
  ...more,
});
/** Events at the offsets from `from` on. */
const events = (all: readonly EventRecord[], from = 0) => batch(all.map((event, i) => at(from + i, event)));
const gone = (time: EventRecord['event_time'], id = 'gone') =>
  ({ ...profile(time, { event_id: id }), op: 'delete', attributes: undefined }) as EventRecord;
const record = (seq: number) => ({ seq, sha256: sha256Hex(`record ${seq}`) });
/** Flushes and commits; returns the counts. */
function commit(partition: Partition, seq = 1) {
  const flush = partition.flush();
  const { counts, late, lateCopies, dead } = flush!;
  partition.committed(record(seq));
  return {
    ...counts,
    late: counts.late,
    logged: [...late, ...lateCopies].map(({ event_id }) => event_id),
    reasons: dead.map(({ reason }) => reason),
  };
}

describe('a position', () => {
  const [a, b, c] = [did('viewed', 'a', NOON), did('viewed', 'b', NOON), did('viewed', 'c', NOON)];

  it('goes on by one a record; records below it are repeated, and nobody counts them', () => {
    const { partition } = open();
    expect(partition.take(events([a, b]))).toEqual({ repeated: 0, missing: null, isFull: false });
    expect(partition.take(events([a, b, c]))).toMatchObject({ repeated: 2 });
    expect(partition.positions()).toEqual(new Map([['interactions', 3]]));
    expect(commit(partition)).toMatchObject({ read: 3, used: 3, duplicate: 0 });
  });

  it('halts before a gap that nothing explains, and names what is missing', () => {
    const { partition } = open();
    const halted = partition.take(batch([at(0, a), at(5, b)]));
    expect(halted.missing).toEqual({ topic: 'interactions', partition: 3, from: 1, to: 5 });
    expect(partition.positions().get('interactions')).toBe(1);
    expect(partition.take(batch([at(5, b)])).missing).toEqual(halted.missing);
    expect(commit(partition).read).toBe(1);
  });

  it('passes over what is explained, at the end of a batch too, and never over a record', () => {
    const { partition } = open();
    const explained = [
      { from: 0, to: 2 },
      { from: 3, to: 6 },
      { from: 7, to: 9 },
    ];
    expect(partition.take(batch([at(2, a), at(6, b)], { explained })).missing).toBeNull();
    expect(partition.positions().get('interactions')).toBe(9);
    const within = open().partition;
    within.take(batch([at(1, a)], { explained: [{ from: 0, to: 4 }] }));
    expect(within.flush()?.counts.read).toBe(1);
    expect(within.positions().get('interactions')).toBe(4);
    expect(open().partition.take(batch([at(3, a)], { explained: [{ from: 1, to: 3 }] })).missing).toMatchObject({
      from: 0,
      to: 3,
    });
  });

  it('begins where the state says, and at `start` where it says nothing', () => {
    const { state, partition } = open({ topics: [{ ...FED, start: 7 }] });
    partition.take(events([a], 7));
    commit(partition);
    const next = open({ topics: [FED, { ...MEMBERS, start: 4 }] }, state).partition;
    expect(next.positions()).toEqual(
      new Map([
        ['interactions', 8],
        ['members', 4],
      ]),
    );
    expect(() => open({ topics: [MEMBERS] }, state)).toThrow('was fed by interactions/3');
  });
});

describe('a watermark', () => {
  const seen = (partition: Partition, times: readonly number[], topic = 'interactions') => {
    const from = partition.positions().get(topic)!;
    const all = times.map((time, i) =>
      topic === 'members' ? profile(time, { event_id: `p${from + i}` }) : did('viewed', `${from + i}`, time),
    );
    partition.take({ ...events(all, from), topic });
    return partition.watermark();
  };

  it('is the greatest event_time less the allowed lateness, and never goes back', () => {
    const { state, partition } = open();
    expect(partition.watermark()).toBeNull();
    expect(seen(partition, [NOON, NOON - MINUTE])).toBe(NOON - HOUR);
    expect(seen(partition, [NOON + 5])).toBe(NOON + 5 - HOUR);
    commit(partition);
    expect(open({ allowedLatenessMs: 9 * HOUR }, state).partition.watermark()).toBe(NOON + 5 - HOUR);
  });

  it('is the least of its topics, of which one without an event holds all', () => {
    const { partition } = open({ topics: [FED, MEMBERS] });
    expect(seen(partition, [NOON])).toBeNull();
    expect(seen(partition, [NOON - 5 * HOUR], 'members')).toBe(NOON - 6 * HOUR);
    expect(seen(partition, [NOON + HOUR], 'members')).toBe(NOON - HOUR);
  });

  it('leaves out a topic that is at its end for the idle timeout, and none with lag', () => {
    const { partition } = open({ topics: [FED, MEMBERS] });
    seen(partition, [NOON - 9 * HOUR], 'members');
    seen(partition, [NOON]);
    const tick = (now: number, end: number) => partition.tick({ now, ends: new Map([['members', end]]) });
    tick(0, 1);
    tick(MINUTE - 1, 1);
    expect(partition.watermark()).toBe(NOON - 10 * HOUR);
    tick(MINUTE, 2);
    tick(9 * MINUTE, 2);
    expect(partition.watermark()).toBe(NOON - 10 * HOUR);
    tick(10 * MINUTE, 1);
    tick(11 * MINUTE, 1);
    expect(partition.watermark()).toBe(NOON - HOUR);
    // It comes back with what is late now, and holds the watermark where it is.
    expect(seen(partition, [NOON - 2 * HOUR], 'members')).toBe(NOON - HOUR);
    expect(seen(partition, [NOON + 9 * HOUR])).toBe(NOON - HOUR);
  });

  it('is that of the furthest topic where all are idle, whichever was first', () => {
    for (const first of ['interactions', 'members', undefined]) {
      const { partition } = open({ topics: [FED, MEMBERS] });
      seen(partition, [NOON - 9 * HOUR], 'members');
      seen(partition, [NOON]);
      const ends = new Map([
        ['interactions', 1],
        ['members', 1],
      ]);
      const only = first === undefined ? ends : new Map([[first, 1]]);
      for (const now of [0, MINUTE]) partition.tick({ now, ends: only });
      for (const now of [2 * MINUTE, 3 * MINUTE]) partition.tick({ now, ends });
      expect(partition.watermark()).toBe(NOON - HOUR);
    }
  });

  it('moves alone: a flush without a record commits it', () => {
    const { state, partition } = open({ topics: [FED, MEMBERS] });
    seen(partition, [NOON]);
    commit(partition);
    expect(partition.flush()).toBeUndefined();
    for (const now of [0, MINUTE, MINUTE + 10_000]) partition.tick({ now, ends: new Map([['members', 0]]) });
    expect(partition.due()).toBe('age');
    expect(partition.flush()).toMatchObject({ watermark: NOON - HOUR, counts: { read: 0 } });
    partition.committed(record(2));
    expect(state.head()?.watermark).toBe(NOON - HOUR);
  });
});

describe('a record behind the watermark', () => {
  const [early, newest] = [did('viewed', 'a', NOON - 2 * HOUR), did('viewed', 'b', NOON)];

  it('is behind it by a millisecond at least', () => {
    const { partition } = open({ allowedLatenessMs: 5 });
    const [at, behind] = [did('viewed', 'c', NOON - 5), did('viewed', 'd', NOON - 6)];
    partition.take(events([newest, at, behind]));
    expect(commit(partition)).toMatchObject({ used: 2, late: 1, logged: [behind.event_id] });
  });

  it('is late and changes nothing, not even of an unknown time', () => {
    const { state, partition } = open();
    partition.take(events([newest, early, { ...profile(null), event_id: 'p' } as EventRecord]));
    expect(commit(partition)).toMatchObject({ read: 3, used: 1, late: 2, logged: [early.event_id, 'p'] });
    expect(state.events('m').map(({ event }) => event)).toEqual([newest]);
  });

  it('is a duplicate where it is a copy, and lies in the late log where it came in first', () => {
    const { state, partition } = open();
    const view = { ...early, ingest_time: NOON } as EventRecord;
    partition.take(events([view, newest, { ...view, ingest_time: NOON + 1 }, { ...view, ingest_time: NOON - 1 }]));
    expect(commit(partition)).toMatchObject({ used: 2, duplicate: 2, late: 0, logged: [view.event_id] });
    expect(state.events('m')[0]).toEqual({ event: view, copies: 2 });
  });

  it('is dead where its id came with another content, and dropped where a delete had erased it', () => {
    const { partition } = open();
    const other = { ...newest, event_time: NOON - 3 * HOUR } as EventRecord;
    partition.take(events([newest, gone(NOON + 1), profile(NOON + 2), early, other]));
    expect(commit(partition)).toMatchObject({
      used: 1,
      late: 0,
      dropped: 3,
      dead: 1,
      logged: [],
      reasons: ['id_conflict'],
    });
  });

  it('erases at once where it is a delete, and only what was before it', () => {
    const { state, partition } = open({ allowedLatenessMs: 0 });
    partition.take(events([early, newest, profile(NOON + 1), gone(NOON - HOUR)]));
    // Nothing begins a timeline again but the profile.
    expect(commit(partition)).toMatchObject({ read: 4, used: 1, late: 0, dropped: 3 });
    expect(state.events('m').map(({ event }) => event.type)).toEqual(['member']);
  });
});

describe('a dead record', () => {
  it('is one without an event, of another topic, or of the future, and moves no watermark', () => {
    const { partition } = open();
    const unread = { reason: 'not_json', field: '', message: 'no JSON', raw: Buffer.from('{') } as const;
    const future = did('viewed', 'a', NOON + HOUR + 1);
    partition.take(
      batch([{ offset: 0, timestamp: NOON, content: { unread } }, at(1, item('i', NOON)), at(2, future, NOON)]),
    );
    expect(partition.watermark()).toBeNull();
    const { dead } = partition.flush()!;
    expect(dead.map(({ source, line, reason }) => [source, line, reason])).toEqual([
      ['interactions/3', 0, 'not_json'],
      ['interactions/3', 1, 'type_unknown'],
      ['interactions/3', 2, 'future'],
    ]);
    const just = open().partition;
    just.take(batch([at(0, did('viewed', 'a', NOON + HOUR), NOON)]));
    expect(just.flush()?.counts).toMatchObject({ used: 1, dead: 0 });
  });

  it('is the later one alone of two contents of an id (EVENT-3)', () => {
    const { state, partition } = open();
    const view = did('viewed', 'a', NOON, { event_id: 'e' });
    partition.take(events([view, { ...view, action: 'applied' }, { ...view }]));
    expect(commit(partition)).toMatchObject({ used: 1, duplicate: 1, dead: 1 });
    expect(state.events('m')).toEqual([{ event: view, copies: 1 }]);
  });
});

describe('a flush', () => {
  const all = Array.from({ length: 30 }, (_, i) => did('viewed', `i${i}`, NOON + i));

  it.each([
    ['rows', { ...LIMITS, rowsMax: 7 }],
    ['bytes', { ...LIMITS, bytesMax: 5_000 }],
  ] as const)('is due by %s, and until then no more is taken', (why, limits) => {
    const { state, partition } = open({ limits });
    let flushes = 0;
    for (let isFull = true; isFull; flushes++) {
      ({ isFull } = partition.take(events(all)));
      if (isFull) expect([partition.due(), partition.take(events(all)).isFull]).toEqual([why, true]);
      commit(partition, flushes + 1);
    }
    expect(flushes).toBeGreaterThan(3);
    expect(state.events('m').length).toBe(30);
  });

  it('is due by age, from the first tick on that sees something to commit', () => {
    const { partition } = open();
    const tick = (now: number) => partition.tick({ now, ends: new Map() });
    tick(0);
    tick(99_000);
    expect(partition.due()).toBeUndefined();
    partition.take(events(all));
    tick(100_000);
    tick(109_999);
    expect(partition.due()).toBeUndefined();
    tick(110_000);
    expect(partition.due()).toBe('age');
    commit(partition);
    expect(partition.due()).toBeUndefined();
  });

  it('is the same until it is committed, and nothing is taken meanwhile', () => {
    const { state, partition } = open();
    partition.take(events(all.slice(0, 2)));
    const flush = partition.flush();
    expect(partition.flush()).toBe(flush);
    expect(() => partition.take(events(all))).toThrow('not committed');
    expect(flush?.ranges).toEqual([{ topic: 'interactions', partition: 3, start: 0, position: 2, newest: NOON + 1 }]);
    expect(state.head()).toBeNull();
    partition.committed(record(1));
    expect(() => partition.committed(record(2))).toThrow('no flush');
    partition.take(events(all));
    expect(partition.flush()?.ranges[0]).toMatchObject({ start: 2, position: 30 });
    expect(partition.flush()?.from).toEqual(state.head());
  });

  it('lists entities in byte order, as they were and as they are', () => {
    const { partition } = open();
    const of = (member: string, n: number) => did('viewed', `i${n}`, NOON, { member_id: member });
    partition.take(events(['é', 'b', '🙂', 'a', '\uffff'].map(of)));
    commit(partition);
    partition.take(
      events(
        ['b', 'é'].map((member, n) => of(member, n + 9)),
        5,
      ),
    );
    const flushed = [...partition.flush()!.entities()];
    expect(flushed.map(({ entity, before, state }) => [entity, before.used.length, state.used.length])).toEqual([
      ['b', 1, 2],
      ['é', 1, 2],
    ]);
  });
});

describe('a fence', () => {
  it('forgets what is not committed: the next one begins where the state says', () => {
    const { state, partition } = open();
    partition.take(events([did('viewed', 'a', NOON)]));
    partition.flush();
    partition.fenced();
    for (const use of [
      () => partition.flush(),
      () => partition.committed(record(1)),
      () => partition.fenced(),
      () => partition.tick({ now: 0, ends: new Map() }),
      () => partition.take(events([])),
    ])
      expect(use).toThrow('was fenced');
    expect([state.head(), state.events('m')]).toEqual([null, []]);
    expect(open({}, state).partition.positions().get('interactions')).toBe(0);
  });
});
